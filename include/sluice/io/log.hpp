// The log of the process: events with fields, one line each on standard output.
//
// log_event() formats the line and hands it to a writer thread; when standard output blocks, the oldest waiting lines
// are dropped and counted, and nobody else waits. Events that come in floods are counted and told once a second
// (RepeatFilter). Keys and tokens never go in, not even at debug.
//
// Any thread may log. Before start_log() and after stop_log(), lines go nowhere.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "sluice/io/log_format.hpp"
#include "sluice/io/repeat_filter.hpp"

namespace sluice::io {

struct LogOptions {
  Level level = Level::info;
  LogFormat format = LogFormat::json;
  // Lines that may wait for a standard output that is slow.
  std::size_t queue_lines = 8192;
  // What lines are written to.
  int descriptor = 1;
  // Takes the place of the descriptor and of the writer thread: called with each line, under a lock, by whoever logs.
  std::function<void(std::string_view line)> sink = {};
  RepeatFilter::Options repeats = {};
};

// Starts the log, or starts it anew with other options.
void start_log(LogOptions options);
// Tells of repeats held back, waits at most `patience` until everything is written, and ends the log. A writer that
// still hangs in a blocked write is left behind.
void stop_log(Millis patience);

void log_event(Level level, std::string_view event, std::string_view message, std::initializer_list<Field> fields = {});

// Whether a line of this level would be written: worth asking where gathering the fields costs something.
bool log_enabled(Level level);
void set_log_level(Level level);

// Tells of repeats whose window is over. Call it about once a second: a flood that has ended logs nothing by itself.
void tell_repeats();

struct LogStats {
  std::array<std::uint64_t, kLevelCount> lines{};  // by level; repeats held back are in it
  std::uint64_t dropped = 0;                       // because standard output was slow, or failed
};
LogStats log_stats();

std::optional<Level> parse_level(std::string_view text);
// text when standard output is a terminal, else json.
LogFormat default_log_format();

}  // namespace sluice::io
