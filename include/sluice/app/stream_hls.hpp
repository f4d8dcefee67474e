// The `hls` settings of one stream: those of the configuration, or what an entry of `hls.overrides` says instead. Pure.
#pragma once

#include "sluice/app/config.hpp"
#include "sluice/base/ids.hpp"

namespace sluice::app {

struct StreamHls {
  bool low_latency = true;
  Millis segment_duration{};
  Millis part_duration{};
  Millis window{};
};

// `entry` may be null.
StreamHls with_override(const HlsConfig& config, const HlsOverride* entry);
// The first entry that fits `name` counts, or none.
StreamHls hls_of(const HlsConfig& config, const StreamName& name);
// The longest of any stream.
Millis longest_segment_duration(const HlsConfig& config);
Millis longest_window(const HlsConfig& config);

}  // namespace sluice::app
