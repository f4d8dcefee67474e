// A playlist as somebody's server sent it, read tolerantly (draft-pantos-hls-rfc8216bis section 4): what is wrong with
// its spelling is noted as a Fault, and reading goes on. Every piece knows the line it stands on, counted from 1.
//
// This reader shares nothing with the writer of our own playlists, on purpose: they would share their errors.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/check/finding.hpp"

namespace sluice::check {

struct Attribute {
  std::string name;
  std::string value;  // without its quotes
  bool quoted = false;
};

// NAME=value,NAME="value"… of one tag (section 4.2).
struct AttributeList {
  int line = 0;
  std::vector<Attribute> items;
  bool is_cut = false;  // there are more than PlaylistLimits::kAttributes

  const Attribute* find(std::string_view name) const;
  // The value, empty when there is none.
  std::string_view text(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // A decimal-integer, or any decimal number; nothing when it is absent or spelled otherwise.
  std::optional<std::uint64_t> integer(std::string_view name) const;
  std::optional<double> number(std::string_view name) const;
};

// "length[@offset]".
struct ByteRange {
  std::uint64_t length = 0;
  std::optional<std::uint64_t> offset;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Where the playlist is redirected to another place each time it is loaded, what it names has another `url` each time.
// `stable_url` is what it would be without redirects; empty: the same.
template <class Named>
const std::string& identity(const Named& named) {
  return named.stable_url.empty() ? named.url : named.stable_url;
}

struct MediaMap {
  int line = 0;
  std::string url;  // absolute; empty when the tag has no URI
  std::string stable_url;
  std::optional<ByteRange> range;
  bool encrypted = false;  // as a whole: METHOD=AES-128 and the like stands before it
};

struct Part {
  int line = 0;
  std::string url;  // absolute; empty when the tag has no URI
  std::string stable_url;
  std::optional<double> duration;
  bool independent = false;
  bool gap = false;
  std::optional<ByteRange> range;
};

// A segment, or, as MediaPlaylist::open, what stands behind the last one: parts of the one that is not complete.
struct Segment {
  int line = 0;         // of its URI
  int extinf_line = 0;  // 0: it has none
  std::string url;      // absolute
  std::string stable_url;
  std::uint64_t msn = 0;
  std::uint64_t dsn = 0;
  double duration = 0;
  std::string duration_text;
  bool discontinuity = false;
  bool gap = false;
  std::optional<ByteRange> range;
  std::optional<std::uint64_t> bitrate;  // of EXT-X-BITRATE, in thousands of bits a second
  bool encrypted = false;
  std::shared_ptr<const MediaMap> map;  // the one in effect
  std::optional<WallTime> date;         // of its own tag
  int date_line = 0;
  std::vector<Part> parts;
  int late_line = 0;  // of a DISCONTINUITY, MAP, KEY or PROGRAM-DATE-TIME that stands behind its first part

  double end_of_parts() const;  // their durations added up
};

struct Hint {
  int line = 0;
  std::string type;  // PART or MAP
  std::string url;
  std::string stable_url;
  std::uint64_t range_start = 0;
  std::optional<std::uint64_t> range_length;
};

struct RenditionReport {
  int line = 0;
  std::string uri;  // as it stands
  std::string url;
  std::optional<std::uint64_t> last_msn;
  std::optional<std::uint64_t> last_part;
};

// What the parser itself saw; `rule` is one of PL or LL.
struct Fault {
  const Rule* rule = nullptr;
  int line = 0;
  std::string what;
};

using Variables = std::map<std::string, std::string, std::less<>>;

// What both kinds have.
struct PlaylistHead {
  std::string url;         // asked for, before redirects
  std::string loaded_url;  // behind them, with directives
  std::string text;
  std::vector<Fault> faults;
  std::map<std::string, std::vector<int>, std::less<>> tags;  // "EXT-X-VERSION" → the lines it stands on
  std::optional<std::uint64_t> version;
  bool independent_segments = false;
  std::optional<AttributeList> start;
  Variables variables;       // of EXT-X-DEFINE
  bool takes_query = false;  // by EXT-X-DEFINE with QUERYPARAM

