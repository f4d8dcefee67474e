// hls-follow: low-latency players of one live stream.
#include <memory>
#include <vector>

#include "common/arguments.hpp"
#include "common/process.hpp"
#include "hls/follower.hpp"

using namespace sluice::bench;

namespace {

Json report(const FollowerStats& stats, double wall_s, int following) {
  Json kinds;
  std::uint64_t errors = 0;
  for (const auto& [what, count] : stats.errors) {
    kinds.add(what, count);
    errors += count;
  }
  Json out;
  out.add("tool", "hls-follow").add("wall_s", wall_s).add("following", following);
  out.add("answers", stats.answers).add("late", stats.late).add("parts", stats.parts);
  out.add("part_bytes", stats.part_bytes).add("bytes", stats.http.bytes).add("connects", stats.http.connects);
  out.add("answer_delay", stats.answer.json()).add("part_delay", stats.part.json());
  out.add("errors", errors).add("error_kinds", kinds).add("own_cpu_s", own_cpu_s());
  return out;
}

// Tells all to reload at once, again and again.
class Metronome : public Pollable {
 public:
  Metronome(Loop& loop, std::int64_t every_us, const std::vector<std::unique_ptr<Follower>>& followers)
      : loop_(loop), every_us_(every_us), followers_(followers) {}
  void on_event(std::uint32_t) override {}
  void on_timer(std::int64_t) override {
    const auto now = now_us();
    for (const auto& follower : followers_) follower->poll(now);
    loop_.call_at(now + every_us_, this);
  }

 private:
  Loop& loop_;
  std::int64_t every_us_;
  const std::vector<std::unique_ptr<Follower>>& followers_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("hls-follow: low-latency players of one live stream, on this machine only.");
  arguments.add("url", "http://127.0.0.1:8080/live/s0/fmp4/index.m3u8", "multivariant playlist");
  arguments.add("count", "1", "players");
  arguments.add("duration", "10", "seconds from the start of the run");
  arguments.add("ramp", "1", "seconds over which they start");
  arguments.add("delta", "0", "1: they ask for delta updates");
  arguments.add("parts", "0", "1: they fetch the hinted parts, each over a second connection");
  arguments.add("poll", "0", "milliseconds; not 0: they do not wait for parts, but all reload at once so often");
  arguments.parse(argc, argv);

  raise_descriptor_limit();
  stop_on_signals();
  const auto target = parse_target(arguments.text("url"), "http");
  const auto count = arguments.whole("count", 1, 50000);
  const auto ramp_us = arguments.real("ramp", 0, 600) * 1e6;
  const auto poll_us = arguments.whole("poll", 0, 60000) * 1000;
  Follower::Options options;
  options.delta = arguments.whole("delta", 0, 1) == 1;
  options.parts = arguments.whole("parts", 0, 1) == 1;
  options.polls = poll_us > 0;

  Loop loop;
  const auto stats = std::make_unique<FollowerStats>();
  std::vector<std::unique_ptr<Follower>> followers;
  const auto begin = now_us();
  for (std::int64_t i = 0; i < count; ++i) {
    followers.push_back(std::make_unique<Follower>(loop, target, options, *stats));
    const auto delay = ramp_us * static_cast<double>(i) / static_cast<double>(count);
    loop.call_at(begin + static_cast<std::int64_t>(delay), followers.back().get());
  }
  Metronome metronome(loop, poll_us, followers);
  if (options.polls) loop.call_at(begin + static_cast<std::int64_t>(ramp_us) + poll_us, &metronome);
  loop.run(begin + static_cast<std::int64_t>(arguments.real("duration", 0, 3600) * 1e6));
  int following = 0;
  for (const auto& follower : followers) following += follower->follows() ? 1 : 0;
  report(*stats, static_cast<double>(now_us() - begin) / 1e6, following).print();
  return stats->errors.empty() ? 0 : 1;
}
