#include "sluice/store/archive_reader.hpp"

#include <gmock/gmock.h>

#include "store/recorded_session.hpp"

namespace sluice::store {
namespace {

using hls::ArchiveFault;
using record::sample::said_by;
using record::sample::wall;
using testing::HasSubstr;

class ArchiveReaderTest : public testing::Test {
 protected:
  std::string span(const hls::ArchiveQuery& query = {}) { return text_of(reader_.span(stream_name(), query)); }
  fs::path file(int session, int index, bool open = false) const {
    return directory_.path() / "live/demo" /
           (session_id(session).text() + "-00000" + std::to_string(index) + ".slog" + (open ? ".open" : ""));
  }
  std::string segment(int session, std::uint64_t msn, bool added = false) {
    const auto answer = reader_.segment(stream_name(), session_id(session), msn, added);
    return answer ? std::to_string(answer.value->size()) + " parts" : text_of(answer.fault);
  }
  std::string period(int session, std::uint64_t number) {
    const auto answer = reader_.period(stream_name(), session_id(session), number);
    return answer ? std::to_string((*answer.value)->tracks.size()) + " tracks" : text_of(answer.fault);
  }

  TemporaryDirectory directory_;
  ArchiveReader reader_{{directory_.path(), 1 << 20, io::wall_now}};
};

TEST_F(ArchiveReaderTest, StreamWithoutRecordingsIsUnknown) {
  EXPECT_EQ(span(), "unknown");
  EXPECT_EQ(segment(1, 100), "unknown");
  EXPECT_EQ(period(1, 1), "unknown");
  fs::create_directories(directory_.path() / "live/demo");
  EXPECT_EQ(span(), "unknown");
}

TEST_F(ArchiveReaderTest, SegmentsOfASessionAcrossItsFiles) {
  record_session(directory_.path(), 1, 100, 5);
  ASSERT_EQ(directory_.files().size(), 3U);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103 104");
  const auto answer = reader_.span(stream_name(), {});
  const hls::ArchivedSegment& second = answer.value->at(0).segments.at(1);
  EXPECT_EQ(second.date(), wall(2));
  EXPECT_EQ(second.duration, Ticks90k(180000));
  EXPECT_EQ(second.target_duration, Seconds(2));
  EXPECT_TRUE(second.independent);
  EXPECT_EQ(second.carried, (std::array<bool, 2>{true, true}));
  EXPECT_GT(second.bytes, 100U);
  EXPECT_EQ(second.period->session, session_id(1));
  EXPECT_EQ(second.period->period.number, 1U);
  EXPECT_EQ(second.period->tracks.size(), 2U);
}

TEST_F(ArchiveReaderTest, SessionsOfOneEpochAreOneList) {
  record_session(directory_.path(), 1, 100, 3);
  record_session(directory_.path(), 2, 105, 2, session_id(1));
  record_session(directory_.path(), 3, 200, 2);
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 105P 106 | 3 from 200: 200P 201");
  EXPECT_EQ(span({.epoch = session_id(1)}), "1 from 100: 100P 101 102 105P 106");
  EXPECT_EQ(span({.session = session_id(2)}), "1 from 100: 105P 106");
}

TEST_F(ArchiveReaderTest, WhatWasNeverThereIsUnknownAndWhatIsOlderIsGone) {
  record_session(directory_.path(), 5, 100, 3);
  EXPECT_EQ(span({.epoch = session_id(6)}), "unknown");
  EXPECT_EQ(span({.session = session_id(6)}), "unknown");
  EXPECT_EQ(span({.epoch = session_id(4)}), "gone");
  EXPECT_EQ(span({.session = session_id(4)}), "gone");
  EXPECT_EQ(segment(4, 100), "gone");
  EXPECT_EQ(segment(6, 100), "unknown");
  EXPECT_EQ(segment(5, 99), "gone");
  EXPECT_EQ(segment(5, 103), "unknown");
  EXPECT_EQ(period(4, 1), "gone");
  EXPECT_EQ(period(5, 4), "gone");
  EXPECT_EQ(period(5, 6), "unknown");
}

TEST_F(ArchiveReaderTest, SpanHasTheSegmentsThatTouchIt) {
  record_session(directory_.path(), 1, 100, 20);
  EXPECT_EQ(span({.from = wall(4), .to = wall(8)}), "1 from 100: 102 103");
  EXPECT_EQ(span({.from = wall(4) + Micros(1), .to = wall(8) + Micros(1)}), "1 from 100: 102 103 104");
  EXPECT_EQ(span({.from = wall(-100), .to = wall(1)}), "1 from 100: 100P");
  EXPECT_EQ(span({.from = wall(39)}), "1 from 100: 119");
  EXPECT_EQ(span({.from = wall(40)}), "");
  EXPECT_EQ(span({.to = wall(0)}), "");
}

TEST_F(ArchiveReaderTest, LastReachesBackFromTheEndOfTheEpoch) {
  record_session(directory_.path(), 1, 100, 4);
  record_session(directory_.path(), 2, 106, 4);
  EXPECT_EQ(span({.last = Seconds(4)}), "2 from 106: 108 109");
  EXPECT_EQ(span({.last = Seconds(13)}), "1 from 100: 103 | 2 from 106: 106P 107 108 109");
  EXPECT_EQ(span({.last = Seconds(4), .epoch = session_id(1)}), "1 from 100: 102 103");
  EXPECT_EQ(span({.from = wall(7), .last = Seconds(40), .epoch = session_id(1)}), "1 from 100: 103");
}

// The publisher was away, and its gaps were recorded when it came back, before its Period.
TEST_F(ArchiveReaderTest, GapsBelongToThePeriodBeforeThemInWhicheverSession) {
  record_session(directory_.path(), 1, 100, 3);
  RecordedSession second(directory_.path(), session_id(2), session_id(1));
  second.gap(103);
  second.gap(104);
  second.period(2, 105);
  second.segments(105, 2);
  second.finish();
  EXPECT_EQ(span(), "1 from 100: 100P 101 102 103g 104g 105P 106");
  const auto answer = reader_.span(stream_name(), {});
  const hls::ArchivedSegment& gap = answer.value->at(0).segments.at(3);
  EXPECT_EQ(gap.period->session, session_id(1));
  EXPECT_EQ(gap.date(), wall(6));
  EXPECT_EQ(gap.carried, (std::array<bool, 2>{false, false}));
  EXPECT_EQ(segment(2, 103), "unknown");
  // A playlist does not begin with what it lacks.
  EXPECT_EQ(span({.from = wall(7)}), "1 from 100: 105P 106");
}

TEST_F(ArchiveReaderTest, SegmentHasItsPacketsInOrderAndNoHiddenOnes) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  session.add(record::sample::packet(0, -90000, false, "hidden", 0, true));
  session.segments(100, 3);
  session.finish();
  const auto answer = reader_.segment(stream_name(), session_id(1), 100, false);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer.value->size(), 1U);
  const hls::Part& part = *answer.value->at(0);
  const auto wrote = record::sample::segment(100, 0);
  std::vector<std::string> got;
  for (const media::Packet& packet : part.packets) got.push_back(said_by(media::Entry(packet)));
  got.push_back(said_by(media::Entry(part.cut)));
  EXPECT_EQ(got, said_by(wrote));
  EXPECT_EQ(part.period->period.number, 7U);
  EXPECT_EQ(part.period->session, session_id(1));
}

