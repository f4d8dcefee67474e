#include "sluice/net/http_client.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cctype>
#include <map>

#include "gunzip.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kIdlePerServerMax = 8;
constexpr std::size_t kReadBytes = 64 * 1024;
using SteadyTime = std::chrono::steady_clock::time_point;

// One connection, plain or over TLS; the TLS stream holds the plain one.
struct Connection {
  Connection(const asio::any_io_executor& executor, asio::ssl::context* tls) {
    if (tls == nullptr) {
      plain = std::make_unique<beast::tcp_stream>(executor);
    } else {
      secure = std::make_unique<beast::ssl_stream<beast::tcp_stream>>(executor, *tls);
    }
  }
  beast::tcp_stream& lowest() { return plain ? *plain : secure->next_layer(); }

  std::unique_ptr<beast::tcp_stream> plain;
  std::unique_ptr<beast::ssl_stream<beast::tcp_stream>> secure;
  beast::flat_buffer buffer;
  bool used = false;  // it has carried a request
};
using ConnectionPtr = std::shared_ptr<Connection>;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string server_name(const HttpClientRequest& request) {
  const bool v6 = request.host.find(':') != std::string::npos;
  return (v6 ? "[" + request.host + "]" : request.host) + ":" + std::to_string(request.port);
}

std::string host_field(const HttpClientRequest& request) {
  const std::string whole = server_name(request);
  return request.port == (request.tls ? 443 : 80) ? whole.substr(0, whole.rfind(':')) : whole;
}

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

using EmptyRequest = http::request<http::empty_body>;
using Parser = http::response_parser<http::buffer_body>;

}  // namespace

// The connections that are kept, and what all requests share.
class HttpClientState {
 public:
  HttpClientState(asio::io_context& context, HttpClientOptions chosen)
      : io(context), options(std::move(chosen)), tls(asio::ssl::context::tls_client) {
    error_code ignored;
    tls.set_default_verify_paths(ignored);
    tls.set_verify_mode(options.verify_certificates ? asio::ssl::verify_peer : asio::ssl::verify_none, ignored);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  }

  ConnectionPtr take_idle(const std::string& server) {
    std::vector<ConnectionPtr>& list = idle[server];
    while (!list.empty()) {
      ConnectionPtr connection = std::move(list.back());
      list.pop_back();
      if (connection->lowest().socket().is_open()) return connection;
    }
    return nullptr;
  }

  void keep(const std::string& server, ConnectionPtr connection) {
    std::vector<ConnectionPtr>& list = idle[server];
    if (list.size() < kIdlePerServerMax) list.push_back(std::move(connection));
  }

  EmptyRequest make_request(const HttpClientRequest& request) const {
    EmptyRequest made(request.head ? http::verb::head : http::verb::get, request.target, 11);
    made.set(http::field::host, host_field(request));
    made.set(http::field::user_agent, options.user_agent);
    made.set(http::field::accept, "*/*");
    for (const auto& [name, value] : request.fields) made.set(name, value);
    return made;
  }

  asio::io_context& io;
  HttpClientOptions options;
  asio::ssl::context tls;
  std::map<std::string, std::vector<ConnectionPtr>> idle;  // by scheme, host and port
  std::map<std::string, bool> http2;                       // of TLS servers: whether they take h2
};

namespace {

// What a request is on its way with; shared, so that coroutine frames hold little.
struct Exchange {
  HttpClientRequest request;
  HttpClientAnswer answer;
  std::string server;
  SteadyTime deadline;
  ConnectionPtr connection;
  bool retry = false;  // a kept connection had ended meanwhile
};
using ExchangePtr = std::shared_ptr<Exchange>;

void fail(Exchange& exchange, const std::string& what, const error_code& error) {
  exchange.answer.error = what + " " + server_name(exchange.request) + ": " +
                          (error == beast::error::timeout ? std::string("no answer in time") : error.message());
}

// Hands `protocols` (RFC 7301 section 3.1, each behind its length) and the server's name to TLS.
void prepare_tls(Exchange& exchange, std::string_view protocols, bool verify) {
  auto& stream = *exchange.connection->secure;
  SSL* ssl = stream.native_handle();
  if (!is_address(exchange.request.host)) SSL_set_tlsext_host_name(ssl, exchange.request.host.c_str());
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  error_code ignored;
  if (verify) stream.set_verify_callback(asio::ssl::host_name_verification(exchange.request.host), ignored);
}

asio::awaitable<bool> connect(std::shared_ptr<HttpClientState> state, ExchangePtr exchange,
                              std::string_view protocols) {
  asio::io_context& io = state->io;
  asio::ssl::context* tls = exchange->request.tls ? &state->tls : nullptr;
  error_code error;
  tcp::resolver resolver(io);
  const std::string port = std::to_string(exchange->request.port);
  const tcp::resolver::results_type addresses =
      co_await resolver.async_resolve(exchange->request.host, port, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    fail(*exchange, "look up", error);
    co_return false;
  }
  exchange->connection = std::make_shared<Connection>(io.get_executor(), tls);
  beast::tcp_stream& lowest = exchange->connection->lowest();
  lowest.expires_at(exchange->deadline);
  co_await lowest.async_connect(addresses, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    fail(*exchange, "connect to", error);
    co_return false;
  }
  error_code ignored;
  lowest.socket().set_option(tcp::no_delay(true), ignored);
  if (tls == nullptr) co_return true;
  prepare_tls(*exchange, protocols, state->options.verify_certificates);
  co_await exchange->connection->secure->async_handshake(asio::ssl::stream_base::client,
                                                         asio::redirect_error(asio::use_awaitable, error));
  if (error) fail(*exchange, "TLS with", error);
  co_return !error;
}

void take_head(Exchange& exchange, const Parser& parser) {
  HttpClientAnswer& answer = exchange.answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    answer.fields.emplace_back(lower({name.data(), name.size()}), std::string(value.data(), value.size()));
  }
}

