// What an archive reads of the disk, and how much memory it keeps.
#include <gmock/gmock.h>

#include "sluice/store/archive_reader.hpp"
#include "sluice/store/recording_name.hpp"
#include "store/recorded_session.hpp"

namespace sluice::store {
namespace {

using record::sample::wall;

class ArchiveCostTest : public testing::Test {
 protected:
  // `count` files of one segment of two seconds each, numbered from 100: links to one file would not do, as each has
  // its own numbers.
  void write_files(int count) {
    record::Head head;
    for (int i = 0; i < count; ++i) {
      const std::uint64_t msn = 100 + static_cast<std::uint64_t>(i);
      const record::FileHeader header{
          {stream_name(), session_id(1), session_id(1), wall(0)}, static_cast<std::uint32_t>(i), head.numbering()};
      record::Writer writer(1, header, head);
      std::vector<media::Entry> entries;
      if (i == 0) {
        entries = {media::Period{1, media::PeriodCause::start, Ticks90k(0), wall(0)}, record::sample::video(),
                   record::sample::audio()};
      }
      record::sample::append(entries, record::sample::segment(msn, RecordedSession::time_of(msn).count()));
      for (const media::Entry& entry : entries) writer.add(entry);
      head = writer.ledger().head();
      writer.seal();
      const RecordingName name{session_id(1), static_cast<std::uint32_t>(i), true};
      write_file(stream_directory(directory_.path(), stream_name()) / name.filename(),
                 record::sample::take(writer.output()));
    }
  }
  ArchiveReader reader(std::size_t memory_max) {
    return ArchiveReader({directory_.path(), memory_max, [this] { return now_; }});
  }
  fs::path stream() const { return directory_.path() / "live/demo"; }

  TemporaryDirectory directory_;
  // Long after the files were written.
  WallTime now_ = io::wall_now() + Seconds(3600);
};

TEST_F(ArchiveCostTest, DirectoryIsListedAgainOnlyWhenItChanged) {
  write_files(3);
  // Its time changes with the next file, however coarse the file system's clock is.
  fs::last_write_time(stream(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  ArchiveReader archive = reader(1 << 20);
  for (int i = 0; i < 5; ++i) archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().listings, 1U);
  write_file(stream() / "whatever", {});
  archive.span(stream_name(), {});
  archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().listings, 2U);
}

// Two changes within one step of the file system's clock leave one time.
TEST_F(ArchiveCostTest, DirectoryThatChangedJustNowIsListedAgain) {
  write_files(3);
  now_ = io::wall_now();
  ArchiveReader archive = reader(1 << 20);
  archive.span(stream_name(), {});
  archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().listings, 2U);
  now_ += Seconds(3);
  archive.span(stream_name(), {});
  archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().listings, 3U);
}

TEST_F(ArchiveCostTest, SeekInAThousandsOfFilesOpensAFew) {
  write_files(10'000);
  ArchiveReader archive = reader(std::size_t{64} << 20);
  const auto span = archive.span(stream_name(), {.from = wall(9000), .to = wall(9060)});
  ASSERT_TRUE(span);
  ASSERT_EQ(span.value->size(), 1U);
  EXPECT_EQ(span.value->at(0).first_msn, 100U);
  EXPECT_EQ(span.value->at(0).segments.front().msn, 4600U);
  EXPECT_EQ(span.value->at(0).segments.size(), 30U);
  // 14 to find the place, 31 that overlap, the first for the epoch's first number; three reads of each.
  EXPECT_LE(archive.counts().files_opened, 50U);
  EXPECT_LE(archive.counts().reads, 3 * archive.counts().files_opened);
  ArchiveReader other = reader(std::size_t{64} << 20);
  EXPECT_TRUE(other.segment(stream_name(), session_id(1), 7777, false));
  EXPECT_LE(other.counts().files_opened, 16U);
  EXPECT_LE(other.counts().listings, 1U);
}

TEST_F(ArchiveCostTest, WhatWasReadIsNotReadAgain) {
  write_files(50);
  ArchiveReader archive = reader(1 << 20);
  archive.span(stream_name(), {});
  const ArchiveCounts first = archive.counts();
  EXPECT_EQ(first.files_opened, 50U);
  archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().files_opened, 50U);
  EXPECT_EQ(archive.counts().reads, first.reads);
  // Nor when something else in the directory changed.
  write_file(stream() / "whatever", {});
  archive.span(stream_name(), {});
  EXPECT_EQ(archive.counts().files_opened, 50U);
  // A segment: its file is opened, and read once.
  archive.segment(stream_name(), session_id(1), 120, false);
  EXPECT_EQ(archive.counts().files_opened, 51U);
  EXPECT_EQ(archive.counts().reads, first.reads + 1);
}

TEST_F(ArchiveCostTest, MemoryStaysWithinItsLimit) {
  write_files(1000);
  constexpr std::size_t kLimit = 200'000;
  ArchiveReader archive = reader(kLimit);
  for (int i = 0; i < 1000; ++i) {
    const WallTime from = wall(i * 7919 % 2000);
    archive.span(stream_name(), {.from = from, .to = from + Seconds(10)});
    ASSERT_LE(archive.memory_bytes(), kLimit);
  }
  EXPECT_EQ(archive.span(stream_name(), {}).value->at(0).segments.size(), 1000U);
  EXPECT_LE(archive.memory_bytes(), kLimit);
  EXPECT_GT(archive.memory_bytes(), kLimit / 2);
}

TEST_F(ArchiveCostTest, WhatWasUsedLeastRecentlyIsForgottenFirst) {
  write_files(200);
  ArchiveReader archive = reader(100'000);
  const hls::ArchiveQuery early{.from = wall(0), .to = wall(4)};
  archive.span(stream_name(), early);
  for (int i = 2; i < 100; ++i) {
    archive.span(stream_name(), {.from = wall(2 * i), .to = wall(2 * i + 2)});
    const std::uint64_t before = archive.counts().files_opened;
    archive.span(stream_name(), early);
    EXPECT_EQ(archive.counts().files_opened, before) << i;
  }
  archive.span(stream_name(), {.from = wall(200)});
  const std::uint64_t before = archive.counts().files_opened;
  archive.span(stream_name(), early);
  EXPECT_GT(archive.counts().files_opened, before);
}

TEST_F(ArchiveCostTest, DescriptorsAreClosed) {
  write_files(100);
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = descriptors();
  ArchiveReader archive = reader(1000);
  archive.span(stream_name(), {});
  for (int i = 0; i < 100; ++i) archive.segment(stream_name(), session_id(1), 100 + i, false);
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace sluice::store
