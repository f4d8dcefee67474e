// What a configuration must hold beyond the range of each key.
#include "sluice/app/config_load.hpp"
#include "sluice/app/config_schema.hpp"
#include "sluice/app/stream_hls.hpp"

namespace sluice::app {
namespace {

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

// True when binding both to one port would fail. `::` takes IPv4 as well.
bool overlap(const std::string& a, const std::string& b) {
  const auto covers = [](const std::string& wide, const std::string& other) {
    return wide == other || wide == "::" || (wide == "0.0.0.0" && !is_v6(other));
  };
  return covers(a, b) || covers(b, a);
}

class Rules {
 public:
  explicit Rules(const Config& config) : config_(config) {}
  std::vector<Contradiction> take() { return std::move(found_); }

  void apart(std::string_view first, std::string_view second) {
    const auto [a, b] = std::pair(listen_of(first), listen_of(second));
    if (a.port == 0 || a.port != b.port || !overlap(a.address, b.address)) return;
    found_.push_back({std::string(first), std::string(second),
                      std::string(first) + " (" + shown(first) + ") and " + std::string(second) + " (" + shown(second) +
                          ") cannot share a port"});
  }

  void not_above(bool holds, std::string_view low, std::string_view high) {
    if (holds) return;
    found_.push_back(
        {std::string(low), std::string(high),
         std::string(low) + " (" + shown(low) + ") must not exceed " + std::string(high) + " (" + shown(high) + ")"});
  }

  // The durations of a stream, `window` and so on being the keys they are taken from.
  void hls(const StreamHls& hls, const std::string& window, const std::string& segment, const std::string& part) {
    if (hls.window < 3 * hls.segment_duration) {
      found_.push_back({window, segment,
                        window + " (" + shown(window) + ") must be at least three times " + segment + " (" +
                            shown(segment) + "), or players run dry"});
    }
    not_above(hls.segment_duration <= config_.limits.gop_duration, segment, "limits.gop_duration");
    not_above(hls.part_duration <= hls.segment_duration, part, segment);
    not_above(hls.window <= config_.hls.dvr_window, window, "hls.dvr_window");
  }

  // What the keys of an entry make together with those it leaves as they are. A fault among the latter alone is theirs.
  void hls_override(std::size_t index) {
    const HlsOverride& entry = config_.hls.overrides[index];
    const auto path = [&](std::string_view name, bool is_set) {
      return (is_set ? "hls.overrides." + std::to_string(index) : std::string("hls")) + "." + std::string(name);
    };
    const std::vector<Contradiction> before = std::exchange(found_, {});
    hls(with_override(config_.hls, &entry), path("window", entry.window.has_value()),
        path("segment_duration", entry.segment_duration.has_value()),
        path("part_duration", entry.part_duration.has_value()));
    std::erase_if(found_, [](const Contradiction& found) {
      return !found.first.starts_with("hls.overrides.") && !found.second.starts_with("hls.overrides.");
    });
    found_.insert(found_.begin(), before.begin(), before.end());
  }

 private:
  const ListenAddress& listen_of(std::string_view path) const {
    if (path == "rtmp.listen") return config_.rtmp.listen;
    return path == "http.listen" ? config_.http.listen : config_.admin.listen;
  }
  std::string shown(std::string_view path) const {
    const KeyReference reference = *find_key(path);
    return reference.key->print(config_, reference.index);
  }

  const Config& config_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> find_contradictions(const Config& config) {
  Rules rules(config);
  rules.apart("rtmp.listen", "http.listen");
  rules.apart("rtmp.listen", "admin.listen");
  rules.apart("http.listen", "admin.listen");
  rules.hls(with_override(config.hls, nullptr), "hls.window", "hls.segment_duration", "hls.part_duration");
  for (std::size_t i = 0; i < config.hls.overrides.size(); ++i) rules.hls_override(i);

  const LimitsConfig& limits = config.limits;
  rules.not_above(config.record.retention == Millis(0) || config.hls.dvr_window <= config.record.retention,
                  "hls.dvr_window", "record.retention");
  rules.not_above(config.record.sync_interval <= config.record.rotate, "record.sync_interval", "record.rotate");
  rules.not_above(config.lifecycle.slots <= limits.rtmp_connections, "lifecycle.slots", "limits.rtmp_connections");
  rules.not_above(config.lifecycle.slots <= limits.streams, "lifecycle.slots", "limits.streams");
  rules.not_above(limits.rtmp_unpublished_connections <= limits.rtmp_connections, "limits.rtmp_unpublished_connections",
                  "limits.rtmp_connections");
  rules.not_above(limits.rtmp_unpublished_per_address <= limits.rtmp_unpublished_connections,
                  "limits.rtmp_unpublished_per_address", "limits.rtmp_unpublished_connections");
  rules.not_above(limits.unpublished_message_size <= limits.message_size, "limits.unpublished_message_size",
                  "limits.message_size");
  rules.not_above(limits.message_size <= limits.unfinished_messages, "limits.message_size",
                  "limits.unfinished_messages");
  rules.not_above(limits.http_connections_per_address <= limits.http_connections, "limits.http_connections_per_address",
                  "limits.http_connections");
  rules.not_above(limits.held_requests_per_stream <= limits.held_requests, "limits.held_requests_per_stream",
                  "limits.held_requests");
  return rules.take();
}

}  // namespace sluice::app
