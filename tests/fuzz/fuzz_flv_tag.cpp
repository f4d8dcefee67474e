// Audio and video tag bodies, legacy and enhanced, and aggregates of them, from hostile bytes. The first byte is the
// message type.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/rtmp/aggregate.hpp"
#include "sluice/rtmp/flv_tag.hpp"

namespace {

using namespace sluice;

struct SliceChecker : rtmp::MediaSink {
  explicit SliceChecker(ByteView message) : body(message) {}
  void on_media(media::SourcePacket packet) override {
    // Packets are slices of the message.
    const ByteView data = packet.data.view();
    if (!data.empty() && (data.data() < body.data() || data.data() + data.size() > body.data() + body.size()))
      std::abort();
    if (packet.nano_offset > 999'999) std::abort();
  }
  void on_ignored(rtmp::IgnoredMedia) override {}
  ByteView body;
};

void read_tag(std::uint8_t type, const Payload& body, rtmp::MediaSink& sink) {
  if (type % 2 == 0) {
    rtmp::read_audio_tag(0, body, sink);
  } else {
    rtmp::read_video_tag(0, body, sink);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Payload body = Payload::copy_of({data + 1, size - 1});
  SliceChecker sink(body.view());
  if (data[0] != rtmp::message_type::kAggregate) {
    read_tag(data[0], body, sink);
    return 0;
  }
  rtmp::AggregateReader reader({data[0], 1, 0, body});
  for (auto part = reader.next(); part && *part; part = reader.next()) read_tag((*part)->type, (*part)->payload, sink);
  return 0;
}
