// The names of HLS resources: what a request path asks for, and the URIs that playlists write. Nothing else is
// reachable through the media port's stream URLs, and every name written here is understood here.
//
//   /APP/STREAM/                              player page
//   /APP/STREAM/index.m3u8                    multivariant playlist, default container
//   /APP/STREAM/{fmp4,ts}/index.m3u8          multivariant playlist of a container
//   /APP/STREAM/{fmp4,ts}/EPOCH.m3u8          media playlist
//   /APP/STREAM/fmp4/SESSION/init-PERIOD.mp4  initialisation section
//   /APP/STREAM/fmp4/SESSION/MSN.m4s          segment
//   /APP/STREAM/ts/SESSION/MSN.ts             segment
//   /APP/STREAM/fmp4/SESSION/part-PERIOD-FRAGMENT.m4s  part of a segment
//   …/MSNr.m4s, …/MSNr.ts, …/part-…r.m4s      segment whose end recovery added, and that end
//
// and below VIEW = dvr, range/FROM/TO, sessions/SESSION, made from the recording (docs/time-shift.md), whose playlists
// name the same media:
//
//   /APP/STREAM/VIEW/index.m3u8               multivariant playlist, default container
//   /APP/STREAM/VIEW/{fmp4,ts}/index.m3u8     multivariant playlist of a container
//   /APP/STREAM/VIEW/{fmp4,ts}/EPOCH.m3u8     media playlist
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <boost/system/result.hpp>

#include "sluice/base/ids.hpp"
#include "sluice/base/time.hpp"
#include "sluice/media/codec.hpp"

namespace sluice::hls {

struct PlayerPage {
  bool slash = true;  // false: "/APP/STREAM" was asked for, whose relative links would lead elsewhere
  friend bool operator==(const PlayerPage&, const PlayerPage&) = default;
};

struct MultivariantName {
  std::optional<media::Container> container;  // none: the default one
  friend bool operator==(const MultivariantName&, const MultivariantName&) = default;
};

struct MediaPlaylistName {
  media::Container container;
  SessionId epoch;
  friend bool operator==(const MediaPlaylistName&, const MediaPlaylistName&) = default;
};

struct InitName {
  SessionId session;
  std::uint64_t period = 0;
  friend bool operator==(const InitName&, const InitName&) = default;
};

struct SegmentName {
  media::Container container;
  SessionId session;
  std::uint64_t msn = 0;
  bool added = false;  // as media::Cut::added: "MSNr.m4s"
  friend bool operator==(const SegmentName&, const SegmentName&) = default;
};

// A part of a segment in fMP4. It is named without its segment: which one it belongs to may turn out when it is there,
// and a player is told the name before.
struct PartName {
  SessionId session;
  std::uint64_t period = 0;
  std::uint64_t fragment = 0;  // media::Cut::fragment
  bool added = false;          // media::Cut::added
  friend bool operator==(const PartName&, const PartName&) = default;
};

// What of the recording a playlist shows.
struct DvrView {
  friend bool operator==(const DvrView&, const DvrView&) = default;
};
struct RangeView {
  WallTime from;               // whole seconds
  std::optional<WallTime> to;  // likewise, after `from`; none: "now"
  friend bool operator==(const RangeView&, const RangeView&) = default;
};
struct SessionView {
  SessionId session;
  friend bool operator==(const SessionView&, const SessionView&) = default;
};
using ArchiveView = std::variant<DvrView, RangeView, SessionView>;

struct ArchiveMultivariantName {
  ArchiveView view;
  std::optional<media::Container> container;  // none: the default one
  friend bool operator==(const ArchiveMultivariantName&, const ArchiveMultivariantName&) = default;
};

struct ArchivePlaylistName {
  ArchiveView view;
  media::Container container;
  SessionId epoch;
  friend bool operator==(const ArchivePlaylistName&, const ArchivePlaylistName&) = default;
};

using Resource = std::variant<PlayerPage, MultivariantName, MediaPlaylistName, InitName, SegmentName, PartName,
                              ArchiveMultivariantName, ArchivePlaylistName>;

struct Route {
  StreamName stream;
  Resource resource;
  friend bool operator==(const Route&, const Route&) = default;
};

enum class RouteFault {
  bad_request,  // no path of ours could look like this: 400
  bad_range,    // a FROM or TO that is no moment, or FROM not before TO: 400
  not_found,    // well formed, and no resource of ours: 404
};

inline constexpr std::size_t kPathMax = 1024;

// `path` is the path of a request target as it came, without the query. It is percent-decoded once; "..", "//", NUL,
// control characters, backslashes, bytes beyond ASCII, broken escapes and more than kPathMax bytes are bad requests.
// Each resource has one spelling after that: numbers have no leading zeros.
boost::system::result<Route, RouteFault> parse_route(std::string_view path);

// The path of a resource: "/APP/STREAM/…".
std::string path_of(const Route& route);

// URIs as the playlists of a container write them: relative to "/APP/STREAM/CONTAINER/".
std::string uri_of(const MediaPlaylistName& name);
std::string uri_of(const InitName& name);
std::string uri_of(const SegmentName& name);
std::string uri_of(const PartName& name);
// As the multivariant playlist beside it writes it.
std::string uri_of(const ArchivePlaylistName& name);
// What leads from the media playlists of a view to "/APP/STREAM/CONTAINER/": "../../fmp4/".
std::string media_prefix(const ArchivePlaylistName& name);

}  // namespace sluice::hls