  int line_of(std::string_view tag) const;  // of the first; 0 when there is none
};

struct MediaPlaylist : PlaylistHead {
  std::optional<std::uint64_t> target_duration;
  std::optional<std::uint64_t> media_sequence;
  std::optional<std::uint64_t> discontinuity_sequence;
  std::string type;  // EVENT, VOD, or empty
  bool ended = false;
  bool i_frames_only = false;
  std::optional<AttributeList> server_control;
  std::optional<double> part_target;
  std::optional<std::uint64_t> skipped;  // EXT-X-SKIP: a delta update
  std::vector<Segment> segments;
  Segment open;
  std::vector<Hint> hints;
  std::vector<RenditionReport> reports;
  std::vector<AttributeList> date_ranges;
  bool has_key_iv = false;      // an EXT-X-KEY has IV
  bool has_key_format = false;  // or KEYFORMAT or KEYFORMATVERSIONS
  int first_segment_line = 0;   // of the first tag or URI that belongs to a segment

  bool can_block() const;
  std::optional<double> skip_boundary() const;  // CAN-SKIP-UNTIL
  bool low_latency() const { return part_target.has_value(); }
  double target() const { return static_cast<double>(target_duration.value_or(0)); }
  double duration() const;  // of the segments, and of the parts behind them
  std::uint64_t first_msn() const { return media_sequence.value_or(0) + skipped.value_or(0); }
  std::uint64_t next_msn() const { return first_msn() + segments.size(); }  // of the open segment
  const Segment* find(std::uint64_t msn) const;                             // nullptr when it is not listed
};

struct Variant {
  int line = 0;
  AttributeList attributes;
  std::string url;  // empty when no URI follows
};

struct MultivariantPlaylist : PlaylistHead {
  std::vector<Variant> variants;
  std::vector<AttributeList> renditions;  // EXT-X-MEDIA
  std::vector<AttributeList> i_frame_variants;

  // The rendition's playlist, absolute; empty when it has none of its own.
  std::string url_of(const AttributeList& rendition) const;
};

// What a hostile server can make us read and remember of one playlist.
struct PlaylistLimits {
  static constexpr std::size_t kLine = 64 * 1024;         // bytes, with variables put in
  static constexpr std::size_t kAttributes = 64;          // of a tag
  static constexpr std::size_t kPieces = 100'000;         // segments, parts and date ranges
  static constexpr std::size_t kNames = 1000;             // variants, renditions, hints, reports and variables
  static constexpr std::size_t kFaults = 1000;            // that the parser notes
  static constexpr std::size_t kMade = 64 * 1024 * 1024;  // bytes of addresses and of values with variables
};

struct Playlist {
  std::optional<MediaPlaylist> media;
  std::optional<MultivariantPlaylist> multivariant;  // one of the two, none when it goes beyond a limit
  std::string beyond;                                // "more than 64 attributes in line 7"; empty: it does not
  std::vector<Fault> faults;                         // that were seen until then
};

// `url` is where the text was in the end, which its references are relative to. `imported` are the variables of the
// multivariant playlist. `asked` is what it is called, where that is another address than `url`.
Playlist parse_playlist(std::string text, const std::string& url, const Variables& imported = {},
                        const std::string& asked = {});

// Section 4.2. What is wrong is handed to `fault`, and as much is read as can be.
AttributeList parse_attributes(std::string_view text, int line, const std::function<void(std::string)>& fault);

// ISO 8601 as playlists write it. `zoned` says whether the time zone stands there; without it UTC is assumed.
struct DateTime {
  WallTime time;
  bool zoned = false;
  int fraction_digits = 0;
};
std::optional<DateTime> parse_date_time(std::string_view text);

// Decimal digits only, that fit.
std::optional<std::uint64_t> parse_integer(std::string_view text);
// Digits, a point, digits: no sign, no exponent.
std::optional<double> parse_decimal(std::string_view text);

}  // namespace sluice::check
