#include "check/ts_editor.hpp"

#include <algorithm>
#include <stdexcept>

namespace sluice::check::testing {
namespace {

std::uint32_t crc32(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= std::uint32_t{byte} << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80000000) != 0 ? 0x04C11DB7U : 0U);
  }
  return crc;
}

std::int64_t read_time(const std::uint8_t* at) {
  return std::int64_t{at[0] >> 1 & 7} << 30 | std::int64_t{at[1]} << 22 | std::int64_t{at[2] >> 1} << 15 | at[3] << 7 |
         at[4] >> 1;
}

void write_time(std::uint8_t* at, std::int64_t time) {
  at[0] = static_cast<std::uint8_t>((at[0] & 0xF1) | (time >> 30 & 7) << 1);
  at[1] = static_cast<std::uint8_t>(time >> 22);
  at[2] = static_cast<std::uint8_t>((time >> 15 & 0x7F) << 1 | 1);
  at[3] = static_cast<std::uint8_t>(time >> 7);
  at[4] = static_cast<std::uint8_t>((time & 0x7F) << 1 | 1);
}

bool has_dts(const std::uint8_t* pes) { return (pes[7] & 0x40) != 0; }

}  // namespace

std::vector<std::size_t> TsEditor::of(std::uint16_t pid) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < packets(); ++i) {
    const std::uint8_t* at = bytes_.data() + i * kTsPacket;
    if (((at[1] & 0x1F) << 8 | at[2]) == pid) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> TsEditor::starts(std::uint16_t pid) const {
  std::vector<std::size_t> found = of(pid);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [this](std::size_t i) { return (bytes_[i * kTsPacket + 1] & 0x40) == 0; }),
              found.end());
  return found;
}

std::uint8_t* TsEditor::payload(std::size_t index) {
  std::uint8_t* at = packet(index);
  return at + 4 + ((at[3] & 0x20) != 0 ? 1 + at[4] : 0);
}

std::size_t TsEditor::payload_size(std::size_t index) {
  return static_cast<std::size_t>(packet(index) + kTsPacket - payload(index));
}

void TsEditor::count_on(std::uint16_t pid, const TsEditor& before) {
  count(pid, before.bytes_[before.of(pid).back() * kTsPacket + 3]);
}

void TsEditor::count(std::uint16_t pid, std::uint8_t last) {
  for (const std::size_t i : of(pid)) {
    std::uint8_t& byte = packet(i)[3];
    if ((byte & 0x10) != 0) ++last;
    byte = static_cast<std::uint8_t>((byte & 0xF0) | (last & 0x0F));
  }
}

void TsEditor::remove(std::size_t index) {
  const auto at = bytes_.begin() + static_cast<std::ptrdiff_t>(index * kTsPacket);
  bytes_.erase(at, at + kTsPacket);
}

void TsEditor::insert(std::size_t index, const Bytes& packet) {
  bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(index * kTsPacket), packet.begin(), packet.end());
}

void TsEditor::set_section(std::size_t index, std::uint8_t table, const Bytes& content) {
  ByteWriter section;
  section.u8(table);
  section.u16(static_cast<std::uint16_t>(0xB000 | (content.size() + 4)));
  section.append(content);
  section.u32(crc32(section.view()));
  std::uint8_t* at = packet(index) + 4;
  std::fill(at, packet(index) + kTsPacket, std::uint8_t{0xFF});
  *at++ = 0;
  std::copy(section.view().begin(), section.view().end(), at);
}

bool TsEditor::has_pcr(std::size_t index) {
  const std::uint8_t* at = packet(index);
  return (at[3] & 0x20) != 0 && at[4] > 6 && (at[5] & 0x10) != 0;
}

void TsEditor::remove_pcr(std::size_t index) {
  std::uint8_t* at = packet(index);
  at[5] &= 0xEF;
  std::fill(at + 6, at + 12, std::uint8_t{0xFF});
}

void TsEditor::set_pcr(std::size_t index, std::int64_t base_90khz) {
  std::uint8_t* at = packet(index) + 6;
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(base_90khz >> (25 - 8 * i));
  at[4] = static_cast<std::uint8_t>((at[4] & 0x7F) | (base_90khz & 1) << 7);
}

std::int64_t TsEditor::pcr(std::size_t index) {
  const std::uint8_t* at = packet(index) + 6;
  return std::int64_t{at[0]} << 25 | std::int64_t{at[1]} << 17 | at[2] << 9 | at[3] << 1 | at[4] >> 7;
}

