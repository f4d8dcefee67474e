#include "sluice/store/recovery.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include "sluice/store/recording_check.hpp"
#include "sluice/store/recording_name.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using record::sample::entries;
using record::sample::file;
using record::sample::said_by;
using testing::ElementsAre;
using testing::IsEmpty;
using Outcome = SealedLeftover::Outcome;

constexpr const char* kOpen = "live/demo/20261121T035512Z-3f9a2c-000003.slog.open";
constexpr const char* kSealed = "live/demo/20261121T035512Z-3f9a2c-000003.slog";

// All steps of a recovery in one.
Recovery recovered(const fs::path& directory, WallTime now = record::sample::wall(3600)) {
  Recovery all;
  recover({directory, now, Seconds(60), Seconds(30)}, [&all](Recovery found, const RecoveryProgress&) {
    const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(all.tails, found.tails);
    append(all.leftovers, found.leftovers);
    append(all.unreadable, found.unreadable);
  });
  return all;
}

class RecoveryTest : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return directory_.path() / name; }
  void expect_whole(const std::string& name) const {
    const auto checked = check_file(path(name));
    ASSERT_TRUE(checked);
    EXPECT_THAT(checked->faults, IsEmpty());
  }
  SealedLeftover only_leftover() {
    recovery_ = recovered(directory_.path());
    EXPECT_EQ(recovery_.leftovers.size(), 1U);
    return recovery_.leftovers.at(0);
  }

  TemporaryDirectory directory_;
  Recovery recovery_;
};

TEST_F(RecoveryTest, DirectoryThatDoesNotExistIsEmpty) {
  const Recovery recovery = recovered(path("nowhere"));
  EXPECT_THAT(recovery.tails, IsEmpty());
  EXPECT_THAT(recovery.unreadable, IsEmpty());
}

// Issue: after kill -9 every packet that was written is in the log, and verify says so.
TEST_F(RecoveryTest, FileTornAnywhereIsSealedWithAllThatIsWholeInIt) {
  const Bytes bytes = file(entries(), false);
  const auto whole = record::sample::only<record::Found>(record::sample::read(bytes));
  for (std::size_t size = whole[0].end; size <= bytes.size(); size += 3) {
    write_file(path(kOpen), ByteView(bytes).first(size));
    const SealedLeftover leftover = only_leftover();
    ASSERT_EQ(leftover.outcome, Outcome::sealed) << size;
    EXPECT_THAT(directory_.files(), ElementsAre(kSealed));
    expect_whole(kSealed);
    const auto left = record::sample::only<record::Found>(record::sample::read(read_file(path(kSealed))));
    const auto complete = std::count_if(whole.begin(), whole.end(), [&](const auto& one) { return one.end <= size; });
    record::OpenPart open_part;
    for (std::ptrdiff_t i = 0; i < complete; ++i) {
      const record::Record& one = whole[static_cast<std::size_t>(i)].record;
      if (const auto* header = std::get_if<record::FileHeader>(&one)) open_part.apply(*header);
      if (const auto* entry = std::get_if<media::Entry>(&one)) open_part.apply(*entry);
    }
    EXPECT_EQ(left.size(), static_cast<std::size_t>(complete) + 2 + (open_part.closing() ? 1 : 0));
    EXPECT_TRUE(std::get<record::Footer>(left.back().record).recovered);
    EXPECT_EQ(leftover.bytes_cut_off, size - whole[static_cast<std::size_t>(complete) - 1].end);
    fs::remove(path(kSealed));
  }
}

// HLS checklist DC-04.
TEST_F(RecoveryTest, TailTellsWhereTheNumbersOfAStreamGoOn) {
  write_file(path(kOpen), file(entries(), false));
  only_leftover();
  ASSERT_EQ(recovery_.tails.size(), 1U);
  const StreamTail& tail = recovery_.tails[0];
  EXPECT_EQ(tail.stream.path(), "live/demo");
  EXPECT_EQ(tail.session.text(), "20261121T035512Z-3f9a2c");
  EXPECT_EQ(tail.epoch.text(), "20261121T035512Z-3f9a2c");
  EXPECT_EQ(tail.numbering, (record::Numbering{103, 8, Ticks90k(1620000), Seconds(2)}));
  EXPECT_EQ(tail.last_wall, record::sample::wall(9));
  EXPECT_TRUE(tail.ended);
}

// The moments before a crash can be watched again, under a name nobody was given before.
TEST_F(RecoveryTest, WhatIsBehindTheLastCutIsEndedByACutOfItsOwn) {
  auto all = entries();
  all.pop_back();  // its End
  write_file(path(kOpen), file(all, false));
  only_leftover();
  expect_whole(kSealed);
  EXPECT_EQ(recovery_.tails.at(0).numbering.last_msn, 104U);
  const auto summary = read_summary(path(kSealed));
  ASSERT_TRUE(summary);
  const Descriptor sealed(::open(path(kSealed).c_str(), O_RDONLY));
  const auto index = read_index(sealed.get(), *summary->footer);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->entries.back().msn, 104U);
  EXPECT_TRUE(index->entries.back().added);
  EXPECT_FALSE(index->entries.front().added);
}

