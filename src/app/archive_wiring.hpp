// Time-shift and VOD, wired: what reads the recordings, the thread it does so on, and what answers requests with it.
// Private to app.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "sluice/app/config.hpp"
#include "sluice/hls/archive_views.hpp"
#include "sluice/io/worker_pool.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/net/archive_handler.hpp"
#include "sluice/store/archive_reader.hpp"

namespace sluice::app {

class ArchiveService {
 public:
  // Jobs that wait for the thread or run on it.
  static constexpr std::size_t kJobsMax = 256;

  // The references must outlive it.
  ArchiveService(boost::asio::any_io_executor loop, const Config& config, hls::Renderer& renderer, live::Hub& hub);

  net::ArchiveHandler& handler() { return handler_; }
  bool busy() const { return worker_.pending() > 0; }

 private:
  store::ArchiveReader reader_;
  hls::ArchiveViews views_;
  io::WorkerPool worker_;
  net::ArchiveHandler handler_;
};

}  // namespace sluice::app
