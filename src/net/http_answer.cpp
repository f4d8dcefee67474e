#include "sluice/net/http_answer.hpp"

#include <algorithm>
#include <utility>

#include "sluice/io/log_format.hpp"
#include "sluice/net/http_fields.hpp"

namespace sluice::net {
namespace {

// RFC 9110 section 9.3.2: a HEAD is answered with the fields a GET would get.
bool is_get_or_head(const HttpRequest& request) {
  return request.method == HttpMethod::get || request.method == HttpMethod::head;
}

std::shared_ptr<const HttpBody> error_body(const HttpResponse& response, bool json) {
  if (!json) return HttpBody::text(response.message + "\n");
  std::string text = "{\"status\":" + std::to_string(response.status) + ",\"error\":";
  io::append_json_string(text, response.message);
  return HttpBody::text(text + "}\n");
}

bool has_no_content(int status) { return status == 204 || status == 304; }

}  // namespace

void HttpAnswer::make(const HttpRequest& request, HttpResponse response, bool keep_alive, WallTime now) {
  status_ = response.status;
  pieces_.clear();
  body_bytes_ = 0;
  content_length_ = 0;
  etag_.clear();
  content_range_.clear();
  sends_body_ = request.method != HttpMethod::head;

  if (!response.body && !response.message.empty()) {
    response.content_type = dialect_.json_errors ? "application/json" : "text/plain; charset=utf-8";
    response.body = error_body(response, dialect_.json_errors);
  }
  body_ = response.body;
  if (body_) choose_representation(request, response);
  if (!sends_body_ || has_no_content(status_)) {
    pieces_.clear();
    body_bytes_ = 0;
  }
  write_head(request, response, keep_alive, now);
}

void HttpAnswer::release() {
  pieces_.clear();
  body_.reset();
}

void HttpAnswer::choose_representation(const HttpRequest& request, HttpResponse& response) {
  const bool tagged = status_ == 200 && response.cache != CacheClass::no_store;
  gzip_ = body_->compressible() && status_ == 200 && accepts_gzip(request.accept_encoding);
  if (tagged) etag_ = gzip_ ? body_->gzip_etag() : body_->etag();
  if (is_get_or_head(request) && not_modified(request, response)) {
    status_ = 304;
    return;
  }
  if (gzip_) {
    pieces_.push_back(body_->gzip()->view());
    body_bytes_ = content_length_ = body_->gzip()->size();
  } else if (response.accepts_ranges && status_ == 200 && request.method == HttpMethod::get && !request.range.empty()) {
    choose_range_of(request, response);
  } else {
    add_pieces({0, body_->size()});
  }
}

bool HttpAnswer::not_modified(const HttpRequest& request, const HttpResponse& response) const {
  if (etag_.empty()) return false;
  // RFC 9110 section 13.2.2: the date counts only without a tag.
  if (!request.if_none_match.empty()) return etag_listed(request.if_none_match, etag_);
  if (request.if_modified_since.empty() || !response.last_modified) return false;
  const auto since = parse_http_date(request.if_modified_since);
  return since && std::chrono::floor<Seconds>(response.last_modified->time_since_epoch()) <= since->time_since_epoch();
}

void HttpAnswer::choose_range_of(const HttpRequest& request, HttpResponse& response) {
  // RFC 9110 section 13.1.5: a validator that does not match, weak ones included, makes the Range void.
  const bool valid = request.if_range.empty() || request.if_range == etag_ ||
                     (response.last_modified && request.if_range == http_date(*response.last_modified));
  const std::uint64_t size = body_->size();
  const RangeAnswer answer = valid ? choose_range(request.range, size) : RangeAnswer{};
  switch (answer.kind) {
    case RangeKind::whole:
      add_pieces({0, size});
      return;
    case RangeKind::part:
      status_ = 206;
      content_range_ = "bytes " + std::to_string(answer.range.first) + '-' +
                       std::to_string(answer.range.first + answer.range.length - 1) + '/' + std::to_string(size);
      add_pieces(answer.range);
      return;
    case RangeKind::unsatisfiable:
      status_ = 416;
      content_range_ = "bytes */" + std::to_string(size);
      etag_.clear();
      response.cache = CacheClass::error;
      return;
  }
}

void HttpAnswer::add_pieces(ByteRange range) {
  std::uint64_t offset = 0;
  const std::uint64_t end = range.first + range.length;
  for (const Payload& piece : body_->pieces()) {
    const std::uint64_t piece_end = offset + piece.size();
    const std::uint64_t from = std::max(offset, range.first);
    const std::uint64_t to = std::min(piece_end, end);
    if (from < to) pieces_.push_back(piece.view().subspan(from - offset, to - from));
    offset = piece_end;
  }
  body_bytes_ = content_length_ = range.length;
}

void HttpAnswer::field(std::string_view name, std::string_view value) {
  head_ += name;
  head_ += ": ";
  head_ += value;
  head_ += "\r\n";
}

const std::string& HttpAnswer::date(WallTime now) {
  const Seconds second = std::chrono::floor<Seconds>(now.time_since_epoch());
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(now);
  }
  return date_;
}

void HttpAnswer::write_head(const HttpRequest& request, const HttpResponse& response, bool keep_alive, WallTime now) {
  head_ = "HTTP/1.1 " + std::to_string(status_) + ' ';
  head_ += reason_phrase(status_);
  head_ += "\r\n";
  field("Date", date(now));
  if (!has_no_content(status_)) field("Content-Length", std::to_string(content_length_));
  const bool describes_body = body_ != nullptr && !has_no_content(status_) && status_ != 416;
  if (describes_body && !response.content_type.empty()) field("Content-Type", response.content_type);
  if (describes_body && gzip_) field("Content-Encoding", "gzip");
  if (body_ && body_->compressible()) field("Vary", "Accept-Encoding");
  field("Cache-Control", cache_control(response.cache, response.target_duration));
  if (!etag_.empty()) field("ETag", etag_);
  if (response.last_modified && status_ != 416) field("Last-Modified", http_date(*response.last_modified));
  if (response.accepts_ranges) field("Accept-Ranges", "bytes");
  if (!content_range_.empty()) field("Content-Range", content_range_);
  if (response.retry_after) field("Retry-After", std::to_string(response.retry_after->count()));
  if (!response.allow.empty()) field("Allow", response.allow);
  for (const auto& [name, value] : response.fields) field(name, value);
  if (dialect_.cors) {
    // hls.js reads Age, and players measure by the others; a browser shows a page only what is named here.
    head_ +=
        "Access-Control-Allow-Origin: *\r\n"
        "Access-Control-Expose-Headers: Content-Length, Content-Range, Date, Age, ETag\r\n"
        "Timing-Allow-Origin: *\r\n";
    if (request.method == HttpMethod::options) {
      head_ +=
          "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
          "Access-Control-Allow-Headers: Range, If-Range, If-None-Match, If-Modified-Since, "
          "CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status\r\n"
          "Access-Control-Max-Age: 86400\r\n";
    }
  }
  field("X-Content-Type-Options", "nosniff");
  field("Connection", keep_alive ? "keep-alive" : "close");
  head_ += "\r\n";
}

}  // namespace sluice::net
