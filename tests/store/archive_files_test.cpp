// What becomes of an archive while its files grow, are sealed, damaged and deleted.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include "sluice/record/reader.hpp"
#include "sluice/store/archive_reader.hpp"
#include "sluice/store/recovery.hpp"
#include "store/recorded_session.hpp"

namespace sluice::store {
namespace {

using testing::HasSubstr;

class ArchiveFilesTest : public testing::Test {
 protected:
  std::string span() { return text_of(reader_.span(stream_name(), {})); }
  fs::path file(int session, int index, bool open = false) const {
    return directory_.path() / "live/demo" /
           (session_id(session).text() + "-00000" + std::to_string(index) + ".slog" + (open ? ".open" : ""));
  }
  // "ok" when it is there and has the packets that were written.
  std::string segment(int session, std::uint64_t msn) {
    const auto answer = reader_.segment(stream_name(), session_id(session), msn, false);
    if (answer.fault == hls::ArchiveFault::failed) return "failed: " + answer.message;
    if (!answer) return text_of(answer.fault);
    const auto& part = *answer.value->at(0);
    return part.packets.at(0).data.view().size() == 13 && part.cut.msn == msn ? "ok" : "other";
  }
  // What was in it.
  Bytes replace_with_directory(const fs::path& path) {
    Bytes bytes = read_file(path);
    fs::remove(path);
    fs::create_directory(path);
    return bytes;
  }
  void cut_short(const fs::path& path, std::uintmax_t bytes) { fs::resize_file(path, fs::file_size(path) - bytes); }
  void flip(const fs::path& path, std::size_t at) {
    Bytes bytes = read_file(path);
    bytes.at(at) ^= 1;
    write_file(path, bytes);
  }
  // Where the record of that type begins, the `which`th of the file.
  std::size_t offset_of(const fs::path& path, record::RecordType type, int which = 0) {
    for (const auto& found : record::sample::only<record::Found>(record::sample::read(read_file(path)))) {
      if (found.header.type == type && which-- == 0) return found.offset;
    }
    ADD_FAILURE() << "no such record";
    return 0;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> told_;
  ArchiveReader reader_{
      {directory_.path(), 1 << 20, io::wall_now, [this](const Error& error) { told_.push_back(error.message); }}};
};

TEST_F(ArchiveFilesTest, OpenFileIsReadOnFromWhereItWas) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.flush();
  EXPECT_EQ(span(), "");
  session.segments(100, 3);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102");
  EXPECT_EQ(segment(1, 102), "ok");
  const std::uint64_t before = reader_.counts().bytes_read;
  session.segments(103, 1);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103");
  EXPECT_LT(reader_.counts().bytes_read - before, 300U);
  session.add(record::sample::packet(0, 10'000'000, true, "not cut yet"));
  session.flush();
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103");
}

TEST_F(ArchiveFilesTest, WhatIsNotSealedIsOpen) {
  const auto open = [this](const hls::ArchiveQuery& query) {
    const auto answer = reader_.span(stream_name(), query);
    std::string text;
    for (const hls::ArchivedEpoch& epoch : *answer.value) text += epoch.open ? "open " : "sealed ";
    return text;
  };
  record_session(directory_.path(), 1, 100, 3);
  record_session(directory_.path(), 2, 200, 3);
  EXPECT_EQ(open({}), "sealed sealed ");
  // It resumes the second one.
  RecordedSession third(directory_.path(), session_id(3), session_id(2), Millis(60'000));
  third.period(2, 205);
  third.segments(205, 1);
  EXPECT_EQ(open({}), "sealed open ");
  EXPECT_EQ(open({.session = session_id(2)}), "sealed ");
  EXPECT_EQ(open({.session = session_id(3)}), "open ");
  third.finish();
  EXPECT_EQ(open({}), "sealed sealed ");
  // A leftover that was never begun.
  write_file(file(2, 9, true), as_bytes("no Header"));
  EXPECT_EQ(open({}), "sealed sealed ");
}

TEST_F(ArchiveFilesTest, RecordThatIsWrittenInPiecesIsReadWhenItIsWhole) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.segments(100, 2);
  const Bytes bytes = read_file(file(1, 0, true));
  TemporaryDirectory other;
  ArchiveReader reader({other.path(), 1 << 20, io::wall_now});
  const fs::path copy = other.path() / fs::relative(file(1, 0, true), directory_.path());
  std::string last;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    write_file(copy, ByteView(bytes).first(size));
    last = text_of(reader.span(stream_name(), {}));
    ASSERT_EQ(last, size == bytes.size() ? "1 from 100: 100P 101" : last.empty() ? "" : "1 from 100: 100P") << size;
  }
}

TEST_F(ArchiveFilesTest, SealingChangesNothing) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.segments(100, 3);
  const std::string open = span();
  EXPECT_EQ(segment(1, 101), "ok");
  session.finish();
  ASSERT_TRUE(fs::exists(file(1, 0)));
  EXPECT_EQ(segment(1, 101), "ok");
  EXPECT_EQ(span(), open);
}

// The name is another one between listing the directory and opening the file.
TEST_F(ArchiveFilesTest, RenameBehindTheReadersBackIsFollowed) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.segments(100, 3);
  // As if the directory had been listed long ago: its time does not change with the rename.
  const auto past = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(directory_.path() / "live/demo", past);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102");
  session.finish();
  fs::last_write_time(directory_.path() / "live/demo", past);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102");
  EXPECT_EQ(segment(1, 101), "ok");
}

