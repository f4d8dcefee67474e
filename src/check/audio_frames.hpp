// Audio frames that carry their own length: ADTS, MP3, AC-3 and E-AC-3, as MPEG-TS and packed audio have them.
#pragma once

#include <cstdint>
#include <optional>

#include "sluice/base/bytes.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::check {

struct AudioFrame {
  std::size_t size = 0;  // header included
  std::uint32_t samples = 0;
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;        // 0 when the frame does not say it in its header
  std::uint8_t aac_object_type = 0;  // of ADTS: 2 is AAC LC
};

// What every header fits in.
inline constexpr std::size_t kAudioHeaderMax = 8;

// The frame that `bytes` begin with; its end may lie behind them. Nothing when there is no header of `codec`.
std::optional<AudioFrame> read_audio_frame(media::Codec codec, ByteView bytes);

}  // namespace sluice::check
