// Time-shift over random recordings: whatever publishers do, each version of a playlist is a legal successor of the one
// before, and a process that begins anew says the same. MP-03, MP-04, MP-07, MP-08, MP-09.
#include <gtest/gtest.h>

#include <random>

#include "hls/fake_archive.hpp"
#include "hls/playlist_checker.hpp"
#include "sluice/hls/archive_playlist.hpp"

namespace sluice::hls {
namespace {

using testing::FakeArchive;
using testing::kNoon;

// A publisher that sends, is away, returns, or leaves for good and comes back to another playlist.
class Broadcast {
 public:
  explicit Broadcast(unsigned seed) : random_(seed) {
    archive.session(1, kNoon);
    archive.number(100'000, 5000);
  }

  // True when a new epoch began.
  bool step() {
    const int what = below(30);
    if (what == 0) {
      archive.session(++sessions_, archive.end() + Seconds(below(600) - 60));
      archive.number(100'000 + 10'000 * static_cast<std::uint64_t>(sessions_),
                     5000 + 10 * static_cast<std::uint64_t>(sessions_));
      archive.segment();
      return true;
    }
    if (what <= 2) {
      archive.away(static_cast<std::uint64_t>(below(8)), Millis(below(20'000)));
      archive.session(++sessions_, archive.end(), true);
    } else if (what == 3) {
      archive.period({testing::video_track(), testing::audio_track()}, Millis(below(1500)));
    } else if (what == 4) {
      archive.segment().gap = true;
      archive.epochs.back().segments.back().carried = {};
    }
    archive.segment(Millis(500 + below(1999)));
    return false;
  }

  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  FakeArchive archive;

 private:
  std::mt19937 random_;
  int sessions_ = 1;
};

ArchivePlaylistOptions sliding() {
  ArchivePlaylistOptions options;
  options.anchored_at_last = true;
  options.window = Seconds(120);
  return options;
}

// What the reader gives: the window with some slack, so that what lies before it is not always there.
ArchivedSpan look(FakeArchive& archive) {
  ArchiveQuery query;
  query.last = Seconds(120) + std::chrono::minutes(5);
  return *archive.span(testing::kRecorded, query).value;
}

TEST(ArchiveSliding, EveryVersionIsALegalSuccessor) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Broadcast broadcast(seed);
    ArchiveMemory memory;
    testing::PlaylistChecker checker;
    broadcast.archive.segments(3);
    for (int i = 0; i < 300; ++i) {
      if (broadcast.step()) {
        memory = {};
        checker = {};
      }
      checker.add(to_text(archive_playlist(look(broadcast.archive), sliding(), memory)));
      if (HasFailure()) return;
    }
  }
}

TEST(ArchiveSliding, AnotherProcessSaysTheSame) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Broadcast broadcast(seed);
    ArchiveMemory memory;
    for (int i = 0; i < 300; ++i) {
      if (broadcast.step()) memory = {};
      const ArchivedSpan span = look(broadcast.archive);
      ArchiveMemory anew;
      EXPECT_EQ(to_text(archive_playlist(span, sliding(), memory)), to_text(archive_playlist(span, sliding(), anew)));
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace sluice::hls
