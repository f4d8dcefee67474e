// A low-latency player: asks for the playlist with the next part and is answered when there is one, and fetches each
// hinted part before it is there. Or, to compare with, one that is told when to reload.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "common/histogram.hpp"
#include "common/loop.hpp"
#include "hls/http_connection.hpp"

namespace sluice::bench {

/// What comes next in a low-latency playlist, read from its text.
struct NextPart {
  bool is_valid = false;
  bool ended = false;
  std::uint64_t msn = 0;
  std::uint64_t part = 0;
  std::string variant;  // of a multivariant playlist
  std::string hint;     // URI of the part; empty when none is due

  std::pair<std::uint64_t, std::uint64_t> key() const { return {msn, part}; }
};
NextPart next_part(std::string_view playlist);

/// Of all followers of a tool together.
struct FollowerStats {
  std::uint64_t answers = 0;
  std::uint64_t parts = 0;
  std::uint64_t part_bytes = 0;
  std::uint64_t late = 0;  // playlists without the part that was asked for
  Histogram answer;        // behind the first of all who waited for the same part
  Histogram part;          // likewise
  std::map<std::string, std::uint64_t> errors;
  HttpStats http;

  std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> first_answer;
  std::map<std::string, std::int64_t> first_part;
};

class Follower : public Pollable {
 public:
  struct Options {
    bool delta = false;  // asks for delta updates
    bool parts = false;  // fetches the hinted parts
    bool polls = false;  // asks for the playlist as it is, at poll()
  };

  /// `target.path` is a multivariant playlist, whose first variant is followed. It starts at its first timer.
  Follower(Loop& loop, const Target& target, Options options, FollowerStats& stats)
      : loop_(loop),
        options_(options),
        playlists_(loop, target, stats.http),
        parts_(loop, target, stats.http),
        path_(target.path),
        stats_(stats) {}

  bool follows() const { return follows_; }
  /// Of one that polls: reloads now, `at` being when all were told to. Left out while the last answer is still out.
  void poll(std::int64_t at);

  void on_event(std::uint32_t) override {}
  void on_timer(std::int64_t) override { ask(path_); }

 private:
  void ask(const std::string& path);
  void on_answer(HttpResult& result);
  void take(const NextPart& next, const HttpResult& result);
  void fetch(const std::string& path);
  void fail(const std::string& what);

  Loop& loop_;
  Options options_;
  HttpConnection playlists_;
  HttpConnection parts_;
  std::string path_;
  FollowerStats& stats_;
  NextPart asked_;
  bool follows_ = false;
  bool is_asking_ = false;
  std::int64_t polled_at_ = 0;
  std::string fetching_;
  std::string next_fetch_;
};

}  // namespace sluice::bench
