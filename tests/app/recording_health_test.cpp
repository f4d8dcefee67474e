#include "../../src/app/recording_health.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sluice::app {
namespace {

class RecordingHealthTest : public testing::Test {
 protected:
  RecordingHealthTest() { disk_.moved_at = now_; }
  std::string look() { return health_.look(recorder_, disk_, "/rec", now_); }
  void fail(const char* operation, int error) {
    recorder_.last_operation = operation;
    recorder_.last_error = error;
  }

  MonoTime now_{Seconds(100)};
  store::RecorderStats recorder_;
  store::DiskState disk_;
  RecordingHealth health_;
};

TEST_F(RecordingHealthTest, SaysNothingWhileRecordingsGoOn) { EXPECT_EQ(look(), ""); }

TEST_F(RecordingHealthTest, NamesTheFreeSpaceAndWhatIsWaitedFor) {
  disk_.room = false;
  disk_.look.free_bytes = 812ULL << 20;
  disk_.enough_again = (1ULL << 30) + (1ULL << 27);
  // That sessions are not recorded goes without saying.
  recorder_.sessions_failing = 2;
  EXPECT_EQ(look(), "recording waits for free space: 812.0 MiB of 1.12 GiB (record.min_free_space and an eighth)");
}

TEST_F(RecordingHealthTest, NamesTheDirectoryAndItsFault) {
  disk_.look.operation = "access";
  disk_.look.error = {EACCES, boost::system::system_category()};
  EXPECT_EQ(look(), "record.directory /rec: access: Permission denied");
}

TEST_F(RecordingHealthTest, NamesWhatFailedLastForSessionsAndFiles) {
  recorder_.sessions_failing = 1;
  fail("write", ENOSPC);
  EXPECT_EQ(look(), "1 session not being recorded: write: No space left on device");
  recorder_.sessions_failing = 0;
  recorder_.files_failing = 2;
  fail("recover", EIO);
  EXPECT_EQ(look(), "2 files waiting to be sealed: recover: Input/output error");
}

TEST_F(RecordingHealthTest, TellsASlowDiskFromAFailingOne) {
  recorder_.sessions_failing = 3;
  recorder_.sessions_shedding = 3;
  EXPECT_EQ(look(), "3 sessions too much for the disk: limits.record_queue is full");
}

TEST_F(RecordingHealthTest, TellsASyncThatHangsFromOneThatIsSlow) {
  recorder_.sync_since = (now_ - Seconds(5)).time_since_epoch().count();
  EXPECT_EQ(look(), "");
  recorder_.sync_since = (now_ - Seconds(7)).time_since_epoch().count();
  EXPECT_EQ(look(), "the disk does not answer: a sync has been running for 7 s");
  recorder_.sync_since = 0;
  recorder_.write_since = (now_ - Seconds(6)).time_since_epoch().count();
  EXPECT_EQ(look(), "the disk does not answer: a write has been running for 6 s");
  recorder_.write_since = 0;
  EXPECT_EQ(look(), "");
  disk_.moved_at = now_ - Seconds(9);
  EXPECT_EQ(look(), "the disk does not answer: a look has been running for 9 s");
}

TEST_F(RecordingHealthTest, NamesEveryFaultThereIs) {
  disk_.look.operation = "write";
  disk_.look.error = {EROFS, boost::system::system_category()};
  recorder_.sessions_failing = 1;
  fail("create", EROFS);
  EXPECT_EQ(look(),
            "record.directory /rec: write: Read-only file system; 1 session not being recorded: create: Read-only file "
            "system");
}

}  // namespace
}  // namespace sluice::app
