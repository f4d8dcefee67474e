#include "sluice/store/recorder.hpp"

#include <gmock/gmock.h>

#include "sluice/store/recording_check.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using record::sample::entries_of;
using record::sample::said_by;
using record::sample::segment;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSealed = "live/demo/20261121T035512Z-3f9a2c-000000.slog";

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() {
    options_.log.directory = directory_.path();
    options_.log.rotate = Millis(3'600'000);
    options_.flush_interval = Millis(1);
    options_.sync_interval = Millis(1);
  }

  void start() {
    recorder_.emplace(
        options_, [this](const RecorderEvent& event) { events_.push_back(text_of(event)); }, disk_);
    lane_ = recorder_->begin(session_);
  }
  void append(const std::vector<media::Entry>& entries) {
    for (const media::Entry& entry : entries) recorder_->append(lane_, entry);
  }
  std::vector<record::Reader::Item> items(const std::string& name) const {
    return record::sample::read(read_file(directory_.path() / name));
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  RecorderOptions options_;
  std::vector<std::string> events_;  // read after stop() only
  record::SessionInfo session_ = record::sample::session();
  std::optional<Recorder> recorder_;
  Recorder::Lane lane_{};
};

TEST_F(RecorderTest, EverythingAppendedIsInASealedFileAfterTheEnd) {
  start();
  append(record::sample::entries());
  recorder_->end(lane_);
  recorder_->stop();
  EXPECT_THAT(directory_.files(), ElementsAre(kSealed));
  EXPECT_EQ(said_by(entries_of(items(kSealed))), said_by(record::sample::entries()));
  EXPECT_THAT(check_file(directory_.path() / kSealed)->faults, IsEmpty());
  EXPECT_EQ(recorder_->stats().queue_bytes, 0U);
  EXPECT_EQ(recorder_->stats().files_sealed, 1U);
}

TEST_F(RecorderTest, StoppingSealsSessionsThatGoOn) {
  start();
  record::SessionInfo other = session_;
  other.session = *SessionId::parse("20261121T035512Z-000001");
  other.stream = *StreamName::make("live", "other");
  const Recorder::Lane other_lane = recorder_->begin(other);
  append(record::sample::entries());
  recorder_->append(other_lane, media::Period{});
  recorder_->stop();
  EXPECT_THAT(directory_.files(), ElementsAre(kSealed, "live/other/20261121T035512Z-000001-000000.slog"));
}

TEST_F(RecorderTest, EntriesReachTheFileWithoutAnotherCall) {
  start();
  append({media::Period{}, record::sample::video()});
  disk_.await_write_done();
  EXPECT_FALSE(entries_of(items(std::string(kSealed) + ".open")).empty());
  recorder_->stop();
}

TEST_F(RecorderTest, SlowDiskNeverBlocksTheLoopAndWhatDoesNotFitIsCounted) {
  options_.queue_bytes_max = 20'000;
  disk_.be_slow();
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  disk_.await_write_begun();
  for (std::uint64_t i = 0; i < 100; ++i) append(segment(100 + i, static_cast<std::int64_t>(i) * 180000));
  EXPECT_LE(recorder_->stats().queue_bytes, options_.queue_bytes_max);
  EXPECT_EQ(recorder_->stats().sessions_failing, 1U);
  disk_.heal_slowness();
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().sessions_failing, 0U);
  const std::uint64_t lost = recorder_->stats().entries_lost;
  EXPECT_GT(lost, 0U);
  EXPECT_THAT(events_, Contains("shed " + std::to_string(lost)));
  EXPECT_EQ(recorder_->stats().entries_written + lost, 403U);
  EXPECT_THAT(check_file(directory_.path() / kSealed)->faults, IsEmpty());
}

TEST_F(RecorderTest, MuchThatWaitsIsWrittenBeforeTheNextRound) {
  options_.queue_bytes_max = 20'000;
  options_.flush_interval = Millis(3'600'000);
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  append(segment(100, 0));
  append(segment(101, 180000));
  disk_.await_write_done();
  recorder_->stop();
}

