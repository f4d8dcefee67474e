// What is rendered from a recording is, byte for byte, what the live view gave.
#include <gtest/gtest.h>

#include "mux/looped_sample.hpp"
#include "sluice/hls/live_window.hpp"
#include "sluice/mux/libav_renderer.hpp"
#include "sluice/store/archive_reader.hpp"
#include "store/recorded_session.hpp"

namespace sluice {
namespace {

using hls::LiveWindow;
using media::Container;
using mux::testing::LoopedSample;
using store::session_id;
using store::stream_name;

constexpr int kSegments = 5;  // a session

std::string bytes_of(const std::vector<Payload>& pieces) {
  std::string bytes;
  for (const Payload& piece : pieces) bytes += as_text(piece.view());
  return bytes;
}

class ArchiveIdentity : public testing::TestWithParam<const char*> {
 protected:
  ArchiveIdentity() { window_.on_session(session_id(1)); }

  void publish(int session, bool finished) {
    window_.on_session(session_id(session));
    store::RecordedSession recorded(directory_.path(), session_id(session), session_id(1), Millis(2000));
    const auto both = [&](const media::Entry& entry) {
      window_.on_entry(entry, MonoTime());
      recorded.add(entry);
    };
    const int before = (session - 1) * kSegments;
    const LoopedSample sample(GetParam(), {.start = Seconds(10 + before),
                                           .first_msn = 1000 + static_cast<std::uint64_t>(before),
                                           .period = static_cast<std::uint64_t>(session)});
    media::Period period = sample.period().period;
    period.wall_start = record::sample::wall(before);
    both(period);
    for (const media::Track& track : sample.period().tracks) both(track);
    for (const auto& parts : sample.segments(kSegments)) {
      for (const auto& part : parts) {
        for (const media::Packet& packet : part->packets) both(packet);
        media::Cut cut = part->cut;
        cut.part_target = Millis(501);
        both(cut);
      }
    }
    recorded.flush();
    if (finished) recorded.finish();
  }

  std::string archived(Container container, const SessionId& session, std::uint64_t msn) {
    const auto answer = archive_.segment(stream_name(), session, msn, false);
    if (!answer) return "no segment: " + answer.message;
    if (container == Container::ts) return std::string(as_text(renderer_.ts_segment(*answer.value).value().view()));
    std::string bytes;
    for (const auto& part : *answer.value) bytes += as_text(renderer_.fmp4_part(*part).value().view());
    return bytes;
  }
  std::string archived_init(const SessionId& session, std::uint64_t number) {
    const auto answer = archive_.period(stream_name(), session, number);
    if (!answer) return "no period: " + answer.message;
    return std::string(as_text(renderer_.fmp4_init(**answer.value).value().view()));
  }

  void expect_all_the_same() {
    const auto span = archive_.span(stream_name(), {});
    ASSERT_TRUE(span);
    ASSERT_EQ(span.value->size(), 1U);
    const auto& segments = span.value->at(0).segments;
    ASSERT_EQ(segments.size(), 2U * kSegments);
    for (const hls::ArchivedSegment& segment : segments) {
      const SessionId& session = segment.period->session;
      const auto init = window_.init(session, segment.period->period.number);
      ASSERT_EQ(init.status, hls::Fetched::Status::found) << init.fault;
      EXPECT_TRUE(archived_init(session, segment.period->period.number) == bytes_of(init.pieces));
      for (const Container container : {Container::fmp4, Container::ts}) {
        const auto live = window_.segment(container, session, segment.msn);
        const bool carried = segment.carried[container == Container::fmp4 ? 0 : 1];
        ASSERT_EQ(live.status == hls::Fetched::Status::found, carried) << segment.msn;
        if (!carried) continue;
        EXPECT_TRUE(archived(container, session, segment.msn) == bytes_of(live.pieces)) << segment.msn;
      }
    }
    for (const int session : {1, 2}) {
      for (std::uint64_t fragment = 1; fragment <= 2 * kSegments; ++fragment) {
        const hls::PartName name{session_id(session), static_cast<std::uint64_t>(session), fragment, false};
        const auto live = window_.part(name.session, name.period, name.fragment, name.added);
        ASSERT_EQ(live.status, hls::Fetched::Status::found) << fragment << ": " << live.fault;
        const auto recorded = archive_.part(stream_name(), name);
        ASSERT_TRUE(recorded) << fragment << ": " << recorded.message;
        EXPECT_TRUE(as_text(renderer_.fmp4_part(**recorded.value).value().view()) == bytes_of(live.pieces)) << fragment;
      }
    }
  }

  store::TemporaryDirectory directory_;
  mux::LibavRenderer renderer_;
  LiveWindow window_{{}, stream_name(), session_id(1), renderer_};
  store::ArchiveReader archive_{{directory_.path(), 1 << 20, io::wall_now}};
};

TEST_P(ArchiveIdentity, OfSealedFiles) {
  publish(1, true);
  publish(2, true);
  ASSERT_GT(directory_.files().size(), 4U);
  expect_all_the_same();
}

TEST_P(ArchiveIdentity, OfFilesThatAreBeingWritten) {
  publish(1, true);
  publish(2, false);
  expect_all_the_same();
}

INSTANTIATE_TEST_SUITE_P(Samples, ArchiveIdentity,
                         testing::Values("h264_aac", "h264_ac3", "h264_eac3", "h264_mp3", "h264_flac", "hevc_aac",
                                         "av1_opus", "vp9_opus"),
                         [](const auto& named) { return std::string(named.param); });

}  // namespace
}  // namespace sluice
