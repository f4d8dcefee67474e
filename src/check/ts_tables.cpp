#include "ts_tables.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sluice::check::ts {
namespace {

constexpr std::size_t kHeaderSize = 3;
constexpr std::size_t kCrcSize = 4;
constexpr std::size_t kSectionMax = 1024;  // ISO 13818-1 2.4.4.5: the first two bits of a length of 12 are zero

std::size_t section_size(ByteView section) { return kHeaderSize + ((section[1] << 8 | section[2]) & 0xFFF); }

// CRC-32/MPEG-2, ISO 13818-1 annex A: 0 over a section and the CRC behind it.
std::uint32_t crc32(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) {
    crc ^= std::uint32_t{byte} << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80000000) != 0 ? 0x04C11DB7U : 0U);
  }
  return crc;
}

std::optional<Error> find_fault(ByteView section, std::uint8_t table, std::string_view name) {
  const std::string what(name);
  if (section.size() < 9 + kHeaderSize)
    return Error{"the " + what + " has " + std::to_string(section.size()) + " bytes"};
  if (section[0] != table) return Error{"the " + what + "'s table_id is " + std::to_string(section[0])};
  if ((section[1] & 0x80) == 0) return Error{"the " + what + " lacks the section syntax"};
  if (crc32(section) != 0) return Error{"the " + what + "'s CRC is wrong"};
  return {};
}

media::Codec codec_of_registration(std::string_view format) {
  if (format == "AC-3") return media::Codec::ac3;
  if (format == "EAC3") return media::Codec::eac3;
  if (format == "Opus") return media::Codec::opus;
  if (format == "HEVC") return media::Codec::hevc;
  if (format == "AV01") return media::Codec::av1;
  return media::Codec::unknown;
}

// Type 6 is anything: descriptors say what (ETSI EN 300 468 annex D; SMPTE RP 217 registrations).
media::Codec codec_of_descriptors(ByteView descriptors) {
  constexpr std::uint8_t kRegistration = 0x05;
  constexpr std::uint8_t kAc3 = 0x6A;
  constexpr std::uint8_t kEac3 = 0x7A;
  ByteReader reader(descriptors);
  while (!reader.at_end() && reader.ok()) {
    const std::uint8_t tag = reader.u8();
    const ByteView content = reader.take(reader.u8());
    if (tag == kAc3) return media::Codec::ac3;
    if (tag == kEac3) return media::Codec::eac3;
    if (tag == kRegistration && content.size() >= 4) return codec_of_registration(as_text(content.first(4)));
  }
  return media::Codec::unknown;
}

media::Codec codec_of(std::uint8_t type, ByteView descriptors) {
  switch (type) {
    case 0x1B:
      return media::Codec::h264;
    case 0x24:
      return media::Codec::hevc;
    case 0x0F:
      return media::Codec::aac;
    case 0x03:
    case 0x04:
      return media::Codec::mp3;
    case 0x81:
      return media::Codec::ac3;
    case 0x87:
      return media::Codec::eac3;
    case 0x06:
      return codec_of_descriptors(descriptors);
    default:
      return media::Codec::unknown;
  }
}

}  // namespace

Result<std::optional<Bytes>> SectionCollector::feed(ByteView payload, bool starts_unit) {
  if (starts_unit) {
    section_.clear();
    if (payload.empty() || std::size_t{payload[0]} + 1 >= payload.size()) {
      return Error{"a section begins with a pointer beyond its packet"};
    }
    payload = payload.subspan(std::size_t{payload[0]} + 1);
  } else if (section_.empty()) {
    return std::optional<Bytes>{};  // what is left behind a section: stuffing
  }
  section_.insert(section_.end(), payload.begin(), payload.end());
  return take_whole();
}

Result<std::optional<Bytes>> SectionCollector::take_whole() {
  if (section_.size() < kHeaderSize) return std::optional<Bytes>{};
  const std::size_t size = section_size(section_);
  if (size > kSectionMax) {
    section_.clear();
    return Error{"a section has " + std::to_string(size) + " bytes; " + std::to_string(kSectionMax) + " are the most"};
  }
  if (section_.size() < size) return std::optional<Bytes>{};
  Bytes whole = std::exchange(section_, {});
  whole.resize(size);
  return std::optional<Bytes>(std::move(whole));
}

Result<std::vector<Program>> parse_pat(ByteView section) {
  if (auto fault = find_fault(section, kPatTable, "PAT")) return *std::move(fault);
  std::vector<Program> programs;
  ByteReader reader(section.subspan(8, section.size() - 8 - kCrcSize));
  while (!reader.at_end()) {
    const std::uint16_t number = reader.u16();
    const std::uint16_t pid = reader.u16() & 0x1FFF;
    if (!reader.ok()) return Error{"the PAT ends within a program"};
    if (number != 0) programs.push_back({number, pid});
  }
  return programs;
}

bool is_excluded(const Stream& stream) {
  // ISO 13818-1 table 2-34: MPEG-1 and MPEG-2 video, MPEG-4 visual, LATM, raw AAC, JPEG 2000, part of HEVC, VVC.
  constexpr std::array<std::uint8_t, 9> kTypes = {0x01, 0x02, 0x10, 0x11, 0x1C, 0x21, 0x25, 0x33, 0x34};
  if (stream.codec != media::Codec::unknown) return !media::can_carry(media::Container::ts, stream.codec);
  return std::find(kTypes.begin(), kTypes.end(), stream.type) != kTypes.end();
}

Result<Pmt> parse_pmt(ByteView section) {
  if (auto fault = find_fault(section, kPmtTable, "PMT")) return *std::move(fault);
  Pmt pmt;
  pmt.version = section[5] >> 1 & 0x1F;
  const ByteView content = section.subspan(8, section.size() - 8 - kCrcSize);
  pmt.content.assign(content.begin(), content.end());
  ByteReader reader(content);
  pmt.pcr_pid = reader.u16() & 0x1FFF;
  reader.skip(reader.u16() & 0xFFF);
  while (!reader.at_end()) {
    const std::uint8_t type = reader.u8();
    const std::uint16_t pid = reader.u16() & 0x1FFF;
    const ByteView descriptors = reader.take(reader.u16() & 0xFFF);
    if (reader.ok()) pmt.streams.push_back({type, pid, codec_of(type, descriptors)});
  }
  if (!reader.ok()) return Error{"the PMT ends within a stream"};
  return pmt;
}

}  // namespace sluice::check::ts
