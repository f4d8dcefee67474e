// rtmp-publish: publishers that loop an FLV file.
#include <cstdio>
#include <memory>
#include <vector>

#include "common/arguments.hpp"
#include "common/process.hpp"
#include "rtmp/publisher.hpp"

using namespace sluice::bench;

namespace {

Json report(const PublishStats& stats, const LoopedMedia& media, double wall_s, int live) {
  const double passes = static_cast<double>(stats.video_frames) / static_cast<double>(media.video_frames_per_pass());
  Json errors;
  for (const auto& [why, count] : stats.errors) errors.add(why, count);
  Json out;
  out.add("tool", "rtmp-publish").add("wall_s", wall_s).add("connected", stats.connected);
  out.add("failed", stats.failed).add("dropped", stats.dropped).add("live_at_end", live);
  out.add("bytes", stats.bytes).add("stream_s", passes * media.period_ms / 1000.0).add("send_stalls", stats.stalls);
  out.add("lateness", stats.lateness.json()).add("setup", stats.setup.json());
  out.add("own_cpu_s", own_cpu_s()).add("errors", errors);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("rtmp-publish: concurrent RTMP publishers looping an FLV file, on this machine only.");
  arguments.add("url", "rtmp://127.0.0.1:1935/live/s%d", "where to; %d is the publisher's number, from --first");
  arguments.add("file", "sd.flv", "FLV with AVC and AAC");
  arguments.add("count", "1", "publishers");
  arguments.add("first", "0", "number of the first");
  arguments.add("duration", "30", "seconds from the start of the run");
  arguments.add("ramp", "0", "seconds over which they start");
  arguments.add("speed", "1", "1 = real time, 0 = as fast as possible");
  arguments.parse(argc, argv);

  raise_descriptor_limit();
  stop_on_signals();
  Publisher::Config config;
  config.target = parse_target(arguments.text("url"), "rtmp");
  const auto slash = config.target.path.rfind('/');
  if (slash == 0 || slash + 1 == config.target.path.size()) die("the URL needs /APP/NAME");
  const auto name = config.target.path.substr(slash + 1);
  config.target.path.resize(slash);
  config.speed = arguments.real("speed", 0, 100);
  const auto count = arguments.whole("count", 1, 20000);
  const auto ramp_us = arguments.real("ramp", 0, 600) * 1e6;

  auto media = load_media(arguments.text("file"), Marks::none);
  Loop loop;
  PublishStats stats;
  std::vector<std::unique_ptr<Publisher>> publishers;
  const auto begin = now_us();
  std::int64_t down = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    config.name = with_index(name, arguments.whole("first", 0, 1'000'000) + i);
    publishers.push_back(std::make_unique<Publisher>(loop, media, stats, config));
    publishers.back()->on_down = [&] {
      if (++down == count) loop.stop();
    };
    const auto delay = ramp_us * static_cast<double>(i) / static_cast<double>(count);
    loop.call_at(begin + static_cast<std::int64_t>(delay), publishers.back().get());
  }
  loop.run(begin + static_cast<std::int64_t>(arguments.real("duration", 0, 3600) * 1e6));
  const auto wall_s = static_cast<double>(now_us() - begin) / 1e6;
  int live = 0;
  for (const auto& publisher : publishers) live += publisher->is_live() ? 1 : 0;
  for (const auto& publisher : publishers) publisher->finish();
  report(stats, media, wall_s, live).print();
  return stats.failed + stats.dropped > 0 ? 1 : 0;
}
