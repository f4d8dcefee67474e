// What becomes of a session on a disk that fails, and what of it when the disk has healed.
#include "store/session_log_fixture.hpp"

namespace sluice::store {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class DiskFaultTest : public SessionLogTest {
 protected:
  // The disk's time goes on while segments of two seconds come; the recorder syncs in between.
  void live(std::uint64_t first, int count) {
    for (int i = 0; i < count; ++i) {
      add_segments(first + i, 1);
      log_->sync();
      now_ += Seconds(2);
      queue_.retry(now_);
    }
  }
  record::Lost lost(const std::string& name) const {
    for (const auto& found : record::sample::only<record::Found>(items(name))) {
      if (const auto* one = std::get_if<record::Lost>(&found.record)) return *one;
    }
    return {};
  }
  std::vector<std::uint64_t> all_msns() const {
    std::vector<std::uint64_t> all;
    for (const std::string& name : directory_.files()) {
      for (const std::uint64_t msn : msns(name)) all.push_back(msn);
    }
    return all;
  }
};

TEST_F(DiskFaultTest, ShortFaultOfWritesLosesNothing) {
  begin();
  live(100, 1);
  disk_.fail("write");
  live(101, 3);
  EXPECT_EQ(stats_.sessions_failing, 1U);
  EXPECT_TRUE(log_->holds());
  disk_.heal();
  live(104, 1);
  EXPECT_EQ(stats_.sessions_failing, 0U);
  EXPECT_FALSE(log_->holds());
  log_->finish(now_);
  EXPECT_THAT(all_msns(), ElementsAre(100, 101, 102, 103, 104));
  EXPECT_EQ(stats_.entries_lost, 0U);
  EXPECT_EQ(stats_.ticks_lost, 0U);
  EXPECT_THAT(events_, Contains("resumed, lost 0"));
  for (const std::string& name : directory_.files()) expect_whole(name);
}

TEST_F(DiskFaultTest, ShortFaultWhenAFileIsDueToBeSealedLosesNothing) {
  begin();
  live(100, 1);
  // 102 comes before 101 was written.
  std::vector<media::Entry> two = record::sample::segment(101, 180000);
  for (const media::Entry& entry : record::sample::segment(102, 2 * 180000)) two.push_back(entry);
  disk_.fail("write");
  add(two);
  EXPECT_TRUE(log_->holds());
  EXPECT_THAT(directory_.files(), ElementsAre(open_name(0)));
  now_ += Seconds(2);
  disk_.heal();
  live(103, 2);
  log_->finish(now_);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101, 102));
  EXPECT_THAT(msns(sealed_name(1)), ElementsAre(103, 104));
  EXPECT_EQ(stats_.entries_lost, 0U);
  EXPECT_EQ(stats_.sessions_failing, 0U);
  for (const std::string& name : directory_.files()) expect_whole(name);
}

TEST_F(DiskFaultTest, FaultOfTheEndOfAFileLosesNothing) {
  for (const bool undo_fails : {false, true}) {
    begin();
    live(100, 2);
    disk_.fail("write");
    if (undo_fails) disk_.fail("undo");
    log_->add(record::sample::packet(0, 2 * 180000, true, "key"), now_);
    EXPECT_THAT(directory_.files(), ElementsAre(open_name(0), open_name(1)));
    disk_.heal();
    add({record::sample::cut(102, 2 * 180000)});
    now_ += Seconds(5);
    live(103, 2);
    log_->finish(now_);
    EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
    EXPECT_THAT(all_msns(), ElementsAre(100, 101, 102, 103, 104));
    EXPECT_EQ(stats_.entries_lost, 0U);
    EXPECT_EQ(stats_.sessions_failing, 0U);
    EXPECT_THAT(events_, Contains("recovered 20261121T035512Z-3f9a2c-000000.slog"));
    for (const std::string& name : directory_.files()) expect_whole(name);
    events_.clear();
    log_.emplace(options_, record::sample::session(), disk_, queue_, stats_, report_);
    fs::remove_all(directory_.path() / "live");
  }
}