// True when the connection may carry another request.
template <class Stream>
asio::awaitable<bool> read_body(Stream& stream, ExchangePtr exchange, Parser& parser) {
  HttpClientAnswer& answer = exchange->answer;
  std::vector<std::uint8_t> space(kReadBytes);
  while (!parser.is_done()) {
    parser.get().body().data = space.data();
    parser.get().body().size = space.size();
    error_code error;
    co_await http::async_read(stream, exchange->connection->buffer, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    const std::size_t count = space.size() - parser.get().body().size;
    answer.wire_bytes += count;
    const std::size_t room = exchange->request.body_bytes_max - answer.body.size();
    answer.body.insert(answer.body.end(), space.begin(),
                       space.begin() + static_cast<std::ptrdiff_t>(std::min(room, count)));
    if (count > room) {
      answer.cut = true;
      co_return false;
    }
    if (error) {
      answer.incomplete = true;
      fail(*exchange, "read from", error);
      co_return false;
    }
  }
  co_return parser.get().keep_alive();
}

template <class Stream>
asio::awaitable<bool> exchange_on(Stream& stream, ExchangePtr exchange, EmptyRequest& request, std::size_t head_max) {
  error_code error;
  exchange->answer.sent = io::mono_now();
  exchange->connection->lowest().expires_at(exchange->deadline);
  co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, error));
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(head_max));
  parser.body_limit(boost::none);
  parser.skip(exchange->request.head);
  if (!error) {
    co_await http::async_read_header(stream, exchange->connection->buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
  }
  exchange->answer.first_byte = exchange->answer.last_byte = io::mono_now();
  if (error) {
    // Whoever keeps a connection may close it just when the next request comes.
    exchange->retry = exchange->connection->used && error != beast::error::timeout;
    fail(*exchange, "no answer from", error);
    co_return false;
  }
  take_head(*exchange, parser);
  const bool reusable = co_await read_body(stream, exchange, parser);
  exchange->answer.last_byte = io::mono_now();
  exchange->connection->used = true;
  co_return reusable;
}

void decompress(Exchange& exchange) {
  HttpClientAnswer& answer = exchange.answer;
  const auto is_gzip = [](const auto& field) {
    return field.first == "content-encoding" && lower(field.second) == "gzip";
  };
  if (std::none_of(answer.fields.begin(), answer.fields.end(), is_gzip) || answer.body.empty()) return;
  auto plain = gunzip(answer.body, exchange.request.body_bytes_max, answer.cut);
  if (plain) {
    answer.body = std::move(*plain);
  } else {
    answer.incomplete = true;
    answer.error = "Content-Encoding is gzip, and the body is no whole gzip stream";
  }
}

constexpr std::string_view kHttp1("\x08http/1.1", 9);
constexpr std::string_view kHttp2First("\x02h2\x08http/1.1", 12);

}  // namespace

HttpClient::HttpClient(asio::io_context& io, HttpClientOptions options)
    : state_(std::make_shared<HttpClientState>(io, std::move(options))) {}

HttpClient::~HttpClient() { state_->idle.clear(); }

namespace {

// Whether the server takes h2 is asked once, with a handshake of its own: who says h2 must speak it.
asio::awaitable<void> ask_for_http2(std::shared_ptr<HttpClientState> state, ExchangePtr exchange) {
  const bool connected = co_await connect(state, exchange, kHttp2First);
  if (!connected) co_return;
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(exchange->connection->secure->native_handle(), &name, &length);
  state->http2[exchange->server] = length == 2;
  exchange->connection.reset();
}

asio::awaitable<void> run(std::shared_ptr<HttpClientState> state, ExchangePtr exchange, HttpClient::Then then) {
  const bool is_tls = exchange->request.tls;
  EmptyRequest request = state->make_request(exchange->request);
  for (int attempt = 0; attempt < 2; ++attempt) {
    exchange->retry = false;
    exchange->answer = HttpClientAnswer{};
    exchange->connection = attempt == 0 ? state->take_idle(exchange->server) : nullptr;
    bool connected = exchange->connection != nullptr;
    if (!connected) {
      exchange->answer.sent = exchange->answer.first_byte = exchange->answer.last_byte = io::mono_now();
      if (is_tls && state->http2.count(exchange->server) == 0) co_await ask_for_http2(state, exchange);
      if (exchange->answer.error.empty()) {
        connected = co_await connect(state, exchange, kHttp1);
      }
    }
    if (!connected) break;
    bool reusable = false;
    if (is_tls) {
      reusable = co_await exchange_on(*exchange->connection->secure, exchange, request, state->options.head_bytes_max);
    } else {
      reusable = co_await exchange_on(*exchange->connection->plain, exchange, request, state->options.head_bytes_max);
    }
    if (reusable) {
      exchange->connection->lowest().expires_never();
      state->keep(exchange->server, std::move(exchange->connection));
    }
    exchange->connection.reset();
    if (!exchange->retry) break;
  }
  decompress(*exchange);
  if (is_tls && state->http2.count(exchange->server) > 0)
    exchange->answer.offers_http2 = state->http2[exchange->server];
  then(std::move(exchange->answer));
}

}  // namespace

void HttpClient::send(HttpClientRequest request, Then then) {
  auto exchange = std::make_shared<Exchange>();
  exchange->server = (request.tls ? "https://" : "http://") + server_name(request);
  exchange->deadline =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::nanoseconds>(request.timeout);
  exchange->request = std::move(request);
  asio::co_spawn(state_->io, run(state_, std::move(exchange), std::move(then)), asio::detached);
}

}  // namespace sluice::net
