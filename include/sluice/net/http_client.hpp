// HttpClient: requests of HTTP/1.1, plain and over TLS, several at once, with the times of each. It follows no
// redirects and knows no cookies. Connections are kept for the next request to the same server.
//
// The peer may be anything: heads, bodies (also what they decompress to) and times are bounded.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/base/time.hpp"

namespace sluice::net {

struct HttpClientRequest {
  bool tls = false;
  std::string host;  // a name or an address, IPv6 without brackets
  std::uint16_t port = 80;
  std::string target;  // path and query
  bool head = false;
  std::vector<std::pair<std::string, std::string>> fields;  // beside Host, User-Agent and Connection
  Micros timeout = Seconds(20);                             // for all of it
  std::size_t body_bytes_max = 0;                           // a longer body is cut there
};

struct HttpClientAnswer {
  int status = 0;                                           // 0: there was no answer, and `error` says why
  std::string error;                                        // "connect to host:80: Connection refused"
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::vector<std::uint8_t> body;                           // of Content-Encoding gzip decompressed
  std::uint64_t wire_bytes = 0;                             // of the body as it was sent
  bool cut = false;                                         // the body was longer than allowed
  bool incomplete = false;  // it ended before it was whole, or could not be decompressed
  MonoTime sent;            // of the request's first byte
  MonoTime first_byte;      // the head was there
  MonoTime last_byte;
  std::optional<bool> offers_http2;  // over TLS: whether the server takes h2 in ALPN (RFC 7301)
};

struct HttpClientOptions {
  bool verify_certificates = true;
  std::string user_agent = "sluice";
  std::size_t head_bytes_max = 64 * 1024;
};

class HttpClientState;

class HttpClient {
 public:
  using Then = std::function<void(HttpClientAnswer)>;

  // All happens on `io`, which must outlive the client and stop running before it is destroyed.
  HttpClient(boost::asio::io_context& io, HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `then` is called once, from `io`.
  void send(HttpClientRequest request, Then then);

 private:
  std::shared_ptr<HttpClientState> state_;
};

}  // namespace sluice::net