TEST_F(DiskFaultTest, LongFaultOfWritesIsGivenUpAndRecordingGoesOnInANewFile) {
  begin();
  live(100, 1);
  disk_.fail("write");
  live(101, 7);  // held for 10 s, so until 106; 107 is dropped while it waits to try again
  EXPECT_FALSE(log_->holds());
  live(108, 2);  // the next is held as well
  EXPECT_TRUE(log_->holds());
  disk_.heal();
  live(110, 4);
  log_->finish(now_);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100));
  EXPECT_EQ(header(sealed_name(1)).before.last_msn, 107U);
  EXPECT_THAT(all_msns(), ElementsAre(100, 108, 109, 110, 111, 112, 113));
  EXPECT_EQ(lost(sealed_name(1)), (record::Lost{Ticks90k(180000), 28, 189}));
  EXPECT_EQ(stats_.entries_lost, 28U);
  EXPECT_EQ(stats_.ticks_lost, 7 * 180000U);
  EXPECT_EQ(stats_.sessions_failing, 0U);
  EXPECT_THAT(events_, Contains("recovered 20261121T035512Z-3f9a2c-000000.slog"));
  for (const std::string& name : directory_.files()) expect_whole(name);
}

TEST_F(DiskFaultTest, HoldEndsWhenItHasTooManyBytes) {
  options_.hold_bytes_max = 40;
  begin();
  disk_.fail("write");
  add_segments(100, 1);
  EXPECT_TRUE(log_->holds());
  now_ += options_.retry_interval;
  add_segments(101, 1);
  EXPECT_FALSE(log_->holds());
  EXPECT_EQ(stats_.entries_lost, 8U);
}

TEST_F(DiskFaultTest, WhatCannotBeUndoneIsGivenUp) {
  begin();
  add_segments(100, 1);
  disk_.fail("write");
  disk_.fail("undo");
  add_segments(101, 1);
  EXPECT_FALSE(log_->holds());
  EXPECT_EQ(stats_.entries_lost, 4U);
  disk_.heal();
  now_ += Seconds(5);
  live(102, 2);
  queue_.retry(now_ + Seconds(5));
  log_->finish(now_);
  // The disk took part of 101 before it failed.
  EXPECT_THAT(all_msns(), ElementsAre(100, 101, 103));
}

TEST_F(DiskFaultTest, FaultIsToldOnceWhileItLasts) {
  for (const std::string operation : {"create", "write", "sync"}) {
    events_.clear();
    disk_.fail(operation);
    disk_.fail("recover");
    begin();
    live(100, 60);
    EXPECT_THAT(std::set<std::string>(events_.begin(), events_.end()),
                testing::IsSubsetOf({"failed to " + operation, std::string("failed to recover")}));
    EXPECT_THAT(events_, Contains("failed to " + operation).Times(1));
    EXPECT_EQ(stats_.sessions_failing, 1U);
    disk_.heal();
    live(160, 30);
    EXPECT_EQ(stats_.sessions_failing, 0U) << operation;
    log_->finish(now_);
    log_.emplace(options_, record::sample::session(), disk_, queue_, stats_, report_);
    fs::remove_all(directory_.path() / "live");
  }
}

TEST_F(DiskFaultTest, DiskThatStaysFullCollectsNoFiles) {
  disk_.fail("write");
  begin();
  live(100, 30);
  log_->finish(now_);
  EXPECT_THAT(directory_.files(), IsEmpty());
  EXPECT_EQ(stats_.sessions_failing, 0U);
}

TEST_F(DiskFaultTest, SyncThatFailsAgainAndAgainIsTriedMoreAndMoreRarely) {
  disk_.fail("sync");
  disk_.fail("recover");
  begin();
  live(100, 60);
  // Two minutes: 1, 2, 4, 8 and then 16 s apart, each with the segment in which it is noticed.
  EXPECT_LT(directory_.files().size(), 14U);
  EXPECT_GT(directory_.files().size(), 6U);
}