TEST_F(RecorderTest, EndOfASegmentDoesNotWaitForTheRoundAndTakesNobodyWithIt) {
  options_.flush_interval = Millis(3'600'000);
  start();
  record::SessionInfo other = session_;
  other.session = *SessionId::parse("20261121T035512Z-000001");
  const Recorder::Lane other_lane = recorder_->begin(other);
  recorder_->append(other_lane, media::Period{});
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  append(segment(100, 0));
  while (recorder_->stats().entries_written < 7) std::this_thread::yield();
  EXPECT_EQ(entries_of(items(std::string(kSealed) + ".open")).size(), 7U);
  // What the other session sent waits, and is counted as waiting.
  EXPECT_GT(recorder_->stats().queue_bytes, 0U);
  append({media::Gap{101, Ticks90k(180000), Ticks90k(180000), Seconds(2)}});
  while (recorder_->stats().entries_written < 8) std::this_thread::yield();
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().entries_written, 9U);
  EXPECT_EQ(recorder_->stats().queue_bytes, 0U);
}

// Players are told of a part as soon as it is cut.
TEST_F(RecorderTest, EndOfAPartDoesNotWaitForTheRound) {
  options_.flush_interval = Millis(3'600'000);
  start();
  append({media::Period{}, record::sample::video(), record::sample::packet(0, 0, true, "key frame"),
          record::sample::cut(100, 0, false)});
  while (recorder_->stats().entries_written < 4) std::this_thread::yield();
  EXPECT_EQ(entries_of(items(std::string(kSealed) + ".open")).size(), 4U);
  recorder_->stop();
}

TEST_F(RecorderTest, WhatCannotBeWrittenIsKeptAndWrittenWithoutAnotherCall) {
  options_.log.retry_interval = Millis(1);
  disk_.fail("write");
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  append(segment(100, 0));
  while (recorder_->stats().errors < 3) std::this_thread::yield();
  EXPECT_GT(recorder_->stats().queue_bytes, 0U);
  EXPECT_EQ(recorder_->stats().sessions_failing, 1U);
  disk_.heal();
  while (recorder_->stats().entries_written < 7) std::this_thread::yield();
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().entries_lost, 0U);
  EXPECT_EQ(recorder_->stats().queue_bytes, 0U);
  EXPECT_THAT(events_, ElementsAre("failed to write", "resumed, lost 0", testing::StartsWith("sealed")));
  EXPECT_THAT(check_file(directory_.path() / kSealed)->faults, IsEmpty());
}

TEST_F(RecorderTest, WhatIsKeptForAFailingDiskIsBoundedByTheQueue) {
  options_.queue_bytes_max = 20'000;
  options_.log.retry_interval = Millis(1);
  disk_.fail("write");
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  for (std::uint64_t i = 0; i < 200; ++i) append(segment(100 + i, static_cast<std::int64_t>(i) * 180000));
  EXPECT_LE(recorder_->stats().queue_bytes, options_.queue_bytes_max);
  EXPECT_GT(recorder_->stats().entries_lost, 0U);
  EXPECT_GT(recorder_->stats().ticks_lost, 0U);
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().queue_bytes, 0U);
  EXPECT_EQ(recorder_->stats().entries_lost + recorder_->stats().entries_written, 803U);
}

TEST_F(RecorderTest, FileThatRecoveryCouldNotSealIsSealedAtTheEndAtTheLatest) {
  const std::string left = "live/demo/20261121T035512Z-3f9a2c-000003.slog";
  write_file(directory_.path() / (left + ".open"), record::sample::file(record::sample::entries(), false));
  start();
  recorder_->seal_later(directory_.path() / (left + ".open"));
  while (recorder_->stats().files_unfinished == 0) std::this_thread::yield();
  recorder_->stop();
  EXPECT_THAT(directory_.files(), ElementsAre(left));
  EXPECT_THAT(check_file(directory_.path() / left)->faults, IsEmpty());
}

