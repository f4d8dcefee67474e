// HttpRequestParser: bytes of a connection in, one request out (RFC 9112), with Boost.Beast's parser inside. No socket,
// no clock.
//
// Stricter than Beast where a lenient reading would let two parsers disagree on where a request ends: a request with
// Transfer-Encoding is refused, as is one with two Hosts or none.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "sluice/base/bytes.hpp"
#include "sluice/net/http_message.hpp"

namespace sluice::net {

struct HttpParserLimits {
  std::size_t request_line_bytes = 8 * 1024;
  std::size_t header_bytes = 16 * 1024;  // request line included
  std::size_t body_bytes = 0;
};

class HttpRequestParser {
 public:
  enum class State { need_more, done, failed };

  explicit HttpRequestParser(HttpParserLimits limits);
  ~HttpRequestParser();
  HttpRequestParser(const HttpRequestParser&) = delete;
  HttpRequestParser& operator=(const HttpRequestParser&) = delete;

  // Reads on in `bytes`: all that has arrived and was not consumed yet. Says through consumed() how much of them to
  // drop; the rest must come again, at the front, in the next call. Not to be called once done or failed.
  State feed(ByteView bytes);
  std::size_t consumed() const;
  // Some of a request has arrived (empty lines before it do not count).
  bool started() const;

  // Whole with done; before and with failed, what has arrived of it.
  HttpRequest& request();
  const HttpRequest& request() const;
  // With done.
  bool keep_alive() const;

  // With failed: the status to answer with, and why. The connection is of no use afterwards.
  int error_status() const;
  std::string_view error_message() const;

  // Makes ready for the next request.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::net
