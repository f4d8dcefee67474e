// Session: one check of one presentation. It says what to load and when, through its agenda, and reports what is wrong
// with what comes. No socket, no clock.
//
// It loads the playlist at the address it is given and, when that is a multivariant one, the media playlists it names;
// judges each, and the media of each (the first and the last segments, all initialisation sections, the newest parts);
// reloads what is live until the time is over; and tries how the server answers directives, ranges, conditions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sluice/base/time.hpp"
#include "sluice/check/agenda.hpp"
#include "sluice/check/finding.hpp"

namespace sluice::check {

struct SessionOptions {
  // How long to reload a live presentation; nothing: three target durations.
  std::optional<Seconds> watch;
  Seconds patience{1};              // that what must come in time is given more, for the way
  std::size_t segments_max = 20;    // of each playlist that has ended, half from its front and half from its end
  std::size_t renditions_max = 20;  // media playlists that are looked at
  std::size_t playlist_bytes_max = 16 * 1024 * 1024;
  std::size_t media_bytes_max = 128 * 1024 * 1024;  // of one segment
  std::string origin = "https://player.example";    // as which a page of somebody else asks
};

struct SessionSummary {
  std::string failure;  // why nothing could be judged; empty when something was
  bool live = false;
  bool low_latency = false;
  std::size_t playlists = 0;  // media playlists
  std::size_t playlists_left_out = 0;
  std::size_t versions = 0;  // of media playlists
  std::size_t segments = 0;  // loaded
  std::size_t parts = 0;
  std::size_t segments_left_out = 0;  // not loaded: of playlists that have ended, and what came too slowly
  std::size_t parts_left_out = 0;
  std::size_t requests = 0;
  std::uint64_t bytes = 0;
};

class Session {
 public:
  Session(std::string url, SessionOptions options, Report report);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Once, before anything else is called.
  void start(MonoTime now);
  Agenda& agenda();
  // No request is out and none will come. What can only be judged at the end has been reported when it says so.
  bool finished();
  // Ends it early: what was seen until now is judged as far as it goes. Nothing may be handed in any more.
  void stop();
  const SessionSummary& summary() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::check
