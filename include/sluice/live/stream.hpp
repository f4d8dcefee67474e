// Stream: one live playlist (an epoch) from its first publish to its end, over every publisher that returns within the
// resume window. It hands packets to the timeline and the entries that come out of it to the recording and to the live
// window.
//
//   publishing ──end_publish──▶ away ──resume window over──▶ ended
//        ▲──────begin_publish────┘
//
// Loop thread only; told the time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/hls/live_window.hpp"
#include "sluice/hls/renderer.hpp"
#include "sluice/live/restore.hpp"
#include "sluice/live/signal.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/media/source_packet.hpp"
#include "sluice/record/sink.hpp"
#include "sluice/timeline/timeline.hpp"

namespace sluice::live {

enum class StreamState { publishing, away, ended };

std::string_view to_string(StreamState state);

struct StreamOptions {
  timeline::Options timeline;
  hls::LiveWindow::Options window;
  Micros resume_window = Seconds(60);
};

// Something an operator may want to read of, once. Shells log it.
struct Notice {
  std::string event;  // "track", "discontinuity", …: the log line's event
  std::string message;
  bool warning = false;
};

struct StreamCounts {
  std::uint64_t segments = 0;
  std::uint64_t discontinuities = 0;
  std::uint64_t gaps = 0;
};

class Stream {
 public:
  // `sink` may be null: nothing is recorded then. The references must outlive the stream.
  Stream(StreamName name, SessionId epoch, const StreamOptions& options, const timeline::Start& start,
         hls::Renderer& renderer, record::Sink* sink);

  // Before anything else: `window` (as make_contiguous() gives it) is what another process had of this playlist, whose
  // publisher has been away since `last_wall`.
  void restore(const std::vector<RecordedSession>& window, WallTime last_wall, media::Arrival now);

  // The publisher's side. begin_publish() may be called unless publishing; the other three only while publishing.
  void begin_publish(const SessionId& session, media::Arrival now);
  void on_packet(const media::SourcePacket& packet, media::Arrival now);
  void on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival now);
  // `final`: nobody may return to the playlist. The caller is to finish() it.
  void end_publish(media::Arrival now, bool final = false);

  // Notices silence, lists gaps, ends the stream when nobody returned. Call it a few times a second.
  void on_time(media::Arrival now);
  // The publish is to end when its running segment is complete: what comes behind that goes nowhere, so that no torso
  // of a segment is listed. Only before finish().
  void end_with_segment() {
    if (!ends_with_segment_) segment_completed_ = false;
    ends_with_segment_ = true;
  }
  // Ends the playlist now, without waiting for the publisher to return. Not while publishing.
  void finish(media::Arrival now);

  StreamState state() const { return state_; }
  const StreamName& name() const { return name_; }
  const SessionId& epoch() const { return epoch_; }
  // The running session, or the last one.
  const std::optional<SessionId>& session() const { return session_; }
  bool has_session(const SessionId& session) const;
  MonoTime state_since() const { return state_since_; }
  MonoTime last_packet() const { return last_packet_; }
  // True once since the last call, when a segment was completed.
  bool take_segment_completed();
  std::vector<Notice> take_notices();

  hls::LiveWindow& window() { return window_; }
  const hls::LiveWindow& window() const { return window_; }
  const timeline::Timeline& timeline() const { return timeline_; }
  const StreamCounts& counts() const { return counts_; }
  std::uint64_t last_msn() const { return last_msn_; }
  std::uint64_t last_period() const { return last_period_; }
  // Notified whenever the playlist changed or the state did.
  Signal& changed() { return changed_; }

 private:
  void enter(StreamState state, MonoTime now);
  record::Numbering numbering() const;
  void cut_off_rest();
  void deliver(media::Arrival now);
  void note(const media::Entry& entry);

  StreamName name_;
  SessionId epoch_;
  Micros resume_window_;
  timeline::Timeline timeline_;
  hls::LiveWindow window_;
  record::Sink* sink_;

  StreamState state_ = StreamState::away;
  MonoTime state_since_{};
  MonoTime last_packet_{};
  bool published_ = false;
  std::optional<record::Sink::Lane> recording_;  // session_'s, once the sink has begun it
  bool segment_completed_ = false;
  bool ends_with_segment_ = false;
  bool complete_ = false;  // the segment it was to end with is
  std::optional<SessionId> session_;
  WallTime session_start_;
  record::Numbering before_session_;
  std::vector<SessionId> sessions_;
  StreamCounts counts_;
  std::uint64_t last_msn_ = 0;
  std::uint64_t last_period_ = 0;
  std::vector<media::Entry> entries_;  // kept to reuse its memory
  std::vector<Notice> notices_;
  Signal changed_;
};

}  // namespace sluice::live
