#include "sluice/app/config_schema.hpp"

#include <array>
#include <utility>

namespace sluice::app {
namespace {

using namespace std::chrono_literals;

constexpr ByteSize kib(std::uint64_t count) { return {count << 10}; }
constexpr ByteSize mib(std::uint64_t count) { return {count << 20}; }
constexpr ByteSize gib(std::uint64_t count) { return {count << 30}; }

// Ranges that hold for all streams and for those that are told apart.
constexpr DurationRange kSegmentDuration{1s, 60s};
constexpr DurationRange kPartDuration{100ms, 2s};
constexpr DurationRange kWindow{3s, 1h};

// What a value may be that need not be there.
template <class Codec>
struct OptionalCodec {
  static constexpr JsonKind kJson = Codec::kJson;
  Codec codec;
  auto parse(std::string_view text) const { return codec.parse(text); }
  template <class Value>
  std::string print(const std::optional<Value>& value) const {
    return value ? codec.print(*value) : std::string();
  }
  std::string allowed() const { return codec.allowed(); }
};

template <auto Section, auto Member, class Codec>
ConfigKey key(std::string_view path, Codec codec, std::string_view sentence) {
  ConfigKey result;
  result.path = path;
  result.allowed = codec.allowed();
  result.sentence = sentence;
  result.json = Codec::kJson;
  result.set = [codec](Config& config, std::size_t, std::string_view text) -> Result<void> {
    auto value = codec.parse(text);
    if (!value) return value.error();
    config.*Section.*Member = *std::move(value);
    return {};
  };
  result.print = [codec](const Config& config, std::size_t) { return codec.print(config.*Section.*Member); };
  return result;
}

// Of a list's entries.
template <auto Section, auto List, auto Member, class Codec>
ConfigKey entry_key(std::string_view path, Codec codec, std::string_view sentence) {
  ConfigKey result;
  result.path = path;
  result.allowed = codec.allowed();
  result.sentence = sentence;
  result.json = Codec::kJson;
  result.set = [codec](Config& config, std::size_t index, std::string_view text) -> Result<void> {
    auto value = codec.parse(text);
    if (!value) return value.error();
    auto& entries = config.*Section.*List;
    if (entries.size() <= index) entries.resize(index + 1);
    entries[index].*Member = *std::move(value);
    return {};
  };
  result.print = [codec](const Config& config, std::size_t index) {
    return codec.print((config.*Section.*List)[index].*Member);
  };
  return result;
}

// The same, of a member that is optional.
template <auto Section, auto List, auto Member, class Codec>
ConfigKey optional_key(std::string_view path, Codec codec, std::string_view sentence) {
  ConfigKey result = entry_key<Section, List, Member>(path, OptionalCodec<Codec>{codec}, sentence);
  result.optional = true;
  return result;
}

template <auto Member, class Codec>
ConfigKey publish_key(std::string_view path, Codec codec, std::string_view sentence) {
  return entry_key<&Config::auth, &AuthConfig::publish_keys, Member>(path, std::move(codec), sentence);
}

template <auto Member, class Codec>
ConfigKey override_key(std::string_view path, Codec codec, std::string_view sentence) {
  return optional_key<&Config::hls, &HlsConfig::overrides, Member>(path, std::move(codec), sentence);
}

template <auto Member>
ConfigKey override_name(std::string_view path, std::string_view sentence) {
  return entry_key<&Config::hls, &HlsConfig::overrides, Member>(path, NamePattern{}, sentence);
}

ConfigKey secret(ConfigKey key) {
  key.secret = true;
  return key;
}

template <auto Member, class Codec>
ConfigKey limit(std::string_view path, Codec codec, std::string_view sentence) {
  return key<&Config::limits, Member>(path, std::move(codec), sentence);
}

std::vector<ConfigKey> make_keys() {
  using C = Config;
  using L = LimitsConfig;
  using O = HlsOverride;
  constexpr DurationRange kPeerTimeout{100ms, 10min};
  return {
      key<&C::rtmp, &RtmpConfig::listen>("rtmp.listen", Address{},
                                         "Where publishers connect. Port `0` takes any free port."),
      key<&C::rtmp, &RtmpConfig::first_media_timeout>(
          "rtmp.first_media_timeout", kPeerTimeout,
          "How long a publisher may take from its accepted publish to its first media. Then it is closed."),
      key<&C::rtmp, &RtmpConfig::idle_timeout>(
          "rtmp.idle_timeout", kPeerTimeout,
          "How long a publisher may go without sending media. Then it is closed; other traffic does not count."),
      key<&C::rtmp, &RtmpConfig::proxy_protocol>(
          "rtmp.proxy_protocol",
          Choice<ProxyProtocol>{{{"off", ProxyProtocol::off},
                                 {"optional", ProxyProtocol::optional},
                                 {"required", ProxyProtocol::required}}},
          "Whether RTMP connections begin with a PROXY protocol header (v1 or v2) that tells the client's address. "
          "`optional` believes any client that sends one, so use it only where nobody but the balancer can connect."),

      key<&C::http, &HttpConfig::listen>(
          "http.listen", Address{}, "Where CDNs and players fetch playlists and media. Port `0` takes any free port."),

      key<&C::admin, &AdminConfig::listen>("admin.listen", Address{},
                                           "Probes, metrics, the API and the status page: never to be exposed to the "
                                           "public. Port `0` takes any free port."),

      key<&C::lifecycle, &LifecycleConfig::slots>(
          "lifecycle.slots", CountRange{1, 1000},
          "How many publishers this process takes at once. Readiness turns `busy` when no slot is free."),
      key<&C::lifecycle, &LifecycleConfig::readiness>(
          "lifecycle.readiness",
          Choice<ReadinessMeaning>{{{"ingest", ReadinessMeaning::ingest}, {"serve", ReadinessMeaning::serve}}},
          "What `/readyz` means: `ingest`, a slot is free; `serve`, the process can serve media, busy or not."),
      key<&C::lifecycle, &LifecycleConfig::when_full>(
          "lifecycle.when_full", Choice<WhenFull>{{{"refuse", WhenFull::refuse}, {"close", WhenFull::close}}},
          "What a publisher meets when no slot is free: `refuse` answers its publish with an error; `close` closes the "
          "RTMP listener meanwhile, so that a TCP balancer tries the next process at once."),
      key<&C::lifecycle, &LifecycleConfig::recycle>("lifecycle.recycle", Flag{},
                                                    "Whether liveness fails once the last publish has ended, its "
                                                    "resume window included, so that the orchestrator starts "
                                                    "a fresh process."),
      key<&C::lifecycle, &LifecycleConfig::unready_grace>(
          "lifecycle.unready_grace", DurationRange{0ms, 10min},
          "On drain: how long the listeners stay open after readiness fell, because balancers hear of it late."),
      key<&C::lifecycle, &LifecycleConfig::drain_timeout>(
          "lifecycle.drain_timeout", DurationRange{0ms, 168h},
          "On drain: how long running publishes may go on before they are ended with their last segment whole."),

      key<&C::stream, &StreamConfig::resume_window>("stream.resume_window", DurationRange{0ms, 1h},
                                                    "How long a stream waits for a publisher that went away. One that "
                                                    "returns in time goes on in the same timeline and playlist; then "
                                                    "the playlist ends."),
      key<&C::stream, &StreamConfig::takeover>(
          "stream.takeover", Choice<Takeover>{{{"reject", Takeover::reject}, {"replace", Takeover::replace}}},
          "What a second publisher on a live name gets: `reject` refuses it; `replace` ends the first one and lets it "
          "go on in its place."),

      key<&C::hls, &HlsConfig::container>(
          "hls.container", Choice<HlsContainer>{{{"fmp4", HlsContainer::fmp4}, {"ts", HlsContainer::ts}}},
          "What `/APP/STREAM/index.m3u8` plays. Both containers are always served, at `/APP/STREAM/fmp4/index.m3u8` "
          "and `/APP/STREAM/ts/index.m3u8`."),
      key<&C::hls, &HlsConfig::low_latency>(
          "hls.low_latency", Flag{},
          "Whether the fMP4 playlists of new streams are low-latency HLS: they name the parts of a segment before it "
          "is "
          "complete, and players may ask for what comes next. Players that know nothing of it play on as before."),
      key<&C::hls, &HlsConfig::segment_duration>(
          "hls.segment_duration", kSegmentDuration,
          "The segment length aimed at. Segments are cut at the first key frame at or after it, so encoders should "
          "send one at least this often."),
      key<&C::hls, &HlsConfig::part_duration>(
          "hls.part_duration", kPartDuration,
          "The part length aimed at with `hls.low_latency`. A playlist's parts are 85 to 100 % of its `PART-TARGET`, "
          "the whole number of frames nearest to this; players keep three of them back. Shorter parts mean less delay "
          "and more requests."),
      key<&C::hls, &HlsConfig::window>("hls.window", kWindow,
                                       "How much media the live playlist lists, and so how far back players can go. "
                                       "It is held in memory."),
      key<&C::hls, &HlsConfig::dvr_window>(
          "hls.dvr_window", DurationRange{3s, 24h},
          "How far back time-shift reaches: how much of what was recorded the playlists below `/APP/STREAM/dvr/` "
          "list."),
      override_name<&O::app>(
          "hls.overrides.N.app",
          "The APPs whose streams this entry is for; `*` stands for any run of characters. Of several "
          "entries the first that has a name counts, and all it does not say is as for other streams."),
      override_name<&O::stream>("hls.overrides.N.stream",
                                "The STREAMs this entry is for; `*` stands for any run of characters."),
      override_key<&O::low_latency>("hls.overrides.N.low_latency", Flag{}, "`hls.low_latency` of these streams."),
      override_key<&O::segment_duration>("hls.overrides.N.segment_duration", kSegmentDuration,
                                         "`hls.segment_duration` of these streams."),
      override_key<&O::part_duration>("hls.overrides.N.part_duration", kPartDuration,
                                      "`hls.part_duration` of these streams."),
      override_key<&O::window>("hls.overrides.N.window", kWindow, "`hls.window` of these streams."),

      key<&C::record, &RecordConfig::enabled>("record.enabled", Flag{}, "Whether publishes are recorded."),
      key<&C::record, &RecordConfig::directory>(
          "record.directory", Directory{},
          "Where recordings lie; created when it is missing. Only one process may "
          "use a directory at a time."),
      key<&C::record, &RecordConfig::rotate>(
          "record.rotate", DurationRange{1s, 24h},
          "How long a recording file grows. At the first key frame after that it is sealed and the next one begun."),
      key<&C::record, &RecordConfig::sync_interval>(
          "record.sync_interval", DurationRange{10ms, 1min},
          "How often recordings are synced to the disk: at most so much media is lost to a power cut. A killed process "
          "loses nothing it had accepted more than 100 ms before, whatever this says."),
      key<&C::record, &RecordConfig::retention>(
          "record.retention", DurationRange{0ms, 87600h},
          "Sealed files that ended longer ago than this are removed; `0` keeps all. What a live or `dvr` playlist "
          "still names, and what a collector has marked as in use, is never removed; `range` and `sessions` playlists "
          "may name older media, whose segments are 410 from then on."),

      key<&C::record, &RecordConfig::max_size>(
          "record.max_size", SizeRange{{0}, gib(1ULL << 20)},
          "So many bytes may sealed files have together: beyond it the oldest are removed, with the same exceptions. "
          "`0` is no limit."),
      key<&C::record, &RecordConfig::min_free_space>(
          "record.min_free_space", SizeRange{{0}, gib(1ULL << 20)},
          "With less than this free on the disk, recording stops and live goes on; readiness says `degraded`. It goes "
          "on when an eighth more is free. `0` records until the disk is full."),

      publish_key<&PublishKey::app>(
          "auth.publish_keys.N.app", NamePattern{},
          "The APPs this entry allows; `*` stands for any run of characters. Without any entry everybody may publish; "
          "with one, a publish needs a `?key=` that an entry for its name has."),
      publish_key<&PublishKey::stream>("auth.publish_keys.N.stream", NamePattern{},
                                       "The STREAMs this entry allows; `*` stands for any run of characters."),
      secret(
          publish_key<&PublishKey::key>("auth.publish_keys.N.key", SecretKey{},
                                        "What `?key=` must be. It never appears in logs, metrics or URLs given out.")),

      limit<&L::rtmp_connections>(
          "limits.rtmp_connections", CountRange{1, 100'000},
          "RTMP connections open at once, publishing or not. More are closed as they are accepted."),
      limit<&L::rtmp_unpublished_connections>(
          "limits.rtmp_unpublished_connections", CountRange{1, 100'000},
          "RTMP connections open at once that do not publish: not yet, or no longer. More are closed as they are "
          "accepted."),
      limit<&L::rtmp_unpublished_per_address>(
          "limits.rtmp_unpublished_per_address", CountRange{1, 100'000},
          "The same from one client address (with the PROXY protocol, the one it tells)."),
      limit<&L::handshake_timeout>(
          "limits.handshake_timeout", kPeerTimeout,
          "From the connection to the end of the RTMP handshake, a PROXY header included. Bytes do not extend it."),
      limit<&L::connect_timeout>("limits.connect_timeout", kPeerTimeout,
                                 "From the end of the handshake to the `connect` command. Bytes do not extend it."),
      limit<&L::publish_timeout>("limits.publish_timeout", kPeerTimeout,
                                 "From `connect` to an accepted `publish`. Bytes do not extend it."),
      limit<&L::unpublished_message_size>(
          "limits.unpublished_message_size", SizeRange{kib(4), mib(1)},
          "The largest message of any kind until a publish is accepted. A larger one closes the connection."),
      limit<&L::message_size>(
          "limits.message_size", SizeRange{kib(64), {(16ULL << 20) - 1}},
          "The largest message while publishing, that is the largest frame. A larger one closes the connection."),
      limit<&L::unfinished_messages>(
          "limits.unfinished_messages", SizeRange{kib(64), mib(256)},
          "Bytes of messages begun and not complete that one publisher may have us hold. More closes the connection."),
      limit<&L::publish_bitrate>(
          "limits.publish_bitrate", RateRange{{100'000}, {10'000'000'000}},
          "What one publisher may send. A faster one is read no faster than this, and closed when that has gone on for "
          "10 s; `0` is no limit."),
      limit<&L::gop_duration>("limits.gop_duration", DurationRange{1s, 60s},
                              "The longest key frame interval that is waited for. A stream's first interval, up to "
                              "this long, sets the playlist's `EXT-X-TARGETDURATION`; a segment that would exceed that "
                              "is cut without a key frame."),
      limit<&L::streams>(
          "limits.streams", CountRange{1, 100'000},
          "Streams in memory, including those that ended and can still be fetched. The one that ended first makes "
          "room for a new one."),
      limit<&L::http_connections>("limits.http_connections", CountRange{1, 1'000'000},
                                  "Connections to `http.listen` open at once. More are answered with 503 and closed."),
      limit<&L::http_connections_per_address>("limits.http_connections_per_address", CountRange{0, 1'000'000},
                                              "The same from one client address; `0` is no limit of its own, as a CDN "
                                              "or a balancer brings many viewers from one."),
      limit<&L::held_requests>("limits.held_requests", CountRange{1, 1'000'000},
                               "Requests that wait for what a live stream does not have yet: a playlist with the next "
                               "part, a hinted part, a first playlist. More are answered with 503. Each takes one of "
                               "`limits.http_connections`."),
      limit<&L::held_requests_per_stream>("limits.held_requests_per_stream", CountRange{1, 1'000'000},
                                          "The same of one stream, so that it leaves room for others."),
      limit<&L::http_header_timeout>(
          "limits.http_header_timeout", kPeerTimeout,
          "From the first byte of a request to the end of its header. Bytes do not extend it."),
      limit<&L::http_idle_timeout>(
          "limits.http_idle_timeout", DurationRange{100ms, 1h},
          "How long a kept-alive connection may wait for its next request; longer than the CDN's own idle time."),
      limit<&L::http_write_timeout>("limits.http_write_timeout", DurationRange{100ms, 1h},
                                    "How long a response may stand still because its client does not read. One that is "
                                    "read, but at less than 4 KiB/s on the whole, is closed too."),
      limit<&L::record_queue>("limits.record_queue", SizeRange{mib(1), gib(16)},
                              "Media of all streams waiting for the disk. When it is full, recording leaves media out "
                              "until half of it is free, and says so; live goes on."),
      limit<&L::archive_cache>("limits.archive_cache", SizeRange{mib(1), gib(64)},
                               "Segments and playlists made from recordings that are kept in memory for whoever asks "
                               "next. What was not asked for the longest makes room."),

      key<&C::log, &LogConfig::level>("log.level",
                                      Choice<LogLevel>{{{"debug", LogLevel::debug},
                                                        {"info", LogLevel::info},
                                                        {"warn", LogLevel::warn},
                                                        {"error", LogLevel::error}}},
                                      "The least severe lines that are written."),
      key<&C::log, &LogConfig::format>(
          "log.format",
          Choice<LogFormat>{{{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}},
          "How lines are written: `json`, one object a line; `text`, for people; `auto`, `text` on a terminal and "
          "`json` elsewhere."),
  };
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

std::span<const ConfigSection> config_sections() {
  static constexpr std::array<ConfigSection, 10> kSections = {{
      {"rtmp", "Ingest."},
      {"http", "Delivery to CDNs and players."},
      {"admin", "The operator's port."},
      {"lifecycle", "What the process is to its orchestrator."},
      {"stream", "What a name means over several publishes."},
      {"hls", "Playlists and segments."},
      {"record", "The recordings."},
      {"auth", "Who may publish."},
      {"limits", "What a peer can make this process hold or do."},
      {"log", "Log lines on stdout."},
  }};
  return kSections;
}

}  // namespace sluice::app