TEST_F(ArchiveFilesTest, WhatACollectorTookIsGone) {
  record_session(directory_.path(), 1, 100, 6);
  record_session(directory_.path(), 2, 200, 2);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103 104 105 | 2 from 200: 200P 201");
  EXPECT_EQ(segment(1, 102), "ok");
  fs::remove(file(1, 1));
  EXPECT_EQ(segment(1, 102), "gone");
  EXPECT_EQ(span(), "1 from 100: 100P 101 104 105 | 2 from 200: 200P 201");
  fs::remove(file(1, 0));
  EXPECT_EQ(segment(1, 100), "gone");
  EXPECT_EQ(span(), "1 from 104: 104 105 | 2 from 200: 200P 201");
  fs::remove(file(1, 2));
  EXPECT_EQ(span(), "2 from 200: 200P 201");
  EXPECT_EQ(segment(1, 105), "gone");
  EXPECT_EQ(text_of(reader_.period(stream_name(), session_id(1), 1).fault), "gone");
  fs::remove(file(2, 0));
  EXPECT_EQ(span(), "unknown");
  EXPECT_EQ(segment(2, 200), "unknown");
}

TEST_F(ArchiveFilesTest, FileDeletedBehindTheReadersBackIsNotListed) {
  record_session(directory_.path(), 1, 100, 10);
  const auto past = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(directory_.path() / "live/demo", past);
  ArchiveReader fresh({directory_.path(), 1 << 20, io::wall_now});
  EXPECT_EQ(text_of(fresh.span(stream_name(), {.to = record::sample::wall(3)})), "1 from 100: 100P 101");
  fs::remove(file(1, 3));
  fs::last_write_time(directory_.path() / "live/demo", past);
  EXPECT_EQ(text_of(fresh.span(stream_name(), {.from = record::sample::wall(4)})),
            "1 from 100: 102 103 104 105 108 109");
}

TEST_F(ArchiveFilesTest, RestOfAnEpochWhoseFirstSessionIsDeletedIsStillThatEpoch) {
  record_session(directory_.path(), 1, 100, 2);
  record_session(directory_.path(), 2, 105, 2, session_id(1));
  fs::remove(file(1, 0));
  EXPECT_EQ(span(), "1 from 105: 105P 106");
  EXPECT_EQ(text_of(reader_.span(stream_name(), {.epoch = session_id(1)})), "1 from 105: 105P 106");
}

