#include "archive_wiring.hpp"

#include <algorithm>

#include "module_options.hpp"
#include "sluice/io/log.hpp"

namespace sluice::app {
namespace {

// What bodies made from recordings may take before no more are made: so many times limits.archive_cache, at least so
// much.
constexpr std::size_t kBodiesPerCache = 4;
constexpr std::size_t kBodiesMin = 64 * 1024 * 1024;

store::ArchiveReaderOptions reader_options(const Config& config) {
  store::ArchiveReaderOptions options;
  options.directory = config.record.directory;
  options.on_unreadable = [](const Error& error) {
    io::log_event(io::Level::warn, "recording_passed_over",
                  "a recording cannot be read; time-shift and VOD do without it", {{"error", error.message}});
  };
  return options;
}

hls::ArchiveViews::Options view_options(const Config& config) {
  hls::ArchiveViews::Options options;
  options.dvr_window = config.hls.dvr_window;
  options.resume_window = config.stream.resume_window;
  return options;
}

net::ArchiveHandler::Options handler_options(const Config& config) {
  net::ArchiveHandler::Options options;
  options.default_container = container_of(config.hls.container);
  options.cache_bytes = config.limits.archive_cache.bytes;
  options.bodies_max = std::max(kBodiesPerCache * options.cache_bytes, kBodiesMin);
  return options;
}

}  // namespace

ArchiveService::ArchiveService(boost::asio::any_io_executor loop, const Config& config, hls::Renderer& renderer,
                               live::Hub& hub)
    : reader_(reader_options(config)),
      views_(view_options(config), reader_, renderer),
      worker_(loop, 1, kJobsMax),
      handler_(loop, handler_options(config), views_, worker_, hub) {}

}  // namespace sluice::app