TEST_F(DiskFaultTest, WhatAFailedSyncMayHaveLostIsWrittenAnewAndKept) {
  begin();
  live(100, 1);
  disk_.fail("sync");
  live(101, 1);
  disk_.heal();
  live(102, 4);
  log_->finish(now_);
  queue_.retry(now_ + Seconds(5));
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
  EXPECT_THAT(events_, Contains("recovered 20261121T035512Z-3f9a2c-000000.slog"));
  expect_whole(sealed_name(0));
}

TEST_F(DiskFaultTest, SessionIsFailingUntilASyncHasWorkedAgain) {
  begin();
  live(100, 1);
  disk_.fail("sync");
  live(101, 1);
  live(102, 4);
  EXPECT_EQ(stats_.sessions_failing, 1U);
  EXPECT_THAT(events_, Not(Contains(testing::StartsWith("resumed"))));
  disk_.heal();
  live(106, 12);
  EXPECT_EQ(stats_.sessions_failing, 0U);
  EXPECT_THAT(events_, Contains(testing::StartsWith("resumed")));
}

TEST_F(DiskFaultTest, FileThatCannotBeRenamedIsSealedLater) {
  disk_.fail_with(EIO);
  disk_.fail("publish");
  disk_.fail("recover");
  begin();
  live(100, 4);
  log_->finish(now_);
  EXPECT_THAT(events_, ElementsAre("failed to seal", "failed to seal"));
  EXPECT_THAT(directory_.files(), ElementsAre(open_name(0), open_name(1)));
  EXPECT_EQ(stats_.files_unfinished, 2U);
  EXPECT_EQ(stats_.files_failing, 2U);
  EXPECT_EQ(stats_.last_error, EIO);
  queue_.retry(now_ + Seconds(5));
  queue_.retry(now_ + Seconds(10));
  EXPECT_THAT(events_, SizeIs(2));
  EXPECT_EQ(stats_.last_operation.load(), std::string("recover"));
  // In the end it is no longer taken for the disk's fault, and still tried.
  queue_.retry(now_ + Seconds(200));
  EXPECT_EQ(stats_.files_failing, 0U);
  EXPECT_EQ(stats_.files_unfinished, 2U);
  EXPECT_THAT(events_, ElementsAre("failed to seal", "failed to seal", "failed to recover"));
  disk_.heal();
  queue_.retry(now_ + Seconds(300));
  EXPECT_EQ(stats_.files_unfinished, 0U);
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0), sealed_name(1)));
  EXPECT_THAT(all_msns(), ElementsAre(100, 101, 102, 103));
  expect_whole(sealed_name(0));
}

TEST_F(DiskFaultTest, OneUnfinishedFileIsTriedAtATime) {
  disk_.fail("publish");
  disk_.fail("recover");
  begin();
  live(100, 6);
  log_->finish(now_);
  disk_.heal();
  now_ += Seconds(300);
  EXPECT_EQ(stats_.files_unfinished, 3U);
  EXPECT_TRUE(queue_.retry_one(now_));
  EXPECT_EQ(stats_.files_unfinished, 2U);
  EXPECT_TRUE(queue_.retry_one(now_));
  EXPECT_TRUE(queue_.retry_one(now_));
  EXPECT_FALSE(queue_.retry_one(now_));
  EXPECT_EQ(stats_.files_unfinished, 0U);
}

TEST_F(DiskFaultTest, EachLossIsToldByOneFile) {
  disk_.fail("sync");
  disk_.fail("recover");
  begin();
  live(100, 40);
  disk_.heal();
  live(140, 20);
  log_->finish(now_);
  queue_.retry(now_ + Seconds(300));
  EXPECT_EQ(stats_.files_unfinished, 0U);
  std::uint64_t told = 0;
  for (const std::string& name : directory_.files()) told += lost(name).entries;
  EXPECT_GT(stats_.entries_lost, 0U);
  EXPECT_EQ(told, stats_.entries_lost);
  EXPECT_THAT(events_, Contains("resumed, lost " + std::to_string(told)));
}