void TsEditor::shift_pcr(std::int64_t ticks) {
  for (std::size_t i = 0; i < packets(); ++i) {
    if (has_pcr(i)) set_pcr(i, (pcr(i) + ticks) & 0x1FFFFFFFF);
  }
}

std::int64_t TsEditor::pts(std::size_t index) { return read_time(payload(index) + 9); }

std::int64_t TsEditor::dts(std::size_t index) {
  return has_dts(payload(index)) ? read_time(payload(index) + 14) : pts(index);
}

void TsEditor::set_pts(std::size_t index, std::int64_t time) { write_time(payload(index) + 9, time); }

void TsEditor::set_dts(std::size_t index, std::int64_t time) {
  if (has_dts(payload(index))) {
    write_time(payload(index) + 14, time);
  } else {
    set_pts(index, time);
  }
}

void TsEditor::shift_times(std::uint16_t pid, std::int64_t ticks) {
  for (const std::size_t i : starts(pid)) {
    const bool both = has_dts(payload(i));
    set_pts(i, (pts(i) + ticks) & 0x1FFFFFFFF);
    if (both) set_dts(i, (dts(i) + ticks) & 0x1FFFFFFFF);
  }
}

Bytes TsEditor::take_pes(std::size_t index) {
  const std::uint16_t pid = static_cast<std::uint16_t>((packet(index)[1] & 0x1F) << 8 | packet(index)[2]);
  Bytes pes;
  do {
    pes.insert(pes.end(), payload(index), packet(index) + kTsPacket);
    remove(index);
    while (index < packets() && ((packet(index)[1] & 0x1F) << 8 | packet(index)[2]) != pid) ++index;
  } while (index < packets() && (packet(index)[1] & 0x40) == 0);
  return pes;
}

void TsEditor::insert_pes(std::uint16_t pid, Bytes pes) {
  const std::size_t length = pes.size() - 6;
  pes[4] = static_cast<std::uint8_t>(length >> 8);
  pes[5] = static_cast<std::uint8_t>(length);
  std::size_t index = 2;
  for (std::size_t at = 0; at < pes.size();) {
    constexpr std::size_t kRoom = kTsPacket - 4;
    const std::size_t size = std::min(kRoom - 2, pes.size() - at);
    Bytes packet(kTsPacket, 0xFF);
    packet[0] = 0x47;
    packet[1] = static_cast<std::uint8_t>((at == 0 ? 0x40 : 0) | pid >> 8);
    packet[2] = static_cast<std::uint8_t>(pid);
    packet[3] = 0x30;
    packet[4] = static_cast<std::uint8_t>(kRoom - 1 - size);
    packet[5] = 0;
    std::copy_n(pes.begin() + static_cast<std::ptrdiff_t>(at), size, packet.end() - static_cast<std::ptrdiff_t>(size));
    insert(index++, packet);
    at += size;
  }
  count(pid, 0);
}

std::uint8_t* TsEditor::content(std::size_t index) { return payload(index) + 9 + payload(index)[8]; }

std::uint8_t* TsEditor::nal(std::size_t index, std::uint8_t type) {
  std::uint8_t* end = packet(index) + kTsPacket;
  for (std::uint8_t* at = content(index); at + 3 < end; ++at) {
    if (at[0] == 0 && at[1] == 0 && at[2] == 1 && (at[3] & 0x1F) == type) return at + 3;
  }
  return nullptr;
}

void TsEditor::insert_in_stuffing(std::size_t index, const Bytes& inserted) {
  std::uint8_t* at = packet(index);
  const auto size = static_cast<std::uint8_t>(inserted.size());
  if ((at[3] & 0x20) == 0 || at[4] < size + 1) throw std::runtime_error("the packet has no stuffing");
  at[4] = static_cast<std::uint8_t>(at[4] - size);
  std::copy(inserted.begin(), inserted.end(), payload(index));
}

Bytes pmt_content(std::uint8_t version, const Bytes& streams) {
  ByteWriter writer;
  writer.u16(1);
  writer.u8(static_cast<std::uint8_t>(0xC1 | version << 1));
  writer.u16(0);
  writer.u16(0xE000 | kVideoPid);
  writer.u16(0xF000);
  writer.append(streams);
  return std::move(writer).take();
}

Bytes null_packet() {
  Bytes packet(kTsPacket, 0xFF);
  packet[0] = 0x47;
  packet[1] = 0x1F;
  packet[3] = 0x10;
  return packet;
}

}  // namespace sluice::check::testing
