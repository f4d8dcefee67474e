// HeldRequests: requests for what a live stream does not have yet: a playlist with the next segment or part, a part
// that is hinted, a stream's first playlist (rfc8216bis sections 6.2.5.2 and 6.2.6).
//
//   hold() ──▶ waiting, by what it waits for ──(the stream has it, or ended)──▶ ready ──a batch a turn──▶ answered
//                 │                                                              ▲
//                 └───────────────(its time is over)────────────────────────────┘
//   The peer hung up: forgotten at once, wherever it stood.
//
// Thousands wait for the same part. They stand in one group, so a change costs those who wait for something else
// nothing; one timer serves all; and they are answered kBatch at a time, between which the loop reads and serves
// others. Which answer it is, the Judge says, when it is given; those of a batch who asked the same share it.
//
// Loop thread only.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include "sluice/hls/directives.hpp"
#include "sluice/hls/route.hpp"
#include "sluice/io/deadline.hpp"
#include "sluice/io/histogram.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/live/stream.hpp"
#include "sluice/net/http_server.hpp"

namespace sluice::net {

// What a request can wait for.
struct FirstPlaylist {
  media::Container container = media::Container::fmp4;
  friend bool operator==(const FirstPlaylist&, const FirstPlaylist&) = default;
};
struct NextInPlaylist {  // a segment, or a part of it, of the fMP4 playlist
  std::uint64_t msn = 0;
  std::optional<std::uint64_t> part;
  friend bool operator==(const NextInPlaylist&, const NextInPlaylist&) = default;
};
using Wanted = std::variant<FirstPlaylist, NextInPlaylist, hls::PartName>;

enum class HeldKind { start, playlist, part };
inline constexpr std::size_t kHeldKindCount = 3;
std::string_view to_string(HeldKind kind);

struct HeldStats {
  struct OfKind {
    std::size_t waiting = 0;  // now
    std::uint64_t answered = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t abandoned = 0;  // the peer hung up
  };
  std::array<OfKind, kHeldKindCount> kinds{};
  std::uint64_t refused = 0;            // over the limit of all
  std::uint64_t refused_of_stream = 0;  // over that of one stream
};

class HeldRequests : public std::enable_shared_from_this<HeldRequests> {
 public:
  // Answered in one turn of the loop: about a millisecond's work.
  static constexpr std::size_t kBatch = 64;

  struct Options {
    std::size_t all_max = 10'000;
    std::size_t of_stream_max = 10'000;
  };
  // What was asked, as much of it as is needed to judge it again.
  struct Question {
    hls::Route route;
    Result<hls::PlaylistDirectives> directives;
    friend bool operator==(const Question&, const Question&) = default;
  };
  struct Wait {
    std::shared_ptr<live::Stream> stream;
    Wanted wanted;
    Micros patience{};
  };
  using Verdict = std::variant<HttpResponse, Wait>;
  // The answer to a question as things stand, or what to wait for, which must not be there.
  using Judge = std::function<Verdict(const Question&)>;

  HeldRequests(boost::asio::any_io_executor executor, Options options, Judge judge);
  HeldRequests(const HeldRequests&) = delete;
  HeldRequests& operator=(const HeldRequests&) = delete;

  ~HeldRequests();

  // Holds a request, or refuses it with 503.
  HttpReply hold(Question question, Wait wait);
  // The judge is gone: nobody is answered any more.
  void stop() { judge_ = nullptr; }

  std::size_t count() const { return count_; }
  const HeldStats& stats() const { return stats_; }
  void collect(io::MetricsWriter& out) const;

 private:
  class Held;
  struct OfStream;
  struct Ready;

  OfStream& of(const std::shared_ptr<live::Stream>& stream);
  void enter(Held& held, OfStream& stream, const Wanted& wanted);
  void leave(Held& held);
  void forget(Held& held);
  void on_change(OfStream& stream);
  void on_deadline();
  void answer_later();
  void answer_some();
  struct Answered;
  void answer(Held& held, Answered& last);
  HeldStats::OfKind& stats(const Held& held);

  boost::asio::any_io_executor executor_;
  Options options_;
  Judge judge_;
  std::unordered_map<const live::Stream*, std::unique_ptr<OfStream>> streams_;
  std::multimap<MonoTime, Held*> deadlines_;
  io::Deadline next_deadline_;
  std::unique_ptr<Ready> ready_;
  bool answering_ = false;  // a turn of answer_some() is due
  std::size_t count_ = 0;
  HeldStats stats_;
  io::Histogram release_seconds_;
};

}  // namespace sluice::net
