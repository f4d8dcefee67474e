#include "sluice/live/restore.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace sluice::live {
namespace {

// More gaps in a row say nothing that a playlist's beginning behind them does not.
constexpr std::uint64_t kHoleMax = 600;

// Builds the window segment by segment.
class Mender {
 public:
  void begin(const SessionId& session) {
    session_ = session;
    tracks_written_.reset();
    on(media::Period());
  }

  void on(const media::Period& period) {
    // A file says again what it goes on with.
    if (tracks_written_ && period.number == period_.number) return;
    period_ = period;
    tracks_.clear();
    tracks_written_.reset();
    forget_segment();
  }
  void on(const media::Track& track) {
    const bool known = std::any_of(tracks_.begin(), tracks_.end(),
                                   [&track](const media::Track& one) { return one.index == track.index; });
    if (!known) tracks_.push_back(track);
  }
  void on(const media::Packet& packet) { segment_.emplace_back(packet); }
  void on(const media::Data&) {}
  void on(const media::End&) {}

  void on(const media::Cut& cut) {
    if (parts_ == 0) {
      msn_ = cut.msn;
      start_ = cut.start;
    }
    whole_ = whole_ && cut.msn == msn_ && cut.part == parts_;
    ++parts_;
    if (cut.part_target > Millis(0)) part_target_ = cut.part_target;
    media::Cut& added = std::get<media::Cut>(segment_.emplace_back(cut));
    // What recovery added knows only what its own file says.
    if (added.added) added.part_target = part_target_;
    if (!cut.ends_segment) return;
    if (whole_) list({msn_, period_.number, start_, cut.start + cut.duration, cut.target_duration});
    forget_segment();
  }

  // A gap belongs to what was listed before it: the Period its session is to begin with may still be to come.
  void on(const media::Gap& gap) {
    forget_segment();
    if (!last_ || gap.msn <= last_->msn) return;
    if (!fill(gap.msn, gap.start)) return start_over();
    result_.back().entries.emplace_back(gap);
    last_ = Listed{gap.msn, last_->period, gap.start, gap.start + gap.duration, gap.target_duration};
  }

  std::vector<RecordedSession> take(std::uint64_t last_msn, Ticks90k media_end) {
    if (last_ && !fill(last_msn + 1, media_end)) start_over();
    return std::move(result_);
  }

 private:
  struct Listed {
    std::uint64_t msn = 0;
    std::uint64_t period = 0;
    Ticks90k start{};
    Ticks90k end{};
    Seconds target_duration{};
  };

  void forget_segment() {
    segment_.clear();
    parts_ = 0;
    whole_ = true;
  }

  void list(const Listed& next) {
    if (last_ && next.msn <= last_->msn) return;
    const bool follows = last_ && (next.period == last_->period || next.period == last_->period + 1);
    if (!follows || !fill(next.msn, next.start)) start_over();
    if (result_.empty() || result_.back().session != session_) result_.push_back({*session_, {}});
    auto& out = result_.back().entries;
    if (!tracks_written_) out.emplace_back(period_);
    for (std::size_t i = tracks_written_.value_or(0); i < tracks_.size(); ++i) out.emplace_back(tracks_[i]);
    tracks_written_ = tracks_.size();
    out.insert(out.end(), std::make_move_iterator(segment_.begin()), std::make_move_iterator(segment_.end()));
    last_ = next;
  }

  void start_over() {
    result_.clear();
    tracks_written_.reset();
    last_.reset();
  }

  // Lists gaps from what was listed last up to number `msn`, which begins at `start`.
  bool fill(std::uint64_t msn, Ticks90k start) {
    const std::uint64_t count = msn - last_->msn - 1;
    if (count == 0) return true;
    const std::int64_t time = (start - last_->end).count();
    if (count > kHoleMax || time < static_cast<std::int64_t>(count)) return false;
    const auto border = [&](std::uint64_t i) {
      return last_->end + Ticks90k(time * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count));
    };
    for (std::uint64_t i = 0; i < count; ++i) {
      result_.back().entries.emplace_back(
          media::Gap{last_->msn + 1 + i, border(i), border(i + 1) - border(i), last_->target_duration});
    }
    return true;
  }

  std::optional<SessionId> session_;
  media::Period period_;
  std::vector<media::Track> tracks_;           // of the Period
  std::optional<std::size_t> tracks_written_;  // none: nor is the Period
  std::vector<media::Entry> segment_;          // what there is of the one that is not complete
  std::uint64_t msn_ = 0;
  Ticks90k start_{};
  std::uint32_t parts_ = 0;
  bool whole_ = true;
  Millis part_target_{};  // of the playlist

  std::vector<RecordedSession> result_;
  std::optional<Listed> last_;
};

}  // namespace

std::optional<Millis> part_target_of(const std::vector<RecordedSession>& window) {
  std::optional<Millis> target;
  for (const RecordedSession& session : window) {
    for (const media::Entry& entry : session.entries) {
      const auto* cut = std::get_if<media::Cut>(&entry);
      // Recovery, which ends a playlist's only segment, knows of no target.
      if (cut != nullptr && (!cut->added || cut->part_target > Millis(0))) target = cut->part_target;
    }
  }
  return target;
}

timeline::Kinds kinds_of(const std::vector<RecordedSession>& window) {
  timeline::Kinds kinds;
  std::vector<media::Track> tracks;
  for (const RecordedSession& session : window) {
    for (const media::Entry& entry : session.entries) {
      if (std::holds_alternative<media::Period>(entry)) {
        kinds = {};
        tracks.clear();
      } else if (const auto* track = std::get_if<media::Track>(&entry)) {
        tracks.push_back(*track);
      } else if (const auto* packet = std::get_if<media::Packet>(&entry); packet != nullptr && !packet->hidden) {
        for (const media::Track& one : tracks) {
          if (one.index == packet->track) kinds.add(media::kind_of(one.config.codec));
        }
      }
    }
  }
  return kinds;
}

std::vector<RecordedSession> make_contiguous(std::vector<RecordedSession> recorded, std::uint64_t last_msn,
                                             Ticks90k media_end) {
  Mender mender;
  for (RecordedSession& session : recorded) {
    mender.begin(session.session);
    for (media::Entry& entry : session.entries) {
      std::visit([&mender](const auto& typed) { mender.on(typed); }, entry);
    }
    session.entries.clear();
  }
  return mender.take(last_msn, media_end);
}

}  // namespace sluice::live
