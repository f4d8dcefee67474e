#include "live_metrics.hpp"

#include <array>
#include <span>
#include <string>

#include "sluice/rtmp/media_sink.hpp"
#include "sluice/rtmp/refusal.hpp"

namespace sluice::app {
namespace {

double number(std::uint64_t value) { return static_cast<double>(value); }

// `known`: the reasons whose series exist from the start, so that a rate can be taken of the first event.
void by_reason(io::MetricsWriter& out, std::string_view name, std::string_view help,
               std::map<std::string, std::uint64_t> counts, std::span<const std::string_view> known) {
  for (const std::string_view reason : known) counts.try_emplace(std::string(reason), 0);
  for (const auto& [reason, count] : counts) out.counter(name, help, number(count), {{"reason", reason}});
}

template <class Reason, std::size_t kCount>
std::array<std::string_view, kCount> names() {
  std::array<std::string_view, kCount> all;
  for (std::size_t i = 0; i < kCount; ++i) all[i] = rtmp::to_string(static_cast<Reason>(i));
  return all;
}

const auto kRefusals = names<rtmp::Refusal, static_cast<std::size_t>(rtmp::Refusal::playback) + 1>();
const auto kIgnored = names<rtmp::IgnoredReason, static_cast<std::size_t>(rtmp::IgnoredReason::not_publishing) + 1>();
constexpr std::array<std::string_view, 20> kEnds{"unpublished",
                                                 "closed",
                                                 "connection_lost",
                                                 "idle_timeout",
                                                 "first_media_timeout",
                                                 "bitrate",
                                                 "taken_over",
                                                 "drained",
                                                 "deleted",
                                                 "refused",
                                                 "shutdown",
                                                 "handshake_timeout",
                                                 "connect_timeout",
                                                 "publish_timeout",
                                                 "proxy_protocol",
                                                 "handshake_version",
                                                 "tls_on_clear_port",
                                                 "protocol",
                                                 "amf",
                                                 "limit"};

}  // namespace

void collect_admission(io::MetricsWriter& out, const live::Hub& hub, const live::Lifecycle& lifecycle) {
  const live::Slots& slots = hub.slots();
  out.gauge("sluice_publishers", "Publishes running now.", hub.publishes());
  out.gauge("sluice_publisher_slots", "Publishes this process takes at once.", slots.total());
  out.gauge("sluice_publisher_slots_free", "Publisher slots free now.", slots.free());
  out.gauge("sluice_draining", "1 once a drain has begun.", lifecycle.draining() ? 1 : 0);
  out.gauge("sluice_ready", "What the readiness probes say, by their meaning: 1 for 200.",
            lifecycle.readiness(live::ReadinessMeaning::ingest, slots.free()).ok ? 1 : 0, {{"meaning", "ingest"}});
  out.gauge("sluice_ready", "What the readiness probes say, by their meaning: 1 for 200.",
            lifecycle.readiness(live::ReadinessMeaning::serve, slots.free()).ok ? 1 : 0, {{"meaning", "serve"}});
}

void collect_rtmp(io::MetricsWriter& out, const net::RtmpStats& stats) {
  out.gauge("sluice_rtmp_connections", "RTMP connections open now.", number(stats.connections - stats.unpublished),
            {{"state", "publishing"}});
  out.gauge("sluice_rtmp_connections", "RTMP connections open now.", number(stats.unpublished),
            {{"state", "unpublished"}});
  out.counter("sluice_rtmp_accepted_total", "RTMP connections accepted, probes of balancers included.",
              number(stats.accepted));
  out.counter("sluice_rtmp_over_limit_total", "RTMP connections closed at once because of a connection limit.",
              number(stats.over_limit));
  out.counter("sluice_rtmp_received_bytes_total", "Bytes received over RTMP.", number(stats.received_bytes));
  out.counter("sluice_rtmp_publishes_total", "Publishes accepted.", number(stats.publishes));
  by_reason(out, "sluice_rtmp_rejects_total", "Publishes refused, by reason.", stats.refused, kRefusals);
  by_reason(out, "sluice_rtmp_disconnects_total",
            "Ends of publishes and of connections that never published, by reason.", stats.disconnected, kEnds);
  by_reason(out, "sluice_media_ignored_total", "Media messages that gave no packet, by reason.", stats.ignored,
            kIgnored);
  out.counter("sluice_media_packets_total", "Media packets received.", number(stats.video_packets),
              {{"kind", "video"}});
  out.counter("sluice_media_packets_total", "Media packets received.", number(stats.audio_packets),
              {{"kind", "audio"}});
  out.counter("sluice_media_bytes_total", "Bytes of media received.", number(stats.media_bytes));
}

void collect_streams(io::MetricsWriter& out, const live::Hub& hub) {
  const live::StreamTotals totals = hub.totals();
  out.gauge("sluice_streams", "Streams in memory, by state.", totals.publishing, {{"state", "publishing"}});
  out.gauge("sluice_streams", "Streams in memory, by state.", totals.away, {{"state", "away"}});
  out.gauge("sluice_streams", "Streams in memory, by state.", totals.ended, {{"state", "ended"}});
  out.gauge("sluice_live_memory_bytes", "Media and rendered segments held in memory.", number(totals.memory_bytes));
  out.counter("sluice_hls_segments_total", "Segments completed.", number(totals.counts.segments));
  out.counter("sluice_hls_discontinuities_total", "Discontinuities begun.", number(totals.counts.discontinuities));
  out.counter("sluice_hls_gaps_total", "Gap segments listed while a publisher was away.", number(totals.counts.gaps));
  out.counter("sluice_hls_rendered_total", "Containers made on demand.", number(totals.renders.inits),
              {{"what", "init"}});
  out.counter("sluice_hls_rendered_total", "Containers made on demand.", number(totals.renders.fmp4_parts),
              {{"what", "fmp4_part"}});
  out.counter("sluice_hls_rendered_total", "Containers made on demand.", number(totals.renders.ts_segments),
              {{"what", "ts_segment"}});
  out.counter("sluice_hls_render_failures_total", "Segments that could not be made.", number(totals.renders.failures));
  out.counter("sluice_media_repaired_timestamps_total", "Packets whose decode time had to be moved.",
              number(totals.repaired_timestamps));
  out.counter("sluice_media_dropped_packets_total", "Packets that had no place on the timeline.",
              number(totals.dropped_packets));
  out.counter("sluice_media_timestamp_jumps_total", "Jumps of a publisher's time.", number(totals.timestamp_jumps));
  out.counter("sluice_media_codec_changes_total", "Changes of a codec configuration.", number(totals.codec_changes));
  out.counter("sluice_hls_forced_cuts_total", "Segments cut without a key frame.", number(totals.forced_cuts));
  out.counter("sluice_hls_late_frames_total",
              "Video frames that came after their part had reached its target, and are decoded earlier for it.",
              number(totals.late_frames));
  out.counter("sluice_hls_slow_segments_total",
              "Segments listed without parts because their frames are further apart than the part target.",
              number(totals.slow_segments));
}

void collect_loop(io::MetricsWriter& out, const io::LoopMonitor& monitor) {
  out.histogram("sluice_loop_lag_seconds", "How late the event loop was, sampled ten times a second.", monitor.lag());
}

}  // namespace sluice::app
