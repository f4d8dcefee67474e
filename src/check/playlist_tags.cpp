// The tags whose values have an inside.
#include <algorithm>
#include <initializer_list>

#include "playlist_parser.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

// Whatever text comes from outside is shown shortened.
std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, 60)) + "'"; }

}  // namespace

AttributeList PlaylistParser::attributes(std::string_view tag, std::string_view value) {
  AttributeList list = parse_attributes(
      value, line_, [&](std::string what) { fault(rule("PL-03"), "#" + std::string(tag) + ": " + std::move(what)); });
  if (list.is_cut) go_beyond("more than " + std::to_string(PlaylistLimits::kAttributes) + " attributes");
  return list;
}

std::optional<std::uint64_t> PlaylistParser::integer(std::string_view tag, std::string_view value) {
  const auto parsed = parse_integer(value);
  if (!parsed) fault(rule("PL-03"), "#" + std::string(tag) + ": " + shown(value) + " is no decimal integer");
  return parsed;
}

std::optional<ByteRange> PlaylistParser::byte_range(std::string_view value) {
  const std::size_t at = std::min(value.find('@'), value.size());
  const auto length = parse_integer(value.substr(0, at));
  const auto offset = at < value.size() ? parse_integer(value.substr(at + 1)) : std::nullopt;
  // Sums of both stay below 2^64.
  constexpr std::uint64_t kMax = std::uint64_t{1} << 62;
  if (!length || *length == 0 || *length > kMax || (at < value.size() && (!offset || *offset > kMax))) {
    fault(rule("PL-24"), shown(value) + " is no length[@offset]");
    return std::nullopt;
  }
  return ByteRange{*length, offset};
}

// Section 4.3: {$name}. What is not defined is left as it stands.
std::string PlaylistParser::substituted(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("{$"), text.size());
    result += text.substr(0, begin);
    text.remove_prefix(begin);
    const std::size_t end = text.find('}');
    if (text.empty() || end == std::string_view::npos) break;
    const auto found = variables_.find(text.substr(2, end - 2));
    if (found == variables_.end()) fault(rule("PL-03"), shown(text.substr(0, end + 1)) + " is not defined");
    result += found == variables_.end() ? text.substr(0, end + 1) : std::string_view(found->second);
    text.remove_prefix(end + 1);
    if (result.size() > PlaylistLimits::kLine) {
      go_beyond("more than " + std::to_string(PlaylistLimits::kLine) + " bytes with its variables");
      break;
    }
  }
  count_made(result.size());
  return result.append(text);
}

void PlaylistParser::on_define(const AttributeList& attributes) {
  count_name();
  std::string name;
  std::optional<std::string> value;
  if (attributes.has("NAME")) {
    name = attributes.text("NAME");
    if (attributes.has("VALUE")) value = attributes.text("VALUE");
  } else if (attributes.has("IMPORT")) {
    name = attributes.text("IMPORT");
    const auto found = imported_.find(name);
    if (found != imported_.end()) value = found->second;
  } else if (attributes.has("QUERYPARAM")) {
    name = attributes.text("QUERYPARAM");
    head_.takes_query = true;
    std::string_view query = url_;
    while (!value && query.find_first_of("?&") != std::string_view::npos) {
      query.remove_prefix(query.find_first_of("?&") + 1);
      const std::string_view parameter = query.substr(0, query.find('&'));
      if (parameter.starts_with(name + "=")) value = parameter.substr(name.size() + 1);
    }
  }
  if (name.empty() || !value) {
    fault(rule("PL-03"), "#EXT-X-DEFINE gives no value to " + shown(name));
  } else if (!variables_.emplace(name, *value).second) {
    fault(rule("PL-03"), "#EXT-X-DEFINE defines " + shown(name) + " twice");
  }
}

void PlaylistParser::on_extinf(std::string_view value) {
  const std::size_t comma = std::min(value.find(','), value.size());
  segment_.duration_text = value.substr(0, comma);
  const auto duration = parse_decimal(segment_.duration_text);
  if (segment_.extinf_line > 0)
    fault(rule("PL-12"), "a second EXTINF, and no URI after that of line " + std::to_string(segment_.extinf_line));
  if (!duration) fault(rule("PL-12"), "EXTINF " + shown(segment_.duration_text) + " is no duration");
  if (comma == value.size()) fault(rule("PL-03"), "#EXTINF has no ',' behind its duration");
  segment_.duration = duration.value_or(0);
  segment_.extinf_line = line_;
}