TEST_F(RecorderTest, SyncThatHangsHoldsUpNoWriteAndCanBeSeen) {
  disk_.hang();
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  while (recorder_->stats().sync_since == 0) std::this_thread::yield();
  append(segment(100, 0));
  append(segment(101, 180000));
  while (recorder_->stats().entries_written < 11) std::this_thread::yield();
  EXPECT_NE(recorder_->stats().sync_since, 0);
  EXPECT_EQ(recorder_->stats().syncs, 0U);
  disk_.heal_hang();
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().sync_since, 0);
  EXPECT_THAT(check_file(directory_.path() / kSealed)->faults, IsEmpty());
}

TEST_F(RecorderTest, IsBehindWhileAQuarterOfTheQueueWaits) {
  options_.queue_bytes_max = 20'000;
  disk_.be_slow();
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  disk_.await_write_begun();
  EXPECT_FALSE(recorder_->is_behind());
  std::uint64_t msn = 100;
  for (; recorder_->stats().queue_bytes <= options_.queue_bytes_max / 4; ++msn) append(segment(msn, 0));
  EXPECT_TRUE(recorder_->is_behind());
  disk_.heal_slowness();
  while (recorder_->stats().queue_bytes > 0) std::this_thread::yield();
  EXPECT_FALSE(recorder_->is_behind());
  recorder_->stop();
}

TEST_F(RecorderTest, RecordingGoesOnInANewFileWhenTheDiskHasCaughtUp) {
  options_.queue_bytes_max = 20'000;
  disk_.be_slow();
  start();
  append({media::Period{}, record::sample::video(), record::sample::audio()});
  disk_.await_write_begun();
  std::uint64_t msn = 100;
  while (recorder_->stats().entries_lost == 0) {
    append(segment(msn, static_cast<std::int64_t>(msn - 100) * 180000));
    ++msn;
  }
  disk_.heal_slowness();
  // Until there is room again, and then through the end of the segment that was cut into.
  const std::uint64_t caught_up = recorder_->stats().entries_lost;
  while (recorder_->stats().queue_bytes > options_.queue_bytes_max / 4) std::this_thread::yield();
  for (int i = 0; i < 2; ++i, ++msn) append(segment(msn, static_cast<std::int64_t>(msn - 100) * 180000));
  recorder_->stop();
  const std::string second = "live/demo/20261121T035512Z-3f9a2c-000001.slog";
  EXPECT_THAT(directory_.files(), ElementsAre(kSealed, second));
  const auto found = record::sample::only<record::Found>(items(second));
  EXPECT_GE(std::get<record::Lost>(found[1].record).entries, caught_up);
  EXPECT_THAT(check_file(directory_.path() / second)->faults, IsEmpty());
}

TEST_F(RecorderTest, DirtyFilesAreSynced) {
  start();
  append({media::Period{}});
  while (recorder_->stats().syncs == 0) std::this_thread::yield();
  recorder_->stop();
  EXPECT_THAT(disk_.log(), Contains("sync"));
}

TEST_F(RecorderTest, WorksAgainAfterALongSilence) {
  start();
  append({media::Period{}});
  // More rounds than it stays awake for.
  while (recorder_->stats().syncs == 0) std::this_thread::yield();
  append({record::sample::video()});
  while (recorder_->stats().entries_written < 2) std::this_thread::yield();
  recorder_->stop();
  EXPECT_EQ(entries_of(items(kSealed)).size(), 2U);
}

TEST_F(RecorderTest, ManySessionsComeAndGoWithoutATrace) {
  start();
  for (int i = 0; i < 200; ++i) {
    record::SessionInfo one = session_;
    one.session = SessionId::make(session_.start, static_cast<std::uint32_t>(i));
    const Recorder::Lane lane = recorder_->begin(one);
    recorder_->append(lane, media::Period{});
    recorder_->end(lane);
  }
  recorder_->stop();
  EXPECT_EQ(recorder_->stats().files_sealed, 200U);
  EXPECT_EQ(recorder_->stats().queue_bytes, 0U);
}

}  // namespace
}  // namespace sluice::store
