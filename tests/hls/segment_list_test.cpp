#include "sluice/hls/segment_list.hpp"

#include <gtest/gtest.h>

#include "hls/stream_writer.hpp"

namespace sluice::hls {
namespace {

constexpr Seconds kTarget{2};

class SegmentListTest : public ::testing::Test {
 protected:
  void add(Ticks90k duration = Seconds(2), bool gap = false) {
    Segment segment;
    segment.msn = next_++;
    segment.period = period_;
    segment.gap = gap;
    segment.duration = duration;
    media::Cut cut;
    cut.fragment = first_fragment_;
    if (!gap) segment.parts.push_back(std::make_shared<const Part>(Part{period_, cut, {}}));
    list_.append(std::move(segment), kTarget, now_);
  }
  void add_many(int count) {
    for (int i = 0; i < count; ++i) add();
  }
  void begin_period(media::PeriodCause cause) {
    PeriodInfo info{testing::session(1), {}, {}, {}};
    info.period.number = ++number_;
    info.period.cause = cause;
    period_ = std::make_shared<const PeriodInfo>(std::move(info));
  }
  std::uint64_t first_listed() const { return next_ - list_.listed_count(); }

  void SetUp() override { begin_period(media::PeriodCause::start); }

  SegmentList list_{Seconds(30), Seconds(60)};
  MonoTime now_{Seconds(100)};
  std::uint64_t next_ = 1000;
  std::uint64_t number_ = 6;
  std::uint64_t first_fragment_ = 1;
  std::shared_ptr<const PeriodInfo> period_;
};

// MP-09.
TEST_F(SegmentListTest, ListsTheWindowAndNoMore) {
  add_many(15);
  EXPECT_EQ(list_.listed_count(), 15u);
  add();
  EXPECT_EQ(list_.listed_count(), 15u);
  EXPECT_EQ(first_listed(), 1001u);
  EXPECT_EQ(list_.listed_duration(), Ticks90k(Seconds(30)));
}

// MP-09: six segments at least, however long they are.
TEST_F(SegmentListTest, SixSegmentsStayListed) {
  for (int i = 0; i < 20; ++i) add(Seconds(20));
  EXPECT_EQ(list_.listed_count(), 6u);
}

// MP-09: three target durations at least, however short the window.
TEST_F(SegmentListTest, ThreeTargetDurationsStayListed) {
  SegmentList list(Ticks90k(0), Ticks90k(0));
  for (std::uint64_t msn = 0; msn < 50; ++msn) {
    Segment segment;
    segment.msn = msn;
    segment.period = period_;
    segment.duration = Millis(500);
    list.append(std::move(segment), kTarget, now_);
  }
  EXPECT_EQ(list.listed_duration(), Ticks90k(Seconds(6)));
}

// MP-10: its own duration and that of the longest playlist, from removal on.
TEST_F(SegmentListTest, ARemovedSegmentStaysFetchableUntilItsDeadline) {
  add_many(15);
  now_ += Seconds(50);
  add();
  const MonoTime deadline = now_ + Seconds(2 + 30);
  list_.on_time(deadline - Micros(1));
  EXPECT_NE(list_.find(1000), nullptr);
  EXPECT_FALSE(list_.is_gone(1000));
  list_.on_time(deadline);
  EXPECT_EQ(list_.find(1000), nullptr);
  EXPECT_TRUE(list_.is_gone(1000));
  EXPECT_NE(list_.find(1001), nullptr);
  EXPECT_FALSE(list_.is_gone(999));
  EXPECT_FALSE(list_.is_gone(next_));
  EXPECT_EQ(list_.find(next_), nullptr);
}

// Gaps hold no memory, however many were listed while a publisher was away.
TEST_F(SegmentListTest, ALongAbsenceTakesNothingFromTheTimeOfRemovedSegments) {
  list_ = SegmentList(Seconds(30), Seconds(600));
  add_many(15);
  for (int i = 0; i < 150; ++i) {
    now_ += Seconds(2);
    add(Seconds(2), true);
  }
  const MonoTime back = now_;
  for (; now_ < back + Seconds(300); now_ += Seconds(2)) {
    add();
    list_.on_time(now_);
  }
  // It was removed with the first segment that came back, from a playlist of 330 s.
  EXPECT_NE(list_.find(1000), nullptr);
  list_.on_time(back + Seconds(333));
  EXPECT_EQ(list_.find(1000), nullptr);
}

// A minute of media that came too early is kept; what came before that goes, listed segments never.
TEST_F(SegmentListTest, AStreamFarAheadOfTheClockHoldsABoundedSpan) {
  add_many(15 + 16 + 30);
  EXPECT_NE(list_.find(1000), nullptr);
  add_many(1);
  EXPECT_EQ(list_.find(1000), nullptr);
  EXPECT_TRUE(list_.is_gone(1000));
  add_many(1000);
  EXPECT_EQ(list_.listed_count(), 15u);
  EXPECT_EQ(list_.first_held(), next_ - 15 - 46);
}

// DC-01: while the publisher is away its last media stays.
TEST_F(SegmentListTest, GapsDoNotPushMediaOut) {
  add_many(15);
  for (int i = 0; i < 30; ++i) add(Seconds(2), true);
  EXPECT_EQ(first_listed(), 1000u);
  add_many(3);  // back again: as much media goes as comes
  EXPECT_EQ(first_listed(), 1003u);
  add_many(12);  // the gaps lie at the front now, and all go at once
  EXPECT_EQ(first_listed(), 1045u);
}

TEST_F(SegmentListTest, GapsAreBounded) {
  add_many(15);
  for (int i = 0; i < 200; ++i) add(Seconds(2), true);
  EXPECT_EQ(list_.listed_duration(), Ticks90k(Seconds(90)));
}

// MP-08, B26.
TEST_F(SegmentListTest, DiscontinuitiesAreCountedFromTheFirstPeriod) {
  add();
  EXPECT_FALSE(list_.last().discontinuity);
  EXPECT_EQ(list_.last().discontinuity_sequence, 7u);
  begin_period(media::PeriodCause::codec);
  add();
  EXPECT_TRUE(list_.last().discontinuity);
  EXPECT_EQ(list_.last().discontinuity_sequence, 8u);
  add();
  EXPECT_FALSE(list_.last().discontinuity);
  EXPECT_EQ(list_.last().discontinuity_sequence, 8u);
}

// B26: a Period without a segment leaves no tag, and so no number.
TEST_F(SegmentListTest, APeriodWithoutSegmentsIsNotCounted) {
  add();
  begin_period(media::PeriodCause::codec);
  begin_period(media::PeriodCause::codec);
  add();
  EXPECT_EQ(list_.last().discontinuity_sequence, 8u);
}

// DC-04: after a restart the playlist goes on with a discontinuity.
TEST_F(SegmentListTest, AContinuedPlaylistBeginsWithADiscontinuity) {
  begin_period(media::PeriodCause::restart);
  add();
  EXPECT_TRUE(list_.last().discontinuity);
  EXPECT_EQ(list_.last().discontinuity_sequence, 8u);
}

TEST_F(SegmentListTest, OneThatIsPutBackFromTheMiddleOfAPeriodDoesNot) {
  begin_period(media::PeriodCause::restart);
  first_fragment_ = 5;
  add();
  EXPECT_FALSE(list_.last().discontinuity);
  EXPECT_EQ(list_.last().discontinuity_sequence, 8u);
}

TEST_F(SegmentListTest, RenderedBytesGoWhenASegmentIsRemoved) {
  add_many(15);
  list_.find(1000)->renderings[0].pieces.push_back({Payload::copy_of(Bytes(10)), {}});
  add();
  EXPECT_TRUE(list_.find(1000)->renderings[0].pieces.empty());
}

}  // namespace
}  // namespace sluice::hls
