// MediaReader: loads pieces of one media playlist in order, segments or parts, and judges them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "context.hpp"
#include "sluice/check/media_judge.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

struct WantedPiece {
  std::uint64_t msn = 0;
  std::size_t index = 0;  // of the part in its segment
  bool is_part = false;
  std::string url;
  std::optional<ByteRange> range;
  std::shared_ptr<const MediaMap> map;
  double duration = 0;  // as the playlist says
  bool discontinuity = false;
  bool independent = false;
  bool encrypted = false;
  bool follows = false;  // the piece queued before it comes right before it
  bool is_end = false;   // no other will ever come behind it
  std::optional<WallTime> date;
  std::optional<std::uint64_t> bitrate;
  std::uint64_t dsn = 0;
};

class MediaReader {
 public:
  // Told of each piece that was loaded and judged, and of each initialisation section with the piece that needs it.
  using OnFacts =
      std::function<void(const WantedPiece& piece, bool is_init, const MediaFacts& facts, const Answer& answer)>;

  MediaReader(Context& context, OnFacts on_facts) : context_(context), on_facts_(std::move(on_facts)) {}

  void want(WantedPiece piece);
  void set_target_duration(double target) { target_duration_ = target; }
  // What is still queued then is not loaded any more.
  void set_end(MonoTime end) { end_ = end; }
  // Counts what is queued as left out, and forgets it.
  void drop_queue();
  bool idle() const { return !busy_ && queue_.empty(); }
  // Called when the last piece in the queue has been judged.
  void on_idle(std::function<void()> then) { on_idle_ = std::move(then); }

 private:
  void leave_out(const WantedPiece& piece);
  void go_on();
  void load_map(const WantedPiece& piece);
  void load_piece(WantedPiece piece);
  void on_map(const WantedPiece& piece, const Answer& answer);
  void on_piece(const WantedPiece& piece, const Answer& answer);
  // Not looked into, which parts what comes before from what comes behind.
  void pass_over(const Answer& answer);
  // A Range that was asked for was answered with something else.
  bool is_out_of_range(const std::optional<ByteRange>& range, const Answer& answer) const;
  void judge_duration(const WantedPiece& piece, const MediaFacts& facts);
  // Of the piece before, which `next` comes right behind.
  void settle_duration(const MediaFacts& next);
  void tell_duration(const WantedPiece& piece, double real) const;

  Context& context_;
  OnFacts on_facts_;
  std::function<void()> on_idle_;
  MediaJudge judge_;
  std::deque<WantedPiece> queue_;
  bool busy_ = false;
  bool broken_ = false;       // the piece before could not be loaded
  std::string current_map_;   // loaded last
  bool map_unknown_ = false;  // the judge has not got it: it could not be loaded, or is encrypted
  double target_duration_ = 0;
  std::optional<MonoTime> end_;

  // The last piece, when it is shorter than stated, unless its last picture lasts until the next piece.
  struct Short {
    WantedPiece piece;
    MediaFacts facts;
  };
  std::optional<Short> short_;
};

}  // namespace sluice::check
