// A multivariant playlist with one variant as plain values, and its text (draft-pantos-hls-rfc8216bis, section 4.4.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/hls/part.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::hls {

struct VideoAttributes {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  media::FrameRate frame_rate;  // numerator 0: not known
  media::VideoRange range = media::VideoRange::sdr;
};

struct MultivariantPlaylist {
  std::string uri;
  std::uint64_t bandwidth = 0;          // bits a second
  std::uint64_t average_bandwidth = 0;  // bits a second
  std::vector<std::string> codecs;      // RFC 6381, every format the media playlist lists
  std::optional<VideoAttributes> video;
};

// Adds the formats of a Period that `container` carries, video first, where they are not in `codecs` yet.
void add_codecs(media::Container container, const PeriodInfo& period, std::vector<std::string>& codecs);

std::string to_text(const MultivariantPlaylist& playlist);

// "29.970": three decimals, as FRAME-RATE is written.
std::string to_decimal(media::FrameRate rate);

}  // namespace sluice::hls
