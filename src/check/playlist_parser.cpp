#include "playlist_parser.hpp"

#include <algorithm>

#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

constexpr std::string_view kMultivariantTags[] = {"EXT-X-MEDIA",        "EXT-X-STREAM-INF",  "EXT-X-I-FRAME-STREAM-INF",
                                                  "EXT-X-SESSION-DATA", "EXT-X-SESSION-KEY", "EXT-X-CONTENT-STEERING"};
constexpr std::string_view kTagsThatStandOnce[] = {"EXTM3U",
                                                   "EXT-X-VERSION",
                                                   "EXT-X-INDEPENDENT-SEGMENTS",
                                                   "EXT-X-START",
                                                   "EXT-X-TARGETDURATION",
                                                   "EXT-X-MEDIA-SEQUENCE",
                                                   "EXT-X-DISCONTINUITY-SEQUENCE",
                                                   "EXT-X-ENDLIST",
                                                   "EXT-X-PLAYLIST-TYPE",
                                                   "EXT-X-I-FRAMES-ONLY",
                                                   "EXT-X-PART-INF",
                                                   "EXT-X-SERVER-CONTROL",
                                                   "EXT-X-SKIP",
                                                   "EXT-X-CONTENT-STEERING"};
constexpr std::string_view kTagsOfTheHead[] = {
    "EXT-X-VERSION",       "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START",    "EXT-X-TARGETDURATION",
    "EXT-X-PLAYLIST-TYPE", "EXT-X-I-FRAMES-ONLY",        "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL"};

bool is_multivariant_tag(std::string_view name) {
  return std::find(std::begin(kMultivariantTags), std::end(kMultivariantTags), name) != std::end(kMultivariantTags);
}

// The first bad byte of what should be UTF-8 (RFC 3629), or npos.
std::size_t bad_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto first = static_cast<unsigned char>(text[i]);
    std::size_t more = 0;
    if (first >= 0xc2 && first < 0xe0) more = 1;
    if (first >= 0xe0 && first < 0xf0) more = 2;
    if (first >= 0xf0 && first < 0xf5) more = 3;
    if (first >= 0x80 && more == 0) return i;
    if (i + more >= text.size()) return i;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    }
    i += more + 1;
  }
  return std::string_view::npos;
}

bool has_line_that_begins(std::string_view text, std::string_view tag) {
  return text.starts_with(tag) || text.find("\n" + std::string(tag)) != std::string_view::npos;
}

}  // namespace

PlaylistParser::PlaylistParser(const std::string& url, const Variables& imported, const std::string& asked)
    : url_(url),
      asked_(asked.empty() ? url : asked),
      moved_(without_query(url_) != without_query(asked_)),
      imported_(imported) {}

Playlist PlaylistParser::parse(std::string text) {
  check_whole_text(text);
  const bool has_segments =
      has_line_that_begins(text, "#EXTINF") || has_line_that_begins(text, "#EXT-X-TARGETDURATION");
  const bool multivariant =
      !has_segments && (has_line_that_begins(text, "#EXT-X-STREAM-INF") || has_line_that_begins(text, "#EXT-X-MEDIA:"));
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  while (!rest.empty() && beyond_.empty()) {
    ++line_;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > PlaylistLimits::kLine) {
      go_beyond("more than " + std::to_string(PlaylistLimits::kLine) + " bytes");
      break;
    }
    if (line_ == 1 && line != "#EXTM3U") fault(rule("PL-01"), "it is '" + std::string(line.substr(0, 40)) + "'");
    if (!line.empty()) on_line(line);
  }
  if (beyond_.empty()) finish();

  PlaylistHead head = std::move(head_);
  head.url = asked_;
  head.loaded_url = url_;
  head.text = std::move(text);
  head.tags = std::move(tags_);
  head.variables = std::move(variables_);
  for (const std::string_view tag : kTagsThatStandOnce) {
    const auto found = head.tags.find(tag);
    if (found == head.tags.end() || found->second.size() < 2) continue;
    line_ = found->second[1];
    fault(rule("PL-04"), "#" + found->first + " stands " + std::to_string(found->second.size()) + " times");
  }
  for (const auto& [name, lines] : head.tags) {
    if (is_multivariant_tag(name) == multivariant) continue;
    const bool neutral = name == "EXTM3U" || name == "EXT-X-VERSION" || name == "EXT-X-INDEPENDENT-SEGMENTS" ||
                         name == "EXT-X-START" || name == "EXT-X-DEFINE" || !name.starts_with("EXT");
    const bool of_media = name == "EXTINF" || name == "EXT-X-TARGETDURATION" || name == "EXT-X-MEDIA-SEQUENCE" ||
                          name == "EXT-X-ENDLIST" || name == "EXT-X-PLAYLIST-TYPE" || name == "EXT-X-MAP" ||
                          name == "EXT-X-DISCONTINUITY" || name == "EXT-X-PART" || name == "EXT-X-SERVER-CONTROL";
    line_ = lines.front();
    if (!neutral && (is_multivariant_tag(name) || of_media)) {
      fault(rule("PL-30"), "#" + name + " in a " + (multivariant ? "multivariant" : "media") + " playlist");
    }
  }
  if (!beyond_.empty()) return {std::nullopt, std::nullopt, std::move(beyond_), std::move(faults_)};
  head.faults = std::move(faults_);

  Playlist playlist;
  if (multivariant) {
    static_cast<PlaylistHead&>(multivariant_) = std::move(head);
    playlist.multivariant = std::move(multivariant_);
  } else {
    static_cast<PlaylistHead&>(media_) = std::move(head);
    playlist.media = std::move(media_);
  }
  return playlist;
}

