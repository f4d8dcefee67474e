// hls-view: viewers of live playlists.
#include <memory>
#include <vector>

#include "common/arguments.hpp"
#include "common/process.hpp"
#include "hls/viewer.hpp"

using namespace sluice::bench;

namespace {

Json report(const ViewerStats& stats, double wall_s, int playing) {
  Json kinds;
  std::uint64_t errors = 0;
  for (const auto& [what, count] : stats.errors) {
    kinds.add(what, count);
    errors += count;
  }
  Json out;
  out.add("tool", "hls-view").add("wall_s", wall_s).add("playing", playing);
  out.add("playlists", stats.playlists).add("unchanged", stats.unchanged).add("segments", stats.segments);
  out.add("errors", errors).add("stalls", stats.stalls).add("skipped", stats.skipped);
  out.add("regressions", stats.regressions).add("bytes", stats.http.bytes);
  out.add("connects", stats.http.connects).add("reuses", stats.http.reuses);
  out.add("playlist_latency", stats.playlist.json()).add("segment_latency", stats.segment.json());
  out.add("own_cpu_s", own_cpu_s()).add("error_kinds", kinds);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("hls-view: concurrent HLS viewers of live playlists, on this machine only.");
  arguments.add("url", "http://127.0.0.1:8080/live/s%d/index.m3u8", "playlist; %d is the stream's number, from 0");
  arguments.add("streams", "1", "streams over which the viewers are spread");
  arguments.add("count", "1", "viewers");
  arguments.add("duration", "30", "seconds from the start of the run");
  arguments.add("ramp", "1", "seconds over which they start");
  arguments.parse(argc, argv);

  raise_descriptor_limit();
  stop_on_signals();
  const auto target = parse_target(arguments.text("url"), "http");
  const auto count = arguments.whole("count", 1, 50000);
  const auto streams = arguments.whole("streams", 1, 50000);
  const auto ramp_us = arguments.real("ramp", 0, 600) * 1e6;

  Loop loop;
  const auto stats = std::make_unique<ViewerStats>();
  std::vector<std::unique_ptr<Viewer>> viewers;
  const auto begin = now_us();
  for (std::int64_t i = 0; i < count; ++i) {
    auto watched = target;
    watched.path = with_index(target.path, i % streams);
    viewers.push_back(std::make_unique<Viewer>(loop, watched, *stats));
    const auto delay = ramp_us * static_cast<double>(i) / static_cast<double>(count);
    loop.call_at(begin + static_cast<std::int64_t>(delay), viewers.back().get());
  }
  loop.run(begin + static_cast<std::int64_t>(arguments.real("duration", 0, 3600) * 1e6));
  int playing = 0;
  for (const auto& viewer : viewers) playing += viewer->has_played() ? 1 : 0;
  report(*stats, static_cast<double>(now_us() - begin) / 1e6, playing).print();
  return stats->errors.empty() ? 0 : 1;
}
