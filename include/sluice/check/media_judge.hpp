// MediaJudge: what is wrong with the media of one rendition, segment by segment, and what is in it.
//
// It reads MPEG-TS (ISO 13818-1), fragmented MP4 (ISO 14496-12, CMAF), packed audio (ADTS, MP3, AC-3 behind an ID3 tag)
// and WebVTT from their bytes alone, with no help of any muxer. The bytes may be anything: all counts, sizes and depths
// that are read from them are bounded. Encrypted segments must be decrypted before, or not given at all.
//
// It knows nothing of playlists: who reads those says what they promise of each piece, and compares the facts it gets
// back with what they state (EXTINF, CODECS, RESOLUTION, …). Findings name the rules of media_rules().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/time.hpp"
#include "sluice/check/finding.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::check {

// All rules that a MediaJudge finds broken: TS-nn (MPEG-TS), MF-nn (fragmented MP4), MA-nn (all media, packed audio,
// WebVTT), in the order of their numbers.
std::span<const Rule* const> media_rules();

enum class MediaFormat : std::uint8_t { unknown, ts, mp4, packed_audio, webvtt };

std::string_view to_string(MediaFormat format);
// By what the bytes begin with.
MediaFormat format_of(ByteView bytes);

// One track of a piece. An initialisation section gives the first block alone; so do all fields that a damaged piece
// does not tell keep their defaults.
struct TrackFacts {
  std::uint32_t id = 0;  // track_ID, or the PID
  media::TrackKind kind = media::TrackKind::video;
  media::Codec codec = media::Codec::unknown;
  // From the real configuration record or, in MPEG-TS, from the bitstream: "avc1.64001f". Empty when it is not known.
  std::string rfc6381;
  std::uint32_t timescale = 0;  // 90000 in MPEG-TS
  std::uint32_t width = 0;      // luma samples after cropping
  std::uint32_t height = 0;
  std::uint32_t pixel_width = 1;  // of one of them, relative to pixel_height
  std::uint32_t pixel_height = 1;
  std::uint32_t sample_rate = 0;  // of what the configuration states: SBR that is signalled is included
  std::uint32_t channels = 0;

  std::uint64_t samples = 0;  // access units of video, frames of audio
  std::uint64_t bytes = 0;    // of all samples
  // In `timescale`, unwrapped in MPEG-TS; both ends. What the last sample of a track in MPEG-TS lasts is taken to be
  // what the one before did.
  std::int64_t first_dts = 0;
  std::int64_t end_dts = 0;
  std::int64_t first_pts = 0;     // the earliest, not that of the first sample
  std::int64_t end_pts = 0;       // the latest end
  double frame_rate = 0;          // of video: samples a second; 0 when it cannot be told
  bool starts_with_sync = false;  // the first sample can be decoded with nothing before it; true for audio
  std::uint64_t sync_samples = 0;
  // A sum over all samples of a hash of each sample's times and bytes (fragmented MP4 only): those of a segment's parts
  // together, modulo 2^64, make the segment's.
  std::uint64_t digest = 0;
};

struct MediaFacts {
  MediaFormat format = MediaFormat::unknown;
  std::vector<TrackFacts> tracks;  // in the order of the PMT or the moov

  // The first of its kind; nullptr when there is none.
  const TrackFacts* track(media::TrackKind kind) const;
  // Presentation time of the track that leads (video when it has samples, else the first track that has some): where a
  // player puts the piece, and where it ends. Equal when there are no samples. Packed audio: from its ID3 tag.
  Ticks90k start{};
  Ticks90k end{};
  // What the samples of that track last together, which is what EXTINF and a part's DURATION state. Where pictures are
  // shown in another order than they are decoded in, a part's `end` - `start` is more than that.
  Ticks90k duration{};
};

// A segment or a part as it was fetched, and what its playlist says of it.
struct MediaPiece {
  std::string_view url;
  ByteView bytes;
  bool is_part = false;
  bool discontinuity = false;  // EXT-X-DISCONTINUITY stands between it and the piece that was given before
  // It comes right behind the piece given before. False for the first, and when some between were not fetched: then
  // nothing is said about how they go together.
  bool follows = false;
  // INDEPENDENT=YES on the part; EXT-X-INDEPENDENT-SEGMENTS for a segment.
  bool independent = false;
};

// One for each rendition and kind of piece: segments are judged by one and parts by another, as both follow one another
// among themselves. Not thread-safe.
class MediaJudge {
 public:
  MediaJudge();
  ~MediaJudge();
  MediaJudge(MediaJudge&&) noexcept;
  MediaJudge& operator=(MediaJudge&&) noexcept;

  // The initialisation section (EXT-X-MAP) of the pieces to come, until the next one; again is no fault. Its facts have
  // tracks without samples.
  MediaFacts on_init(std::string_view url, ByteView bytes, const Report& report);
  MediaFacts on_piece(const MediaPiece& piece, const Report& report);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reports when a segment of fragmented MP4 does not have exactly the samples of its parts (draft-pantos-hls-rfc8216bis
// 3.2); `parts` are the facts of all of them, in order.
void compare_with_parts(std::string_view segment_url, const MediaFacts& segment, std::span<const MediaFacts> parts,
                        const Report& report);

// Whether `stated`, one item of a CODECS attribute, names what `track` is: letter case where it means nothing, optional
// fields of AV1 and VP9 that are left out, and SBR that MPEG-TS does not signal are no difference.
bool codec_matches(std::string_view stated, const TrackFacts& track);

}  // namespace sluice::check