void PlaylistParser::check_whole_text(std::string_view text) {
  line_ = 1;
  if (text.starts_with("\xef\xbb\xbf")) fault(rule("PL-02"), "it begins with a byte order mark");
  const std::size_t bad = bad_utf8(text);
  if (bad != std::string_view::npos) {
    line_ = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n'));
    fault(rule("PL-02"), "byte " + std::to_string(bad) + " is no UTF-8");
  }
  line_ = 0;
}

void PlaylistParser::on_line(std::string_view line) {
  check_spelling(line);
  while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  if (line.empty()) return;
  if (!line.starts_with('#')) {
    on_uri(line);
  } else if (line.starts_with("#EXT")) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    on_tag(line.substr(1, colon - 1), line.substr(std::min(colon + 1, line.size())));
  }
}

void PlaylistParser::check_spelling(std::string_view line) {
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  const auto found = std::find_if(line.begin(), line.end(), control);
  if (found != line.end()) {
    fault(rule("PL-02"), "a control character (" + std::to_string(static_cast<unsigned char>(*found)) + ")");
  }
  if (line.front() == ' ' || line.back() == ' ') fault(rule("PL-03"), "blanks at the beginning or the end of the line");
}

void PlaylistParser::on_tag(std::string_view name, std::string_view value) {
  // Names from a hostile server are kept once each; what no rule asks for is not kept at all.
  if (name.size() <= 64 && tags_.size() < 256) tags_[std::string(name)].push_back(line_);
  std::string with_values;
  if (value.find("{$") != std::string_view::npos && name != "EXT-X-DEFINE") {
    with_values = substituted(value);
    value = with_values;
  }
  if (on_head_tag(name, value) || on_segment_tag(name, value) || on_metadata_tag(name, value)) return;
  on_multivariant_tag(name, value);
}

bool PlaylistParser::on_head_tag(std::string_view name, std::string_view value) {
  if (name == "EXT-X-VERSION") {
    head_.version = integer(name, value);
  } else if (name == "EXT-X-INDEPENDENT-SEGMENTS") {
    head_.independent_segments = true;
  } else if (name == "EXT-X-START") {
    head_.start = attributes(name, value);
  } else if (name == "EXT-X-DEFINE") {
    on_define(attributes(name, value));
  } else if (name == "EXT-X-TARGETDURATION") {
    media_.target_duration = parse_integer(value);
    if (media_.target_duration.value_or(0) < 1) fault(rule("PL-07"), "'" + std::string(value.substr(0, 40)) + "'");
  } else if (name == "EXT-X-MEDIA-SEQUENCE") {
    media_.media_sequence = integer(name, value);
  } else if (name == "EXT-X-DISCONTINUITY-SEQUENCE") {
    media_.discontinuity_sequence = integer(name, value);
  } else if (name == "EXT-X-PLAYLIST-TYPE") {
    media_.type = value;
  } else if (name == "EXT-X-ENDLIST") {
    media_.ended = true;
  } else if (name == "EXT-X-I-FRAMES-ONLY") {
    media_.i_frames_only = true;
  } else if (name == "EXT-X-SERVER-CONTROL") {
    media_.server_control = attributes(name, value);
  } else if (name == "EXT-X-PART-INF") {
    media_.part_target = attributes(name, value).number("PART-TARGET");
    if (media_.part_target.value_or(0) <= 0) {
      fault(rule("LL-01"), "EXT-X-PART-INF has no PART-TARGET above 0: '" + std::string(value.substr(0, 40)) + "'");
      media_.part_target.reset();
    }
  } else {
    return false;
  }
  return true;
}

