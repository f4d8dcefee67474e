#include "sluice/app/stream_hls.hpp"

#include <algorithm>

#include "sluice/app/publish_auth.hpp"

namespace sluice::app {

StreamHls with_override(const HlsConfig& config, const HlsOverride* entry) {
  StreamHls result{config.low_latency, config.segment_duration, config.part_duration, config.window};
  if (entry == nullptr) return result;
  result.low_latency = entry->low_latency.value_or(result.low_latency);
  result.segment_duration = entry->segment_duration.value_or(result.segment_duration);
  result.part_duration = entry->part_duration.value_or(result.part_duration);
  result.window = entry->window.value_or(result.window);
  return result;
}

StreamHls hls_of(const HlsConfig& config, const StreamName& name) {
  const auto entry = std::find_if(config.overrides.begin(), config.overrides.end(), [&name](const HlsOverride& one) {
    return matches_pattern(one.app, name.app()) && matches_pattern(one.stream, name.stream());
  });
  return with_override(config, entry == config.overrides.end() ? nullptr : &*entry);
}

Millis longest_segment_duration(const HlsConfig& config) {
  Millis longest = config.segment_duration;
  for (const HlsOverride& entry : config.overrides)
    longest = std::max(longest, entry.segment_duration.value_or(longest));
  return longest;
}

Millis longest_window(const HlsConfig& config) {
  Millis longest = config.window;
  for (const HlsOverride& entry : config.overrides) longest = std::max(longest, entry.window.value_or(longest));
  return longest;
}

}  // namespace sluice::app
