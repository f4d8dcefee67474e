#include "sluice/io/log.hpp"

#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "log_writer.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::io {
namespace {

// Workers log too (a disk that fails), so this is one of the two places with a lock; it is held for a hand-over.
struct Log {
  std::mutex mutex;
  LogOptions options;
  RepeatFilter filter;
  std::unique_ptr<LogWriter> writer;
  bool started = false;
  LogStats stats;
  std::uint64_t dropped_before = 0;  // by writers that have ended
};

// kOff stands above every level: nothing is written before start_log().
constexpr int kOff = kLevelCount;
std::atomic<int> g_level = kOff;

Log& the_log() {
  static Log* const log = new Log;  // never destroyed: threads may log until the process ends
  return *log;
}

void write_line(Log& l, Level level, std::string_view event, std::string_view message, std::span<const Field> fields) {
  const std::string line = format_line(l.options.format, wall_now(), level, event, message, fields);
  if (l.options.sink) {
    l.options.sink(line);
  } else {
    l.writer->write(line);
  }
}

void write_repeats(Log& l, MonoTime now) {
  for (const RepeatFilter::Repeats& repeats : l.filter.take_repeats(now)) {
    const Field fields[] = {{"repeated", repeats.count}};
    write_line(l, repeats.level, repeats.event, repeats.message, fields);
  }
}

void end_writer(Log& l, Millis patience) {
  if (!l.started) return;
  write_repeats(l, MonoTime::max());
  if (l.writer) {
    l.writer->drain(patience);
    l.dropped_before += l.writer->dropped();
    l.writer.reset();
  }
  l.started = false;
}

}  // namespace

void start_log(LogOptions options) {
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  end_writer(l, Seconds(1));
  l.options = std::move(options);
  l.filter = RepeatFilter(l.options.repeats);
  if (!l.options.sink) l.writer = std::make_unique<LogWriter>(l.options.descriptor, l.options.queue_lines);
  l.started = true;
  g_level = static_cast<int>(l.options.level);
}

void stop_log(Millis patience) {
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  g_level = kOff;
  end_writer(l, patience);
}

void log_event(Level level, std::string_view event, std::string_view message, std::initializer_list<Field> fields) {
  if (!log_enabled(level)) return;
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  if (!l.started) return;
  const MonoTime now = mono_now();
  write_repeats(l, now);
  ++l.stats.lines[static_cast<std::size_t>(level)];
  if (l.filter.admit(level, event, message, now)) write_line(l, level, event, message, {fields.begin(), fields.size()});
}

bool log_enabled(Level level) { return static_cast<int>(level) >= g_level.load(std::memory_order_relaxed); }

void set_log_level(Level level) {
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  if (l.started) g_level = static_cast<int>(level);
}

void tell_repeats() {
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  if (l.started) write_repeats(l, mono_now());
}

LogStats log_stats() {
  Log& l = the_log();
  const std::scoped_lock lock(l.mutex);
  LogStats stats = l.stats;
  stats.dropped = l.dropped_before + (l.writer ? l.writer->dropped() : 0);
  return stats;
}

std::optional<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (text == to_string(level)) return level;
  }
  return std::nullopt;
}

LogFormat default_log_format() { return ::isatty(STDOUT_FILENO) == 1 ? LogFormat::text : LogFormat::json; }

}  // namespace sluice::io
