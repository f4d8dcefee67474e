// What the worker does for an ArchiveHandler: one question to the recording, answered as a whole response. Everything
// that takes time is done here: reading, rendering, compressing, digesting. Private to net.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "sluice/hls/archive_views.hpp"
#include "sluice/net/http_message.hpp"

namespace sluice::net {

// How many wait for a job: counted on the loop, looked at by the worker before it begins.
class ArchiveWaiters {
 public:
  // False when the worker gave the job up before.
  bool join() {
    int count = count_;
    while (count != kGivenUp && !count_.compare_exchange_weak(count, count + 1)) continue;
    return count != kGivenUp;
  }
  void leave() { --count_; }
  // True when nobody waits; nobody can join any more.
  bool give_up() {
    int nobody = 0;
    return count_.compare_exchange_strong(nobody, kGivenUp);
  }

 private:
  static constexpr int kGivenUp = -1;
  std::atomic<int> count_ = 0;
};

struct ArchiveQuestion {
  hls::Route route;  // with InitName, SegmentName, PartName, ArchiveMultivariantName, ArchivePlaylistName
  media::Container default_container = media::Container::fmp4;
  hls::Growth growth;
  hls::ArchiveMemory memory;               // of a playlist
  std::shared_ptr<const HttpBody> before;  // of the same playlist, earlier; null: none is known
  // What the bodies take that were made and that anybody has, and how much of it is too much to make another.
  std::shared_ptr<std::atomic<std::size_t>> bodies;
  std::size_t bodies_max = 0;
  std::shared_ptr<ArchiveWaiters> waiters;
};

struct ArchiveOutcome {
  HttpResponse response;
  Micros fresh{};              // how long it may be given again
  std::string fault;           // to be logged; empty: none
  bool render_failed = false;  // with `fault`: it was read, and could not be made into media
  bool missing = false;        // nothing of that name was ever recorded
  bool refused = false;        // nothing was read: the answer is for those who wait, and not to be kept
  std::optional<hls::ArchiveMemory> memory;
};

// What it takes of memory, about, with its gzip form.
std::size_t bytes_of(const HttpBody& body);

ArchiveOutcome ask_archive(hls::ArchiveViews& views, ArchiveQuestion question);

}  // namespace sluice::net
