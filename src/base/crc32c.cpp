#include "sluice/base/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace sluice {
namespace {

constexpr std::uint32_t kPolynomialReversed = 0x82F63B78;

// kTables[k][b]: the checksum of byte b followed by k zero bytes, so that eight bytes take eight look-ups and no loop
// over bits ("slicing by eight").
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomialReversed : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = shorter >> 8 ^ tables[0][shorter & 0xFF];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint64_t load_little(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(ByteView bytes, std::uint32_t before) {
  std::uint64_t crc = before ^ 0xFFFFFFFF;
  const std::uint8_t* next = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, next += 8) crc = _mm_crc32_u64(crc, load_little(next));
  auto crc32 = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left, ++next) crc32 = _mm_crc32_u8(crc32, *next);
  return crc32 ^ 0xFFFFFFFF;
}
#endif

using Crc = std::uint32_t (*)(ByteView, std::uint32_t);

Crc choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_by_instruction;
#endif
  return crc32c_by_tables;
}

}  // namespace

std::uint32_t crc32c_by_tables(ByteView bytes, std::uint32_t before) {
  std::uint32_t crc = before ^ 0xFFFFFFFF;
  const std::uint8_t* next = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, next += 8) {
    const std::uint64_t word = load_little(next) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> 8 * k & 0xFF];
  }
  for (; left > 0; --left, ++next) crc = crc >> 8 ^ kTables[0][(crc ^ *next) & 0xFF];
  return crc ^ 0xFFFFFFFF;
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
  static const Crc chosen = choose();
  return chosen(bytes, before);
}

}  // namespace sluice
