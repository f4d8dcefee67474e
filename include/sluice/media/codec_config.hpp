// What a decoder must know before the first frame, parsed from the configuration record a publisher sends.
//
// `record` is kept byte for byte as it came: AVCDecoderConfigurationRecord, HEVCDecoderConfigurationRecord,
// AV1CodecConfigurationRecord, VPCodecConfigurationRecord (the 4 version/flags bytes included where sent),
// AudioSpecificConfig, OpusHead, "fLaC" + STREAMINFO. Codecs without a record (MP3, AC-3, E-AC-3) are described from
// their first frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/base/payload.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::media {

enum class VideoRange : std::uint8_t { sdr = 0, pq = 1, hlg = 2 };

struct FrameRate {
  std::uint32_t numerator = 0;
  std::uint32_t denominator = 1;
  friend bool operator==(const FrameRate&, const FrameRate&) = default;
};

// Code points of ISO/IEC 23091-2, as every sequence header writes them; 2 means not stated.
struct Colour {
  std::uint8_t primaries = 2;
  std::uint8_t transfer = 2;
  std::uint8_t matrix = 2;
  bool full_range = false;
  friend bool operator==(const Colour&, const Colour&) = default;
};

struct VideoFormat {
  std::uint32_t width = 0;  // luma samples after cropping
  std::uint32_t height = 0;
  std::optional<FrameRate> frame_rate;  // from the sequence header's timing, when it is there and sane (1 to 240 fps)
  VideoRange range = VideoRange::sdr;
  Colour colour;
  std::uint32_t pixel_width = 1;  // of one pixel, relative to pixel_height: 1 by 1 unless the header states otherwise
  std::uint32_t pixel_height = 1;
  std::uint8_t nal_length_size = 0;  // 1, 2 or 4 for h264, hevc and vvc; 0 for the others
};

struct AudioFormat {
  std::uint32_t sample_rate = 0;  // of the output, SBR included
  std::uint32_t channels = 0;
  std::uint32_t samples_per_frame = 0;  // at sample_rate; 0 when a frame's length varies (Opus, FLAC)
};

struct CodecConfig {
  Codec codec = Codec::unknown;
  Payload record;
  std::string rfc6381;  // "avc1.64001f", "mp4a.40.2", "opus": what CODECS lists; empty for codecs HLS does not carry
  VideoFormat video;    // of a video codec
  AudioFormat audio;    // of an audio codec
};

// Parses a configuration record. `record` may be empty for codecs that have none and for Opus; then defaults are given
// until describe_from_frame() fills them. Fails on a record that cannot be decoded from.
Result<CodecConfig> parse_codec_config(Codec codec, Payload record);

// For MP3, AC-3, E-AC-3 and Opus without a record: the configuration that the header of this frame states.
Result<CodecConfig> describe_from_frame(Codec codec, ByteView frame);

// Adds what a configuration record may leave to the key frames: the picture's size of VP9 (always) and of AV1 (when
// av1C has no sequence header). Does nothing when the size is known or the frame does not say it.
void describe_picture(CodecConfig& config, ByteView key_frame);

// The avcC record with the parameter sets that this H.264 key frame carries in-band, when its sequence parameter set is
// not the one in `config` (RTMP checklist MT-15); empty when nothing differs.
Payload changed_record(const CodecConfig& config, ByteView key_frame);

// Same decoder set-up: same codec, record, sample rate and channels, so that a repeated sequence header is no change.
bool same_config(const CodecConfig& left, const CodecConfig& right);

// Samples in this frame at `config.audio.sample_rate`; the constant for codecs that have one, read from the frame's own
// header for Opus (TOC), FLAC, MP3, AC-3, E-AC-3. 0 when it cannot be told.
std::uint32_t samples_in_frame(const CodecConfig& config, ByteView frame);

// True when this access unit can start a segment whatever `flagged` (the container's key frame flag) says or does not:
// IDR for h264, IRAP for hevc (NAL length prefixed, RTMP checklist MT-08); the flag itself for codecs whose frames
// carry no cheap answer. A unit whose NAL lengths overrun it is an Error (MT-04).
Result<bool> is_random_access(const CodecConfig& config, ByteView unit, bool flagged);

}  // namespace sluice::media