void PlaylistParser::on_date(std::string_view value) {
  note_segment_tag();
  segment_.date_line = line_;
  const auto date = parse_date_time(value);
  if (!date) {
    fault(rule("PL-17"), shown(value));
    return;
  }
  if (!date->zoned || date->fraction_digits < 3) fault(rule("PL-18"), shown(value));
  segment_.date = date->time;
}

void PlaylistParser::on_map(const AttributeList& attributes) {
  note_segment_tag();
  auto map = std::make_shared<MediaMap>();
  map->line = line_;
  map->encrypted = wholly_encrypted_;
  if (attributes.has("URI")) {
    map->url = absolute(attributes.text("URI"));
    map->stable_url = stable(attributes.text("URI"));
  }
  if (attributes.has("BYTERANGE")) {
    map->range = byte_range(attributes.text("BYTERANGE"));
    if (map->range && !map->range->offset) map->range->offset = 0;
  }
  if (map->url.empty()) fault(rule("PL-16"), "EXT-X-MAP has no URI");
  map_ = std::move(map);
}

void PlaylistParser::on_part(const AttributeList& attributes) {
  count_piece();
  Part part;
  part.line = line_;
  if (attributes.has("URI")) {
    part.url = absolute(attributes.text("URI"));
    part.stable_url = stable(attributes.text("URI"));
  }
  part.duration = attributes.number("DURATION");
  part.independent = attributes.text("INDEPENDENT") == "YES";
  part.gap = attributes.text("GAP") == "YES";
  if (attributes.has("BYTERANGE")) part.range = byte_range(attributes.text("BYTERANGE"));
  if (part.range && !part.range->offset) {
    // Goes on where the part before it ended.
    const Part* before = segment_.parts.empty() ? nullptr : &segment_.parts.back();
    const bool goes_on = before != nullptr && before->range && before->range->offset && before->url == part.url;
    part.range->offset = goes_on ? *before->range->offset + before->range->length : 0;
  }
  if (part.url.empty() || !part.duration)
    fault(rule("LL-07"), "it has " + std::string(part.url.empty() ? "no URI" : "no DURATION"));
  segment_.parts.push_back(std::move(part));
}

void PlaylistParser::on_hint(const AttributeList& attributes) {
  count_name();
  Hint hint;
  hint.line = line_;
  hint.type = attributes.text("TYPE");
  if (attributes.has("URI")) {
    hint.url = absolute(attributes.text("URI"));
    hint.stable_url = stable(attributes.text("URI"));
  }
  hint.range_start = attributes.integer("BYTERANGE-START").value_or(0);
  hint.range_length = attributes.integer("BYTERANGE-LENGTH");
  if (hint.type != "PART" && hint.type != "MAP") fault(rule("LL-14"), "TYPE " + shown(hint.type));
  if (hint.url.empty()) fault(rule("LL-14"), "it has no URI");
  media_.hints.push_back(std::move(hint));
}

void PlaylistParser::on_report(const AttributeList& attributes) {
  count_name();
  RenditionReport report;
  report.line = line_;
  report.uri = attributes.text("URI");
  report.url = absolute(report.uri);
  report.last_msn = attributes.integer("LAST-MSN");
  report.last_part = attributes.integer("LAST-PART");
  if (report.uri.empty() || report.uri.find("://") != std::string::npos) {
    fault(rule("LL-19"), "URI " + shown(report.uri) + " is not relative");
  }
  if (!report.last_msn) fault(rule("LL-19"), "it has no LAST-MSN");
  media_.reports.push_back(std::move(report));
}

void PlaylistParser::on_skip(const AttributeList& attributes) {
  media_.skipped = attributes.integer("SKIPPED-SEGMENTS");
  if (!media_.skipped) fault(rule("LL-18"), "it has no SKIPPED-SEGMENTS");
  const bool first = media_.segments.empty() && segment_.extinf_line == 0 && segment_.parts.empty();
  if (!first) fault(rule("LL-18"), "it stands behind a segment");
}

void PlaylistParser::note_first_segment() {
  if (media_.first_segment_line == 0) media_.first_segment_line = line_;
}

void PlaylistParser::note_segment_tag() {
  if (!segment_.parts.empty() && segment_.late_line == 0) segment_.late_line = line_;
}

}  // namespace sluice::check
