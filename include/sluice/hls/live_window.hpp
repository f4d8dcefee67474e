// LiveWindow: the live HLS view of one playlist (an epoch, over every session that resumed it), made from entries.
//
// Entries go in, in the order of media/entry.hpp; playlists, initialisation sections, segments and parts come out, for
// both containers. Bytes are rendered when they are first asked for and kept with the segment while it is listed;
// playlist texts are built once a change and shared. A container that can carry none of the tracks has no playlist; a
// segment of which a container can carry nothing is an EXT-X-GAP in it.
//
// With a part target (media::Cut::part_target) the fMP4 playlist is a low-latency one, see docs/low-latency.md: it
// names parts as they come, and the one that comes next. A part and its segment share the same bytes.
//
// Loop thread only. Told the time: expired segments are dropped by on_time().
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/base/payload.hpp"
#include "sluice/base/time.hpp"
#include "sluice/hls/bandwidth_meter.hpp"
#include "sluice/hls/frame_rate_meter.hpp"
#include "sluice/hls/media_playlist.hpp"
#include "sluice/hls/renderer.hpp"
#include "sluice/hls/route.hpp"
#include "sluice/hls/segment_list.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::hls {

// The text of a playlist as it stood at one moment: it never changes.
struct PlaylistText {
  std::string text;
  // What whoever serves it has made of the text (an entity tag, a compressed form), to make it once. Loop thread only.
  mutable std::shared_ptr<const void> served;
};

// What became of a request for media.
struct Fetched {
  enum class Status {
    found,
    unknown,   // no such resource, or not yet
    expected,  // the part that the playlist says comes next
    gone,      // there was one, its time is over
    failed,    // it could not be rendered: `fault`
  };
  Status status = Status::unknown;
  std::vector<Payload> pieces;  // the bytes are their concatenation
  std::string fault;

  std::size_t size() const;
};

// Whether a playlist has what a request wants it to have (draft-pantos-hls-rfc8216bis, section 6.2.5.2).
enum class Listed {
  yes,
  not_yet,
  too_far,  // ahead of what may be asked for
};

struct RenderCounts {
  std::uint64_t inits = 0;
  std::uint64_t fmp4_parts = 0;
  std::uint64_t ts_segments = 0;
  std::uint64_t failures = 0;
};

// For the status page and the API.
struct WindowInfo {
  std::vector<media::Track> tracks;  // of the newest Period that has media
  std::optional<std::uint64_t> last_msn;
  std::size_t listed_segments = 0;
  Ticks90k listed_duration{};
  std::uint64_t bits_per_second = 0;  // of the media of the newest segment that is no gap
  media::FrameRate frame_rate;        // numerator 0: not known, or no video
  Millis part_target{};               // of the low-latency playlist; 0: there is none
};

class LiveWindow {
 public:
  struct Options {
    // How much a playlist lists, at least three target durations.
    Micros window = Seconds(30);
    // Playlists are served from so many segments on, low-latency ones from the first, or when the stream has ended.
    std::size_t start_segments = 3;
    // Gaps listed beyond the window while a publisher is away; past it the oldest media goes too.
    Micros gaps_max = std::chrono::minutes(10);
    // How long an ended playlist can be fetched at least, however little it lists.
    Micros ended_min = std::chrono::minutes(1);
  };

  // `renderer` must outlive the window.
  LiveWindow(const Options& options, StreamName name, SessionId epoch, Renderer& renderer);

  // The entries that follow are of this session.
  void on_session(const SessionId& session);
  void on_entry(const media::Entry& entry, MonoTime now);
  // The publisher has left: no part is expected until the next entries.
  void on_away();
  // All entries so far come from the recording: another process may have listed every segment of them as whole.
  void on_restored();
  // Drops what can no longer be fetched.
  void on_time(MonoTime now);
  // The playlist has ended (EXT-X-ENDLIST); no entry may follow. What it lists stays for as long as it lasts.
  void finish(MonoTime now);

  const StreamName& name() const { return name_; }
  const SessionId& epoch() const { return epoch_; }
  bool ended() const { return ended_at_.has_value(); }
  // EXT-X-TARGETDURATION; 0 before the first segment.
  Seconds target_duration() const { return target_duration_; }
  // Ended, and nothing of it can be fetched any more.
  bool expired() const { return expired_; }
  // There is, or will be as things stand, a playlist in this container.
  bool carries(media::Container container) const;
  // The playlists of this container can be served. Once true it stays so until expired().
  bool playable(media::Container container) const;
  // The media playlist of this container names parts.
  bool low_latency(media::Container container) const;
  // A low-latency playlist that names no part behind its last segment, which is whole.
  bool ends_with_segment() const;

  // Null unless playable(). `delta`: what a delta update says; it is the whole playlist, the same object, where there
  // is nothing to leave out.
  std::shared_ptr<const PlaylistText> media_playlist(media::Container container, bool delta = false);
  // Whether the media playlist has segment `msn` whole, or the part of it that is asked for, or anything later.
  // Playlists that have ended or name no parts are not waited for: they always do.
  Listed is_listed(media::Container container, std::uint64_t msn, std::optional<std::uint64_t> part) const;
  // `prefix` stands before the media playlist's URI: "" for a multivariant playlist beside it, "fmp4/" from one level
  // up.
  std::shared_ptr<const PlaylistText> multivariant(media::Container container, std::string_view prefix);