TEST_F(RecoveryTest, StreamWhosePublisherMayReturnComesFirstAndWithItsWindow) {
  auto all = entries();
  all.pop_back();
  write_file(path("live/another/20261121T035512Z-3f9a2c-000003.slog"), file(all));
  write_file(path(kOpen), file(all, false));
  // Files of the test are younger than any window, so all are looked at as if they were recent.
  const WallTime killed = record::sample::wall(9);
  EXPECT_THAT(recovered(directory_.path(), killed + Seconds(59)).tails.at(1).window, testing::SizeIs(1));
  EXPECT_THAT(recovered(directory_.path(), killed + Seconds(70)).tails.at(1).window, IsEmpty());
}

TEST_F(RecoveryTest, PlaylistThatEndedForGoodIsNotPutBack) {
  auto all = entries();
  all.back() = media::End{record::sample::wall(9), true};
  write_file(path(kSealed), file(all));
  const Recovery recovery = recovered(directory_.path(), record::sample::wall(10));
  EXPECT_TRUE(recovery.tails.at(0).final);
  EXPECT_THAT(recovery.tails.at(0).window, IsEmpty());
}

TEST_F(RecoveryTest, CrashBetweenFooterAndRenameOnlyNeedsTheRename) {
  const Bytes bytes = file(entries());
  write_file(path(kOpen), bytes);
  EXPECT_EQ(only_leftover().outcome, Outcome::sealed);
  EXPECT_EQ(read_file(path(kSealed)), bytes);
}

TEST_F(RecoveryTest, CrashWithinIndexOrFooterWritesThemAnew) {
  const Bytes bytes = file(entries());
  const Bytes unsealed = file(entries(), false);
  for (std::size_t size = unsealed.size(); size < bytes.size(); size += 3) {
    write_file(path(kOpen), ByteView(bytes).first(size));
    ASSERT_EQ(only_leftover().outcome, Outcome::sealed) << size;
    expect_whole(kSealed);
    EXPECT_EQ(read_file(path(kSealed)).size(), bytes.size());
    fs::remove(path(kSealed));
  }
}

TEST_F(RecoveryTest, ZeroPagesAfterAPowerCutAreCutOff) {
  Bytes bytes = file(entries(), false);
  const std::size_t size = bytes.size();
  bytes.resize(size + 10000, 0);
  write_file(path(kOpen), bytes);
  EXPECT_EQ(only_leftover().bytes_cut_off, 10000U);
  expect_whole(kSealed);
}

TEST_F(RecoveryTest, DamageBeforeTheTailStaysAndVerifyNamesIt) {
  Bytes bytes = file(entries(), false);
  const auto found = record::sample::only<record::Found>(record::sample::read(bytes));
  bytes[found[6].end - 1] ^= 1;
  write_file(path(kOpen), bytes);
  const SealedLeftover leftover = only_leftover();
  EXPECT_EQ(leftover.outcome, Outcome::sealed);
  EXPECT_EQ(leftover.bytes_damaged, found[6].end - found[6].offset);
  const auto checked = check_file(path(kSealed));
  ASSERT_TRUE(checked);
  ASSERT_EQ(checked->faults.size(), 1U);
  EXPECT_THAT(checked->faults[0], testing::HasSubstr("bytes " + std::to_string(found[6].offset) + " to"));
}

TEST_F(RecoveryTest, EmptyFileIsRemoved) {
  write_file(path(kOpen), {});
  EXPECT_EQ(only_leftover().outcome, Outcome::removed);
  EXPECT_THAT(directory_.files(), IsEmpty());
}

TEST_F(RecoveryTest, FileOfWhichNothingCanBeReadIsLeftAlone) {
  write_file(path(kOpen), as_bytes("not a recording at all, but somebody may want it"));
  EXPECT_EQ(only_leftover().outcome, Outcome::unreadable);
  EXPECT_THAT(directory_.files(), ElementsAre(kOpen));
}

TEST_F(RecoveryTest, FileThatAnotherProcessWritesIsLeftAlone) {
  const auto writer = posix_file_system().create(path(kOpen), path(kSealed));
  ASSERT_TRUE(writer);
  const Bytes bytes = file(entries(), false);
  const ByteView piece(bytes);
  ASSERT_FALSE((*writer)->write({&piece, 1}));
  EXPECT_EQ(only_leftover().outcome, Outcome::in_use);
  EXPECT_THAT(directory_.files(), ElementsAre(kOpen));
  ASSERT_EQ(recovery_.tails.size(), 1U);
  EXPECT_EQ(recovery_.tails[0].numbering.last_msn, 103U);
}

