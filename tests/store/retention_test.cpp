#include "sluice/store/retention.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "sluice/store/recording_name.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kSize = 1000;
const WallTime kNow = WallTime(Seconds(1'795'240'000));

class RetentionTest : public testing::Test {
 protected:
  // A sealed file of kSize bytes whose last change was `age` ago.
  fs::path make(int number, Seconds age, const std::string& ending = ".slog", const std::string& stream = "demo") {
    const std::string name = SessionId::make(kNow - age, static_cast<std::uint32_t>(number)).text() + "-000000";
    const fs::path path = directory_.path() / "live" / stream / (name + ending);
    write_file(path, Bytes(kSize));
    set_ended(path, age);
    return path;
  }
  static void set_ended(const fs::path& path, Seconds age) {
    const auto seconds = std::chrono::duration_cast<Seconds>((kNow - age).time_since_epoch()).count();
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  void start() {
    options_.directory = directory_.path();
    options_.protected_span = Seconds(100);
    retention_.emplace(options_, [this](const RetentionEvent& event) { events_.push_back(event); });
  }
  // As many rounds as it takes until a pass is over, with the next one due.
  void run(int rounds = 80) {
    for (int i = 0; i < rounds; ++i) retention_->round(mono_ += Seconds(1), kNow);
  }
  std::vector<std::string> removed(std::string_view reason = {}) const {
    std::vector<std::string> names;
    for (const RetentionEvent& event : events_) {
      if (event.kind != RetentionEvent::Kind::removed || (!reason.empty() && event.reason != reason)) continue;
      names.push_back(event.path.filename().string());
    }
    return names;
  }
  std::size_t blocked() const {
    return static_cast<std::size_t>(std::count_if(events_.begin(), events_.end(), [](const RetentionEvent& event) {
      return event.kind == RetentionEvent::Kind::blocked;
    }));
  }

  TemporaryDirectory directory_;
  RetentionOptions options_;
  std::vector<RetentionEvent> events_;
  MonoTime mono_{Seconds(1000)};
  std::optional<Retention> retention_;
};

TEST_F(RetentionTest, RemovesWhatIsOlderThanTheAgeOldestFirst) {
  options_.age = Seconds(3600);
  const fs::path old = make(1, Seconds(3601));
  const fs::path older = make(2, Seconds(9000), ".slog", "other");
  make(3, Seconds(3599));
  start();
  run();
  EXPECT_THAT(removed("age"), ElementsAre(older.filename().string(), old.filename().string()));
  EXPECT_THAT(directory_.files(), SizeIs(1));
  EXPECT_EQ(retention_->stats().removed_by_age, 2U);
  EXPECT_EQ(retention_->stats().removed_bytes, 2 * kSize);
  EXPECT_EQ(retention_->stats().stored_files, 1U);
  EXPECT_EQ(retention_->stats().stored_bytes, kSize);
}

TEST_F(RetentionTest, RemovesTheOldestUntilTheSumIsWithinTheSize) {
  options_.max_size = 3 * kSize;
  std::vector<fs::path> files;
  for (int i = 0; i < 5; ++i) files.push_back(make(i, Seconds(1000 - 100 * i), ".slog", "s" + std::to_string(i % 2)));
  start();
  run();
  EXPECT_THAT(removed("size"), ElementsAre(files[0].filename().string(), files[1].filename().string()));
  EXPECT_EQ(retention_->stats().stored_bytes, 3 * kSize);
  EXPECT_EQ(retention_->stats().excess_bytes, 0U);
}

TEST_F(RetentionTest, NeverTouchesOpenFilesOrAnybodyElses) {
  options_.age = Seconds(1);
  options_.max_size = 1;
  make(1, Seconds(9000), ".slog.open");
  make(2, Seconds(9000), ".slog.part");
  write_file(directory_.path() / "live" / "demo" / "notes.slog", Bytes(10));
  fs::create_symlink(make(3, Seconds(9000), ".elsewhere"),
                     directory_.path() / "live/demo/20261121T035512Z-3f9a2c-000000.slog");
  start();
  run();
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_THAT(directory_.files(), SizeIs(5));
}

TEST_F(RetentionTest, NeverRemovesWhatAPlaylistMayStillName) {
  options_.age = Seconds(10);
  options_.max_size = 1;
  make(1, Seconds(99));
  make(2, Seconds(50));
  start();
  run();
  EXPECT_THAT(removed(), IsEmpty());
  EXPECT_EQ(retention_->stats().excess_bytes, 2 * kSize - 1);
  EXPECT_EQ(blocked(), 1U);
}

TEST_F(RetentionTest, MediaAheadOfTheClockIsProtectedByItsOwnTime) {
  options_.age = Seconds(200);
  const fs::path path = make(1, Seconds(500));
  // Sealed 500 s ago, with media that ends a minute ago.
  const auto session_end = record::sample::wall(9);
  Bytes bytes = record::sample::file(record::sample::entries());
  write_file(path, bytes);
  const WallTime now = session_end + Seconds(60);
  const auto seconds = std::chrono::duration_cast<Seconds>(now.time_since_epoch()).count() - 500;
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  start();
  for (int i = 0; i < 80; ++i) retention_->round(mono_ += Seconds(1), now);
  EXPECT_THAT(removed(), IsEmpty());
  for (int i = 0; i < 80; ++i) retention_->round(mono_ += Seconds(1), now + Seconds(41));
  EXPECT_THAT(removed(), SizeIs(1));
}

TEST_F(RetentionTest, FileThatACollectorHasMarkedStaysUntilItLetsGo) {
  options_.age = Seconds(1000);
  const fs::path marked = make(1, Seconds(5000));
  make(2, Seconds(4000));
  start();
  {
    const Descriptor collector(::open(marked.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(collector.get(), LOCK_SH), 0);
    run();
    EXPECT_THAT(directory_.files(), SizeIs(1));
    EXPECT_TRUE(fs::exists(marked));
  }
  run();
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(RetentionTest, ReaderOfARemovedFileReadsOn) {
  options_.age = Seconds(1000);
  const fs::path path = make(1, Seconds(5000));
  const Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  start();
  run();
  EXPECT_FALSE(fs::exists(path));
  Bytes bytes(2 * kSize);
  EXPECT_EQ(::pread(reader.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(kSize));
}

TEST_F(RetentionTest, ClockThatWasSetMakesNothingOldUntilItHasBeenSteady) {
  options_.age = Seconds(3600);
  make(1, Seconds(200));
  start();
  run(2);
  const auto rounds_at = [this](Seconds ahead, int rounds) {
    for (int i = 0; i < rounds; ++i) retention_->round(mono_ += Seconds(1), kNow + ahead);
  };
  // It is set right again in time.
  rounds_at(Seconds(86400), 300);
  rounds_at(Seconds(0), 700);
  EXPECT_THAT(removed(), IsEmpty());
  ASSERT_THAT(events_, SizeIs(1));
  EXPECT_EQ(events_[0].kind, RetentionEvent::Kind::clock_stepped);
  EXPECT_EQ(events_[0].step, Seconds(86400 - 1));
  // It stays: then it is the right one.
  rounds_at(Seconds(86400), 590);
  EXPECT_THAT(removed(), IsEmpty());
  rounds_at(Seconds(86400), 80);
  EXPECT_THAT(removed("age"), SizeIs(1));
  EXPECT_THAT(events_, SizeIs(3));
}

TEST_F(RetentionTest, BeingBlockedIsToldOnceAndAgainAfterItWasOver) {
  options_.max_size = kSize;
  const fs::path first = make(1, Seconds(50));
  make(2, Seconds(40));
  start();
  run();
  EXPECT_EQ(blocked(), 1U);
  EXPECT_EQ(retention_->stats().excess_bytes, kSize);
  fs::remove(first);
  run();
  EXPECT_EQ(retention_->stats().excess_bytes, 0U);
  make(3, Seconds(30));
  run();
  EXPECT_EQ(blocked(), 2U);
}

TEST_F(RetentionTest, MarkedFilesDoNotHideThoseBehindThem) {
  options_.max_size = 1;
  std::vector<Descriptor> collectors;
  for (int i = 0; i < 600; ++i) {
    const fs::path path = make(i, Seconds(9000 - i));
    collectors.emplace_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(collectors.back().get(), LOCK_SH), 0);
  }
  const fs::path free = make(1000, Seconds(1000));
  start();
  run(300);
  EXPECT_FALSE(fs::exists(free));
  EXPECT_THAT(directory_.files(), SizeIs(600));
}

TEST_F(RetentionTest, ARoundDoesABoundedPieceOfTheWork) {
  options_.age = Seconds(1000);
  options_.names_a_round = 10;
  options_.removals_a_round = 5;
  for (int i = 0; i < 40; ++i) make(i, Seconds(5000 - i));
  start();
  run(3);
  EXPECT_THAT(removed(), IsEmpty());  // still looking
  run(2);
  EXPECT_THAT(removed(), SizeIs(5));
  run(1);
  EXPECT_THAT(removed(), SizeIs(10));
  run(20);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(RetentionTest, WhatOthersRemoveOrAddIsNoticed) {
  options_.max_size = 2 * kSize;
  const fs::path one = make(1, Seconds(5000));
  make(2, Seconds(4000));
  start();
  run();
  EXPECT_EQ(retention_->stats().stored_files, 2U);
  fs::remove(one);
  run();
  EXPECT_EQ(retention_->stats().stored_files, 1U);
  make(3, Seconds(3000));
  run();
  EXPECT_EQ(retention_->stats().stored_files, 2U);
  EXPECT_THAT(removed(), IsEmpty());
  make(4, Seconds(2000));
  run();
  EXPECT_THAT(removed(), SizeIs(1));
}

TEST_F(RetentionTest, DirectoryThatIsMissingIsEmpty) {
  options_.age = Seconds(1);
  start();
  fs::remove_all(directory_.path());
  run();
  EXPECT_EQ(retention_->stats().stored_files, 0U);
  fs::create_directories(directory_.path());
}

}  // namespace
}  // namespace sluice::store
