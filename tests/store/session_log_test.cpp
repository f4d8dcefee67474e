#include "sluice/store/session_log.hpp"

#include "store/session_log_fixture.hpp"

namespace sluice::store {
namespace {

using record::sample::audio;
using record::sample::cut;
using record::sample::entries_of;
using record::sample::packet;
using record::sample::said_by;
using record::sample::segment;
using record::sample::video;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SessionLogTest, SessionWithoutEntriesLeavesNoFile) {
  log_->finish(now_);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(SessionLogTest, WhatIsFlushedCanBeReadBeforeTheFileIsSealed) {
  begin();
  add_segments(100, 1);
  EXPECT_THAT(directory_.files(), ElementsAre(open_name(0)));
  EXPECT_THAT(msns(open_name(0)), ElementsAre(100));
  EXPECT_EQ(stats_.bytes_written, bytes(open_name(0)).size());
  EXPECT_EQ(stats_.entries_written, 7U);
}

TEST_F(SessionLogTest, SealedFileIsSyncedBeforeItGetsItsName) {
  begin();
  add_segments(100, 1);
  log_->finish(now_);
  EXPECT_THAT(disk_.log(), ElementsAre("create", "write", "write", "write", "sync", "publish"));
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0)));
  EXPECT_THAT(events_, ElementsAre("sealed 20261121T035512Z-3f9a2c-000000.slog"));
  expect_whole(sealed_name(0));
}

TEST_F(SessionLogTest, FileIsSealedAtTheFirstKeyFrameAfterTheRotationTime) {
  begin();
  add_segments(100, 5);
  log_->finish(now_);
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0), sealed_name(1), sealed_name(2)));
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(102, 103));
  EXPECT_THAT(msns(sealed_name(2)), ElementsAre(104));
  for (int i = 0; i < 3; ++i) expect_whole(sealed_name(i));
}

TEST_F(SessionLogTest, LaterFileBeginsWithItsPeriodTracksAndNumbers) {
  begin();
  add_segments(100, 3);
  log_->finish(now_);
  const auto entries = entries_of(items(sealed_name(1)));
  std::vector<media::Entry> expected = {video(), audio()};
  ASSERT_GE(entries.size(), 3U);
  EXPECT_EQ(std::get<media::Period>(entries[0]).number, 7U);
  EXPECT_EQ(std::get<media::Track>(entries[1]).config.rfc6381, video().config.rfc6381);
  EXPECT_EQ(std::get<media::Track>(entries[2]).config.rfc6381, audio().config.rfc6381);
  EXPECT_EQ(header(sealed_name(1)).file_index, 1U);
  EXPECT_EQ(header(sealed_name(1)).before, (record::Numbering{101, 7, Ticks90k(360000), Seconds(2)}));
}

TEST_F(SessionLogTest, FileGoesOnWhereTheNextSegmentCannotBeginAnother) {
  begin();
  add_segments(100, 2);
  add({packet(0, 360000, false, "no key frame"), cut(102, 360000)});
  add({packet(1, 264600, true, "audio first"), packet(0, 540000, true, "key frame"), cut(103, 540000)});
  add({packet(2, 720000, true, "hidden", 0, true), packet(0, 720000, true, "key frame"), cut(104, 720000)});
  log_->finish(now_);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101, 102, 103));
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(104));
}

TEST_F(SessionLogTest, AudioAloneCanBeginAFileAnywhere) {
  add({period(), audio()});
  for (int i = 0; i < 3; ++i) add({packet(1, i * 88200, true, "aac"), cut(100 + i, i * 180000)});
  log_->finish(now_);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(102));
}

TEST_F(SessionLogTest, PeriodCanBeginAFileAndIsNotRepeatedInIt) {
  begin();
  add_segments(100, 2);
  add({period(8, 360000), video()});
  add_segments(102, 1);
  log_->finish(now_);
  const auto entries = entries_of(items(sealed_name(1)));
  EXPECT_EQ(std::get<media::Period>(entries[0]).number, 7U);
  EXPECT_EQ(std::get<media::Period>(entries[3]).number, 8U);
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(102));
  expect_whole(sealed_name(1));
}

TEST_F(SessionLogTest, NameThatIsTakenIsNeverUsedAgain) {
  write_file(directory_.path() / sealed_name(0), as_bytes("somebody else's"));
  begin();
  EXPECT_THAT(events_, ElementsAre("failed to create"));
  now_ += options_.retry_interval;
  add({period(), video()});
  add_segments(100, 1);
  log_->finish(now_);
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0), sealed_name(1)));
  EXPECT_EQ(as_text(bytes(sealed_name(0))), "somebody else's");
  expect_whole(sealed_name(1));
}

TEST_F(SessionLogTest, CreatesThatFailLeaveNoHoleInTheNumbers) {
  begin();
  add_segments(100, 2);
  disk_.fail("create");
  for (std::uint64_t msn = 102; msn < 110; ++msn) {
    add_segments(msn, 1);
    now_ += Seconds(2);
  }
  disk_.heal();
  add_segments(110, 2);
  log_->finish(now_);
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0), sealed_name(1)));
  EXPECT_EQ(header(sealed_name(1)).file_index, 1U);
}

TEST_F(SessionLogTest, NothingIsSyncedTwice) {
  begin();
  EXPECT_TRUE(log_->sync());
  EXPECT_FALSE(log_->sync());
  EXPECT_EQ(stats_.syncs, 1U);
}

TEST_F(SessionLogTest, ShedEntriesEndTheFileAndTheNextSaysHowMany) {
  begin();
  add_segments(100, 1);
  // The Period, its Track and the Cut are known to what follows, though they were dropped.
  const std::vector<media::Entry> missed = {period(8, 180000), video(), cut(101, 180000)};
  log_->lose(missed, record::Lost{{}, 50, 6000}, now_);
  add_segments(102, 2);
  log_->finish(now_);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100));
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(103));
  EXPECT_EQ(header(sealed_name(1)).before.last_msn, 102U);
  const auto found = record::sample::only<record::Found>(items(sealed_name(1)));
  EXPECT_EQ(std::get<record::Lost>(found[1].record).entries, 54U);
  EXPECT_EQ(std::get<media::Period>(entries_of(items(sealed_name(1)))[0]).number, 8U);
  EXPECT_THAT(events_, ElementsAre("sealed 20261121T035512Z-3f9a2c-000000.slog", "shed 50", "resumed, lost 54",
                                   "sealed 20261121T035512Z-3f9a2c-000001.slog"));
}

}  // namespace
}  // namespace sluice::store
