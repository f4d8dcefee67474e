// Why a connection must be closed without another word, and the result type of everything that can find such a reason.
// (A refusal that the peer is told about is no failure: see refusal.hpp.)
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace sluice::rtmp {

enum class Failure : std::uint8_t {
  handshake_version,  // the first byte is not an RTMP version: HTTP, a PROXY header, a scanner
  tls_on_clear_port,  // the first byte begins a TLS ClientHello
  protocol,           // the chunk stream or a message breaks the RTMP specification
  amf,                // a command that cannot be decoded
  limit,              // one of Limits was exceeded
};

// "handshake_version", …: for logs and metric labels.
std::string_view to_string(Failure failure);

struct ConnectionError {
  Failure failure = Failure::protocol;
  std::string message;  // a whole sentence with the value and the limit; holds no secret
};

[[noreturn]] inline void throw_exception_from_error(const ConnectionError& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

template <class T>
using Outcome = boost::system::result<T, ConnectionError>;

}  // namespace sluice::rtmp