TEST_F(RecoveryTest, FinalNameThatIsTakenIsNotReplaced) {
  write_file(path(kOpen), file(entries(), false));
  write_file(path(kSealed), as_bytes("here before"));
  const SealedLeftover leftover = only_leftover();
  EXPECT_EQ(leftover.outcome, Outcome::failed);
  EXPECT_EQ(leftover.error, boost::system::errc::file_exists);
  EXPECT_EQ(as_text(read_file(path(kSealed))), "here before");
}

TEST_F(RecoveryTest, OnlyTheNewestSealedFileIsRead) {
  write_file(path("live/demo/20261121T035512Z-3f9a2c-000002.slog"), as_bytes("would be told if it were read"));
  write_file(path(kSealed), file(entries()));
  const Recovery recovery = recovered(directory_.path());
  ASSERT_EQ(recovery.tails.size(), 1U);
  EXPECT_EQ(recovery.tails[0].numbering.last_msn, 103U);
  EXPECT_THAT(recovery.unreadable, IsEmpty());
}

TEST_F(RecoveryTest, SessionWithoutNumbersLeavesThoseOfTheOneBefore) {
  write_file(path(kSealed), file(entries()));
  record::Writer writer(1, {record::sample::session(), 0, {}}, record::Head());
  write_file(path("live/demo/20261122T000000Z-000000-000000.slog.open"), record::sample::take(writer.output()));
  only_leftover();
  ASSERT_EQ(recovery_.tails.size(), 1U);
  EXPECT_EQ(recovery_.tails[0].session.text(), "20261121T035512Z-3f9a2c");
}

// A publisher that came back, and had sent nothing when the process was killed.
TEST_F(RecoveryTest, SessionThatHasOnlyGapsIsDatedByTheOneBefore) {
  write_file(path(kSealed), file(entries()));
  record::SessionInfo info = record::sample::session();
  info.session = *SessionId::parse("20261122T000000Z-000000");
  record::Writer writer(1, {info, 0, {.last_msn = 103, .last_period = 8, .last_time = Ticks90k(1620000)}},
                        record::Head());
  writer.add(media::Gap{104, Ticks90k(1620000), Ticks90k(180000), Seconds(2)});
  write_file(path("live/demo/20261122T000000Z-000000-000000.slog.open"), record::sample::take(writer.output()));
  only_leftover();
  ASSERT_EQ(recovery_.tails.size(), 1U);
  EXPECT_EQ(recovery_.tails[0].session, info.session);
  EXPECT_EQ(recovery_.tails[0].numbering.last_msn, 104U);
  EXPECT_EQ(recovery_.tails[0].last_wall, record::sample::wall(11));
}

TEST_F(RecoveryTest, NewestFileWithADamagedFooterIsReadWhole) {
  Bytes bytes = file(entries());
  bytes.back() ^= 1;
  write_file(path(kSealed), bytes);
  const Recovery recovery = recovered(directory_.path());
  ASSERT_EQ(recovery.tails.size(), 1U);
  EXPECT_EQ(recovery.tails[0].numbering.last_msn, 103U);
}

TEST_F(RecoveryTest, ProgressIsToldStreamByStream) {
  write_file(path(kSealed), file(entries()));
  write_file(path("live/other/20261121T035512Z-3f9a2c-000003.slog"), file(entries()));
  std::vector<std::size_t> done;
  const RecoveryOptions options{directory_.path(), record::sample::wall(0), {}, {}};
  recover(options, [&done](Recovery, const RecoveryProgress& progress) {
    done.push_back(progress.streams_done);
    EXPECT_EQ(progress.streams_total, 2U);
  });
  EXPECT_THAT(done, ElementsAre(0, 1, 2));
}

TEST(RecordingName, IsReadAsItIsWritten) {
  const auto sealed = RecordingName::parse("20261121T035512Z-3f9a2c-000012.slog");
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->session.text(), "20261121T035512Z-3f9a2c");
  EXPECT_EQ(sealed->index, 12U);
  EXPECT_TRUE(sealed->sealed);
  EXPECT_EQ(sealed->filename(), "20261121T035512Z-3f9a2c-000012.slog");
  const auto open = RecordingName::parse("20261121T035512Z-3f9a2c-999999.slog.open");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->filename(), "20261121T035512Z-3f9a2c-999999.slog.open");
  for (const char* other : {"", ".slog", "x.slog", "20261121T035512Z-3f9a2c.slog", "20261121T035512Z-3f9a2c-12.slog",
                            "20261121T035512Z-3f9a2c-00001x.slog", "20261121T035512Z-3f9a2c-000012.slog.tmp"}) {
    EXPECT_FALSE(RecordingName::parse(other)) << other;
  }
}

}  // namespace
}  // namespace sluice::store
