#include "sluice/net/http_message.hpp"

#include <algorithm>

namespace sluice::net {

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::head:
      return "HEAD";
    case HttpMethod::options:
      return "OPTIONS";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::del:
      return "DELETE";
    case HttpMethod::other:
      return "other";
  }
  return "";
}

std::string_view to_string(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::playlist:
      return "playlist";
    case ResourceKind::segment:
      return "segment";
    case ResourceKind::part:
      return "part";
    case ResourceKind::init:
      return "init";
    case ResourceKind::page:
      return "page";
    case ResourceKind::api:
      return "api";
    case ResourceKind::other:
      return "other";
  }
  return "";
}

std::string cache_control(CacheClass cache, Seconds target_duration) {
  switch (cache) {
    case CacheClass::no_store:
      return "no-store";
    case CacheClass::live_playlist:
      return "public, max-age=" + std::to_string(std::max<std::int64_t>(1, target_duration.count() / 2));
    case CacheClass::low_latency_playlist:
      return "public, max-age=1";
    case CacheClass::blocking_playlist:
      return "public, max-age=" + std::to_string(6 * target_duration.count());
    case CacheClass::segment_end_playlist:
      return "public, max-age=0, s-maxage=1";
    case CacheClass::ended_playlist:
      return "public, max-age=60";
    case CacheClass::media:
      return "public, max-age=31536000, immutable";
    case CacheClass::error:
      return "public, max-age=1";
    case CacheClass::asset:
      return "public, max-age=300";
    case CacheClass::page:
      return "public, max-age=60";
  }
  return {};
}

HttpResponse http_error(int status, std::string message, CacheClass cache) {
  HttpResponse response;
  response.status = status;
  response.cache = cache;
  response.message = std::move(message);
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

}  // namespace sluice::net