  Fetched init(const SessionId& session, std::uint64_t period);
  // `added` as in SegmentName.
  Fetched segment(media::Container container, const SessionId& session, std::uint64_t msn, bool added = false);
  // `fragment` and `added` as in PartName.
  Fetched part(const SessionId& session, std::uint64_t period, std::uint64_t fragment, bool added);
  // It is the part that the playlist says comes next: part() would say so, too, but makes the part when it is there.
  bool expects(const SessionId& session, std::uint64_t period, std::uint64_t fragment, bool added) const;
  // The newest key frame that is listed, as a fMP4 file of this one frame: a picture for whoever can decode it. Made
  // anew each time.
  Fetched picture();

  // Packets and rendered bytes held.
  std::size_t memory_bytes() const;
  const RenderCounts& renders() const { return renders_; }
  WindowInfo info() const;

 private:
  // The initialisation section of a Period that has parts.
  struct PeriodInit {
    std::shared_ptr<const PeriodInfo> period;
    std::uint64_t last_msn = 0;
    std::vector<Payload> first_frames;  // as in PeriodInfo, as far as they have come
    std::optional<Payload> bytes;
    std::optional<Error> fault;  // until another of the first frames comes

    void add_first_frames(const std::vector<media::Packet>& packets);
  };
  struct Multivariant {
    std::string prefix;
    std::uint64_t built_at = 0;  // the change_count_ it was last looked at
    std::shared_ptr<const PlaylistText> text;
  };
  struct HeldPart {
    Segment* segment;
    std::size_t index;
  };
  // What belongs to one container.
  struct View {
    bool carried = false;  // some segment is
    BandwidthMeter meter;
    std::shared_ptr<const PlaylistText> media;  // null: to be built
    std::shared_ptr<const PlaylistText> delta;
    std::vector<Multivariant> multivariants;
  };

  View& view(media::Container container) { return views_[container == media::Container::fmp4 ? 0 : 1]; }
  const View& view(media::Container container) const { return views_[container == media::Container::fmp4 ? 0 : 1]; }

  void on(const media::Period& period, MonoTime now);
  void on(const media::Track& track, MonoTime now);
  void on(const media::Packet& packet, MonoTime now);
  void on(const media::Cut& cut, MonoTime now);
  void on(const media::Gap& gap, MonoTime now);
  void on(const media::Data& data, MonoTime now);
  void on(const media::End& end, MonoTime now);

  std::shared_ptr<const PeriodInfo> make_period() const;
  void add_part(const media::Cut& cut);
  void expect(std::optional<std::uint64_t> fragment);
  void close_segment(MonoTime now);
  void list(Segment segment, MonoTime now);
  void measure(const Segment& segment);
  void changed();
  void part_changed();

  std::vector<PlaylistPart> parts_of(const Segment& segment) const;
  bool last_is_open() const;
  LowLatency live_edge(const PeriodInfo* mapped) const;
  PlaylistSegment open_line(const Segment& segment, const PeriodInfo* mapped) const;
  std::uint64_t skippable(media::Container container) const;
  std::string media_text(media::Container container, std::uint64_t skipped) const;
  std::string multivariant_text(media::Container container, std::string_view prefix) const;

  std::optional<HeldPart> find_part(const PartName& name);
  bool was_part(const PartName& name) const;
  const Rendered& render_part(Segment& segment, std::size_t index);
  Fetched joined_parts(Segment& segment);
  Fetched ts_segment(Segment& segment);

  Options options_;
  StreamName name_;
  SessionId epoch_;
  Renderer& renderer_;

  SessionId session_;
  media::Period period_;
  std::vector<media::Track> tracks_;
  std::shared_ptr<const PeriodInfo> period_info_;  // null until the Period's first Cut
  std::vector<media::Packet> packets_;             // since the last Cut
  Segment open_;                                   // the one that is not complete, when it has parts
  std::optional<std::uint64_t> next_fragment_;     // of period_info_
  std::optional<std::uint64_t> expected_;          // the same while the Period goes on, as far as is known
  std::uint64_t shown_msn_ = 0;                    // the last segment that a low-latency playlist said was whole
  Seconds target_duration_{};
  std::optional<Millis> part_target_;  // none before the first Cut; 0: no playlist names parts

  SegmentList segments_;
  std::deque<PeriodInit> inits_;
  std::array<View, 2> views_;
  FrameRateMeter frame_rate_;
  std::uint64_t bits_per_second_ = 0;
  bool independent_ = true;         // every segment so far began with a random access point
  bool started_ = false;            // start_segments were listed, or it ended with any
  std::uint64_t change_count_ = 0;  // of the segments that are listed
  std::optional<MonoTime> ended_at_;
  bool expired_ = false;
  RenderCounts renders_;
};

}  // namespace sluice::hls
