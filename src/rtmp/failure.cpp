#include "sluice/rtmp/failure.hpp"

namespace sluice::rtmp {

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::handshake_version:
      return "handshake_version";
    case Failure::tls_on_clear_port:
      return "tls_on_clear_port";
    case Failure::protocol:
      return "protocol";
    case Failure::amf:
      return "amf";
    case Failure::limit:
      return "limit";
  }
  return "unknown";
}

}  // namespace sluice::rtmp
