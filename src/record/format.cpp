#include "sluice/record/format.hpp"

#include "sluice/base/check.hpp"
#include "sluice/base/crc32c.hpp"

namespace sluice::record {
namespace {

constexpr std::size_t kMarkSize = 4;
constexpr std::size_t kCrcEnd = 8;

template <class T>
void put(HeaderBytes& bytes, std::size_t offset, T value) {
  const auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[offset + i] = static_cast<std::uint8_t>(bits >> 8 * i);
}

std::uint32_t header_crc(ByteView header) {
  return crc32c(header.subspan(kCrcEnd, kHeaderSize - kCrcEnd), crc32c(header.first(kMarkSize)));
}

}  // namespace

HeaderBytes encode_header(const RecordHeader& header) {
  HeaderBytes bytes{};
  put(bytes, 0, header.mark);
  put(bytes, 8, header.body_crc);
  put(bytes, 12, header.body_size);
  put(bytes, 16, static_cast<std::uint8_t>(header.type));
  put(bytes, 17, header.track);
  put(bytes, 18, header.flags);
  put(bytes, 20, header.cts);
  put(bytes, 24, header.time);
  put(bytes, 4, header_crc(bytes));
  return bytes;
}

std::optional<RecordHeader> decode_header(ByteView bytes) {
  SLUICE_CHECK(bytes.size() >= kHeaderSize);
  ByteReader reader(bytes.first(kHeaderSize));
  RecordHeader header;
  header.mark = reader.u32_le();
  if (reader.u32_le() != header_crc(bytes)) return std::nullopt;
  header.body_crc = reader.u32_le();
  header.body_size = reader.u32_le();
  header.type = RecordType{reader.u8()};
  header.track = reader.u8();
  header.flags = reader.u8();
  reader.skip(1);
  header.cts = static_cast<std::int32_t>(reader.u32_le());
  header.time = static_cast<std::int64_t>(reader.u64_le());
  if (header.mark == 0 || header.body_size > kBodyMax) return std::nullopt;
  return header;
}

}  // namespace sluice::record
