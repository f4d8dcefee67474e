#include "archive_wiring.hpp"

#include "module_options.hpp"

namespace sluice::app {
namespace {

store::ArchiveReaderOptions reader_options(const Config& config) {
  store::ArchiveReaderOptions options;
  options.directory = config.record.directory;
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
