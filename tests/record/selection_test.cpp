#include "sluice/record/selection.hpp"

#include <gmock/gmock.h>

#include "record/sample.hpp"

namespace sluice::record {
namespace {

using sample::wall;
using ::testing::ElementsAre;

// One key frame a second with its number in it, another frame half a second later, and sound each half second that
// arrives before the picture of its time. The timeline begins at 10 s, which is wall(0).
std::vector<media::Entry> seconds(std::int64_t from, std::int64_t to) {
  std::vector<media::Entry> all;
  for (std::int64_t second = from; second < to; ++second) {
    const std::int64_t video = (10 + second) * 90000;
    const std::int64_t audio = (10 + second) * 44100;
    all.push_back(sample::packet(1, audio, true, "a" + std::to_string(second)));
    all.push_back(sample::packet(0, video, true, "k" + std::to_string(second)));
    all.push_back(sample::packet(1, audio + 22050, true, "b" + std::to_string(second)));
    all.push_back(sample::packet(0, video + 45000, false, "p" + std::to_string(second)));
    all.push_back(media::Cut{});
  }
  return all;
}

std::vector<media::Entry> period(std::uint64_t number = 1, std::int64_t second = 0) {
  return {media::Period{number, media::PeriodCause::start, Ticks90k((10 + second) * 90000), wall(second)},
          sample::video(), sample::audio()};
}

struct Result {
  std::vector<std::string> names;  // "FILE:STREAM PAYLOAD"
  std::vector<std::int64_t> millis;
  std::vector<std::string> left_out;
};

void drain(Selection& selection, Result& result) {
  while (const auto one = selection.next()) {
    const media::Track& track = (*one->tracks)[one->stream];
    result.names.push_back(std::to_string(one->file) + ":" + std::to_string(one->stream) + " " +
                           std::string(as_text(one->data.view())));
    result.millis.push_back(one->dts * 1000 / track.timescale);
    EXPECT_GE(one->pts, one->dts);
  }
  for (const media::Track& track : selection.take_left_out()) {
    result.left_out.emplace_back(media::to_string(track.config.codec));
  }
}

Selection::Options options(std::optional<WallTime> from = {}, std::optional<WallTime> to = {}) {
  return {from, to, [](const media::Track&) { return true; }};
}

Result select(const Selection::Options& wanted, const std::vector<media::Entry>& entries) {
  Selection selection(wanted);
  Result result;
  selection.begin_epoch();
  for (const media::Entry& entry : entries) {
    selection.add(entry);
    drain(selection, result);
  }
  selection.finish();
  drain(selection, result);
  return result;
}

std::vector<media::Entry> joined(std::vector<std::vector<media::Entry>> lists) {
  std::vector<media::Entry> all;
  for (auto& list : lists) sample::append(all, std::move(list));
  return all;
}

TEST(Selection, WithoutEndsItIsEverything) {
  const auto result = select(options(), joined({period(), seconds(0, 2)}));
  EXPECT_THAT(result.names,
              ElementsAre("0:1 a0", "0:0 k0", "0:1 b0", "0:0 p0", "0:1 a1", "0:0 k1", "0:1 b1", "0:0 p1"));
  EXPECT_THAT(result.millis, ElementsAre(0, 0, 500, 500, 1000, 1000, 1500, 1500));
}

TEST(Selection, BeginsWithTheLastKeyFrameAtOrBeforeFrom) {
  const std::vector<media::Entry> entries = joined({period(), seconds(0, 4)});
  for (const WallTime from : {wall(2), wall(2) + Millis(999)}) {
    const auto result = select(options(from), entries);
    EXPECT_THAT(result.names,
                ElementsAre("0:1 a2", "0:0 k2", "0:1 b2", "0:0 p2", "0:1 a3", "0:0 k3", "0:1 b3", "0:0 p3"));
    EXPECT_EQ(result.millis.front(), 0);
  }
  EXPECT_EQ(select(options(wall(-100)), entries).names.size(), 16U);
  EXPECT_THAT(select(options(wall(100)), entries).names, ElementsAre("0:1 a3", "0:0 k3", "0:1 b3", "0:0 p3"));
}

TEST(Selection, EndsBeforeTheFirstKeyFrameAtOrAfterTo) {
  const std::vector<media::Entry> entries = joined({period(), seconds(0, 6)});
  for (const WallTime to : {wall(1), wall(0) + Millis(1)}) {
    EXPECT_THAT(select(options({}, to), entries).names, ElementsAre("0:1 a0", "0:0 k0", "0:1 b0", "0:0 p0"));
  }
}

TEST(Selection, SpansThatShareAnEndHaveEachFrameOnce) {
  const std::vector<media::Entry> entries = joined({period(), seconds(0, 6)});
  auto first = select(options({}, wall(3)), entries).names;
  const auto second = select(options(wall(3)), entries).names;
  first.insert(first.end(), second.begin(), second.end());
  EXPECT_EQ(first, select(options(), entries).names);
}

TEST(Selection, IsOverSoonBehindItsEnd) {
  Selection selection(options({}, wall(1)));
  selection.begin_epoch();
  for (const media::Entry& entry : joined({period(), seconds(0, 5)})) selection.add(entry);
  EXPECT_TRUE(selection.is_over());
}

TEST(Selection, HiddenPacketsAreLeftOut) {
  std::vector<media::Entry> entries = period();
  entries.push_back(sample::packet(0, 890000, false, "no key frame yet", 0, true));
  entries.push_back(sample::packet(1, 440000, true, "sound before it", 0, true));
  sample::append(entries, seconds(0, 1));
  EXPECT_THAT(select(options(), entries).names, ElementsAre("0:1 a0", "0:0 k0", "0:1 b0", "0:0 p0"));
}

TEST(Selection, AGapInAnEpochStaysAndOneBetweenEpochsIsClosed) {
  Selection selection(options());
  Result result;
  selection.begin_epoch();
  for (const media::Entry& entry : joined({period(), seconds(0, 1), period(2, 30), seconds(30, 31)}))
    selection.add(entry);
  drain(selection, result);
  EXPECT_EQ(result.millis[5], 30000);
  selection.begin_epoch();
  for (const media::Entry& entry : joined({period(3, 100), seconds(100, 101)})) selection.add(entry);
  selection.finish();
  drain(selection, result);
  EXPECT_EQ(result.millis.size(), 12U);
  // 23 ms: a frame of AAC.
  EXPECT_NEAR(static_cast<double>(result.millis[9]), 31000, 30);
}

TEST(Selection, ATrackThatChangesBeginsAnotherFile) {
  std::vector<media::Entry> other = period(2, 2);
  std::get<media::Track>(other[1]).config.record = sample::payload("other");
  const auto result = select(options(), joined({period(), seconds(0, 1), other, seconds(2, 3)}));
  EXPECT_THAT(result.names,
              ElementsAre("0:1 a0", "0:0 k0", "0:1 b0", "0:0 p0", "1:1 a2", "1:0 k2", "1:1 b2", "1:0 p2"));
}

TEST(Selection, ATrackThatComesLaterHasAStreamWhenItIsExpected) {
  const std::vector<media::Entry> silent = {media::Period{1, media::PeriodCause::start, Ticks90k(900000), wall(0)},
                                            sample::video()};
  const std::vector<media::Entry> entries = joined({silent, seconds(0, 1), period(2, 1), seconds(1, 2)});
  const auto unexpected = select(options(), entries);
  EXPECT_THAT(unexpected.names, ElementsAre("0:0 k0", "0:0 p0", "0:0 k1", "0:0 p1"));
  EXPECT_THAT(unexpected.left_out, ElementsAre("aac"));
  Selection selection(options());
  selection.expect({{1, {sample::video()}}, {2, {sample::video(), sample::audio()}}});
  selection.begin_epoch();
  for (const media::Entry& entry : entries) selection.add(entry);
  selection.finish();
  Result result;
  drain(selection, result);
  EXPECT_THAT(result.names, ElementsAre("0:0 k0", "0:0 p0", "0:1 a1", "0:0 k1", "0:1 b1", "0:0 p1"));
  EXPECT_TRUE(result.left_out.empty());
}

TEST(Selection, WhatAFormatCannotCarryIsToldOnceAndTheRestGoesOn) {
  Selection::Options no_video = options();
  no_video.carries = [](const media::Track& track) { return track.config.codec != media::Codec::h264; };
  const auto result = select(no_video, joined({period(), seconds(0, 1), period(2, 1), seconds(1, 2)}));
  EXPECT_THAT(result.names, ElementsAre("0:0 a0", "0:0 b0", "0:0 a1", "0:0 b1"));
  EXPECT_THAT(result.left_out, ElementsAre("h264"));
}

TEST(Selection, FramesShownBeforeTheyAreDecodedAreDecodedEarlier) {
  std::vector<media::Entry> entries = period();
  entries.push_back(sample::packet(0, 900000, true, "k", 0));
  entries.push_back(sample::packet(0, 903000, false, "p", -3000));
  entries.push_back(media::Cut{});
  const auto result = select(options(), entries);
  EXPECT_THAT(result.millis, ElementsAre(0, 33));
}

}  // namespace
}  // namespace sluice::record
