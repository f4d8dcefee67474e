// The configuration of a process: what each key is called, its default and its unit.
//
// A member has the name its key has in the file (`limits.rtmp_connections` is Config::limits.rtmp_connections). What a
// key means, and which values it takes, stands in the schema (config_keys.cpp), from which docs/configuration.md is
// made. A Config is only read after start-up; it is plain data and may be copied.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sluice/app/publish_auth.hpp"
#include "sluice/base/time.hpp"

namespace sluice::app {

// Where a listener binds. `address` is an IPv4 or IPv6 address without brackets; port 0 takes any free port.
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct ByteSize {
  std::uint64_t bytes = 0;
  friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

struct BitRate {
  std::uint64_t bits_per_second = 0;
  friend auto operator<=>(const BitRate&, const BitRate&) = default;
};

enum class ProxyProtocol { off, optional, required };
enum class ReadinessMeaning { ingest, serve };
enum class WhenFull { refuse, close };
enum class Takeover { reject, replace };
enum class HlsContainer { fmp4, ts };
enum class LogLevel { debug, info, warn, error };
enum class LogFormat { automatic, text, json };  // automatic: text on a terminal, else json

struct RtmpConfig {
  ListenAddress listen{"0.0.0.0", 1935};
  Millis first_media_timeout{20'000};
  Millis idle_timeout{10'000};
  ProxyProtocol proxy_protocol = ProxyProtocol::off;
  friend bool operator==(const RtmpConfig&, const RtmpConfig&) = default;
};

struct HttpConfig {
  ListenAddress listen{"0.0.0.0", 8080};
  friend bool operator==(const HttpConfig&, const HttpConfig&) = default;
};

struct AdminConfig {
  ListenAddress listen{"0.0.0.0", 8081};
  friend bool operator==(const AdminConfig&, const AdminConfig&) = default;
};

struct LifecycleConfig {
  std::uint32_t slots = 1;
  ReadinessMeaning readiness = ReadinessMeaning::ingest;
  WhenFull when_full = WhenFull::refuse;
  bool recycle = false;
  Millis unready_grace{3'000};
  Millis drain_timeout{3'600'000};
  friend bool operator==(const LifecycleConfig&, const LifecycleConfig&) = default;
};

struct StreamConfig {
  Millis resume_window{60'000};
  Takeover takeover = Takeover::reject;
  friend bool operator==(const StreamConfig&, const StreamConfig&) = default;
};

// What streams have instead of the keys of the same names in `hls`. In `app` and `stream` a `*` stands for any run of
// characters.
struct HlsOverride {
  std::string app;
  std::string stream;
  std::optional<bool> low_latency;
  std::optional<Millis> segment_duration;
  std::optional<Millis> part_duration;
  std::optional<Millis> window;
  friend bool operator==(const HlsOverride&, const HlsOverride&) = default;
};

struct HlsConfig {
  HlsContainer container = HlsContainer::fmp4;
  bool low_latency = true;
  Millis segment_duration{2'000};
  Millis part_duration{500};
  Millis window{30'000};
  Millis dvr_window{4 * 3'600'000};
  std::vector<HlsOverride> overrides;  // the first that fits a name counts
  friend bool operator==(const HlsConfig&, const HlsConfig&) = default;
};

struct RecordConfig {
  bool enabled = true;
  std::filesystem::path directory = "./recordings";
  Millis rotate{60'000};
  Millis sync_interval{1'000};
  Millis retention{0};
  ByteSize max_size{0};
  ByteSize min_free_space{1ULL << 30};
  friend bool operator==(const RecordConfig&, const RecordConfig&) = default;
};

struct AuthConfig {
  std::vector<PublishKey> publish_keys;
  friend bool operator==(const AuthConfig&, const AuthConfig&) = default;
};

// What a peer can make this process hold or do, bounded.
struct LimitsConfig {
  std::uint32_t rtmp_connections = 1024;
  std::uint32_t rtmp_unpublished_connections = 256;
  std::uint32_t rtmp_unpublished_per_address = 16;
  Millis handshake_timeout{5'000};
  Millis connect_timeout{5'000};
  Millis publish_timeout{10'000};
  ByteSize unpublished_message_size{64 * 1024};
  ByteSize message_size{8 * 1024 * 1024};
  ByteSize unfinished_messages{16 * 1024 * 1024};
  BitRate publish_bitrate{100'000'000};
  Millis gop_duration{10'000};
  std::uint32_t streams = 1024;
  std::uint32_t http_connections = 16'384;
  std::uint32_t http_connections_per_address = 0;
  std::uint32_t held_requests = 10'000;
  std::uint32_t held_requests_per_stream = 8'000;
  Millis http_header_timeout{10'000};
  Millis http_idle_timeout{75'000};
  Millis http_write_timeout{20'000};
  ByteSize record_queue{64 * 1024 * 1024};
  ByteSize archive_cache{64 * 1024 * 1024};
  friend bool operator==(const LimitsConfig&, const LimitsConfig&) = default;
};

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

struct Config {
  RtmpConfig rtmp;
  HttpConfig http;
  AdminConfig admin;
  LifecycleConfig lifecycle;
  StreamConfig stream;
  HlsConfig hls;
  RecordConfig record;
  AuthConfig auth;
  LimitsConfig limits;
  LogConfig log;
  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace sluice::app
