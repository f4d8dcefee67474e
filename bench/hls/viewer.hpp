// One viewer of a live stream: follows the media playlist, fetches each new segment once, over one kept-alive
// connection.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "common/histogram.hpp"
#include "common/loop.hpp"
#include "hls/http_connection.hpp"
#include "hls/playlist.hpp"

namespace sluice::bench {

/// Of all viewers of a tool together.
struct ViewerStats {
  std::uint64_t playlists = 0;
  std::uint64_t unchanged = 0;  // playlists that listed nothing new
  std::uint64_t segments = 0;
  std::uint64_t stalls = 0;       // nothing new in three target durations
  std::uint64_t skipped = 0;      // segments that slid out of the window unseen
  std::uint64_t regressions = 0;  // times the media sequence went back
  Histogram playlist;             // from the request to the last byte
  Histogram segment;              // likewise
  std::map<std::string, std::uint64_t> errors;
  HttpStats http;
};

class Viewer : public Pollable {
 public:
  /// `target.path` is a media playlist, or a multivariant one whose first variant is then watched. It starts at its
  /// first timer.
  Viewer(Loop& loop, const Target& target, ViewerStats& stats)
      : loop_(loop), http_(loop, target, stats.http), path_(target.path), stats_(stats) {}

  bool has_played() const { return last_new_at_ != 0; }

  void on_event(std::uint32_t) override {}
  void on_timer(std::int64_t now) override;

 private:
  void fetch_playlist();
  void on_playlist_result(HttpResult& result);
  void on_playlist(const Playlist& playlist);
  bool queue_new(const Playlist& playlist);
  void note_stall(std::int64_t now);
  void fetch_segment();
  void wait_for_reload();
  void retry_later(const std::string& error);

  Loop& loop_;
  HttpConnection http_;
  std::string path_;
  std::string map_;
  ViewerStats& stats_;
  std::deque<std::string> queue_;
  std::int64_t last_number_ = -1;
  std::int64_t last_new_at_ = 0;
  std::int64_t reload_at_ = 0;
  double target_s_ = 2;
  bool is_stalled_ = false;
};

}  // namespace sluice::bench
