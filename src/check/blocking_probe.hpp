// BlockingProbe: tries what a server makes of directives, good and bad, and of hinted parts: rules BL.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "context.hpp"
#include "sluice/check/playlist.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/succession.hpp"

namespace sluice::check {

double seconds_between(MonoTime begin, MonoTime end);
// The playlist's address with these directives behind what its query has.
std::string with_directives(const std::string& url, const std::string& directives);
// Whether the playlist lists part `part` of segment `msn`, or, without part, that whole segment, or anything later.
bool has_piece(const MediaPlaylist& playlist, std::uint64_t msn, std::optional<std::uint64_t> part);

class BlockingProbe {
 public:
  // `imported` are the multivariant playlist's variables.
  BlockingProbe(Context& context, const Succession& succession, DateRangesSeen& date_ranges, const Variables& imported)
      : context_(context), succession_(succession), date_ranges_(date_ranges), imported_(imported) {}

  // Of a load without directives: what such a one takes is not held against others.
  void on_plain_load(const Answer& answer);
  void start(const MediaPlaylist& playlist);
  void on_version(const MediaPlaylist& playlist);

 private:
  // One try: a query made of the newest playlist, and what to say about the answer. `playlist` is what the answer
  // holds, null when it is none.
  struct Try {
    std::string query;
    std::function<void(const Answer& answer, const MediaPlaylist* playlist)> judge;
  };
  using MakeTry = std::function<std::optional<Try>(const MediaPlaylist& newest)>;

  void next();
  void add_refusals(bool low_latency);
  void add_old_segments();
  void add_part_behind_last();
  void add_unknown();
  void add_skip();
  void add_directives_after_end();
  void expect_refusal(const Rule& rule, const std::string& what, const Answer& answer, const MediaPlaylist* playlist);
  // Directives were asked for that nobody offered, and what has them is not for us: a query may be signed.
  bool is_denied(const Answer& answer) const;
  // The answer is a playlist, and came in so many seconds and what the way takes.
  bool is_within(double limit, const Rule& rule, const std::string& what, const Answer& answer,
                 const MediaPlaylist* playlist);
  void hold(const MediaPlaylist& playlist);
  void judge_delta(const Answer& answer, const MediaPlaylist* delta);
  void try_hint(const MediaPlaylist& playlist);
  void judge_hinted(const Hint& hint, const Answer& answer);
  void note(const Rule& rule, const Answer& answer, std::string what);

  Context& context_;
  const Succession& succession_;
  DateRangesSeen& date_ranges_;
  const Variables& imported_;
  std::string url_;
  double plain_ = 0;            // seconds until the first byte of the slowest plain load, bounded
  std::vector<MakeTry> tries_;  // the next one last
  int hints_left_ = 3;
  bool hint_out_ = false;
  int trickled_ = 0;
  std::set<std::string> refused_hints_;
};

}  // namespace sluice::check