TEST_F(ArchiveReaderTest, SegmentOfSeveralPartsIsListedWhenItIsWhole) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(7, 100);
  const auto part = [&](std::uint64_t msn, std::uint32_t number, bool last) {
    session.add(record::sample::packet(0, static_cast<std::int64_t>(msn * 1000 + number), number == 0, "frame"));
    media::Cut cut = record::sample::cut(msn, RecordedSession::time_of(msn).count() + 45000 * number, last);
    cut.part = number;
    cut.fragment = (msn - 100) * 3 + number + 1;
    cut.duration = Ticks90k(45000);
    session.add(cut);
    session.flush();
  };
  part(100, 0, false);
  part(100, 1, false);
  EXPECT_EQ(span(), "");
  EXPECT_EQ(segment(1, 100), "unknown");
  part(100, 2, true);
  part(101, 0, false);
  EXPECT_EQ(span(), "1 from 100: 100P");
  EXPECT_EQ(segment(1, 100), "3 parts");
  session.finish();
  EXPECT_EQ(span(), "1 from 100: 100P");
  const auto answer = reader_.span(stream_name(), {});
  EXPECT_EQ(answer.value->at(0).segments.at(0).duration, Ticks90k(135000));
  EXPECT_EQ(segment(1, 100), "3 parts");
  EXPECT_EQ(segment(1, 101), "unknown");
}

// docs/time-shift.md, "After a restart".
TEST_F(ArchiveReaderTest, SegmentThatRecoveryEndedHasANameOfItsOwn) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(1, 100);
  session.segments(100, 1);
  auto last = record::sample::segment(101, 180000);
  std::get<media::Cut>(last.back()).added = true;
  session.add(last);
  session.finish();
  EXPECT_EQ(span(), "1 from 100: 100P 101r");
  EXPECT_EQ(segment(1, 101, true), "1 parts");
  EXPECT_EQ(segment(1, 101, false), "gone");
  EXPECT_EQ(segment(1, 100, true), "unknown");
}

