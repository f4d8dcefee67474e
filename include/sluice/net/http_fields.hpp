// The header fields a file server must understand: ranges, conditions, encodings, dates. Pure functions of RFC 9110.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/base/time.hpp"

namespace sluice::net {

// A part of a representation, in bytes; `length` is never 0.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeKind { whole, part, unsatisfiable };
struct RangeAnswer {
  RangeKind kind = RangeKind::whole;
  ByteRange range;  // with part
  friend bool operator==(const RangeAnswer&, const RangeAnswer&) = default;
};

// Section 14. `field` is the value of Range. Anything but one well-formed range of bytes is ignored, as the section
// allows: the answer is the whole.
RangeAnswer choose_range(std::string_view field, std::uint64_t size);

// Section 12.5.3: whether gzip is acceptable and not less welcome than no encoding.
bool accepts_gzip(std::string_view accept_encoding);

// Section 13.1.2: whether the list names `etag` ("*" names all), weak or strong alike.
bool etag_listed(std::string_view if_none_match, std::string_view etag);

// Section 5.6.7: "Sat, 21 Nov 2026 03:55:12 GMT" (fractions of a second cut off), and the reverse; the two obsolete
// forms are not read.
std::string http_date(WallTime time);
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace sluice::net
