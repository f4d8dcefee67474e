#include "sluice/net/http_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

#include "sluice/base/check.hpp"
#include "sluice/net/http_target.hpp"

namespace sluice::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

struct Fault {
  int status = 0;
  std::string_view message;
};

Fault fault_of(const error_code& error) {
  if (error == http::error::header_limit) return {431, "the header is longer than allowed"};
  if (error == http::error::body_limit) return {413, "a request body of this size is not accepted here"};
  if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return {400, "Content-Length is malformed or contradicts the other fields"};
  }
  if (error == http::error::bad_transfer_encoding) {
    return {400, "Transfer-Encoding is malformed or contradicts the other fields"};
  }
  return {400, "the request is malformed"};
}

HttpMethod method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::get;
    case http::verb::head:
      return HttpMethod::head;
    case http::verb::options:
      return HttpMethod::options;
    case http::verb::post:
      return HttpMethod::post;
    case http::verb::delete_:
      return HttpMethod::del;
    default:
      return HttpMethod::other;
  }
}

// Beast calls the on_*_impl functions as the pieces of a request become whole.
class BeastParser final : public http::basic_parser<true> {
 public:
  BeastParser(HttpRequest& request, const HttpParserLimits& limits) : request_(request), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
    eager(true);
  }

  const std::optional<Fault>& fault() const { return fault_; }

 private:
  void fail(Fault fault, error_code& error) {
    fault_ = fault;
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, string_view method, string_view target, int version,
                       error_code& error) override {
    version_ = version;
    // The two spaces, the version and the line end are in the line as well.
    if (method.size() + target.size() + std::string_view("  HTTP/1.1\r\n").size() > limits_.request_line_bytes) {
      return fail({414, "the request line is longer than allowed"}, error);
    }
    request_.method = method_of(verb);
    Result<HttpTarget> parsed = net::parse_target({target.data(), target.size()});
    if (!parsed) return fail({400, "the request target is not one of any resource here"}, error);
    request_.path = std::move(parsed->path);
    request_.query = std::move(parsed->query);
  }

  void on_field_impl(http::field field, string_view, string_view value, error_code& error) override {
    switch (field) {
      case http::field::host:
        if (++hosts_ > 1) return fail({400, "the request has more than one Host"}, error);
        return join(request_.host, value);
      case http::field::transfer_encoding:
        has_transfer_encoding_ = true;
        return;
      case http::field::expect:
        return fail({417, "expectations are not met here"}, error);
      case http::field::origin:
        return join(request_.origin, value);
      case http::field::range:
        return join(request_.range, value);
      case http::field::if_range:
        return join(request_.if_range, value);
      case http::field::if_none_match:
        return join(request_.if_none_match, value);
      case http::field::if_modified_since:
        return join(request_.if_modified_since, value);
      case http::field::accept:
        return join(request_.accept, value);
      case http::field::accept_encoding:
        return join(request_.accept_encoding, value);
      default:
        return;
    }
  }

  static void join(std::string& field, string_view value) {
    if (!field.empty()) field += ", ";
    field.append(value.data(), value.size());
  }

  void on_header_impl(error_code& error) override {
    if (has_transfer_encoding_) return fail({411, "a request body must have a Content-Length"}, error);
    if (hosts_ == 0 && version_ >= 11) return fail({400, "the request has no Host"}, error);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  // Never reached: the request is of no transfer coding, and it is no response.
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override { return bytes.size(); }

  HttpRequest& request_;
  const HttpParserLimits& limits_;
  std::optional<Fault> fault_;
  int version_ = 0;
  int hosts_ = 0;
  bool has_transfer_encoding_ = false;
};

}  // namespace

struct HttpRequestParser::Impl {
  explicit Impl(HttpParserLimits the_limits) : limits(the_limits) { reset(); }

  void reset() {
    // The strings keep their memory for the next request of the connection.
    for (std::string* field : {&request.path, &request.query, &request.body, &request.host, &request.origin,
                               &request.range, &request.if_range, &request.if_none_match, &request.if_modified_since,
                               &request.accept, &request.accept_encoding}) {
      field->clear();
    }
    request.method = HttpMethod::get;
    beast.emplace(request, limits);
    fault = {};
    consumed = 0;
    total = 0;
    state = State::need_more;
  }

  State feed(ByteView bytes) {
    SLUICE_CHECK(state == State::need_more);
    consumed = 0;
    // RFC 9112 section 2.2: empty lines before a request are left out.
    while (!beast->got_some() && bytes.size() >= 2 && bytes[0] == '\r' && bytes[1] == '\n') {
      bytes = bytes.subspan(2);
      consumed += 2;
    }
    if (bytes.empty() || (!beast->got_some() && bytes.size() == 1 && bytes[0] == '\r')) return state;
    error_code error;
    const std::size_t taken = beast->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    consumed += taken;
    total += taken;
    if (error && error != http::error::need_more) return fail(beast->fault().value_or(fault_of(error)));
    if (line_too_long(bytes)) return fail({414, "the request line is longer than allowed"});
    if (header_too_long(bytes.size() - taken)) return fail({431, "the header is longer than allowed"});
    if (beast->is_done()) state = State::done;
    return state;
  }

  // A request line that has no end within its limit.
  bool line_too_long(ByteView bytes) const {
    return !beast->is_header_done() && request.path.empty() && bytes.size() >= limits.request_line_bytes &&
           as_text(bytes.first(limits.request_line_bytes)).find('\n') == std::string_view::npos;
  }

  // Beast applies its limit to what it is given at once, not to what it has consumed before.
  bool header_too_long(std::size_t waiting) const {
    const std::size_t header = beast->is_header_done() ? total - request.body.size() : total + waiting;
    return header > limits.header_bytes;
  }

  State fail(Fault the_fault) {
    fault = the_fault;
    return state = State::failed;
  }

  HttpParserLimits limits;
  HttpRequest request;
  std::optional<BeastParser> beast;
  Fault fault;
  std::size_t consumed = 0;  // by the last feed()
  std::size_t total = 0;     // of this request
  State state = State::need_more;
};

HttpRequestParser::HttpRequestParser(HttpParserLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
HttpRequestParser::~HttpRequestParser() = default;

HttpRequestParser::State HttpRequestParser::feed(ByteView bytes) { return impl_->feed(bytes); }
std::size_t HttpRequestParser::consumed() const { return impl_->consumed; }
bool HttpRequestParser::started() const { return impl_->beast->got_some(); }
HttpRequest& HttpRequestParser::request() { return impl_->request; }
const HttpRequest& HttpRequestParser::request() const { return impl_->request; }
bool HttpRequestParser::keep_alive() const { return impl_->beast->keep_alive(); }
int HttpRequestParser::error_status() const { return impl_->fault.status; }
std::string_view HttpRequestParser::error_message() const { return impl_->fault.message; }
void HttpRequestParser::reset() { impl_->reset(); }

}  // namespace sluice::net
