// hls-latency: publishes one stream whose every video frame carries a number (an SEI message, which remuxers keep), and
// reports how long after a frame was sent the playlist named its segment.
#include <memory>
#include <vector>

#include "common/arguments.hpp"
#include "common/process.hpp"
#include "hls/watcher.hpp"
#include "rtmp/publisher.hpp"

using namespace sluice::bench;

namespace {

Json report(const PublishStats& published, const WatcherStats& watched, std::size_t frames_sent) {
  Json errors;
  for (const auto& [why, count] : published.errors) errors.add(why, count);
  for (const auto& [why, count] : watched.errors) errors.add(why, count);
  Json out;
  out.add("tool", "hls-latency").add("frames_sent", frames_sent).add("frames_seen", watched.frames);
  out.add("segments", watched.segments).add("listed", watched.listed.json());
  out.add("fetched", watched.fetched.json()).add("newest_frame", watched.newest_frame.json());
  out.add("send_lateness", published.lateness.json()).add("errors", errors);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("hls-latency: from a frame's send over RTMP until HLS lists it, on this machine only.");
  arguments.add("rtmp", "rtmp://127.0.0.1:1935/live/latency", "where to publish");
  arguments.add("hls", "http://127.0.0.1:8080/live/latency/index.m3u8", "the playlist of that stream");
  arguments.add("file", "sd.flv", "FLV with AVC and AAC");
  arguments.add("duration", "40", "seconds");
  arguments.add("poll-ms", "20", "how often the playlist is asked for");
  arguments.parse(argc, argv);

  raise_descriptor_limit();
  stop_on_signals();
  Publisher::Config config;
  config.target = parse_target(arguments.text("rtmp"), "rtmp");
  const auto slash = config.target.path.rfind('/');
  if (slash == 0 || slash + 1 == config.target.path.size()) die("the RTMP URL needs /APP/NAME");
  config.name = config.target.path.substr(slash + 1);
  config.target.path.resize(slash);
  config.tick_us = 1000;
  auto media = load_media(arguments.text("file"), Marks::every_video_frame);

  Loop loop;
  PublishStats published;
  Publisher publisher(loop, media, published, config);
  std::vector<std::int64_t> sent_at;
  publisher.on_frame_sent = [&](std::int64_t now) { sent_at.push_back(now); };
  publisher.on_down = [&] { loop.stop(); };
  const auto watched = std::make_unique<WatcherStats>();
  const auto poll_us = arguments.whole("poll-ms", 1, 10'000) * 1000;
  Watcher watcher(loop, parse_target(arguments.text("hls"), "http"), poll_us, sent_at, *watched);
  const auto begin = now_us();
  loop.call_at(begin, &publisher);
  loop.call_at(begin + 10 * poll_us, &watcher);
  loop.run(begin + static_cast<std::int64_t>(arguments.real("duration", 0, 3600) * 1e6));
  publisher.finish();
  report(published, *watched, sent_at.size()).print();
  return watched->frames > 0 && published.errors.empty() && watched->errors.empty() ? 0 : 1;
}
