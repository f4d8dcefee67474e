#include "sluice/rtmp/chunk_reader.hpp"

#include <gtest/gtest.h>

#include "rtmp/wire.hpp"

namespace sluice::rtmp {
namespace {

using testing::control_bytes;
using testing::hex;
using testing::join;
using testing::message;
using testing::message_bytes;
using testing::pattern;

struct Read {
  std::vector<Message> messages;
  std::optional<ConnectionError> error;
};

void read_into(ChunkReader& reader, ByteView input, Read& read) {
  for (;;) {
    auto next = reader.read(input);
    if (!next) {
      read.error = next.error();
      return;
    }
    if (!*next) return;
    read.messages.push_back(std::move(**next));
  }
}

Read read_all(const Bytes& bytes, const Limits& limits = {}, bool publishing = true) {
  ChunkReader reader(limits);
  reader.set_publishing(publishing);
  Read read;
  read_into(reader, bytes, read);
  return read;
}

bool same(const Read& left, const Read& right) {
  const auto equal = [](const Message& a, const Message& b) {
    return a.type == b.type && a.stream_id == b.stream_id && a.timestamp_ms == b.timestamp_ms &&
           std::ranges::equal(a.payload.view(), b.payload.view());
  };
  return left.error.has_value() == right.error.has_value() && std::ranges::equal(left.messages, right.messages, equal);
}

// Reads `bytes` whole, byte by byte and at every split: the result must be the same.
Read read_at_every_split(const Bytes& bytes) {
  const Read whole = read_all(bytes);
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    ChunkReader reader{Limits()};
    reader.set_publishing(true);
    Read read;
    read_into(reader, ByteView(bytes).first(split), read);
    if (!read.error) read_into(reader, ByteView(bytes).subspan(split), read);
    EXPECT_TRUE(same(read, whole)) << "split at " << split;
  }
  ChunkReader reader{Limits()};
  reader.set_publishing(true);
  Read dripped;
  for (std::size_t i = 0; i < bytes.size() && !dripped.error; ++i)
    read_into(reader, ByteView(bytes).subspan(i, 1), dripped);
  EXPECT_TRUE(same(dripped, whole)) << "byte by byte";
  return whole;
}

std::vector<std::uint32_t> timestamps(const Read& read) {
  std::vector<std::uint32_t> result;
  for (const Message& m : read.messages) result.push_back(m.timestamp_ms);
  return result;
}

using Times = std::vector<std::uint32_t>;

// CS-01
TEST(ChunkReader, ChunkStreamIdsOfOneTwoAndThreeBytes) {
  struct Row {
    std::uint32_t id;
    const char* basic_header;
  };
  for (const Row& row : {Row{3, "03"}, Row{63, "3f"}, Row{64, "00 00"}, Row{64, "01 00 00"}, Row{319, "00 ff"},
                         Row{319, "01 ff 00"}, Row{320, "01 00 01"}, Row{65599, "01 ff ff"}}) {
    // An abort that names the id drops the message exactly when the id was read as meant.
    const Bytes begun = join(hex(row.basic_header), hex("000000 000100 09 01000000"), pattern(128));
    const Bytes fresh = join(hex(row.basic_header), hex("000007 000001 08 01000000 aa"));
    const Read read = read_at_every_split(join(begun, control_bytes(message_type::kAbort, row.id), fresh));
    ASSERT_EQ(read.messages.size(), 1u) << row.basic_header;
    EXPECT_EQ(read.messages[0].timestamp_ms, 7u);
  }
}

// CS-01
TEST(ChunkReader, BothLongFormsNameTheSameStream) {
  const Bytes bytes = join(hex("00 00 000000 000100 09 01000000"), pattern(128), hex("c1 00 00"), pattern(128, 1));
  const Read read = read_at_every_split(bytes);
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_EQ(read.messages[0].payload.size(), 256u);
}

// CS-02, CS-03
TEST(ChunkReader, ShorterHeadersInherit) {
  const Read read = read_at_every_split(hex(R"(
      04 000064 000001 08 01000000 a0
      44 00000a 000002 09          b0 b1
      84 000005                    c0 c1
      c4                           d0 d1)"));
  ASSERT_EQ(read.messages.size(), 4u);
  EXPECT_EQ(timestamps(read), (Times{100, 110, 115, 120}));
  for (const Message& m : read.messages) EXPECT_EQ(m.stream_id, 1u);
  EXPECT_EQ(read.messages[0].type, 8);
  EXPECT_EQ(read.messages[3].type, 9);
  EXPECT_TRUE(std::ranges::equal(read.messages[3].payload.view(), hex("d0 d1")));
}

// CS-04: the first example of the specification.
TEST(ChunkReader, FormatThreeRepeatsTheDelta) {
  const Read read = read_at_every_split(hex(R"(
      03 0003e8 000001 08 39300000 aa
      83 000014 aa
      c3 aa
      c3 aa)"));
  EXPECT_EQ(timestamps(read), (Times{1000, 1020, 1040, 1060}));
  EXPECT_EQ(read.messages[0].stream_id, 12345u);
}

// CS-05
TEST(ChunkReader, FormatThreeAfterFormatZeroRepeatsTheTimestampField) {
  const Read read = read_at_every_split(hex("04 00001a 000001 08 01000000 aa  c4 bb"));
  EXPECT_EQ(timestamps(read), (Times{26, 52}));
}

// CS-06: librtmp of 2015 means "the same time again" by this. The specification says otherwise, and holds; the error is
// one delta.
TEST(ChunkReader, RepeatedAbsoluteTimeOfOldLibrtmpIsReadAsADelta) {
  const Read read = read_at_every_split(hex(R"(
      04 000064 000001 08 01000000 aa
      44 000017 000001 08 bb
      c4 cc)"));
  EXPECT_EQ(timestamps(read), (Times{100, 123, 146}));
}

// CS-07
TEST(ChunkReader, ExtendedTimestampsAroundTheBoundary) {
  for (const std::uint32_t time : {0xFFFFFEu, 0xFFFFFFu, 0x1000000u, 0xFFFFFFFFu}) {
    const Read read = read_at_every_split(message_bytes(4, message(9, 1, time, pattern(3))));
    EXPECT_EQ(timestamps(read), Times{time});
  }
  // A value that needed no extension is taken as it is.
  EXPECT_EQ(timestamps(read_all(hex("04 ffffff 000001 09 01000000 00000005 aa"))), Times{5});
}

// CS-08
TEST(ChunkReader, ContinuationsRepeatTheExtendedTimestamp) {
  const Bytes payload = pattern(300);
  const Read read = read_at_every_split(message_bytes(4, message(9, 1, 0x1000000, payload)));
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_TRUE(std::ranges::equal(read.messages[0].payload.view(), payload));
}

// CS-09: whatever the length of the last chunk, so that nothing waits for bytes that may not come.
TEST(ChunkReader, ContinuationsWithoutTheExtendedTimestampAreUnderstood) {
  for (const std::size_t size : {129u, 130u, 131u, 132u, 256u, 300u}) {
    const Bytes payload = pattern(size, 3);
    const Bytes bytes = message_bytes(4, message(9, 1, 0x1000000, payload), 128, false);
    const Read read = read_at_every_split(bytes);
    ASSERT_EQ(read.messages.size(), 1u) << size;
    EXPECT_TRUE(std::ranges::equal(read.messages[0].payload.view(), payload));
    // What follows is found as well.
    EXPECT_EQ(read_at_every_split(join(bytes, message_bytes(4, message(8, 1, 9, pattern(1))))).messages.size(), 2u);
  }
}

// CS-09: payload that begins like the extended timestamp in part is not swallowed.
TEST(ChunkReader, PayloadThatResemblesTheExtendedTimestampSurvives) {
  Bytes payload = pattern(400);
  const Bytes timestamp = hex("01000000");
  std::copy(timestamp.begin(), timestamp.end(), payload.begin() + 128);
  const Read repeated = read_at_every_split(message_bytes(4, message(9, 1, 0x1000000, payload)));
  ASSERT_EQ(repeated.messages.size(), 1u);
  EXPECT_TRUE(std::ranges::equal(repeated.messages[0].payload.view(), payload));

  payload[131] = 0x55;  // 01 00 00 55: differs in the last byte only
  const Read omitted = read_at_every_split(message_bytes(4, message(9, 1, 0x1000000, payload), 128, false));
  ASSERT_EQ(omitted.messages.size(), 1u);
  EXPECT_TRUE(std::ranges::equal(omitted.messages[0].payload.view(), payload));
}

// CS-10
TEST(ChunkReader, FormatThreeThatBeginsAMessageReadsItsOwnExtendedDelta) {
  const Read read = read_at_every_split(hex(R"(
      04 000000 000001 08 01000000 aa
      44 ffffff 000001 08 01000000 bb
      c4 01000005 cc)"));
  EXPECT_EQ(timestamps(read), (Times{0, 0x1000000, 0x2000005}));
}

// CS-11
TEST(ChunkReader, DeltasAreAddedModuloTwoToThe32) {
  const Read read = read_at_every_split(hex("04 000064 000001 08 01000000 aa  44 ffffff 000001 08 fffffff6 bb"));
  EXPECT_EQ(timestamps(read), (Times{100, 90}));
}

// CS-12
TEST(ChunkReader, MessagesInterleaveChunkByChunk) {
  const Bytes a = pattern(300, 1), b = pattern(300, 2), c = pattern(300, 3);
  const auto part = [](const Bytes& bytes, std::size_t from) {
    return Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                 bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(from + 128, bytes.size())));
  };
  Bytes bytes;
  for (std::size_t from = 0; from < 300; from += 128) {
    for (const auto& [id, payload] : {std::pair{4, &a}, std::pair{5, &b}, std::pair{6, &c}}) {
      const Bytes header = from == 0 ? join(Bytes{static_cast<std::uint8_t>(id)}, hex("000001 00012c 09 01000000"))
                                     : Bytes{static_cast<std::uint8_t>(0xC0 | id)};
      bytes = join(bytes, header, part(*payload, from));
    }
  }
  const Read read = read_at_every_split(bytes);
  ASSERT_EQ(read.messages.size(), 3u);
  EXPECT_TRUE(std::ranges::equal(read.messages[0].payload.view(), a));
  EXPECT_TRUE(std::ranges::equal(read.messages[1].payload.view(), b));
  EXPECT_TRUE(std::ranges::equal(read.messages[2].payload.view(), c));
}

// CS-14
TEST(ChunkReader, ANewHeaderInsideAMessageIsAnError) {
  const Bytes begun = join(hex("04 000000 000100 09 01000000"), pattern(128));
  for (const char* header : {"04 000000 000001 08 01000000 aa", "44 000000 000001 08 aa", "84 000000 aa"}) {
    const Read read = read_at_every_split(join(begun, hex(header)));
    ASSERT_TRUE(read.error.has_value()) << header;
    EXPECT_EQ(read.error->failure, Failure::protocol);
  }
}

// CS-15
TEST(ChunkReader, AStreamMayBeginWithFormatOneButNotTwoOrThree) {
  const Read first = read_at_every_split(hex("42 000000 000006 04 0003 00000000"));
  ASSERT_EQ(first.messages.size(), 1u);
  EXPECT_EQ(first.messages[0].stream_id, 0u);
  EXPECT_TRUE(read_all(hex("82 000000")).error.has_value());
  EXPECT_TRUE(read_all(hex("c2")).error.has_value());
}

// CS-16
TEST(ChunkReader, MessagesWithoutPayloadAreWholeWithTheirHeader) {
  const Read read = read_at_every_split(hex("04 000001 000000 08 01000000 c4"));
  ASSERT_EQ(read.messages.size(), 2u);
  EXPECT_TRUE(read.messages[0].payload.empty());
}

// CS-17: the change comes between two chunks of a message on another chunk stream.
TEST(ChunkReader, ChunkSizeChangesForMessagesUnderWay) {
  const Bytes payload = pattern(128 + 1000);
  const ByteView view(payload);
  const Read read =
      read_at_every_split(join(hex("04 000000 000468 09 01000000"), view.first(128),
                               control_bytes(message_type::kSetChunkSize, 4096), hex("c4"), view.subspan(128)));
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_TRUE(std::ranges::equal(read.messages[0].payload.view(), payload));
}

// CS-17, CS-19, LIM-11
TEST(ChunkReader, ChunkSizesOutsideTheRange) {
  for (const std::uint32_t bad : {0u, 0x80000000u, 0xFFFFFFFFu}) {
    EXPECT_TRUE(read_all(control_bytes(message_type::kSetChunkSize, bad)).error.has_value()) << bad;
  }
  ChunkReader reader{Limits()};
  Read read;
  read_into(reader, control_bytes(message_type::kSetChunkSize, 0x7FFFFFFF), read);
  EXPECT_FALSE(read.error.has_value());
  EXPECT_EQ(reader.chunk_size(), ChunkReader::kChunkSizeMax);
  read_into(reader, message_bytes(4, message(9, 1, 0, pattern(100)), 1 << 24), read);
  ASSERT_EQ(read.messages.size(), 1u);
}

// CS-20
TEST(ChunkReader, AbortDropsTheNamedMessageOnly) {
  ChunkReader reader{Limits()};
  Read read;
  read_into(reader, join(hex("04 000000 000100 09 01000000"), pattern(128)), read);
  EXPECT_EQ(reader.partial_bytes(), 128u);
  read_into(reader, control_bytes(message_type::kAbort, 99), read);
  EXPECT_EQ(reader.partial_bytes(), 128u);
  read_into(reader, control_bytes(message_type::kAbort, 4), read);
  EXPECT_EQ(reader.partial_bytes(), 0u);
  read_into(reader, hex("04 000007 000001 08 01000000 aa"), read);
  EXPECT_FALSE(read.error.has_value());
  EXPECT_EQ(timestamps(read), Times{7});
}

// CS-25
TEST(ChunkReader, ShortControlMessagesOfTheChunkLayerAreErrors) {
  EXPECT_TRUE(read_all(hex("02 000000 000003 01 00000000 000001")).error.has_value());
  EXPECT_TRUE(read_all(hex("02 000000 000003 02 00000000 000001")).error.has_value());
}

// LIM-06, LIM-07
TEST(ChunkReader, MessageLengthIsLimitedBeforeAnythingIsBuffered) {
  Limits limits;
  limits.message_bytes_before_publish = 0x200;
  limits.message_bytes = 0x400;
  EXPECT_FALSE(read_all(hex("04 000000 000200 09 01000000"), limits, false).error.has_value());
  EXPECT_TRUE(read_all(hex("04 000000 000201 09 01000000"), limits, false).error.has_value());
  EXPECT_FALSE(read_all(hex("04 000000 000400 09 01000000"), limits, true).error.has_value());
  const Read over = read_all(hex("04 000000 000401 09 01000000"), limits, true);
  ASSERT_TRUE(over.error.has_value());
  EXPECT_EQ(over.error->failure, Failure::limit);
  EXPECT_EQ(over.error->message, "a message's length is 1025, the limit is 1024");
}

// LIM-09
TEST(ChunkReader, ChunkStreamsAreCounted) {
  Limits limits;
  limits.chunk_streams = 3;
  Bytes bytes;
  for (std::uint32_t id = 3; id < 6; ++id) bytes = join(bytes, message_bytes(id, message(8, 1, 0, pattern(1))));
  EXPECT_FALSE(read_all(bytes, limits).error.has_value());
  const Read over = read_all(join(bytes, message_bytes(6, message(8, 1, 0, pattern(1)))), limits);
  ASSERT_TRUE(over.error.has_value());
  EXPECT_EQ(over.error->failure, Failure::limit);
}

// LIM-10
TEST(ChunkReader, UnfinishedMessagesAreLimitedInSum) {
  Limits limits;
  limits.partial_bytes = 256;
  const auto begin = [](std::uint8_t id) { return join(Bytes{id}, hex("000000 001000 09 01000000"), pattern(128)); };
  EXPECT_FALSE(read_all(join(begin(4), begin(5)), limits).error.has_value());
  const Read over = read_all(join(begin(4), begin(5), hex("c4 aa")), limits);
  ASSERT_TRUE(over.error.has_value());
  EXPECT_EQ(over.error->failure, Failure::limit);
}

// TS-03, CS-08: a session across the 24-bit boundary, absolute and in deltas, for every kind of chunk size.
TEST(ChunkReader, The24BitBoundaryPassesUnnoticed) {
  const Bytes payload = pattern(700);
  for (const std::size_t chunk_size : {128u, 129u, 350u, 699u, 700u, 70000u}) {
    Bytes absolute = control_bytes(message_type::kSetChunkSize, static_cast<std::uint32_t>(chunk_size));
    Times expected;
    for (std::uint32_t time = 0xFFFFF0; time <= 0x1000010; time += 4) {
      expected.push_back(time);
      absolute = join(absolute, message_bytes(4, message(9, 1, time, payload), chunk_size));
    }
    const Read read = read_all(absolute);
    EXPECT_FALSE(read.error.has_value());
    EXPECT_EQ(timestamps(read), expected) << chunk_size;
  }
  Bytes deltas = hex("04 fffff0 000001 09 01000000 aa");
  for (int i = 0; i < 8; ++i) deltas = join(deltas, hex("84 000004 aa"));
  EXPECT_EQ(timestamps(read_at_every_split(deltas)).back(), 0x1000010u);
}

// LIM-12: what a chunk size of 1 costs is counted.
TEST(ChunkReader, HeaderBytesAreCounted) {
  ChunkReader reader{Limits()};
  Read read;
  read_into(reader, control_bytes(message_type::kSetChunkSize, 1), read);
  const std::uint64_t before = reader.header_bytes();
  read_into(reader, message_bytes(4, message(9, 1, 0, pattern(100)), 1), read);
  EXPECT_EQ(reader.header_bytes() - before, 12u + 99u);
  ASSERT_EQ(read.messages.size(), 1u);
}

}  // namespace
}  // namespace sluice::rtmp
