// What a configuration must hold beyond the range of each key.
#include "sluice/app/config_load.hpp"
#include "sluice/app/config_schema.hpp"

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
    found_.push_back({first, second,
                      std::string(first) + " (" + shown(first) + ") and " + std::string(second) + " (" + shown(second) +
                          ") cannot share a port"});
  }

  void not_above(bool holds, std::string_view low, std::string_view high) {
    if (holds) return;
    found_.push_back(
        {low, high,
         std::string(low) + " (" + shown(low) + ") must not exceed " + std::string(high) + " (" + shown(high) + ")"});
  }

  void window_holds_three_segments() {
    if (config_.hls.window >= 3 * config_.hls.segment_duration) return;
    found_.push_back({"hls.window", "hls.segment_duration",
                      "hls.window (" + shown("hls.window") + ") must be at least three times hls.segment_duration (" +
                          shown("hls.segment_duration") + "), or players run dry"});
  }

 private:
  const ListenAddress& listen_of(std::string_view path) const {
    if (path == "rtmp.listen") return config_.rtmp.listen;
    return path == "http.listen" ? config_.http.listen : config_.admin.listen;
  }
  std::string shown(std::string_view path) const { return find_key(path)->key->print(config_, 0); }

  const Config& config_;
  std::vector<Contradiction> found_;
};

}  // namespace

std::vector<Contradiction> find_contradictions(const Config& config) {
  Rules rules(config);
  rules.apart("rtmp.listen", "http.listen");
  rules.apart("rtmp.listen", "admin.listen");
  rules.apart("http.listen", "admin.listen");
  rules.window_holds_three_segments();

  const LimitsConfig& limits = config.limits;
  rules.not_above(config.hls.segment_duration <= limits.gop_duration, "hls.segment_duration", "limits.gop_duration");
  rules.not_above(config.hls.part_duration <= config.hls.segment_duration, "hls.part_duration", "hls.segment_duration");
  rules.not_above(config.hls.window <= config.hls.dvr_window, "hls.window", "hls.dvr_window");
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
