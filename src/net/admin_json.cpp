#include "admin_json.hpp"

#include <string>
#include <utility>

#include "sluice/hls/live_window.hpp"

namespace sluice::net {
namespace json = boost::json;
namespace {

double rounded(double value, double steps) {
  return static_cast<double>(static_cast<std::int64_t>(value * steps + 0.5)) / steps;
}

json::object track_json(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  json::object object{{"kind", media::to_string(media::kind_of(config.codec))},
                      {"track", track.source_id},
                      {"codec", media::to_string(config.codec)},
                      {"rfc6381", config.rfc6381}};
  if (config.video.width > 0) {
    object["width"] = config.video.width;
    object["height"] = config.video.height;
  }
  if (config.audio.sample_rate > 0) {
    object["sample_rate"] = config.audio.sample_rate;
    object["channels"] = config.audio.channels;
  }
  return object;
}

}  // namespace

json::object stream_json(const live::Stream& stream, media::Container container, MonoTime now) {
  const hls::WindowInfo info = stream.window().info();
  json::object object{
      {"app", stream.name().app()},
      {"stream", stream.name().stream()},
      {"state", live::to_string(stream.state())},
      {"state_seconds", rounded(std::chrono::duration<double>(now - stream.state_since()).count(), 10)},
      {"epoch", stream.epoch().text()},
      {"session", stream.session() ? stream.session()->text() : ""},
      {"player", "/" + stream.name().path() + "/"},
      {"playlist", "/" + stream.name().path() + "/index.m3u8"},
      {"picture", "/api/v1/streams/" + stream.name().path() + "/picture"},
      {"playable", stream.window().playable(container)},
      {"silent_seconds", rounded(std::chrono::duration<double>(now - stream.last_packet()).count(), 10)},
      {"segments", info.listed_segments},
      {"listed_seconds", rounded(std::chrono::duration<double>(info.listed_duration).count(), 1000)},
      {"bits_per_second", info.bits_per_second},
      {"memory_bytes", stream.window().memory_bytes()}};
  object["last_msn"] = info.last_msn ? json::value(*info.last_msn) : json::value(nullptr);
  if (info.part_target.count() > 0) {
    object["part_seconds"] = std::chrono::duration<double>(info.part_target).count();
  }
  if (info.frame_rate.numerator > 0) {
    object["frame_rate"] = rounded(static_cast<double>(info.frame_rate.numerator) / info.frame_rate.denominator, 1000);
  }
  json::array tracks;
  for (const media::Track& track : info.tracks) tracks.push_back(track_json(track));
  object["tracks"] = std::move(tracks);
  return object;
}

json::object ends_json(const live::EndList& list) {
  json::array ends;
  for (const live::PublishEnd& end : list.newest_first()) {
    ends.push_back(json::object{{"app", end.name.app()},
                                {"stream", end.name.stream()},
                                {"session", end.session.text()},
                                {"ended", to_rfc3339(end.ended)},
                                {"seconds", rounded(std::chrono::duration<double>(end.lasted).count(), 1000)},
                                {"packets", end.packets},
                                {"bytes", end.bytes},
                                {"reason", end.reason},
                                {"detail", end.detail},
                                {"address", end.address}});
  }
  return {{"ends", std::move(ends)}};
}

json::object listeners_json(const std::vector<Listener>& list) {
  json::array listeners;
  for (const Listener& listener : list) {
    listeners.push_back(
        json::object{{"listener", listener.name}, {"address", listener.address}, {"port", listener.port}});
  }
  return {{"listeners", std::move(listeners)}};
}

}  // namespace sluice::net
