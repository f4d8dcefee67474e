#include "sluice/store/housekeeper.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

TEST(FreeSpace, HasRoomAgainOnlyWhenAnEighthMoreIsFree) {
  FreeSpace space(800);
  EXPECT_TRUE(space.update(800));
  EXPECT_FALSE(space.update(799));
  EXPECT_FALSE(space.update(899));
  EXPECT_TRUE(space.update(900));
  EXPECT_TRUE(space.update(800));
}

TEST(FreeSpace, ZeroIsNoLimit) {
  FreeSpace space(0);
  EXPECT_TRUE(space.update(0));
}

TEST(DiskLook, MakesTheDirectoryAndTellsWhatIsFree) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "a" / "b";
  const DiskLook look = look_at_disk(path, posix_file_system(), true);
  EXPECT_FALSE(look.error) << look.error.message();
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_GT(look.free_bytes, 0U);
  // Nothing is left behind.
  EXPECT_TRUE(fs::is_empty(path));
}

TEST(DiskLook, NamesWhatFails) {
  const TemporaryDirectory directory;
  FaultyDisk disk;
  disk.fail("make");
  disk.fail_with(EROFS);
  DiskLook look = look_at_disk(directory.path() / "a", disk, false);
  EXPECT_STREQ(look.operation, "create");
  EXPECT_EQ(look.error.value(), EROFS);
  write_file(directory.path() / "file", {});
  look = look_at_disk(directory.path() / "file" / "b", posix_file_system(), false);
  EXPECT_STREQ(look.operation, "create");
  EXPECT_EQ(look.error.value(), ENOTDIR);
}

class HousekeeperTest : public testing::Test {
 protected:
  HousekeeperTest() {
    options_.directory = directory_.path();
    options_.interval = Millis(1);
  }
  void start() {
    housekeeper_.emplace(
        options_, [](const RetentionEvent&) {}, disk_);
  }
  template <class Condition>
  DiskState await(Condition condition) {
    while (true) {
      const DiskState state = housekeeper_->state();
      if (condition(state)) return state;
      std::this_thread::yield();
    }
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  HousekeeperOptions options_;
  std::optional<Housekeeper> housekeeper_;
};

TEST_F(HousekeeperTest, TellsAFaultAndThatItIsOver) {
  start();
  await([](const DiskState& state) { return state.look.free_bytes > 0; });
  disk_.fail("make");
  await(
      [](const DiskState& state) { return state.look.error == error_code(ENOSPC, boost::system::system_category()); });
  EXPECT_TRUE(housekeeper_->has_room());
  disk_.heal();
  await([](const DiskState& state) { return !state.look.error; });
}

TEST_F(HousekeeperTest, HasNoRoomWhenTooLittleIsFree) {
  options_.min_free_bytes = std::uint64_t{1} << 60;
  start();
  const DiskState state = await([](const DiskState& one) { return !one.room; });
  EXPECT_FALSE(housekeeper_->has_room());
  EXPECT_EQ(state.enough_again, (std::uint64_t{1} << 60) + (std::uint64_t{1} << 57));
  EXPECT_EQ(housekeeper_->retention(), nullptr);
}

TEST_F(HousekeeperTest, RunsTheRetention) {
  const fs::path old = directory_.path() / "live/demo/20261121T035512Z-3f9a2c-000000.slog";
  write_file(old, Bytes(10));
  options_.retention.emplace();
  options_.retention->directory = directory_.path();
  options_.retention->max_size = 1;
  options_.retention->protected_span = -Seconds(10);
  start();
  while (fs::exists(old)) std::this_thread::yield();
  while (housekeeper_->retention()->removed_by_size == 0) std::this_thread::yield();
}

}  // namespace
}  // namespace sluice::store
