// A process that was killed, and the one after it: what the recording kept makes the same playlist go on.
#include "sluice/live/restore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "encoder.hpp"
#include "hex.hpp"
#include "hls/playlist_checker.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/record/open_part.hpp"

namespace sluice::live {
namespace {

using testing::at;
using testing::Encoder;

StreamName name() { return StreamName::make("live", "a").value(); }

// What recovery finds of all that `sink` was given: the last segment ends with an added Cut.
StreamTail tail_of(const testing::KeepingSink& sink) {
  StreamTail tail{.epoch = sink.begun.front().epoch};
  record::Head head;
  Ticks90k last_time{};
  WallTime last_wall;
  for (std::size_t i = 0; i < sink.begun.size(); ++i) {
    record::OpenPart open_part;
    open_part.apply(record::FileHeader{sink.begun[i], 0, sink.begun[i].before});
    head = record::Head(sink.begun[i].before);
    tail.window.push_back({sink.begun[i].session, {}});
    std::vector<media::Entry>& entries = tail.window.back().entries;
    for (const media::Entry& entry : sink.of_session[i]) entries.push_back(entry);
    for (const media::Entry& entry : entries) open_part.apply(entry);
    if (const auto cut = open_part.closing()) entries.emplace_back(*cut);
    for (const media::Entry& entry : entries) {
      head.apply(entry);
      last_time = head.period() ? head.numbering().last_time : last_time;
      last_wall = head.period() ? head.wall_of(last_time) : last_wall;
      if (const auto* end = std::get_if<media::End>(&entry)) tail.final = end->final;
    }
  }
  tail.last_msn = head.numbering().last_msn;
  tail.last_period = head.numbering().last_period;
  tail.media_end = head.numbering().last_time;
  tail.last_wall = last_wall + to_micros(tail.media_end - last_time);
  tail.target_duration = head.numbering().target_duration;
  return tail;
}

std::string text_of(const std::shared_ptr<Stream>& stream) {
  return stream->window().media_playlist(media::Container::fmp4)->text;
}

class RestoreTest : public ::testing::Test {
 protected:
  Hub make() { return Hub({}, renderer_, &sink_, 1); }
  std::unique_ptr<Publish> publish(Hub& hub, std::int64_t from, std::int64_t to) {
    auto accepted = std::move(std::get<std::unique_ptr<Publish>>(hub.begin_publish(name(), encoder_, at(from))));
    for (std::int64_t ms = from; ms < to; ms += 500) {
      if (ms == from) encoder_.run(*accepted, ms, std::min(ms + 500, to));
      if (ms != from) encoder_.go_on(*accepted, ms, std::min(ms + 500, to));
      hub.on_time(at(ms));
      check(hub);
    }
    return accepted;
  }
  // Of a publisher that is back, and sends nothing yet.
  std::unique_ptr<Publish> leave_and_return(Hub& hub) {
    publish(hub, 0, 9000)->end(at(9000));
    return std::move(std::get<std::unique_ptr<Publish>>(hub.begin_publish(name(), encoder_, at(9500))));
  }
  void check(Hub& hub) {
    const auto stream = hub.find(name());
    if (stream->window().playable(media::Container::fmp4)) checker_.add(text_of(stream));
  }
  testing::OneByteRenderer renderer_;
  testing::KeepingSink sink_;
  Encoder encoder_;
  hls::testing::PlaylistChecker checker_;
};

// DC-04, MP-07, MP-08, MP-11: every playlist of the second process is a legal successor of those of the first.
TEST_F(RestoreTest, AKilledStreamIsServedAtOnceAndItsPublisherGoesOnInTheSamePlaylist) {
  Hub before = make();
  const auto cut_off = publish(before, 0, 21'300);
  const auto tail = tail_of(sink_);

  Hub after = make();
  after.restore(name(), tail, at(23'000));
  const auto stream = after.find(name());
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(stream->state(), StreamState::away);
  EXPECT_EQ(stream->epoch(), before.find(name())->epoch());
  check(after);
  EXPECT_NE(text_of(stream).find("r.m4s\n"), std::string::npos) << "what was left of the last segment can be played";
  after.on_time(at(23'100));
  check(after);

  const auto back = publish(after, 24'000, 40'000);
  EXPECT_EQ(after.find(name()), stream);
  EXPECT_NE(text_of(stream).find("#EXT-X-DISCONTINUITY\n"), std::string::npos);
  EXPECT_EQ(text_of(stream).find("#EXT-X-GAP"), std::string::npos) << "it came back in time";
  cut_off->end(at(40'000));
  back->end(at(40'000));
}

TEST_F(RestoreTest, WhileThePublisherStaysAwayGapsFallDueAsIfNothingHadHappened) {
  Hub before = make();
  const auto cut_off = publish(before, 0, 12'000);
  cut_off->end(at(12'000));
  for (std::int64_t ms = 12'000; ms < 30'000; ms += 500) {
    before.on_time(at(ms));
    check(before);
  }
  Hub after = make();
  after.restore(name(), tail_of(sink_), at(31'000));
  EXPECT_GE(after.find(name())->window().info().last_msn, before.find(name())->window().info().last_msn);
  check(after);
  for (std::int64_t ms = 31'000; ms < 40'000; ms += 500) {
    after.on_time(at(ms));
    check(after);
  }
  const auto back = publish(after, 40'000, 50'000);
  back->end(at(50'000));
  // The window is over: the playlist ends, on time.
  for (std::int64_t ms = 50'000; ms < 112'000; ms += 500) after.on_time(at(ms));
  EXPECT_EQ(after.find(name())->state(), StreamState::ended);
}

TEST_F(RestoreTest, SecondKillRestoresTheSessionsOfBothProcesses) {
  Hub first = make();
  const auto one = publish(first, 0, 9300);
  Hub second = make();
  second.restore(name(), tail_of(sink_), at(10'000));
  const auto two = publish(second, 18'000, 24'700);
  Hub third = make();
  third.restore(name(), tail_of(sink_), at(26'000));
  check(third);
  EXPECT_TRUE(third.find(name())->has_session(one->session()));
  const auto three = publish(third, 27'000, 35'000);
  one->end(at(35'000));
  two->end(at(35'000));
  three->end(at(35'000));
}

// A publisher that is back and sends nothing yet: the session's first entry is a Gap.
TEST_F(RestoreTest, ASessionThatBeginsWithAGapGoesOnWithWhatWasBefore) {
  for (const std::int64_t killed_at : {13'000, 19'000}) {
    sink_ = {};
    checker_ = {};
    Hub before = make();
    auto two = leave_and_return(before);
    for (std::int64_t ms = 9500; ms < 13'000; ms += 500) {
      before.on_time(at(ms));
      check(before);
    }
    if (killed_at > 13'000) encoder_.run(*two, 13'000, killed_at);
    check(before);
    ASSERT_TRUE(std::holds_alternative<media::Gap>(sink_.of_session.at(1).at(0)));
    const auto listed = before.find(name())->window().info();

    Hub after = make();
    after.restore(name(), tail_of(sink_), at(killed_at + 500));
    ASSERT_NE(after.find(name()), nullptr);
    EXPECT_GE(after.find(name())->window().info().listed_segments, listed.listed_segments);
    check(after);
    const auto three = publish(after, killed_at + 1000, killed_at + 9000);
    two->end(at(killed_at + 9000));
    three->end(at(killed_at + 9000));
  }
}

TEST_F(RestoreTest, APublishWithoutMediaDoesNotPutOffTheGapsThatAreDue) {
  Hub before = make();
  auto two = leave_and_return(before);
  for (std::int64_t ms = 9500; ms < 20'000; ms += 100) {
    if (ms == 13'500) two->end(at(ms));
    before.on_time(at(ms));
    check(before);
  }
  auto tail = tail_of(sink_);
  tail.last_wall = std::max(tail.last_wall, at(13'500).wall);
  Hub after = make();
  after.restore(name(), tail, at(20'100));
  EXPECT_GE(after.find(name())->window().info().last_msn, before.find(name())->window().info().last_msn);
  check(after);
}

// Recordings are read in the order of their names.
TEST_F(RestoreTest, SessionsSortInTheOrderTheyBeganInAlsoWithinASecondAndWithAClockSetBack) {
  SessionId last = SessionId::make(testing::kWallStart - Seconds(9), 0);
  for (int i = 0; i < 8; ++i) {
    Hub hub({}, renderer_, &sink_, static_cast<std::uint64_t>(i));
    hub.restore(name(), {.epoch = last, .last_wall = testing::kWallStart - Seconds(600), .session = last}, at(0));
    for (const std::int64_t ms : {0, 100, 200}) {
      auto publishing = publish(hub, i == 4 ? ms - 5000 : ms, i == 4 ? ms - 4950 : ms + 50);
      EXPECT_GT(publishing->session().text(), last.text());
      last = publishing->session();
      publishing->end(at(ms + 50));
    }
  }
}

TEST_F(RestoreTest, ADrainedPlaylistHasEndedForGood) {  // DC-03
  Hub before = make();
  const auto drained = publish(before, 0, 12'000);
  before.finish_away(at(12'000));
  drained->end(at(12'000));
  before.finish_away(at(12'000));
  const auto tail = tail_of(sink_);
  EXPECT_TRUE(tail.final);

  Hub after = make();
  after.restore(name(), tail, at(13'000));
  EXPECT_EQ(after.find(name()), nullptr);
  const auto next = publish(after, 14'000, 16'000);
  EXPECT_NE(after.find(name())->epoch(), tail.epoch);
  EXPECT_GT(after.find(name())->last_msn(), tail.last_msn);
  next->end(at(16'000));
}

TEST_F(RestoreTest, WhatTheDiskLostBecomesGaps) {
  Hub before = make();
  const auto publishing = publish(before, 0, 20'000);
  auto tail = tail_of(sink_);
  std::vector<media::Entry>& entries = tail.window.front().entries;
  const auto is_cut = [](const media::Entry& entry) { return std::holds_alternative<media::Cut>(entry); };
  // Without the third and fourth segment.
  const auto second = std::find_if(std::find_if(entries.begin(), entries.end(), is_cut) + 1, entries.end(), is_cut);
  const auto third = std::find_if(second + 1, entries.end(), is_cut);
  entries.erase(second + 1, std::find_if(third + 1, entries.end(), is_cut) + 1);

  Hub after = make();
  after.restore(name(), tail, at(21'000));
  const auto playlist = hls::testing::read_playlist(text_of(after.find(name())));
  std::vector<bool> gaps;
  for (const auto& segment : playlist.segments) gaps.push_back(segment.gap);
  ASSERT_GE(gaps.size(), 5u);
  EXPECT_FALSE(gaps[1]);
  EXPECT_TRUE(gaps[2]);
  EXPECT_TRUE(gaps[3]);
  EXPECT_FALSE(gaps[4]);
  publishing->end(at(21'000));
}

TEST_F(RestoreTest, AWindowThatCannotBeMendedBeginsBehindTheFault) {
  Hub before = make();
  const auto publishing = publish(before, 0, 20'000);
  auto tail = tail_of(sink_);
  std::vector<media::Entry>& entries = tail.window.front().entries;
  // Two segments have the same place in time: no gap fits between them.
  std::uint64_t renumbered = 0;
  int cuts = 0;
  for (media::Entry& entry : entries) {
    auto* cut = std::get_if<media::Cut>(&entry);
    if (cut != nullptr && ++cuts > 3) {
      cut->msn += 2;
      if (renumbered == 0) renumbered = cut->msn;
    }
  }
  const auto window = make_contiguous(tail.window, tail.last_msn + 2, tail.media_end);
  ASSERT_EQ(window.size(), 1u);
  const auto first = std::find_if(window[0].entries.begin(), window[0].entries.end(),
                                  [](const media::Entry& entry) { return std::holds_alternative<media::Cut>(entry); });
  ASSERT_NE(first, window[0].entries.end());
  EXPECT_EQ(std::get<media::Cut>(*first).msn, renumbered);
  EXPECT_TRUE(std::holds_alternative<media::Period>(window[0].entries.front()));
  publishing->end(at(20'000));
}

// 25 fps with a key frame each two seconds; sound is sent from `sound_from` on, its configuration with it.
void send_with_sound(Publish& publish, Encoder& encoder, std::int64_t from, std::int64_t to, std::int64_t sound_from,
                     const std::function<void()>& after_each) {
  media::SourcePacket config;
  config.type = media::SourcePacket::Type::config;
  config.kind = media::TrackKind::video;
  config.codec = media::Codec::h264;
  config.data =
      test::hex_payload("0164001fffe100186764001facd9405005bb011000003e90000ea600f183196001000668ebe3cb22c0fdf8f800");
  publish.on_packet(config, at(from));
  for (std::int64_t ms = from; ms < to; ms += 40) {
    media::SourcePacket frame;
    frame.kind = media::TrackKind::video;
    frame.codec = media::Codec::h264;
    frame.key = (ms - from) % 2000 == 0;
    frame.timestamp_ms = static_cast<std::uint32_t>(ms);
    frame.data = test::hex_payload(frame.key ? "00000003 658884" : "00000003 419A24");
    publish.on_packet(frame, at(ms));
    if (ms == sound_from) publish.on_packet(testing::audio_config(), at(ms));
    if (ms >= sound_from) encoder.go_on(publish, ms, ms + 40);
    after_each();
  }
}

// AV-03: what the killed process had is expected of the publisher that comes back.
// one.
TEST_F(RestoreTest, SoundThatComesBackLateIsWaitedFor) {
  HubOptions options;
  options.stream.timeline.part_duration = Millis(200);
  Hub before(options, renderer_, &sink_, 1);
  const auto cut_off = std::move(std::get<std::unique_ptr<Publish>>(before.begin_publish(name(), encoder_, at(0))));
  send_with_sound(*cut_off, encoder_, 0, 8480, 0, [&] { check(before); });

  Hub after(options, renderer_, &sink_, 1);
  after.restore(name(), tail_of(sink_), at(8600));
  check(after);
  const std::size_t first_entry = sink_.entries.size();
  const auto back = std::move(std::get<std::unique_ptr<Publish>>(after.begin_publish(name(), encoder_, at(9000))));
  send_with_sound(*back, encoder_, 9000, 15'000, 9400, [&] { check(after); });
  std::size_t periods = 0;
  std::vector<media::Cut> cuts;
  for (std::size_t i = first_entry; i < sink_.entries.size(); ++i) {
    periods += std::holds_alternative<media::Period>(sink_.entries[i]) ? 1 : 0;
    if (const auto* cut = std::get_if<media::Cut>(&sink_.entries[i])) cuts.push_back(*cut);
  }
  EXPECT_EQ(periods, 1u);
  ASSERT_GT(cuts.size(), 10u);
  EXPECT_EQ(cuts[0].part_target, Millis(201));
  EXPECT_EQ(cuts[0].duration, Ticks90k(Seconds(2)));
  EXPECT_EQ(cuts[0].ends.size(), 2u);
  EXPECT_EQ(cuts[1].duration, Ticks90k(Millis(200)));
  EXPECT_EQ(after.find(name())->window().info().tracks.size(), 2u);
  cut_off->end(at(15'000));
  back->end(at(15'000));
}

TEST(PartTarget, IsThatOfTheRecordedCutsAndOpenUntilASegmentWasCompleted) {
  const auto window_of = [](std::vector<media::Cut> cuts) {
    RecordedSession session{SessionId::make(testing::kWallStart, 1), {media::Period()}};
    std::uint64_t number = 0;
    for (media::Cut& cut : cuts) {
      cut.msn = cut.fragment = ++number;
      cut.ends_segment = true;
      cut.start = Seconds(2 * number);
      cut.duration = Seconds(2);
      session.entries.emplace_back(cut);
    }
    return make_contiguous({session}, number, Seconds(2 * number + 2));
  };
  const media::Cut plain;
  media::Cut parted;
  parted.part_target = Millis(501);
  media::Cut added;
  added.added = true;
  EXPECT_EQ(part_target_of(window_of({plain, plain})), Millis(0));
  EXPECT_EQ(part_target_of(window_of({plain, added})), Millis(0));
  EXPECT_EQ(part_target_of(window_of({added, parted})), Millis(501));
  EXPECT_EQ(part_target_of(window_of({added})), std::nullopt);
  // A file that has nothing but the end of a segment does not know.
  const auto window = window_of({parted, added});
  EXPECT_EQ(std::get<media::Cut>(window[0].entries.back()).part_target, Millis(501));
}

TEST(MakeContiguous, NothingRecordedIsNoWindow) {
  EXPECT_TRUE(make_contiguous({}, 7, Seconds(1)).empty());
  EXPECT_TRUE(make_contiguous({{SessionId::make(testing::kWallStart, 1), {}}}, 7, Seconds(1)).empty());
}

}  // namespace
}  // namespace sluice::live
