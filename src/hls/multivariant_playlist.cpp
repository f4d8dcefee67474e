#include "sluice/hls/multivariant_playlist.hpp"

#include <algorithm>
#include <cstdio>

#include "sluice/hls/media_playlist.hpp"

namespace sluice::hls {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ",").append(name);
  return text;
}

std::string_view range_name(media::VideoRange range) {
  switch (range) {
    case media::VideoRange::sdr:
      return "SDR";
    case media::VideoRange::pq:
      return "PQ";
    case media::VideoRange::hlg:
      return "HLG";
  }
  return "SDR";
}

void append_video(std::string& text, const VideoAttributes& video) {
  if (video.width > 0 && video.height > 0) {
    text += ",RESOLUTION=" + std::to_string(video.width) + "x" + std::to_string(video.height);
  }
  if (video.frame_rate.numerator > 0) text += ",FRAME-RATE=" + to_decimal(video.frame_rate);
  if (video.range != media::VideoRange::sdr) text.append(",VIDEO-RANGE=").append(range_name(video.range));
  text += ",CLOSED-CAPTIONS=NONE";
}

}  // namespace

void add_codecs(media::Container container, const PeriodInfo& period, std::vector<std::string>& codecs) {
  for (const media::TrackKind kind : {media::TrackKind::video, media::TrackKind::audio}) {
    for (const media::Track& track : period.tracks) {
      const std::string& name = track.config.rfc6381;
      if (media::kind_of(track.config.codec) != kind || !is_packaged(container, track) || name.empty()) continue;
      if (std::find(codecs.begin(), codecs.end(), name) == codecs.end()) codecs.push_back(name);
    }
  }
}

std::string to_text(const MultivariantPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(kPlaylistVersion) + "\n";
  text += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(playlist.bandwidth);
  text += ",AVERAGE-BANDWIDTH=" + std::to_string(playlist.average_bandwidth);
  text += ",CODECS=\"" + joined(playlist.codecs) + "\"";
  if (playlist.video) append_video(text, *playlist.video);
  text += "\n" + playlist.uri + "\n";
  return text;
}

std::string to_decimal(media::FrameRate rate) {
  const std::uint64_t thousandths =
      (std::uint64_t{rate.numerator} * 1000 + rate.denominator / 2) / std::uint64_t{rate.denominator};
  char text[32];
  std::snprintf(text, sizeof text, "%llu.%03llu", static_cast<unsigned long long>(thousandths / 1000),
                static_cast<unsigned long long>(thousandths % 1000));
  return text;
}

}  // namespace sluice::hls