bool PlaylistParser::on_segment_tag(std::string_view name, std::string_view value) {
  if (name == "EXTINF") {
    on_extinf(value);
  } else if (name == "EXT-X-DISCONTINUITY") {
    note_segment_tag();
    segment_.discontinuity = true;
    ++discontinuities_;
  } else if (name == "EXT-X-GAP") {
    segment_.gap = true;
  } else if (name == "EXT-X-BYTERANGE") {
    segment_.range = byte_range(value);
  } else if (name == "EXT-X-BITRATE") {
    bitrate_ = integer(name, value);
  } else if (name == "EXT-X-PROGRAM-DATE-TIME") {
    on_date(value);
  } else if (name == "EXT-X-MAP") {
    on_map(attributes(name, value));
  } else if (name == "EXT-X-KEY") {
    note_segment_tag();
    const AttributeList key = attributes(name, value);
    encrypted_ = key.text("METHOD") != "NONE";
    media_.has_key_iv = media_.has_key_iv || key.has("IV");
    media_.has_key_format = media_.has_key_format || key.has("KEYFORMAT") || key.has("KEYFORMATVERSIONS");
    // With SAMPLE-AES initialisation sections stay in the clear (section 4.4.4.5).
    wholly_encrypted_ = key.text("METHOD").starts_with("AES-");
    if (!key.has("METHOD")) fault(rule("PL-25"), "it has no METHOD");
    if (encrypted_ && !key.has("URI"))
      fault(rule("PL-25"), "METHOD=" + std::string(key.text("METHOD")) + " has no URI");
  } else if (name == "EXT-X-PART") {
    on_part(attributes(name, value));
  } else {
    return false;
  }
  note_first_segment();
  return true;
}

bool PlaylistParser::on_metadata_tag(std::string_view name, std::string_view value) {
  if (name == "EXT-X-DATERANGE") {
    count_piece();
    media_.date_ranges.push_back(attributes(name, value));
  } else if (name == "EXT-X-SKIP") {
    on_skip(attributes(name, value));
  } else if (name == "EXT-X-PRELOAD-HINT") {
    on_hint(attributes(name, value));
  } else if (name == "EXT-X-RENDITION-REPORT") {
    on_report(attributes(name, value));
  } else {
    return false;
  }
  return true;
}

bool PlaylistParser::on_multivariant_tag(std::string_view name, std::string_view value) {
  if (awaits_variant_uri_) {
    fault(rule("MV-01"), "#" + std::string(name.substr(0, 40)) + " stands between EXT-X-STREAM-INF and its URI");
  }
  if (name == "EXT-X-STREAM-INF") {
    count_name();
    multivariant_.variants.push_back({line_, attributes(name, value), ""});
    awaits_variant_uri_ = true;
  } else if (name == "EXT-X-MEDIA") {
    count_name();
    multivariant_.renditions.push_back(attributes(name, value));
  } else if (name == "EXT-X-I-FRAME-STREAM-INF") {
    count_name();
    multivariant_.i_frame_variants.push_back(attributes(name, value));
  } else {
    return false;
  }
  return true;
}

