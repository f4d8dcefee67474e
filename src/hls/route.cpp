#include "sluice/hls/route.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "sluice/base/compact_time.hpp"

namespace sluice::hls {
namespace {

using media::Container;

// The folder of each container and the ending of its segments' names.
constexpr std::string_view kFolder[] = {"fmp4", "ts"};
constexpr std::string_view kSegmentSuffix[] = {".m4s", ".ts"};
constexpr std::string_view kAddedSuffix[] = {"r.m4s", "r.ts"};
constexpr std::string_view kPlaylistSuffix = ".m3u8";
constexpr std::string_view kMultivariant = "index.m3u8";
constexpr std::string_view kInitPrefix = "init-";
constexpr std::string_view kInitSuffix = ".mp4";
constexpr std::string_view kPartPrefix = "part-";
constexpr std::string_view kDvr = "dvr";
constexpr std::string_view kRange = "range";
constexpr std::string_view kSessions = "sessions";
constexpr std::string_view kNow = "now";

using Pieces = std::vector<std::string_view>;
using Parsed = boost::system::result<Resource, RouteFault>;

std::string_view folder(Container container) { return kFolder[container == Container::fmp4 ? 0 : 1]; }
std::string_view segment_suffix(Container container, bool added) {
  return (added ? kAddedSuffix : kSegmentSuffix)[container == Container::fmp4 ? 0 : 1];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing for a broken escape and for any byte that no path of ours has.
std::optional<std::string> decode(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (path.size() - i < 3) return std::nullopt;
      const int high = hex_value(path[i + 1]);
      const int low = hex_value(path[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    }
    if (c <= 0x20 || c >= 0x7f || c == '\\') return std::nullopt;
    decoded.push_back(c);
  }
  return decoded;
}

Pieces split(std::string_view text) {
  Pieces pieces;
  for (;;) {
    const std::size_t slash = text.find('/');
    pieces.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return pieces;
    text.remove_prefix(slash + 1);
  }
}

// The text between `prefix` and `suffix`, when `text` has both.
std::optional<std::string_view> between(std::string_view prefix, std::string_view text, std::string_view suffix) {
  if (text.size() < prefix.size() + suffix.size() || !text.starts_with(prefix) || !text.ends_with(suffix)) {
    return std::nullopt;
  }
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

std::optional<std::uint64_t> number(std::optional<std::string_view> text) {
  if (!text || text->empty() || (text->size() > 1 && text->front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::optional<SessionId> session(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  auto parsed = SessionId::parse(*text);
  if (!parsed) return std::nullopt;
  return std::move(parsed).value();
}

std::optional<Container> container_of(std::string_view name) {
  const auto found = std::find(std::begin(kFolder), std::end(kFolder), name);
  if (found == std::end(kFolder)) return std::nullopt;
  return found == std::begin(kFolder) ? Container::fmp4 : Container::ts;
}

// "part-PERIOD-FRAGMENT.m4s".
std::optional<PartName> part_of(const SessionId& owner, std::string_view name) {
  for (const bool added : {false, true}) {
    const auto numbers = between(kPartPrefix, name, segment_suffix(Container::fmp4, added));
    if (!numbers) continue;
    const std::size_t dash = numbers->find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto period = number(numbers->substr(0, dash));
    const auto fragment = number(numbers->substr(dash + 1));
    if (period && fragment) return PartName{owner, *period, *fragment, added};
  }
  return std::nullopt;
}

// What lies in "/APP/STREAM/CONTAINER/SESSION/" under `name`.
Parsed media_of(Container container, const SessionId& owner, std::string_view name) {
  for (const bool added : {false, true}) {
    const auto msn = number(between("", name, segment_suffix(container, added)));
    if (msn) return SegmentName{container, owner, *msn, added};
  }
  if (container != Container::fmp4) return RouteFault::not_found;
  if (const auto period = number(between(kInitPrefix, name, kInitSuffix))) return InitName{owner, *period};
  if (auto part = part_of(owner, name)) return std::move(*part);
  return RouteFault::not_found;
}

// What `names` leads to in the folder of a view.
Parsed playlist_of(ArchiveView view, std::span<const std::string_view> names) {
  if (names.size() == 1 && names[0] == kMultivariant) return ArchiveMultivariantName{std::move(view), {}};
  if (names.size() != 2) return RouteFault::not_found;
  const auto container = container_of(names[0]);
  if (!container) return RouteFault::not_found;
  if (names[1] == kMultivariant) return ArchiveMultivariantName{std::move(view), container};
  auto epoch = session(between("", names[1], kPlaylistSuffix));
  if (!epoch) return RouteFault::not_found;
  return ArchivePlaylistName{std::move(view), *container, std::move(*epoch)};
}

Parsed range_of(std::span<const std::string_view> names) {
  if (names.size() < 3) return RouteFault::not_found;
  const auto from = parse_compact_utc(names[0]);
  const auto to = parse_compact_utc(names[1]);
  if (!from || (!to && names[1] != kNow) || (to && *to <= *from)) return RouteFault::bad_range;
  return playlist_of(RangeView{*from, to}, names.subspan(2));
}

// `rest` is what follows "/APP/STREAM".
Parsed resource_of(const Pieces& rest) {
  if (rest.empty()) return PlayerPage{false};
  if (rest.size() == 1) {
    if (rest[0].empty()) return PlayerPage{true};
    if (rest[0] == kMultivariant) return MultivariantName{};
    return RouteFault::not_found;
  }
  const std::span<const std::string_view> below = std::span(rest).subspan(1);
  if (rest[0] == kDvr) return playlist_of(DvrView{}, below);
  if (rest[0] == kRange) return range_of(below);
  if (rest[0] == kSessions) {
    auto one = session(below[0]);
    if (!one) return RouteFault::not_found;
    return playlist_of(SessionView{std::move(*one)}, below.subspan(1));
  }
  const auto container = container_of(rest[0]);
  if (!container) return RouteFault::not_found;
  if (rest.size() == 2) {
    if (rest[1] == kMultivariant) return MultivariantName{container};
    if (auto epoch = session(between("", rest[1], kPlaylistSuffix))) {
      return MediaPlaylistName{*container, std::move(*epoch)};
    }
    return RouteFault::not_found;
  }
  const auto owner = session(rest[1]);
  if (rest.size() != 3 || !owner) return RouteFault::not_found;
  return media_of(*container, *owner, rest[2]);
}

struct FolderOf {
  std::string operator()(const DvrView&) const { return std::string(kDvr) + "/"; }
  std::string operator()(const RangeView& range) const {
    return std::string(kRange) + "/" + to_compact_utc(range.from) + "/" +
           (range.to ? to_compact_utc(*range.to) : std::string(kNow)) + "/";
  }
  std::string operator()(const SessionView& view) const {
    return std::string(kSessions) + "/" + view.session.text() + "/";
  }
};

struct PathOf {
  std::string operator()(const PlayerPage& page) const { return page.slash ? "/" : ""; }
  std::string operator()(const MultivariantName& name) const {
    std::string path = "/";
    if (name.container) path.append(folder(*name.container)).append("/");
    return path.append(kMultivariant);
  }
  std::string operator()(const MediaPlaylistName& name) const { return in(name.container) + uri_of(name); }
  std::string operator()(const InitName& name) const { return in(Container::fmp4) + uri_of(name); }
  std::string operator()(const SegmentName& name) const { return in(name.container) + uri_of(name); }
  std::string operator()(const PartName& name) const { return in(Container::fmp4) + uri_of(name); }

  std::string operator()(const ArchiveMultivariantName& name) const {
    return "/" + std::visit(FolderOf(), name.view) + (*this)(MultivariantName{name.container}).substr(1);
  }
  std::string operator()(const ArchivePlaylistName& name) const {
    return "/" + std::visit(FolderOf(), name.view) + (*this)(MediaPlaylistName{name.container, name.epoch}).substr(1);
  }

  static std::string in(Container container) { return std::string("/").append(folder(container)).append("/"); }
};

}  // namespace

boost::system::result<Route, RouteFault> parse_route(std::string_view path) {
  if (path.empty() || path.size() > kPathMax) return RouteFault::bad_request;
  const auto decoded = decode(path);
  if (!decoded || decoded->front() != '/' || decoded->find("//") != std::string::npos) return RouteFault::bad_request;
  Pieces pieces = split(std::string_view(*decoded).substr(1));
  if (std::any_of(pieces.begin(), pieces.end(), [](std::string_view piece) { return piece == "." || piece == ".."; })) {
    return RouteFault::bad_request;
  }
  if (pieces.size() < 2) return RouteFault::not_found;
  auto stream = StreamName::make(pieces[0], pieces[1]);
  if (!stream) return RouteFault::not_found;
  pieces.erase(pieces.begin(), pieces.begin() + 2);
  auto resource = resource_of(pieces);
  if (!resource) return resource.error();
  return Route{std::move(stream).value(), std::move(*resource)};
}

std::string path_of(const Route& route) { return "/" + route.stream.path() + std::visit(PathOf(), route.resource); }

std::string uri_of(const MediaPlaylistName& name) { return name.epoch.text() + std::string(kPlaylistSuffix); }

std::string uri_of(const InitName& name) {
  return name.session.text() + "/" + std::string(kInitPrefix) + std::to_string(name.period) + std::string(kInitSuffix);
}

std::string uri_of(const SegmentName& name) {
  return name.session.text() + "/" + std::to_string(name.msn) + std::string(segment_suffix(name.container, name.added));
}

std::string uri_of(const PartName& name) {
  return name.session.text() + "/" + std::string(kPartPrefix) + std::to_string(name.period) + "-" +
         std::to_string(name.fragment) + std::string(segment_suffix(Container::fmp4, name.added));
}

std::string uri_of(const ArchivePlaylistName& name) { return uri_of(MediaPlaylistName{name.container, name.epoch}); }

std::string media_prefix(const ArchivePlaylistName& name) {
  const std::string folder_of_view = std::visit(FolderOf(), name.view);
  std::string prefix = "../";
  for (const char c : folder_of_view) prefix += c == '/' ? "../" : "";
  return prefix.append(folder(name.container)).append("/");
}

}  // namespace sluice::hls
