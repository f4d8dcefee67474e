#include "sluice/app/serve.hpp"

#include <sys/resource.h>

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

// Each connection and recording is a descriptor, and the usual soft limit of 1024 would be reached long before our own.
void raise_descriptor_limit(const Config& config) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::uint64_t wanted =
      std::uint64_t{config.limits.http_connections} + config.limits.rtmp_connections + 2 * config.lifecycle.slots + 64;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted) {
    io::log_event(io::Level::warn, "descriptor_limit",
                  "the process may open fewer files than its limits allow connections",
                  {{"descriptors", static_cast<std::uint64_t>(limit.rlim_cur)}, {"wanted", wanted}});
  }
}

int run(const Config& config) {
  raise_descriptor_limit(config);
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
