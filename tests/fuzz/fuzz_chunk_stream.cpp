// A whole RTMP connection from hostile bytes behind a good handshake. The first byte says in what pieces they arrive;
// in one piece they must give the same events and the same end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/rtmp/connection.hpp"

namespace {

using namespace sluice;

struct Digest : rtmp::EventHandler {
  explicit Digest(rtmp::Connection& publishing) : connection(publishing) {}
  void add(std::uint64_t value) { sum = (sum ^ value) * 0x100000001B3; }
  void on_media(media::SourcePacket packet) override {
    add(packet.timestamp_ms);
    for (const std::uint8_t byte : packet.data.view()) add(byte);
  }
  void on_ignored(rtmp::IgnoredMedia ignored) override { add(static_cast<std::uint64_t>(ignored.reason)); }
  void on_publish(rtmp::PublishRequest request) override {
    add(request.message_stream);
    connection.accept_publish();
  }
  void on_data(std::uint32_t timestamp_ms, Payload amf) override { add(timestamp_ms + amf.size()); }
  void on_publish_end() override { add(1); }
  void on_refused(rtmp::Refusal refusal, std::string_view) override { add(static_cast<std::uint64_t>(refusal)); }

  rtmp::Connection& connection;
  std::uint64_t sum = 0xCBF29CE484222325;
};

std::uint64_t run(ByteView bytes, std::size_t piece) {
  // Small limits, so that they are met.
  rtmp::Limits limits;
  limits.message_bytes = 4096;
  limits.message_bytes_before_publish = 1024;
  limits.partial_bytes = 8192;
  rtmp::Connection connection(limits, 1);
  Digest digest(connection);
  Bytes handshake(1 + 2 * rtmp::Handshake::kPacketBytes);
  handshake[0] = 3;
  if (!connection.feed(handshake, digest)) std::abort();
  while (!bytes.empty()) {
    const ByteView part = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(part.size());
    const auto fed = connection.feed(part, digest);
    if (fed) continue;
    // Not why: of two faults in one message, the pieces decide which is met first.
    digest.add(1);
    break;
  }
  digest.add(static_cast<std::uint64_t>(connection.phase()));
  return digest.sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  if (run(bytes, data[0] % 64 + 1u) != run(bytes, 65536)) std::abort();
  return 0;
}