TEST_F(ArchiveReaderTest, WhatAContainerCarriesIsToldSegmentBySegment) {
  media::Track opus = record::sample::audio();
  opus.config.codec = media::Codec::opus;
  RecordedSession session(directory_.path(), session_id(1), {}, Millis(60'000));
  session.period(1, 100, {record::sample::video(), opus});
  session.segments(100, 1);
  // Audio alone.
  session.add(record::sample::packet(1, 88200, true, "opus"));
  media::Cut cut = record::sample::cut(101, 180000);
  cut.ends = {{1, 176400}};
  session.add(cut);
  session.period(2, 102, {opus});
  session.add(record::sample::packet(1, 176400, true, "opus"));
  cut.msn = 102;
  cut.start = RecordedSession::time_of(102);
  session.add(cut);
  session.flush();
  const auto carried = [&] {
    std::string text;
    const auto answer = reader_.span(stream_name(), {});
    for (const auto& one : answer.value->at(0).segments) {
      text += std::string(one.carried[0] ? "F" : "-") + (one.carried[1] ? "T" : "-") + " ";
    }
    return text;
  };
  const std::string while_open = carried();
  session.finish();
  EXPECT_EQ(carried(), "FT F- F- ");
  EXPECT_EQ(while_open, "FT F- F- ");
}

// The last part was cut before it was known to be the last; it is counted once.
TEST_F(ArchiveReaderTest, ACutWithoutDurationEndsASegmentAndIsNoPart) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(1, 100);
  std::uint64_t fragment = 1;
  for (std::uint64_t msn = 100; msn < 104; ++msn) {
    const std::int64_t start = RecordedSession::time_of(msn).count();
    for (std::uint32_t part = 0; part < 2; ++part) {
      media::Cut cut = record::sample::cut(msn, start + part * 90000, false);
      cut.part = part;
      cut.fragment = fragment++;
      cut.duration = Seconds(1);
      cut.ends = {{0, start + part * 90000 + 90000}};
      session.add(record::sample::packet(0, start + part * 90000, part == 0, "frame"));
      session.add(cut);
    }
    media::Cut end = record::sample::cut(msn, start + 180000);
    end.part = 2;
    end.fragment = fragment;
    end.duration = Ticks90k(0);
    end.ends.clear();
    session.add(end);
  }
  session.flush();
  for (const bool open : {true, false}) {
    SCOPED_TRACE(open);
    if (!open) session.finish();
    EXPECT_EQ(span(), "1 from 100: 100P 101 102 103");
    EXPECT_EQ(reader_.span(stream_name(), {}).value->at(0).segments.at(1).duration, Ticks90k(180000));
    for (std::uint64_t msn = 100; msn < 104; ++msn) EXPECT_EQ(segment(1, msn), "2 parts");
  }
}

TEST_F(ArchiveReaderTest, PeriodHasTheTracksThatStandBeforeItsFirstCut) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(1, 100, {record::sample::video()});
  session.add(record::sample::packet(0, -9000, false, "hidden", 0, true));
  session.add(record::sample::audio());
  session.segments(100, 1);
  media::Track extra = record::sample::audio();
  extra.index = 2;
  extra.source_id = 1;
  session.add(extra);
  session.segments(101, 1);
  EXPECT_EQ(period(1, 1), "2 tracks");
  session.finish();
  EXPECT_EQ(period(1, 1), "2 tracks");
}

// A Period without any segment is not in the playlist: the next one has its number.
TEST_F(ArchiveReaderTest, OfTwoPeriodsWithOneNumberTheOneWithSegmentsCounts) {
  RecordedSession session(directory_.path(), session_id(1));
  session.period(1, 100);
  session.segments(100, 2);
  session.period(2, 102, {record::sample::audio()});
  session.period(2, 102);
  session.segments(102, 2);
  session.finish();
  EXPECT_EQ(span(), "1 from 100: 100P 101 102P 103");
  EXPECT_EQ(period(1, 2), "2 tracks");
}

// AC-3 has no configuration record.
TEST_F(ArchiveReaderTest, PeriodHasTheFirstFrameOfATrackThatNeedsOne) {
  media::Track ac3 = record::sample::audio();
  ac3.config.codec = media::Codec::ac3;
  RecordedSession session(directory_.path(), session_id(1));
  session.period(1, 100, {record::sample::video(), ac3});
  session.add(record::sample::packet(1, 0, true, "the first"));
  session.segments(100, 6);
  session.finish();
  const auto first_frame = [&] {
    const auto answer = reader_.period(stream_name(), session_id(1), 1);
    EXPECT_EQ((*answer.value)->first_frames.size(), 2U);
    EXPECT_TRUE((*answer.value)->first_frames.at(0).empty());
    return std::string(as_text((*answer.value)->first_frames.at(1).view()));
  };
  EXPECT_EQ(first_frame(), "the first");
  fs::remove(file(1, 0));
  EXPECT_EQ(first_frame(), "aac");
}

}  // namespace
}  // namespace sluice::store
