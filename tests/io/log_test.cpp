#include "sluice/io/log.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>

#include "io/log_capture.hpp"

namespace sluice::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int write_end() const { return ends_[1]; }
  std::string read_some() {
    std::array<char, 4096> buffer;
    const ssize_t size = ::read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Log, WritesLinesOfTheLevelAndAbove) {
  LogCapture capture(Level::warn);
  log_event(Level::info, "quiet", "not shown");
  log_event(Level::warn, "loud", "shown", {{"field", 1}});
  EXPECT_THAT(capture.lines(), ElementsAre(HasSubstr(R"("event":"loud","message":"shown","field":1})")));
}

TEST(Log, TheLevelChangesWhileRunning) {
  LogCapture capture(Level::info);
  EXPECT_FALSE(log_enabled(Level::debug));
  set_log_level(Level::debug);
  EXPECT_TRUE(log_enabled(Level::debug));
  log_event(Level::debug, "detail", "shown");
  EXPECT_TRUE(capture.contains("detail"));
}

TEST(Log, FloodsAreCountedAndToldWhenTheLogEnds) {
  const LogStats before = log_stats();
  std::vector<std::string> lines;
  start_log({.sink = [&](std::string_view line) { lines.emplace_back(line); },
             .repeats = {.burst = 2, .window = Seconds(3600)}});
  for (int i = 0; i < 7; ++i) log_event(Level::error, "handshake_failed", "bad", {{"i", i}});
  stop_log(Millis(0));
  EXPECT_THAT(lines, ElementsAre(HasSubstr("\"i\":0"), HasSubstr("\"i\":1"), HasSubstr("\"repeated\":5")));
  const auto error = static_cast<std::size_t>(Level::error);
  EXPECT_EQ(log_stats().lines[error] - before.lines[error], 7u);
}

TEST(Log, NothingIsWrittenBeforeStartAndAfterStop) {
  EXPECT_FALSE(log_enabled(Level::error));
  log_event(Level::error, "lost", "nobody listens");
  { const LogCapture capture; }
  EXPECT_FALSE(log_enabled(Level::error));
}

TEST(Log, LinesReachTheDescriptorInOrder) {
  Pipe pipe;
  start_log({.descriptor = pipe.write_end()});
  log_event(Level::info, "one", "1");
  log_event(Level::info, "two", "2");
  stop_log(Seconds(10));
  const std::string written = pipe.read_some();
  EXPECT_LT(written.find("\"one\""), written.find("\"two\""));
  EXPECT_TRUE(written.ends_with("}\n"));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2);
}

// LG-03
TEST(Log, APipeNobodyReadsBlocksNobodyAndDropsAreCounted) {
  // The stuck thread writes to it for the rest of this process, so the pipe must never close.
  static Pipe& pipe = *new Pipe;
  const LogStats before = log_stats();
  start_log({.queue_lines = 16, .descriptor = pipe.write_end(), .repeats = {.burst = 1'000'000}});
  const std::string long_value(1000, 'x');
  for (int i = 0; i < 1000; ++i) log_event(Level::info, "flood", "line", {{"value", long_value}});
  EXPECT_GT(log_stats().dropped, before.dropped);
  stop_log(Millis(1));
  EXPECT_GT(log_stats().dropped, before.dropped);
}

TEST(Log, LevelsAreParsedByName) {
  EXPECT_EQ(parse_level("warn"), Level::warn);
  EXPECT_EQ(parse_level("WARN"), std::nullopt);
  EXPECT_EQ(parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace sluice::io
