#include "sluice/app/serve.hpp"

#include <exception>

#include "daemon.hpp"
#include "sluice/io/log.hpp"

namespace sluice::app {
namespace {

io::Level level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return io::Level::debug;
    case LogLevel::info:
      return io::Level::info;
    case LogLevel::warn:
      return io::Level::warn;
    case LogLevel::error:
      return io::Level::error;
  }
  return io::Level::info;
}

io::LogFormat format_of(LogFormat format) {
  switch (format) {
    case LogFormat::automatic:
      return io::default_log_format();
    case LogFormat::text:
      return io::LogFormat::text;
    case LogFormat::json:
      return io::LogFormat::json;
  }
  return io::LogFormat::json;
}

int run(const Config& config) {
  try {
    Daemon daemon(config);
    return daemon.run();
  } catch (const std::exception& error) {
    io::log_event(io::Level::error, "failed", error.what());
    return 1;
  }
}

}  // namespace

int serve(const Config& config) {
  io::LogOptions options;
  options.level = level_of(config.log.level);
  options.format = format_of(config.log.format);
  io::start_log(std::move(options));
  const int exit_code = run(config);
  io::stop_log(Seconds(1));
  return exit_code;
}

}  // namespace sluice::app
