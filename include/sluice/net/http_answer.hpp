// HttpAnswer: a handler's response turned into the bytes that go out. Here stands what HTTP asks of every response
// alike: conditions, ranges, HEAD, compression, CORS, cache headers. Pure: told the time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/net/http_fields.hpp"
#include "sluice/net/http_message.hpp"

namespace sluice::net {

// What differs from one server of ours to another.
struct HttpDialect {
  bool cors = false;         // any page of any site may read the responses
  bool json_errors = false;  // error bodies as {"status": 404, "error": "…"}, else as text
};

class HttpAnswer {
 public:
  explicit HttpAnswer(HttpDialect dialect) : dialect_(dialect) {}

  // Makes the answer to `request`. `request` may be half of a request, or none (default), when it was refused.
  void make(const HttpRequest& request, HttpResponse response, bool keep_alive, WallTime now);

  int status() const { return status_; }
  const std::string& head() const { return head_; }
  // What follows the head, as views into the body, which is kept until release() or the next make().
  const std::vector<ByteView>& pieces() const { return pieces_; }
  std::size_t body_bytes() const { return body_bytes_; }
  // It was sent: lets the body go, which a connection without a request must not hold.
  void release();

 private:
  void choose_representation(const HttpRequest& request, HttpResponse& response);
  void choose_range_of(const HttpRequest& request, HttpResponse& response);
  bool not_modified(const HttpRequest& request, const HttpResponse& response) const;
  void add_pieces(ByteRange range);
  void write_head(const HttpRequest& request, const HttpResponse& response, bool keep_alive, WallTime now);
  void field(std::string_view name, std::string_view value);
  const std::string& date(WallTime now);

  HttpDialect dialect_;
  int status_ = 0;
  std::string head_;
  std::vector<ByteView> pieces_;
  std::size_t body_bytes_ = 0;

  // Of the answer being made.
  std::shared_ptr<const HttpBody> body_;
  bool gzip_ = false;
  bool sends_body_ = false;
  std::size_t content_length_ = 0;
  std::string etag_;
  std::string content_range_;

  Seconds date_second_{-1};
  std::string date_;
};

}  // namespace sluice::net
