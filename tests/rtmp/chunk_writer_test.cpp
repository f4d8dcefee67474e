#include "sluice/rtmp/chunk_writer.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::hex;
using testing::join;
using testing::pattern;
using testing::to_hex;

// CW-01
TEST(ChunkWriter, WritesFullHeadersWithTimestampZero) {
  ChunkWriter writer;
  writer.write(5, 20, 0x01020304, hex("aabb"));
  EXPECT_EQ(to_hex(writer.take_output()),
            "05000000000002"
            "14"
            "04030201"
            "aabb");
  EXPECT_EQ(writer.size(), 0u);
}

TEST(ChunkWriter, SplitsAtTheChunkSizeInForce) {
  ChunkWriter writer;
  const Bytes payload = pattern(129);
  const ByteView view(payload);
  writer.write(3, 20, 0, payload);
  EXPECT_EQ(writer.take_output(), join(hex("03 000000 000081 14 00000000"), view.first(128), hex("c3"), view.last(1)));
  writer.write_set_chunk_size(4096);
  EXPECT_EQ(to_hex(writer.take_output()),
            "02000000000004"
            "01"
            "00000000"
            "00001000");
  writer.write(3, 20, 0, payload);
  EXPECT_EQ(writer.take_output(), join(hex("03 000000 000081 14 00000000"), payload));
}

TEST(ChunkWriter, WritesControlAndUserControl) {
  ChunkWriter writer;
  writer.write_control(5, 2500000);
  writer.write_user_control(7, 0x01020304);
  EXPECT_EQ(to_hex(writer.take_output()),
            "02000000000004"
            "05"
            "00000000"
            "002625a0"
            "02000000000006"
            "04"
            "00000000"
            "0007"
            "01020304");
}

}  // namespace
}  // namespace sluice::rtmp