TEST_F(ArchiveFilesTest, SealedFileIsLockedAgainstRetentionWhileItIsRead) {
  record_session(directory_.path(), 1, 100, 2);
  const Descriptor other(::open(file(1, 0).c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
  // It does not wait for whoever has it.
  EXPECT_EQ(span(), "1 from 100: 100P 101");
  EXPECT_EQ(segment(1, 100), "ok");
  ASSERT_EQ(::flock(other.get(), LOCK_UN), 0);
  EXPECT_EQ(segment(1, 100), "ok");
  // And lets go of it.
  EXPECT_EQ(::flock(other.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_F(ArchiveFilesTest, SealedFileWithoutReadableIndexOrFooterIsReadWhole) {
  for (const auto type : {record::RecordType::index, record::RecordType::footer, record::RecordType::period}) {
    record_session(directory_.path(), 1, 100, 4);
    flip(file(1, 0), offset_of(file(1, 0), type) + (type == record::RecordType::period ? 4 : 40));
    ArchiveReader reader({directory_.path(), 1 << 20, io::wall_now});
    const bool period_lost = type == record::RecordType::period;
    EXPECT_EQ(text_of(reader.span(stream_name(), {})),
              period_lost ? "1 from 102: 102 103" : "1 from 100: 100P 101 102 103");
    const std::uint64_t reads = reader.counts().bytes_read;
    reader.span(stream_name(), {});
    EXPECT_EQ(reader.counts().bytes_read, reads);
    fs::remove_all(directory_.path() / "live");
  }
}

TEST_F(ArchiveFilesTest, FileWithoutHeaderIsOfTheEpochThatTheOthersSay) {
  record_session(directory_.path(), 1, 100, 2);
  record_session(directory_.path(), 2, 105, 4, session_id(1));
  flip(file(2, 0), offset_of(file(2, 0), record::RecordType::header) + 40);
  EXPECT_EQ(span(), "1 from 100: 100P 101 105P 106 107 108");
}

TEST_F(ArchiveFilesTest, DamagedSegmentFailsAndSaysWhere) {
  record_session(directory_.path(), 1, 100, 2);
  const std::size_t at = offset_of(file(1, 0), record::RecordType::packet, 4);
  flip(file(1, 0), at + 33);
  EXPECT_EQ(segment(1, 100), "ok");
  EXPECT_THAT(segment(1, 101), HasSubstr("failed: segment 101 in " + file(1, 0).string() + " is damaged, bytes " +
                                         std::to_string(at) + " to "));
}

TEST_F(ArchiveFilesTest, SegmentWithKnownDamageIsNotListed) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.segments(100, 3);
  flip(file(1, 0, true), offset_of(file(1, 0, true), record::RecordType::cut, 1) + 35);
  EXPECT_EQ(span(), "1 from 100: 100P 102");
  EXPECT_EQ(segment(1, 101), "gone");
}

// Every single bit of a small recording.
TEST_F(ArchiveFilesTest, NoDamageMakesItInventAnything) {
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100);
  session.segments(100, 2);
  session.period(2, 102);
  session.segments(102, 1);
  session.finish();
  const Bytes whole = read_file(file(1, 0));
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 5) {
    Bytes bytes = whole;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    write_file(file(1, 0), bytes);
    ArchiveReader reader({directory_.path(), 1 << 20, io::wall_now});
    const auto answer = reader.span(stream_name(), {});
    ASSERT_TRUE(answer) << bit;
    for (const auto& epoch : *answer.value) {
      for (const auto& one : epoch.segments) {
        ASSERT_TRUE(one.msn >= 100 && one.msn <= 102) << bit;
        ASSERT_EQ(one.period->period.number, one.msn < 102 ? 1U : 2U) << bit;
        ASSERT_EQ(one.start, RecordedSession::time_of(one.msn)) << bit;
      }
    }
    for (std::uint64_t msn = 100; msn <= 102; ++msn) {
      const auto parts = reader.segment(stream_name(), session_id(1), msn, false);
      if (!parts) continue;
      ASSERT_EQ(parts.value->at(0)->packets.size(), 3U) << bit;
      ASSERT_EQ(parts.value->at(0)->period->tracks.size(), 2U) << bit;
    }
  }
}

TEST_F(ArchiveFilesTest, FileThatCannotBeReadIsPassedOver) {
  for (int unreadable = 0; unreadable < 5; ++unreadable) {
    SCOPED_TRACE(unreadable);
    record_session(directory_.path(), 1, 100, 10);
    const Bytes bytes = replace_with_directory(file(1, unreadable));
    const std::string fault = "read " + file(1, unreadable).string() + ": Is a directory";
    for (std::uint64_t msn = 100; msn < 110; ++msn) {
      const bool in_it = (msn - 100) / 2 == static_cast<std::uint64_t>(unreadable);
      EXPECT_EQ(segment(1, msn), in_it ? "failed: " + fault : "ok") << msn;
    }
    EXPECT_EQ(segment(1, 99), unreadable == 0 ? "failed: " + fault : "gone");
    const auto answer = reader_.span(stream_name(), {});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value->at(0).segments.size(), 8U);
    EXPECT_THAT(std::exchange(told_, {}), testing::ElementsAre(fault)) << "once, whatever is asked";
    // It is tried again.
    fs::remove(file(1, unreadable));
    write_file(file(1, unreadable), bytes);
    EXPECT_EQ(span(), "1 from 100: 100P 101 102 103 104 105 106 107 108 109");
    fs::remove_all(directory_.path() / "live");
    EXPECT_EQ(span(), "unknown");
  }
}

TEST_F(ArchiveFilesTest, CopyThatIsPutInAFilesPlaceIsListed) {
  TemporaryDirectory other;
  record_session(directory_.path(), 1, 100, 4);
  record_session(other.path(), 1, 100, 1);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103");
  fs::rename(other.path() / fs::relative(file(1, 0), directory_.path()), file(1, 0));
  EXPECT_EQ(span(), "1 from 100: 100P 102 103");
  EXPECT_EQ(segment(1, 100), "ok");
  EXPECT_EQ(segment(1, 101), "gone");
}

TEST_F(ArchiveFilesTest, FaultIsToldWhereNothingElseHasWhatWasAskedFor) {
  record_session(directory_.path(), 1, 100, 2);
  record_session(directory_.path(), 2, 200, 2, session_id(1));
  record_session(directory_.path(), 3, 300, 2, session_id(1));
  replace_with_directory(file(2, 0));
  const std::string fault = "read " + file(2, 0).string() + ": Is a directory";
  EXPECT_EQ(text_of(reader_.span(stream_name(), {.epoch = session_id(1)})), "1 from 100: 100P 101 300P 301");
  EXPECT_EQ(reader_.span(stream_name(), {.session = session_id(2)}).message, fault);
  EXPECT_EQ(reader_.period(stream_name(), session_id(2), 2).message, fault);
  EXPECT_TRUE(reader_.period(stream_name(), session_id(3), 3));
  EXPECT_EQ(text_of(reader_.span(stream_name(), {.session = session_id(4)}).fault), "unknown");
}

TEST_F(ArchiveFilesTest, RecoveryOfALeftoverFileIsFollowed) {
  {
    RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
    session.period(1, 100);
    session.segments(100, 3);
  }
  cut_short(file(1, 0, true), 5);
  EXPECT_EQ(span(), "1 from 100: 100P 101");
  seal_leftover(file(1, 0, true));
  EXPECT_EQ(span(), "1 from 100: 100P 101 102r") << "what was left of the last one got an end";
  EXPECT_EQ(segment(1, 101), "ok");
}

}  // namespace
}  // namespace sluice::store
