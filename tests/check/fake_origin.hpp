// FakeOrigin: a server of one presentation with a clock of its own, sound unless a test tampers with its answers.
//
// Media is packed AAC: segments of two seconds, parts of half a second. Live begins with segments 0 to 19 whole, a new
// part comes each half second, and the playlist lists twelve segments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "broken_playlists.hpp"
#include "sluice/check/session.hpp"

namespace sluice::check::testing {

struct Asked {
  std::string path;                  // "/live/x/video.m3u8"
  std::string query;                 // "_HLS_msn=20&_HLS_part=1"
  std::optional<std::uint64_t> msn;  // of the query
  std::optional<std::uint64_t> part;
  bool skip = false;
  bool is_playlist = false;
  bool is_segment = false;
  bool is_part = false;
  Request request;
  std::string field(const std::string& name) const;
};

inline bool is_get(const Asked& asked) {
  return !asked.request.head && asked.field("Range").empty() && asked.field("If-None-Match").empty();
}

struct Reply {
  Answer answer;
  Micros delay{20'000};  // until the first byte
  Micros body_takes{0};  // from there to the last
};

inline void edit(Answer& answer, const std::string& from, const std::string& to) {
  const std::string text = changed(answer.text(), from, to);
  answer.body.assign(text.begin(), text.end());
}

enum class Kind { low_latency, live, vod };

class FakeOrigin {
 public:
  // Called with every answer before it is given.
  using Tamper = std::function<void(const Asked& asked, Reply& reply)>;

  explicit FakeOrigin(Kind kind, Tamper tamper = {}) : kind_(kind), tamper_(std::move(tamper)) {}

  Reply serve(const Request& request, MonoTime now);
  // No part comes after this, counted from the start.
  void stall_at(Micros time) { stall_ = time; }

 private:
  void answer_playlist(const Asked& asked, MonoTime now, Reply& reply) const;
  void answer_media(const Asked& asked, MonoTime now, Reply& reply) const;
  std::int64_t parts_at(MonoTime now) const;                               // all there are
  std::optional<Micros> wait_for(std::int64_t parts, MonoTime now) const;  // nothing: never
  std::string playlist_at(std::int64_t parts, bool skip) const;

  Kind kind_;
  Tamper tamper_;
  std::optional<Micros> stall_;
};

// Runs a session against the origin until it has finished, in no time.
struct Checked {
  Findings findings;
  SessionSummary summary;
};
Checked run_check(FakeOrigin& origin, SessionOptions options = {}, const std::string& url = kUrl);

}  // namespace sluice::check::testing
