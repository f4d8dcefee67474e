#include "sluice/rtmp/proxy_protocol.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"
#include "sluice/base/crc32c.hpp"

namespace sluice::rtmp {
namespace {

using testing::hex;
using testing::join;

ProxyOutcome parse(ByteView bytes) { return parse_proxy_header(bytes); }
ProxyOutcome parse(const std::string& text) { return parse_proxy_header(as_bytes(text)); }

bool is_error(const ProxyOutcome& outcome) { return std::holds_alternative<Error>(outcome); }

ProxyHeader header(std::string address, std::uint16_t port, std::size_t size) {
  return {ProxyHeader::Source{std::move(address), port}, false, size};
}

// Any shorter prefix asks for more; data behind the header changes nothing (PP-04).
void expect_header(const Bytes& bytes, const ProxyHeader& expected) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(parse(ByteView(bytes).first(size)), ProxyOutcome(NeedMoreBytes())) << size;
  }
  EXPECT_EQ(parse(bytes), ProxyOutcome(expected));
  EXPECT_EQ(parse(join(bytes, hex("03 0000"))), ProxyOutcome(expected));
}

// PP-02
TEST(ProxyProtocol, Version1) {
  const auto line = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  expect_header(line("PROXY TCP4 192.0.2.1 198.51.100.1 56324 1935\r\n"), header("192.0.2.1", 56324, 46));
  expect_header(line("PROXY TCP4 192.0.2.1 198.51.100.1 0 65535\r\n"), header("192.0.2.1", 0, 43));
  expect_header(line("PROXY TCP6 2001:DB8:0::1 ::1 5 6\r\n"), header("2001:db8::1", 5, 34));
  expect_header(line("PROXY UNKNOWN\r\n"), {std::nullopt, false, 15});
  expect_header(line("PROXY UNKNOWN ffff::1 whatever 1 2\r\n"), {std::nullopt, false, 36});
}

// PP-02
TEST(ProxyProtocol, Version1Errors) {
  for (const char* text :
       {"PROXY TCP4 192.0.2.1 198.51.100.1 056 1935\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 65536 1935\r\n",
        "PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 192.0.2.1 192.0.2.1 1 2\r\n",
        "PROXY TCP5 192.0.2.1 192.0.2.1 1 2\r\n", "PROXY TCP4  192.0.2.1 192.0.2.1 1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.1 1\r\n", "PROXY TCP4 192.0.2.1 192.0.2.1 1 2 \r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.1 1 2 3\r\n", "PROXY TCP4 192.0.2.1 192.0.2.1 1 -2\r\n", "PROXY \r\n"}) {
    EXPECT_TRUE(is_error(parse(std::string(text)))) << text;
  }
  EXPECT_TRUE(is_error(parse(std::string("PROXY TCP4 192.0.2.1\0 192.0.2.1 1 2\r\n", 37))));
}

// PP-02: 107 bytes with the line end, no more; a lone line feed ends nothing.
TEST(ProxyProtocol, Version1IsAtMost107Bytes) {
  const std::string start = "PROXY UNKNOWN ";
  const std::string fits = start + std::string(105 - start.size(), 'x') + "\r\n";
  ASSERT_EQ(fits.size(), 107u);
  EXPECT_EQ(parse(fits), ProxyOutcome(ProxyHeader{std::nullopt, false, 107}));
  EXPECT_TRUE(is_error(parse(start + std::string(106 - start.size(), 'x') + "\r\n")));
  EXPECT_EQ(parse(std::string("PROXY UNKNOWN\n")), ProxyOutcome(NeedMoreBytes()));
}

const std::string kSignature = "0d0a0d0a000d0a515549540a";
const std::string kInet = "c0000201 c6336401 dc04 078f";

// PP-03
TEST(ProxyProtocol, Version2) {
  expect_header(hex(kSignature + "21 11 000c" + kInet), header("192.0.2.1", 56324, 28));
  expect_header(hex(kSignature + "21 12 000c" + kInet), header("192.0.2.1", 56324, 28));
  expect_header(
      hex(kSignature + "21 21 0024 20010db8000000000000000000000001 00000000000000000000000000000001 0005 0006"),
      header("2001:db8::1", 5, 52));
  expect_header(hex(kSignature + "21 00 0000"), {std::nullopt, false, 16});
  expect_header(hex(kSignature + "21 00 0003 aabbcc"), {std::nullopt, false, 19});
  expect_header(join(hex(kSignature + "21 31 00d8"), Bytes(216, 'x')), {std::nullopt, false, 232});
  // An unknown TLV is skipped.
  expect_header(hex(kSignature + "21 11 0011" + kInet + "ea 0002 aabb"), header("192.0.2.1", 56324, 33));
}

// PP-06
TEST(ProxyProtocol, LocalIsAHealthCheck) {
  expect_header(hex(kSignature + "20 00 0000"), {std::nullopt, true, 16});
  expect_header(hex(kSignature + "20 11 000c" + kInet), {std::nullopt, true, 28});
}

// PP-03
TEST(ProxyProtocol, Version2Errors) {
  for (const std::string& rest :
       {std::string("22 11 000c"), std::string("11 11 000c"), std::string("21 13 000c"), std::string("21 41 000c"),
        std::string("21 11 000b"), std::string("21 21 000c"), std::string("21 11 ffff"),
        "21 11 000f" + kInet + "ea 0005", "21 11 0011" + kInet + "03 0002 aabb"}) {
    EXPECT_TRUE(is_error(parse(hex(kSignature + rest)))) << rest;
  }
}

// PP-03
TEST(ProxyProtocol, Version2IsAtMost2048Bytes) {
  const auto sized = [](std::uint16_t length) {
    ByteWriter writer;
    writer.append(hex(kSignature + "21 00"));
    writer.u16(length);
    writer.append(Bytes(length, 0));
    return std::move(writer).take();
  };
  EXPECT_EQ(parse(sized(2032)), ProxyOutcome(ProxyHeader{std::nullopt, false, kProxyHeaderBytesMax}));
  EXPECT_TRUE(is_error(parse(sized(2033))));
}

// PP-03
TEST(ProxyProtocol, Version2ChecksumIsVerified) {
  const Bytes zeroed = hex(kSignature + "21 11 0013" + kInet + "03 0004 00000000");
  ByteWriter writer;
  writer.append(ByteView(zeroed).first(zeroed.size() - 4));
  writer.u32(crc32c(zeroed));
  Bytes bytes = std::move(writer).take();
  expect_header(bytes, header("192.0.2.1", 56324, 35));
  bytes.back() ^= 1;
  EXPECT_TRUE(is_error(parse(bytes)));
}

// PP-01: said as early as it can be known.
TEST(ProxyProtocol, OtherBytesAreNoHeader) {
  const ProxyOutcome no = NotAHeader();
  EXPECT_EQ(parse(hex("03")), no);
  EXPECT_EQ(parse(std::string("GET")), no);
  EXPECT_EQ(parse(std::string("PROX\n")), no);
  EXPECT_EQ(parse(hex("0d0a0d0a000d0a515549540b")), no);
  EXPECT_EQ(parse(ByteView()), ProxyOutcome(NeedMoreBytes()));
}

}  // namespace
}  // namespace sluice::rtmp
