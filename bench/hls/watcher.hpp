// Follows one playlist closely and tells, for each marked frame, how long after it was sent its segment was listed. The
// segments that the first playlist lists are left out.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/histogram.hpp"
#include "common/loop.hpp"
#include "hls/http_connection.hpp"
#include "hls/playlist.hpp"

namespace sluice::bench {

struct WatcherStats {
  Histogram listed;        // from a frame's send until the playlist that names its segment had arrived
  Histogram fetched;       // until that segment had arrived too
  Histogram newest_frame;  // as `listed`, of each segment's newest frame only: what closing the segment took
  std::uint64_t segments = 0;
  std::uint64_t frames = 0;
  std::map<std::string, int> errors;
};

class Watcher : public Pollable {
 public:
  /// `sent_at[N]` is when frame N was handed to the kernel; it grows while the watcher runs.
  Watcher(Loop& loop, const Target& target, std::int64_t poll_us, const std::vector<std::int64_t>& sent_at,
          WatcherStats& stats)
      : loop_(loop),
        http_(loop, target, http_stats_),
        path_(target.path),
        poll_us_(poll_us),
        sent_at_(sent_at),
        stats_(stats) {}

  void on_event(std::uint32_t) override {}
  void on_timer(std::int64_t) override { poll(); }

 private:
  struct Listed {
    std::string path;
    std::int64_t listed_at;
  };
  void poll();
  void on_playlist_result(HttpResult& result);
  void fetch_segment();
  void take_segment(const Listed& listed, const HttpResult& result);

  Loop& loop_;
  HttpStats http_stats_;
  HttpConnection http_;
  std::string path_;
  std::int64_t poll_us_;
  const std::vector<std::int64_t>& sent_at_;
  WatcherStats& stats_;
  std::deque<Listed> queue_;
  std::vector<bool> seen_;
  std::int64_t last_number_ = -1;
};

}  // namespace sluice::bench
