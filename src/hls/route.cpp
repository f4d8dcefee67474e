#include "sluice/hls/route.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

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

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> pieces;
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

// What lies in "/APP/STREAM/CONTAINER/SESSION/" under `name`.
std::optional<Resource> media_of(Container container, const SessionId& owner, std::string_view name) {
  for (const bool added : {false, true}) {
    const auto msn = number(between("", name, segment_suffix(container, added)));
    if (msn) return SegmentName{container, owner, *msn, added};
  }
  if (container != Container::fmp4) return std::nullopt;
  if (const auto period = number(between(kInitPrefix, name, kInitSuffix))) return InitName{owner, *period};
  return std::nullopt;
}

// `rest` is what follows "/APP/STREAM".
std::optional<Resource> resource_of(const std::vector<std::string_view>& rest) {
  if (rest.empty()) return PlayerPage{false};
  if (rest.size() == 1) {
    if (rest[0].empty()) return PlayerPage{true};
    if (rest[0] == kMultivariant) return MultivariantName{};
    return std::nullopt;
  }
  const auto found = std::find(std::begin(kFolder), std::end(kFolder), rest[0]);
  if (found == std::end(kFolder)) return std::nullopt;
  const Container container = found == std::begin(kFolder) ? Container::fmp4 : Container::ts;
  if (rest.size() == 2) {
    if (rest[1] == kMultivariant) return MultivariantName{container};
    if (auto epoch = session(between("", rest[1], kPlaylistSuffix))) {
      return MediaPlaylistName{container, std::move(*epoch)};
    }
    return std::nullopt;
  }
  if (rest.size() != 3) return std::nullopt;
  const auto owner = session(rest[1]);
  return owner ? media_of(container, *owner, rest[2]) : std::nullopt;
}

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

  static std::string in(Container container) { return std::string("/").append(folder(container)).append("/"); }
};

}  // namespace

boost::system::result<Route, RouteFault> parse_route(std::string_view path) {
  if (path.empty() || path.size() > kPathMax) return RouteFault::bad_request;
  const auto decoded = decode(path);
  if (!decoded || decoded->front() != '/' || decoded->find("//") != std::string::npos) return RouteFault::bad_request;
  std::vector<std::string_view> pieces = split(std::string_view(*decoded).substr(1));
  if (std::any_of(pieces.begin(), pieces.end(), [](std::string_view piece) { return piece == "." || piece == ".."; })) {
    return RouteFault::bad_request;
  }
  if (pieces.size() < 2) return RouteFault::not_found;
  auto stream = StreamName::make(pieces[0], pieces[1]);
  if (!stream) return RouteFault::not_found;
  pieces.erase(pieces.begin(), pieces.begin() + 2);
  auto resource = resource_of(pieces);
  if (!resource) return RouteFault::not_found;
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

}  // namespace sluice::hls