void PlaylistParser::on_uri(std::string_view uri) {
  std::string with_values;
  if (uri.find("{$") != std::string_view::npos) {
    with_values = substituted(uri);
    uri = with_values;
  }
  const std::string url = absolute(uri);
  if (awaits_variant_uri_) {
    multivariant_.variants.back().url = url;
    awaits_variant_uri_ = false;
    return;
  }
  count_piece();
  note_first_segment();
  segment_.line = line_;
  segment_.url = url;
  segment_.stable_url = stable(uri);
  segment_.dsn = discontinuities_;
  segment_.map = map_;
  segment_.encrypted = encrypted_;
  segment_.bitrate = segment_.range ? std::nullopt : bitrate_;
  if (segment_.extinf_line == 0) fault(rule("PL-12"), "no EXTINF before " + std::string(uri.substr(0, 80)));
  media_.segments.push_back(std::move(segment_));
  segment_ = Segment{};
}

void PlaylistParser::finish() {
  if (awaits_variant_uri_) fault(rule("MV-01"), "no URI follows the last EXT-X-STREAM-INF");
  if (segment_.extinf_line > 0) fault(rule("PL-12"), "no URI follows the last EXTINF");
  segment_.dsn = discontinuities_;
  segment_.map = map_;
  segment_.encrypted = encrypted_;
  media_.open = std::move(segment_);
  std::uint64_t msn = media_.first_msn();
  const std::uint64_t dsn = media_.discontinuity_sequence.value_or(0);
  for (Segment& segment : media_.segments) {
    segment.msn = msn++;
    segment.dsn += dsn;
  }
  media_.open.msn = msn;
  media_.open.dsn += dsn;
  place_ranges();
  check_order();
}

void PlaylistParser::fault(const Rule& rule, std::string what) {
  if (faults_.size() >= PlaylistLimits::kFaults) {
    if (beyond_.empty()) beyond_ = "more than " + std::to_string(PlaylistLimits::kFaults) + " faults";
    return;
  }
  faults_.push_back({&rule, line_, std::move(what)});
}

void PlaylistParser::go_beyond(std::string limit) {
  if (beyond_.empty()) beyond_ = std::move(limit) + " in line " + std::to_string(line_);
}

void PlaylistParser::count(std::size_t& counter, std::size_t limit, const char* what) {
  if (++counter > limit && beyond_.empty()) beyond_ = "more than " + std::to_string(limit) + " " + what;
}

std::string PlaylistParser::absolute(std::string_view reference) {
  std::string url = resolve(url_, reference);
  count_made(url.size());
  return url;
}

std::string PlaylistParser::stable(std::string_view reference) {
  if (!moved_) return {};
  std::string url = resolve(asked_, reference);
  count_made(url.size());
  return url;
}

void PlaylistParser::count_made(std::size_t bytes) {
  made_ += bytes;
  if (made_ > PlaylistLimits::kMade && beyond_.empty()) {
    beyond_ = "more than " + std::to_string(PlaylistLimits::kMade) + " bytes of addresses and variables";
  }
}

// A range without an offset begins where the one before it in the same resource ended.
void PlaylistParser::place_ranges() {
  const Segment* before = nullptr;
  for (Segment& segment : media_.segments) {
    if (segment.range && !segment.range->offset) {
      if (before != nullptr && before->range && before->range->offset && before->url == segment.url) {
        segment.range->offset = *before->range->offset + before->range->length;
      } else if (before != nullptr || !media_.skipped) {
        line_ = segment.line;
        fault(rule("PL-24"), "a range without offset, and the segment before is no range of " + segment.url);
      }
    }
    before = &segment;
  }
}

void PlaylistParser::check_order() {
  const int first = media_.first_segment_line;
  if (first == 0) return;
  const auto late = [&](std::string_view name) {
    const auto found = tags_.find(name);
    if (found == tags_.end() || found->second.front() < first) return false;
    line_ = found->second.front();
    return true;
  };
  for (const std::string_view name : {"EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"}) {
    if (late(name)) fault(rule("PL-05"), "#" + std::string(name) + " stands behind line " + std::to_string(first));
  }
  for (const std::string_view name : kTagsOfTheHead) {
    if (late(name)) fault(rule("PL-06"), "#" + std::string(name) + " stands behind line " + std::to_string(first));
  }
}

Playlist parse_playlist(std::string text, const std::string& url, const Variables& imported, const std::string& asked) {
  return PlaylistParser(url, imported, asked).parse(std::move(text));
}

}  // namespace sluice::check
