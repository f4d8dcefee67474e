// HttpRequest and HttpResponse: what a handler is given and what it answers. The server knows how HTTP is spoken
// (ranges, conditions, compression, cache headers, CORS); a handler says what there is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/net/http_body.hpp"

namespace sluice::net {

enum class HttpMethod { get, head, options, post, del, other };
std::string_view to_string(HttpMethod method);

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  std::string path;   // decoded once and checked (http_target.hpp); begins with '/'
  std::string query;  // as sent, without the '?'
  std::string body;   // only where the server's limit allows one

  // Header fields, empty when absent; a field sent more than once is joined with ", ".
  std::string host;
  std::string origin;
  std::string range;
  std::string if_range;
  std::string if_none_match;
  std::string if_modified_since;
  std::string accept;
  std::string accept_encoding;

  std::string remote;  // address without the port
};

// How long whom a response may be kept by, by what it is (hls.md section 5; RFC 8216bis appendix B.1).
enum class CacheClass {
  no_store,              // probes, metrics, API
  live_playlist,         // grows: half a target duration
  low_latency_playlist,  // grows with every part: a second
  blocking_playlist,     // has what its request asked for and waited for, for ever: six target durations
  segment_end_playlist,  // the same, with no part behind its last segment: a second in shared caches, see media_handler
  ended_playlist,        // has its ENDLIST
  media,                 // segments, parts and initialisation sections: a name is never used for other bytes
  error,                 // 400, 404, 410 and 503 of media: one second, for a wrong one must heal fast
  asset,                 // scripts and styles of our pages
  page,                  // the pages themselves
};
// The value of Cache-Control. `target_duration` counts for live_playlist and blocking_playlist only.
std::string cache_control(CacheClass cache, Seconds target_duration);

// What was served, for the metrics.
enum class ResourceKind { playlist, segment, part, init, page, api, other };
inline constexpr std::size_t kResourceKindCount = 7;
std::string_view to_string(ResourceKind kind);

struct HttpResponse {
  int status = 200;
  ResourceKind kind = ResourceKind::other;
  CacheClass cache = CacheClass::no_store;
  Seconds target_duration{};      // where the cache class asks for it
  std::string_view content_type;  // a literal
  std::shared_ptr<const HttpBody> body;
  bool accepts_ranges = false;  // media; never playlists
  std::optional<WallTime> last_modified;

  // For errors: the reason, sent as text or as JSON, whichever the server speaks. Used when there is no body.
  std::string message;
  std::optional<Seconds> retry_after;  // with 503
  std::string_view allow;              // with 405: a literal like "GET, HEAD"
  // More header fields, names as literals. Values must not come from a peer.
  std::vector<std::pair<std::string_view, std::string>> fields;
};

HttpResponse http_error(int status, std::string message, CacheClass cache = CacheClass::no_store);
// "Not Found" for 404.
std::string_view reason_phrase(int status);

}  // namespace sluice::net
