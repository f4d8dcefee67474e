#include "hls/playlist.hpp"

#include <cstdlib>
#include <optional>

namespace sluice::bench {
namespace {

std::string quoted_attribute(std::string_view line, std::string_view key) {
  const auto at = line.find(std::string(key) + "=\"");
  if (at == std::string_view::npos) return {};
  const auto from = at + key.size() + 2;
  return std::string(line.substr(from, line.find('"', from) - from));
}

std::optional<std::string> value_of(std::string_view line, std::string_view tag) {
  if (!line.starts_with(tag)) return {};
  return std::string(line.substr(tag.size()));
}

}  // namespace

Playlist parse_playlist(std::string_view text) {
  Playlist out;
  bool variant_follows = false;
  std::int64_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line[0] != '#' && variant_follows) {
      if (out.variant.empty()) out.variant = line;
      variant_follows = false;
    } else if (line[0] != '#') {
      out.segments.push_back({std::string(line), number++});
    } else if (line.starts_with("#EXTM3U")) {
      out.is_valid = true;
    } else if (line.starts_with("#EXT-X-STREAM-INF:")) {
      variant_follows = true;
    } else if (const auto target = value_of(line, "#EXT-X-TARGETDURATION:")) {
      out.target_s = std::atof(target->c_str());
    } else if (const auto first = value_of(line, "#EXT-X-MEDIA-SEQUENCE:")) {
      number = std::atoll(first->c_str());
    } else if (line.starts_with("#EXT-X-ENDLIST")) {
      out.ended = true;
    } else if (line.starts_with("#EXT-X-MAP:")) {
      out.map = quoted_attribute(line, "URI");
    }
  }
  return out;
}

std::string resolve_uri(const std::string& base_path, const std::string& uri) {
  if (const auto scheme = uri.find("://"); scheme != std::string::npos) {
    const auto slash = uri.find('/', scheme + 3);
    return slash == std::string::npos ? "/" : uri.substr(slash);
  }
  if (uri.starts_with('/')) return uri;
  const auto path = base_path.substr(0, base_path.find('?'));
  return path.substr(0, path.rfind('/') + 1) + uri;
}

}  // namespace sluice::bench
