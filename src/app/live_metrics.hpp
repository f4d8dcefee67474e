// The metrics of what app wires together: admission, RTMP, streams. Private to app.
#pragma once

#include "sluice/io/loop_monitor.hpp"
#include "sluice/io/metrics.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/live/lifecycle.hpp"
#include "sluice/net/rtmp_server.hpp"

namespace sluice::app {

void collect_admission(io::MetricsWriter& out, const live::Hub& hub, const live::Lifecycle& lifecycle);
void collect_rtmp(io::MetricsWriter& out, const net::RtmpStats& stats);
void collect_streams(io::MetricsWriter& out, const live::Hub& hub);
void collect_loop(io::MetricsWriter& out, const io::LoopMonitor& monitor);

}  // namespace sluice::app
