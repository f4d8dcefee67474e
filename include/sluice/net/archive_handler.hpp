// ArchiveHandler: what the media port serves from the recording: the playlists of time-shift, ranges and sessions, and
// media that no live window holds.
//
//   request ──▶ cache ──has it──▶ answered at once
//                 └──▶ job of that name ──there is one──▶ waits for it
//                                       └───────────────▶ begins one on the worker ──▶ cache, and all who wait
//
// All who ask for the same thing share one job; one who goes away ends nothing for the others. A job that nobody waits
// for any more when its turn comes is not done; playlists, which take the longest, leave jobs for media. A request
// waits for kWait at most, and `waiting_max` of them wait at a time. A body is counted until its last connection has
// sent it.
//
// Loop thread only; ArchiveViews is used on the worker.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "sluice/hls/archive_views.hpp"
#include "sluice/io/histogram.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/io/worker_pool.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/net/http_message.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/lru_cache.hpp"

namespace sluice::net {

struct ArchiveStats {
  std::uint64_t hits = 0;       // answered from the cache
  std::uint64_t shared = 0;     // waited for a job that another request had begun
  std::uint64_t refused = 0;    // 503: too many jobs or requests wait, or too much is being sent
  std::uint64_t timed_out = 0;  // 503: waited too long
  std::uint64_t inits = 0;      // rendered
  std::uint64_t segments = 0;   // rendered
  std::uint64_t parts = 0;      // rendered
  std::uint64_t playlists = 0;  // made
  std::uint64_t faults = 0;     // jobs that ended in a 500
  std::size_t waiting = 0;      // requests, now
};

struct ArchiveOutcome;

class ArchiveHandler {
 public:
  // Below the ten seconds after which hls.js gives up on the first byte of a playlist.
  static constexpr std::chrono::seconds kWait{8};

  struct Options {
    media::Container default_container = media::Container::fmp4;
    std::size_t cache_bytes = std::size_t{64} * 1024 * 1024;
    std::size_t waiting_max = 4096;
    // Jobs for playlists that wait or run: a quarter of what the worker takes, so that media keep room.
    std::size_t playlist_jobs_max = 64;
    // Nothing more is made while what was made takes so much: kept, or on its way to slow clients.
    std::size_t bodies_max = std::size_t{256} * 1024 * 1024;
  };

  // The references must outlive the handler, and `views` with what it uses the worker's last job.
  ArchiveHandler(boost::asio::any_io_executor executor, Options options, hls::ArchiveViews& views,
                 io::WorkerPool& worker, live::Hub& hub);

  // A playlist of the recording: ArchiveMultivariantName, ArchivePlaylistName.
  HttpReply playlist(const hls::Route& route);
  // InitName, SegmentName, PartName. `otherwise` is the answer when nothing of that name was ever recorded.
  HttpReply media(const hls::Route& route, HttpResponse otherwise);

  // What an earlier process left is in order: what nobody publishes has ended. Until then no playlist ends.
  void on_recovered() { recovered_ = true; }

  const ArchiveStats& stats() const { return *stats_; }
  std::size_t cache_bytes() const { return cache_.cost(); }
  std::size_t body_bytes() const { return *bodies_; }
  std::size_t remembered_playlists() const { return memories_.size(); }
  void collect(io::MetricsWriter& out) const;

 private:
  struct Answer {
    HttpResponse response;
    bool missing = false;
  };
  struct Cached {
    Answer answer;
    MonoTime fresh_until;
  };
  struct Job;

  HttpReply reply(const hls::Route& route, std::optional<HttpResponse> otherwise);
  std::shared_ptr<Job> join(const std::string& name);
  std::shared_ptr<Job> begin(const std::string& name, const hls::Route& route);
  const Cached* kept(const std::string& name);
  void finish(const std::string& name, Job& job, ArchiveOutcome outcome);
  void count(const ArchiveOutcome& outcome);
  hls::Growth growth(const StreamName& stream) const;
  static HttpResponse choose(const Answer& answer, const std::optional<HttpResponse>& otherwise);
  static boost::asio::awaitable<HttpResponse> wait(std::shared_ptr<Job> job, std::shared_ptr<ArchiveStats> stats,
                                                   std::optional<HttpResponse> otherwise);

  boost::asio::any_io_executor executor_;
  Options options_;
  hls::ArchiveViews& views_;
  io::WorkerPool& worker_;
  live::Hub& hub_;
  bool recovered_ = false;
  LruCache<Cached> cache_;
  LruCache<Cached> faults_;  // what is not a 200: made-up names must not make what is there leave the cache
  LruCache<hls::ArchiveMemory> memories_;
  std::unordered_map<std::string, std::shared_ptr<Job>> jobs_;
  std::size_t playlist_jobs_ = 0;
  std::shared_ptr<ArchiveStats> stats_ = std::make_shared<ArchiveStats>();
  std::shared_ptr<std::atomic<std::size_t>> bodies_ = std::make_shared<std::atomic<std::size_t>>(0);
  io::Histogram seconds_;
};

}  // namespace sluice::net
