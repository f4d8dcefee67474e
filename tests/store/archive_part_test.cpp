// Parts of a recording, found by the number they have in their Period.
#include <gmock/gmock.h>

#include <fstream>

#include "sluice/store/archive_reader.hpp"
#include "store/recorded_session.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

class ArchivePartTest : public testing::Test {
 protected:
  // Segments of four parts of half a second; the fragments of a Period count on.
  void segments(RecordedSession& session, std::uint64_t first, int count) {
    for (int i = 0; i < count; ++i) {
      for (std::uint32_t number = 0; number < 4; ++number) part(session, first + i, number, number == 3);
    }
  }
  void part(RecordedSession& session, std::uint64_t msn, std::uint32_t number, bool last, bool added = false) {
    const Ticks90k start = RecordedSession::time_of(msn) + Ticks90k(45000) * number;
    session.add(record::sample::packet(0, start.count(), number == 0, "frame " + std::to_string(next_)));
    media::Cut cut = record::sample::cut(msn, start.count(), last);
    cut.part = number;
    cut.fragment = next_++;
    cut.duration = Ticks90k(45000);
    cut.part_target = Millis(501);
    cut.added = added;
    session.add(cut);
    session.flush();
  }
  // "frame 7 of 102.2", as the parts were written.
  std::string part_of(int session, std::uint64_t period, std::uint64_t fragment, bool added = false) {
    const auto answer = reader_.part(stream_name(), {session_id(session), period, fragment, added});
    if (!answer) return text_of(answer.fault) + answer.message;
    const hls::Part& found = **answer.value;
    EXPECT_EQ(found.cut.fragment, fragment);
    EXPECT_EQ(found.period->period.number, period);
    return std::string(as_text(found.packets.at(0).data.view())) + " of " + std::to_string(found.cut.msn) + "." +
           std::to_string(found.cut.part);
  }

  TemporaryDirectory directory_;
  ArchiveReader reader_{{directory_.path(), 1 << 20, io::wall_now}};
  std::uint64_t next_ = 1;
};

TEST_F(ArchivePartTest, EveryPartIsFoundInWhicheverFile) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 9);
  next_ = 1;
  session.period(8, 109);
  segments(session, 109, 5);
  ASSERT_GT(directory_.files().size(), 5U);
  for (const bool sealed : {false, true}) {
    if (sealed) session.finish();
    for (std::uint64_t i = 0; i < 56; ++i) {
      const bool first = i < 36;
      const std::uint64_t fragment = first ? i + 1 : i - 35;
      EXPECT_EQ(part_of(1, first ? 7 : 8, fragment), "frame " + std::to_string(fragment) + " of " +
                                                         std::to_string(100 + i / 4) + "." + std::to_string(i % 4));
    }
    EXPECT_EQ(part_of(1, 7, 37), "gone");
    EXPECT_EQ(part_of(1, 6, 1), "gone");
    EXPECT_EQ(part_of(1, 8, 21), "unknown");
    EXPECT_EQ(part_of(1, 9, 1), "unknown");
    EXPECT_EQ(part_of(2, 7, 1), "unknown");
    EXPECT_EQ(part_of(1, 8, 3, true), "unknown");
  }
}

// What is not whole may still be called otherwise.
TEST_F(ArchivePartTest, APartOfASegmentThatIsNotCompleteIsNotYetThere) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 1);
  part(session, 101, 0, false);
  EXPECT_EQ(part_of(1, 7, 4), "frame 4 of 100.3");
  EXPECT_EQ(part_of(1, 7, 5), "unknown");
  part(session, 101, 1, true);
  EXPECT_EQ(part_of(1, 7, 5), "frame 5 of 101.0");
}

TEST_F(ArchivePartTest, WhatRecoveryAddedHasItsOwnName) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 2);
  part(session, 102, 0, false);
  part(session, 102, 1, true, true);
  session.finish();
  EXPECT_EQ(part_of(1, 7, 9), "frame 9 of 102.0");
  EXPECT_EQ(part_of(1, 7, 10, true), "frame 10 of 102.1");
  EXPECT_EQ(part_of(1, 7, 10), "gone");
  EXPECT_EQ(part_of(1, 7, 9, true), "gone");
  EXPECT_EQ(part_of(1, 7, 11), "unknown");
}

// In a file that goes on with a Period and has no Cut, recovery cannot know how many there were.
TEST_F(ArchivePartTest, ANumberThatRecoveryMadeUpHidesNoOther) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 6);
  next_ = 10;
  part(session, 106, 0, true, true);
  session.finish();
  EXPECT_EQ(part_of(1, 7, 10, true), "frame 10 of 106.0");
  for (const std::uint64_t fragment : {1, 9, 10, 17, 24}) {
    EXPECT_EQ(part_of(1, 7, fragment), "frame " + std::to_string(fragment) + " of " +
                                           std::to_string(100 + (fragment - 1) / 4) + "." +
                                           std::to_string((fragment - 1) % 4));
  }
}

// A Cut that only ends a segment is none of its parts.
TEST_F(ArchivePartTest, ASegmentThatWasEndedLaterHasNoPartMore) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  part(session, 100, 0, false);
  part(session, 100, 1, false);
  media::Cut end = record::sample::cut(100, RecordedSession::time_of(100).count() + 90000);
  end.part = 2;
  end.fragment = next_;
  end.duration = Ticks90k(0);
  end.ends.clear();
  session.add(end);
  segments(session, 101, 1);
  session.finish();
  const auto whole = reader_.segment(stream_name(), session_id(1), 100, false);
  ASSERT_TRUE(whole) << whole.message;
  EXPECT_EQ(whole.value->size(), 2U);
  EXPECT_EQ(part_of(1, 7, 2), "frame 2 of 100.1");
  EXPECT_EQ(part_of(1, 7, 3), "frame 3 of 101.0");
}

// A session of an hour in files of two segments: it is not read whole to find a part.
TEST_F(ArchivePartTest, FewSegmentsAreReadForOne) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 400);
  session.finish();
  EXPECT_EQ(part_of(1, 7, 1), "frame 1 of 100.0");
  const auto before = reader_.counts();
  EXPECT_EQ(part_of(1, 7, 777), "frame 777 of 294.0");
  // The files that halving leads to, and the segments of the last one.
  EXPECT_LT(reader_.counts().files_opened - before.files_opened, 40U);
}

TEST_F(ArchivePartTest, NumbersThatThereAreNotCostNoReadingOnceThePlaceIsKnown) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  segments(session, 100, 400);
  session.finish();
  const std::string first = part_of(1, 7, 1'000'000);
  const auto before = reader_.counts();
  for (std::uint64_t number = 1'000'001; number < 1'000'020; ++number) EXPECT_EQ(part_of(1, 7, number), first);
  // The last segment, which they would have to be in, and once more when the folder has been looked at anew.
  EXPECT_LE(reader_.counts().files_opened - before.files_opened, 2U * 19);
}

}  // namespace
}  // namespace sluice::store
