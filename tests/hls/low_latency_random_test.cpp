// Random streams with parts: whatever happens, each playlist is a legal successor of those before, what it names is
// there, and a delta update stands for the same playlist on top of every older one.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "hls/playlist_checker.hpp"
#include "hls/stream_writer.hpp"

namespace sluice::hls {
namespace {

using media::Container;
using media::PeriodCause;
using testing::audio_track;
using testing::FakeRenderer;
using testing::session;
using testing::StreamWriter;
using testing::video_track;
using Status = Fetched::Status;

const StreamName kName = StreamName::make("live", "demo").value();

class RandomStream {
 public:
  explicit RandomStream(unsigned seed) : random_(seed) {
    writer_.part_target = Millis(501);
    writer_.log = &log_.back().second;
    writer_.start();
    writer_.part(Millis(500 + below(1900)), true);  // the first segment is one part
    look();
  }

  void step() {
    switch (below(40)) {
      case 0:
        return returned(PeriodCause::publisher);
      case 1:
        return stalled();
      case 2:
        return period(PeriodCause::codec, {video_track(media::Codec::hevc), audio_track()});
      case 3:
        return period(PeriodCause::codec, {audio_track()});
      case 4:
        return restored();
      case 5:
        return lost();
      default:
        return part();
    }
  }
  void finish() {
    writer_.finish();
    look();
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  // 85 to 100 % of the target, shorter at the end of a segment; now and then without media, or without key frame.
  void part() {
    parts_ = writer_.segment_is_open() ? parts_ + 1 : 1;
    const bool early = below(20) == 0;
    if (early && writer_.segment_is_open()) {
      writer_.end_segment();
      look();
      parts_ = 1;
    }
    const bool last = parts_ == 4 || (!early && below(20) == 0);
    const Ticks90k full(38326 + below(45090 - 38326 + 1));
    writer_.part(last ? Ticks90k(900 + below(44000)) : full, last, below(60) != 0, below(50) != 0);
    look();
  }

  void away() {
    window_->on_away();
    look();
    for (unsigned i = below(25); i > 0; --i) {
      writer_.gap();
      look();
    }
  }

  void returned(PeriodCause cause) {
    if (below(2) == 0 && writer_.segment_is_open()) {
      writer_.end_segment();
      look();
    }
    away();
    log_.push_back({session(++sessions_), {}});
    writer_.log = &log_.back().second;
    window_->on_session(log_.back().first);
    period(cause, {video_track(), audio_track()});
  }

  // A hole in a Period that goes on.
  void lost() {
    writer_.gap();
    look();
    part();
  }

  void stalled() {
    writer_.gap();
    look();
    period(PeriodCause::stall, {video_track(), audio_track()});
  }

  void period(PeriodCause cause, const std::vector<media::Track>& tracks) {
    writer_.period(cause, tracks);
    look();
    part();
  }

  // The process is killed, and another one puts the window back together.
  void restored() {
    window_ = std::make_unique<LiveWindow>(LiveWindow::Options(), kName, session(1), renderer_);
    writer_.turn_to(*window_);
    for (const auto& [owner, entries] : log_) {
      window_->on_session(owner);
      for (const media::Entry& entry : entries) window_->on_entry(entry, writer_.now);
    }
    if (writer_.segment_is_open()) {
      writer_.added = true;
      if (below(2) == 0) {
        writer_.part(Ticks90k(900 + below(30000)), true);
      } else {
        writer_.end_segment();
      }
    }
    window_->on_restored();
    returned(PeriodCause::restart);
  }

  void look() {
    window_->on_time(writer_.now);
    if (const auto ts = window_->media_playlist(Container::ts)) ts_checker_.add(ts->text);
    const auto full = window_->media_playlist(Container::fmp4);
    ASSERT_NE(full, nullptr);
    checker_.add(full->text);
    look_at_delta(window_->media_playlist(Container::fmp4, true)->text, full->text);
    look_at_media(checker_.last());
    older_.push_back(checker_.last());
    if (older_.size() > 30) older_.pop_front();
  }

  // LL-20.
  void look_at_delta(const std::string& delta, const std::string& full) {
    if (delta == full) return;
    testing::ReadPlaylist expected = checker_.last();
    const testing::ReadPlaylist update = testing::read_playlist(delta);
    EXPECT_EQ(update.version, 9);
    EXPECT_GT(update.skipped, 0u);
    expected.version = 9;
    std::int64_t kept = 0;
    for (const auto& segment : update.segments) kept += segment.micros;
    EXPECT_GT(kept, 12000000);
    for (const testing::ReadPlaylist& one : older_) {
      const auto whole = merged(one, update);
      if (!whole) continue;
      EXPECT_EQ(*whole, expected) << full << delta;
      ++merges_;
    }
  }

  Fetched fetch(const std::string& uri) {
    const auto route = parse_route("/live/demo/fmp4/" + uri);
    EXPECT_TRUE(route.has_value()) << uri;
    if (const auto* part = std::get_if<PartName>(&route->resource)) {
      return window_->part(part->session, part->period, part->fragment, part->added);
    }
    const auto& name = std::get<SegmentName>(route->resource);
    return window_->segment(Container::fmp4, name.session, name.msn, name.added);
  }

  // LL-07, LL-09, LL-12, F4-03.
  void look_at_media(const testing::ReadPlaylist& playlist) {
    EXPECT_TRUE(playlist.hint.empty() || fetch(playlist.hint).status == Status::expected) << playlist.hint;
    const auto bytes_of_parts = [this](const testing::ReadSegment& segment) {
      std::vector<const std::uint8_t*> pieces;
      for (const testing::ReadPart& part : segment.parts) {
        const Fetched fetched = fetch(part.uri);
        EXPECT_EQ(fetched.status, part.gap ? Status::unknown : Status::found) << part.uri;
        if (part.gap || fetched.pieces.empty()) continue;
        pieces.push_back(fetched.pieces.at(0).data());
        named_[part.uri] = writer_.now;
      }
      return pieces;
    };
    if (playlist.open) bytes_of_parts(*playlist.open);
    for (const testing::ReadSegment& segment : playlist.segments) {
      if (segment.parts.empty() || segment.gap) continue;
      std::vector<const std::uint8_t*> pieces;
      for (const Payload& piece : fetch(segment.uri).pieces) pieces.push_back(piece.data());
      EXPECT_EQ(pieces, bytes_of_parts(segment)) << segment.uri;
    }
    std::erase_if(named_, [this](const auto& one) { return one.second + Seconds(6) < writer_.now; });
    for (const auto& [uri, when] : named_) EXPECT_EQ(fetch(uri).status, Status::found) << uri;
  }

  std::mt19937 random_;
  FakeRenderer renderer_;
  std::unique_ptr<LiveWindow> window_ =
      std::make_unique<LiveWindow>(LiveWindow::Options(), kName, session(1), renderer_);
  StreamWriter writer_{*window_};
  std::deque<std::pair<SessionId, std::vector<media::Entry>>> log_{{session(1), {}}};
  int sessions_ = 1;
  int parts_ = 0;
  testing::PlaylistChecker checker_;
  testing::PlaylistChecker ts_checker_;
  std::deque<testing::ReadPlaylist> older_;
  std::map<std::string, MonoTime> named_;  // parts, and when they were listed last

 public:
  std::uint64_t merges_ = 0;
};

// MP-07, MP-08, MP-12, LL-01, LL-02, LL-03, LL-05, LL-06, LL-08, LL-09, LL-11, LL-13, LL-20, B25 to B29.
TEST(LowLatencyRandom, EveryPlaylistIsALegalSuccessorAndTrue) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    RandomStream stream(seed);
    for (int step = 0; step < 250; ++step) {
      stream.step();
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
    stream.finish();
    EXPECT_GT(stream.merges_, 500u);
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", at the end";
  }
}

}  // namespace
}  // namespace sluice::hls
