#include "sluice/record/open_part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/sample.hpp"

namespace sluice::record {
namespace {

using sample::cut;
using sample::packet;

class OpenPartTest : public testing::Test {
 protected:
  void SetUp() override {
    part_.apply(FileHeader{sample::session(), 0, {.last_msn = 99, .target_duration = Seconds(2)}});
    add({media::Period{7, media::PeriodCause::start, Ticks90k(900000), sample::wall(1)}, sample::video(),
         sample::audio()});
  }
  void add(const std::vector<media::Entry>& entries) {
    for (const media::Entry& entry : entries) part_.apply(entry);
  }
  // Half a second of video at 25 frames a second, and some audio.
  void add_half_second(std::int64_t from) {
    for (std::int64_t dts = from; dts < from + 45000; dts += 3600) add({packet(0, dts, dts == from, "frame")});
    add({packet(1, from * 49 / 100, true, "aac"), packet(1, from * 49 / 100 + 1024, true, "aac")});
  }

  OpenPart part_;
};

TEST_F(OpenPartTest, NothingBehindTheLastCutNeedsNoEnd) {
  EXPECT_FALSE(part_.closing());
  add(sample::segment(100, 900000));
  EXPECT_FALSE(part_.closing());
}

TEST_F(OpenPartTest, TheCutEndsWhereTheFramesEnd) {
  add(sample::segment(100, 900000));
  add_half_second(1080000);
  const auto closing = part_.closing();
  ASSERT_TRUE(closing);
  EXPECT_TRUE(closing->added);
  EXPECT_TRUE(closing->ends_segment);
  EXPECT_TRUE(closing->independent);
  EXPECT_EQ(closing->msn, 101u);
  EXPECT_EQ(closing->part, 0u);
  EXPECT_EQ(closing->fragment, 2u);
  EXPECT_EQ(closing->start, Ticks90k(1080000));
  EXPECT_EQ(closing->duration, Ticks90k(46800)) << "13 frames";
  EXPECT_EQ(closing->target_duration, Seconds(2));
  ASSERT_EQ(closing->ends.size(), 2u);
  EXPECT_EQ(closing->ends[0].end, 1126800);
  EXPECT_EQ(closing->ends[1].end, 529200 + 2048);
}

TEST_F(OpenPartTest, TheCutHasThePartTargetOfThoseBeforeIt) {
  media::Cut before = cut(100, 900000);
  before.part_target = Millis(501);
  add({packet(0, 900000, true, "frame"), before});
  add_half_second(1080000);
  EXPECT_EQ(part_.closing()->part_target, Millis(501));
}

TEST_F(OpenPartTest, ACutWithoutAPartTakesNoFragment) {
  media::Cut part = cut(100, 900000, false);
  media::Cut end = cut(100, 1080000);
  end.part = 1;
  end.fragment = part.fragment + 1;
  end.duration = Ticks90k(0);
  end.ends.clear();
  add({packet(0, 900000, true, "frame"), part, end});
  EXPECT_FALSE(part_.closing());
  add_half_second(1080000);
  EXPECT_EQ(part_.closing()->msn, 101u);
  EXPECT_EQ(part_.closing()->part, 0u);
  EXPECT_EQ(part_.closing()->fragment, end.fragment);
}

TEST_F(OpenPartTest, AFileWithoutACutGoesOnFromWhatItsHeaderSays) {
  add_half_second(900000);
  const auto closing = part_.closing();
  ASSERT_TRUE(closing);
  EXPECT_EQ(closing->msn, 100u);
  EXPECT_EQ(closing->start, Ticks90k(900000));
  EXPECT_GE(closing->fragment, 1u);
}

TEST_F(OpenPartTest, WithoutAnyNumberThereIsNoEnd) {
  part_ = {};
  part_.apply(FileHeader{sample::session(), 0, {}});
  add({media::Period{7, media::PeriodCause::start, Ticks90k(900000), sample::wall(1)}, sample::video()});
  add({packet(0, 900000, true, "frame")});
  EXPECT_FALSE(part_.closing());
}

TEST_F(OpenPartTest, PartsThatWereCutAreGivenTheirSegmentsEnd) {
  add({packet(0, 900000, true, "frame"), cut(100, 900000, false)});
  auto closing = part_.closing();
  ASSERT_TRUE(closing);
  EXPECT_EQ(closing->msn, 100u);
  EXPECT_EQ(closing->part, 1u);
  EXPECT_EQ(closing->duration, Ticks90k(0));
  EXPECT_TRUE(closing->ends.empty());

  add({packet(0, 1080000, false, "frame")});
  closing = part_.closing();
  EXPECT_EQ(closing->msn, 100u);
  EXPECT_GT(closing->duration, Ticks90k(0));
  EXPECT_FALSE(closing->independent);
}

TEST_F(OpenPartTest, APartOfASegmentIsNotLongerThanTheTarget) {  // LL-03
  media::Cut before = cut(100, 900000, false);
  before.part_target = Millis(501);
  add({packet(0, 900000, true, "frame"), before});
  add_half_second(1080000);
  const auto closing = part_.closing();
  EXPECT_EQ(closing->part, 1u);
  EXPECT_EQ(closing->duration, Ticks90k(Millis(501))) << "13 frames are 520 ms";
  ASSERT_EQ(closing->ends.size(), 2u);
  EXPECT_EQ(closing->ends[0].end, 1080000 + 45090) << "the last picture ends with the part";
  EXPECT_EQ(closing->ends[1].end, 529200 + 2048);
}

TEST_F(OpenPartTest, AFirstSegmentLongerThanTheTargetRaisesIt) {  // MP-04
  add({packet(0, 900000, true, "frame"), packet(0, 900000 + 8 * 90000, false, "frame")});
  EXPECT_EQ(part_.closing()->target_duration, Seconds(8));
}

TEST_F(OpenPartTest, AnOrderlyEndAndHiddenPacketsLeaveNothingOpen) {
  add({packet(0, 900000, false, "before the first key frame", 0, true)});
  EXPECT_FALSE(part_.closing());
  add_half_second(900000);
  add({media::End{sample::wall(9)}});
  EXPECT_FALSE(part_.closing());
}

TEST_F(OpenPartTest, AHoleIsNoFrame) {
  add(sample::segment(100, 900000));
  add({packet(0, 1080000, true, "frame"), packet(0, 1080000 + 20 * 90000, false, "after a hole")});
  EXPECT_EQ(part_.closing()->duration, Ticks90k(20 * 90000 + 3600));
}

}  // namespace
}  // namespace sluice::record
