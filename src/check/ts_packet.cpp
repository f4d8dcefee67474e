#include "ts_packet.hpp"

namespace sluice::check::ts {
namespace {

void read_adaptation(ByteView field, Packet& packet) {
  if (field.empty()) return;
  ByteReader reader(field);
  const std::uint8_t flags = reader.u8();
  packet.is_discontinuity = (flags & 0x80) != 0;
  packet.is_random_access = (flags & 0x40) != 0;
  if ((flags & 0x10) == 0) return;
  const std::int64_t base = std::int64_t{reader.u32()} << 1;
  const std::uint16_t rest = reader.u16();
  if (!reader.ok()) {
    packet.is_sound = false;
    return;
  }
  packet.pcr = (base | rest >> 15) * 300 + (rest & 0x1FF);
}

}  // namespace

Packet read_packet(ByteView bytes) {
  Packet packet;
  ByteReader reader(bytes);
  packet.is_sound = reader.u8() == 0x47;
  const std::uint16_t flags = reader.u16();
  const std::uint8_t control = reader.u8();
  packet.is_damaged = (flags & 0x8000) != 0;
  packet.starts_unit = (flags & 0x4000) != 0;
  packet.pid = flags & 0x1FFF;
  packet.is_scrambled = (control & 0xC0) != 0;
  packet.has_payload = (control & 0x10) != 0;
  packet.counter = control & 0x0F;
  // Neither field: reserved.
  if ((control & 0x30) == 0) packet.is_sound = false;
  if ((control & 0x20) != 0) read_adaptation(reader.take(reader.u8()), packet);
  if (!reader.ok()) packet.is_sound = false;
  if (packet.has_payload) packet.payload = reader.rest();
  return packet;
}

}  // namespace sluice::check::ts
