#include "sluice/store/window_reader.hpp"

#include <gmock/gmock.h>

#include "sluice/store/recovery.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using record::sample::said_by;
using testing::ElementsAre;
using testing::IsEmpty;

class WindowReaderTest : public testing::Test {
 protected:
  // A file with segments of two seconds, `first` to `last`.
  void write(std::uint32_t index, std::uint64_t first, std::uint64_t last, const std::string& session = kSession,
             bool sealed = true) {
    record::SessionInfo info = record::sample::session();
    info.session = *SessionId::parse(session);
    info.epoch = *SessionId::parse(epoch_);
    record::Head head;
    if (index > 0) {
      for (const media::Entry& entry : period()) head.apply(entry);
    }
    record::Writer writer(7, {info, index, {.last_msn = first - 1, .target_duration = Seconds(2)}}, head);
    if (index == 0) {
      for (const media::Entry& entry : period()) writer.add(entry);
    }
    for (std::uint64_t msn = first; msn <= last; ++msn) {
      for (const media::Entry& entry : segment(msn)) writer.add(entry);
    }
    writer.add(media::Data{Ticks90k(1), record::sample::payload("left out")});
    writer.add(record::sample::packet(0, 1, true, "left out too", 0, true));
    if (sealed) writer.seal();
    const RecordingName name{info.session, index, sealed};
    names_.push_back(name);
    write_file(directory_.path() / name.filename(), record::sample::take(writer.output()));
  }
  static std::vector<media::Entry> period() {
    return {media::Period{7, media::PeriodCause::start, Ticks90k(0), record::sample::wall(0)}, record::sample::video(),
            record::sample::audio()};
  }
  static std::vector<media::Entry> segment(std::uint64_t msn) {
    return record::sample::segment(msn, static_cast<std::int64_t>(msn - 100) * 180000);
  }
  // The segments' numbers, and whether all else is as it was written.
  std::vector<std::uint64_t> read(Seconds window, const std::string& epoch = kSession) {
    std::vector<std::uint64_t> msns;
    sessions_ = read_window(directory_.path(), names_, *SessionId::parse(epoch), window);
    for (const auto& session : sessions_) {
      for (const media::Entry& entry : session.entries) {
        if (const auto* cut = std::get_if<media::Cut>(&entry)) msns.push_back(cut->msn);
      }
    }
    return msns;
  }

  static constexpr const char* kSession = "20261121T035512Z-3f9a2c";
  std::string epoch_ = kSession;
  TemporaryDirectory directory_;
  std::vector<RecordingName> names_;
  std::vector<live::RecordedSession> sessions_;
};

TEST_F(WindowReaderTest, TheEndOfOneFileComesWithItsPeriodAndTracks) {
  write(0, 100, 120);
  EXPECT_THAT(read(Seconds(16)), ElementsAre(113, 114, 115, 116, 117, 118, 119, 120));
  auto expected = period();
  for (std::uint64_t msn = 113; msn <= 120; ++msn) record::sample::append(expected, segment(msn));
  ASSERT_EQ(sessions_.size(), 1u);
  EXPECT_EQ(said_by(sessions_[0].entries), said_by(expected));
}

TEST_F(WindowReaderTest, AWindowReachesOverFilesAndSessions) {
  write(0, 100, 101);
  write(1, 102, 103);
  write(0, 104, 105, "20261121T040000Z-000000");
  EXPECT_THAT(read(Seconds(7)), ElementsAre(100, 101, 102, 103, 104, 105));
  ASSERT_EQ(sessions_.size(), 2u);
  EXPECT_EQ(sessions_[0].session.text(), kSession);
  EXPECT_EQ(sessions_[1].session.text(), "20261121T040000Z-000000");
}

TEST_F(WindowReaderTest, FilesOfAnotherEpochEndTheWindow) {
  epoch_ = "20261121T030000Z-000000";
  write(0, 90, 99, epoch_);
  epoch_ = kSession;
  write(0, 100, 101);
  write(1, 102, 103);
  write(2, 104, 104);
  EXPECT_THAT(read(Seconds(30)), ElementsAre(100, 101, 102, 103, 104));
  EXPECT_EQ(sessions_.size(), 1u);
}

TEST_F(WindowReaderTest, WhatIsMissingEndsTheWindow) {
  write(0, 100, 101);
  write(1, 102, 103);
  write(2, 104, 104);
  fs::remove(directory_.path() / names_[1].filename());
  EXPECT_THAT(read(Seconds(30)), ElementsAre(104));
}

TEST_F(WindowReaderTest, SevenSegmentsAtLeast) {
  write(0, 100, 120);
  EXPECT_THAT(read(Seconds(1)), ElementsAre(114, 115, 116, 117, 118, 119, 120));
}

// The disk may be full or read-only when the next process starts.
TEST_F(WindowReaderTest, AFileThatCouldNotBeSealedIsReadWithTheCutItWillHave) {
  write(0, 100, 103);
  record::Head head;
  for (const media::Entry& entry : period()) head.apply(entry);
  record::SessionInfo info = record::sample::session();
  record::Writer writer(7, {info, 1, {.last_msn = 103, .target_duration = Seconds(2)}}, head);
  for (const media::Entry& entry : segment(104)) writer.add(entry);
  writer.add(record::sample::packet(0, 5 * 180000, true, "of the last one"));
  const RecordingName name{info.session, 1, false};
  names_.push_back(name);
  write_file(directory_.path() / name.filename(), record::sample::take(writer.output()));
  EXPECT_THAT(read(Seconds(30)), ElementsAre(100, 101, 102, 103, 104, 105));
  EXPECT_TRUE(std::get<media::Cut>(sessions_[0].entries.back()).added);
}

// Under its name there were other bytes.
TEST_F(WindowReaderTest, ADamagedSegmentIsLeftOut) {
  write(0, 100, 109);
  const fs::path path = directory_.path() / names_[0].filename();
  const Bytes whole = read_file(path);
  const auto found = record::sample::only<record::Found>(record::sample::read(whole));
  std::uint64_t msn = 100;
  for (const record::Found& one : found) {
    const auto* entry = std::get_if<media::Entry>(&one.record);
    if (entry == nullptr) continue;
    if (std::holds_alternative<media::Packet>(*entry)) {
      Bytes damaged = whole;
      damaged[one.end - 1] ^= 1;
      write_file(path, damaged);
      const auto left = read(Seconds(60));
      EXPECT_EQ(left.size(), msn <= 109 ? 9u : 10u) << msn;
      EXPECT_EQ(std::count(left.begin(), left.end(), msn), 0) << msn;
    }
    const auto* cut = std::get_if<media::Cut>(entry);
    if (cut != nullptr) msn = cut->msn + 1;
  }
}

TEST_F(WindowReaderTest, WithoutFilesThereIsNone) {
  EXPECT_THAT(read(Seconds(30)), IsEmpty());
  EXPECT_TRUE(sessions_.empty());
}

}  // namespace
}  // namespace sluice::store
