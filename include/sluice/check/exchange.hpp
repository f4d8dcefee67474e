// Request and Answer: HTTP as the checker sees it. It says what to ask; a client asks, and says what came and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/time.hpp"

namespace sluice::check {

struct Request {
  std::uint64_t id = 0;
  std::string url;
  bool head = false;  // HEAD instead of GET
  bool gzip = false;  // say that gzip is accepted
  std::vector<std::pair<std::string, std::string>> fields;
  Micros timeout = Seconds(20);    // from the first attempt to connect to the last byte
  std::size_t body_bytes_max = 0;  // a longer body is cut there
};

struct Answer {
  std::string url;    // asked for in the end, behind redirects
  int redirects = 0;  // followed on the way
  int status = 0;     // 0: there was no answer, and `error` says why
  std::string error;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::vector<std::uint8_t> body;                           // decompressed
  std::uint64_t wire_bytes = 0;                             // of the body as it was sent
  bool cut = false;                                         // it was longer than allowed
  bool incomplete = false;                                  // the connection ended before it was whole
  MonoTime sent;
  MonoTime first_byte;  // of the head
  MonoTime last_byte;
  WallTime received;
  std::optional<bool> offers_http2;  // over TLS: what its handshake said

  // Empty when there is none; several are joined with ", ".
  std::string field(std::string_view name) const;
  std::string text() const { return {body.begin(), body.end()}; }
  ByteView view() const { return body; }
};

// max-age of a Cache-Control, s-maxage when there is one; 0 for no-store and no-cache, nothing when it does not say.
std::optional<Seconds> cache_life(const Answer& answer);

// "Sat, 21 Nov 2026 03:55:12 GMT".
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace sluice::check