TEST_F(DiskFaultTest, FileThatComesBackWithItsDirectoryIsSealed) {
  begin();
  live(100, 1);
  fs::rename(directory_.path() / "live", directory_.path() / "away");
  live(101, 1);
  add_segments(102, 1);
  queue_.retry(now_ + Seconds(5));
  EXPECT_EQ(stats_.files_unfinished, 1U);
  fs::rename(directory_.path() / "away", directory_.path() / "live");
  queue_.retry(now_ + Seconds(300));
  EXPECT_EQ(stats_.files_unfinished, 0U);
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
}

TEST_F(DiskFaultTest, RemovedDirectoryIsNoticedAtTheNextSyncAndMadeAgain) {
  begin();
  live(100, 1);
  fs::remove_all(directory_.path() / "live");
  live(101, 1);  // written to a file that has no name
  live(102, 6);
  log_->finish(now_);
  queue_.retry(now_ + Seconds(5));
  EXPECT_THAT(all_msns(), ElementsAre(104, 105, 106, 107));
  EXPECT_EQ(stats_.sessions_failing, 0U);
  // All that the lost file held counts, three segments with the Period and its two Tracks, and the segment after it.
  const record::Lost told = lost(sealed_name(1));
  EXPECT_EQ(told.entries, 19U);
  EXPECT_EQ(told.since, Ticks90k(0));
  EXPECT_EQ(stats_.entries_lost, 19U);
  EXPECT_EQ(stats_.ticks_lost, 4 * 180000U);
  EXPECT_EQ(stats_.files_unfinished, 0U);
  for (const std::string& name : directory_.files()) expect_whole(name);
}

TEST_F(DiskFaultTest, FileThatWasRemovedBeforeItsSealCountsAsLost) {
  begin();
  add_segments(100, 2);
  fs::remove_all(directory_.path() / "live");
  log_->finish(now_);
  EXPECT_THAT(events_, ElementsAre("failed to seal"));
  EXPECT_EQ(stats_.entries_lost, 11U);
  EXPECT_EQ(stats_.ticks_lost, 2 * 180000U);
  EXPECT_EQ(stats_.files_unfinished, 0U);
}

TEST_F(DiskFaultTest, NoFileIsBegunOrLeftOpenWhileThereIsNoRoom) {
  bool room = true;
  options_.has_room = [&room] { return room; };
  begin();
  add_segments(100, 1);
  room = false;
  add({record::sample::packet(0, 180000, true, "key"), record::sample::cut(101, 180000)});
  // At the segment's end, not at the next key frame.
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0)));
  EXPECT_THAT(msns(sealed_name(0)), ElementsAre(100, 101));
  EXPECT_EQ(stats_.sessions_failing, 1U);
  live(102, 3);
  add({period(8, 4 * 180000), record::sample::video()});
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0)));
  EXPECT_EQ(stats_.ticks_lost, 3 * 180000U);
  room = true;
  live(105, 2);
  EXPECT_EQ(stats_.sessions_failing, 0U);
  log_->finish(now_);
  EXPECT_THAT(all_msns(), ElementsAre(100, 101, 106));
  EXPECT_EQ(lost(sealed_name(1)).since, Ticks90k(360000));
  EXPECT_THAT(events_, Not(Contains(testing::StartsWith("failed"))));
}

TEST_F(DiskFaultTest, RotationWaitsForADiskThatIsBehindWithItsSeals) {
  queue_.claim_seals_waiting(kSealsWaitingMax);
  begin();
  add_segments(100, 6);
  EXPECT_THAT(directory_.files(), ElementsAre(open_name(0)));
  queue_.claim_seals_waiting(0);
  add_segments(106, 2);
  EXPECT_THAT(directory_.files(), ElementsAre(sealed_name(0), open_name(1)));
  log_->finish(now_);
}

TEST_F(DiskFaultTest, NoFileIsBegunWhileTooManyWaitToBeSealed) {
  queue_.claim_seals_waiting(kSealsStuckMax);
  begin();
  live(100, 2);
  EXPECT_THAT(directory_.files(), IsEmpty());
  EXPECT_EQ(stats_.sessions_failing, 1U);
  queue_.claim_seals_waiting(0);
  live(102, 2);
  log_->finish(now_);
  EXPECT_THAT(all_msns(), ElementsAre(103));
}

}  // namespace
}  // namespace sluice::store
