#include "sluice/mux/continuity.hpp"

#include <gtest/gtest.h>

#include "sluice/mux/ts_packet.hpp"

namespace sluice::mux {
namespace {

constexpr std::uint16_t kPid = 0x100;

Bytes filled(std::size_t size, std::uint8_t value) { return Bytes(size, value); }

// A PES header with PTS, and `size` bytes in all.
Bytes unit(std::size_t size) {
  Bytes bytes = {0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1};
  bytes.resize(size, 0xaa);
  return bytes;
}

void append_table(Bytes& out, std::uint16_t pid) { append_ts_packet(out, pid, true, 3, {}, filled(100, 0)); }

struct Read {
  int count = 0;
  Bytes payload;
  std::vector<int> counters;
};

Read read(ByteView bytes, std::uint16_t pid) {
  Read found;
  for (std::size_t at = 0; at < bytes.size(); at += kTsPacketSize) {
    const TsPacket packet(bytes.subspan(at, kTsPacketSize));
    if (packet.pid() != pid) continue;
    ++found.count;
    found.counters.push_back(packet.counter());
    found.payload.insert(found.payload.end(), packet.payload().begin(), packet.payload().end());
  }
  return found;
}

// M2T-02, at every count of packets a PID can have.
TEST(MakeContinuous, EveryPidHasAMultipleOfSixteenPackets) {
  for (int packets = 1; packets <= 33; ++packets) {
    Bytes segment;
    append_ts_packet(segment, kPid, true, 5, {}, unit(184));
    for (int i = 1; i < packets; ++i) append_ts_packet(segment, kPid, false, 5, {}, filled(184, 0xbb));
    const Read before = read(segment, kPid);
    const Bytes made = make_continuous(segment, 1).value();
    const Read after = read(made, kPid);
    EXPECT_EQ(after.count, (packets + 15) / 16 * 16);
    EXPECT_EQ(after.payload, before.payload);
    for (int i = 0; i < after.count; ++i) EXPECT_EQ(after.counters[static_cast<std::size_t>(i)], i % 16);
  }
}

TEST(MakeContinuous, ThePesHeaderStaysInOnePacketWhereItCan) {
  Bytes segment;
  append_ts_packet(segment, kPid, true, 0, {}, unit(40));
  const Bytes made = make_continuous(segment, 1).value();
  EXPECT_GE(TsPacket(ByteView(made).first(kTsPacketSize)).payload().size(), 19u);
  EXPECT_EQ(read(made, kPid).count, 16);
}

TEST(MakeContinuous, AUnitTooSmallForThatIsSplitAllTheSame) {
  Bytes segment;
  append_ts_packet(segment, kPid, true, 0, {}, unit(20));
  const Read after = read(make_continuous(segment, 1).value(), kPid);
  EXPECT_EQ(after.count, 16);
  EXPECT_EQ(after.payload, unit(20));
}

// M2T-01.
TEST(MakeContinuous, TablesStandOnceAndCountSegments) {
  Bytes segment;
  for (int i = 0; i < 2; ++i) {
    append_table(segment, 0x11);
    append_table(segment, kPatPid);
    append_table(segment, kPmtPid);
    append_ts_packet(segment, kPid, true, 0, {}, unit(184));
  }
  append_table(segment, 0x1fff);
  for (const std::uint64_t msn : {std::uint64_t{15}, std::uint64_t{16}, std::uint64_t{17}}) {
    const Bytes made = make_continuous(segment, msn).value();
    for (const std::uint16_t pid : {kPatPid, kPmtPid}) {
      EXPECT_EQ(read(made, pid).counters, std::vector<int>{static_cast<int>(msn % 16)});
    }
    EXPECT_EQ(made.size(), 18 * kTsPacketSize);
  }
}

TEST(MakeContinuous, AdaptationFieldsSurviveASplit) {
  Bytes pcr;
  append_pcr_packet(pcr, kPid, 0, 123456789);
  const ByteView adaptation = TsPacket(pcr).adaptation().first(8);
  Bytes segment;
  append_ts_packet(segment, kPid, true, 0, adaptation, unit(176));
  const Bytes made = make_continuous(segment, 0).value();
  EXPECT_EQ(TsPacket(ByteView(made).first(kTsPacketSize)).pcr(), 123456789);
  EXPECT_EQ(read(made, kPid).payload, unit(176));
}

// M2T-03.
TEST(MakeContinuous, DistantPcrsGetOthersBetweenThem) {
  for (const std::int64_t first : {std::int64_t{1000}, kPcrWrap - 27'000'000 / 2}) {
    Bytes segment;
    for (const std::int64_t offset : {0, 27'000'000}) {
      Bytes pcr;
      append_pcr_packet(pcr, kPid, 0, (first + offset) % kPcrWrap);
      append_ts_packet(segment, kPid, true, 0, TsPacket(pcr).adaptation().first(8), unit(176));
    }
    const Bytes made = make_continuous(segment, 0).value();
    std::optional<std::int64_t> last;
    int pcrs = 0;
    int counter = -1;
    for (std::size_t at = 0; at < made.size(); at += kTsPacketSize) {
      const TsPacket packet(ByteView(made).subspan(at, kTsPacketSize));
      EXPECT_EQ(packet.counter(), (counter + (packet.has_payload() ? 1 : 0)) & 0x0f);
      counter = packet.counter();
      if (!packet.pcr()) continue;
      ++pcrs;
      if (last) {
        EXPECT_LE((*packet.pcr() - *last + kPcrWrap) % kPcrWrap, kPcrIntervalMax);
      }
      last = packet.pcr();
    }
    EXPECT_EQ(pcrs, 13);
  }
}

// M2T-03: a border between segments is no reason for a longer one.
TEST(MakeContinuous, ThePcrGoesOnUpToTheNextSegment) {
  constexpr std::int64_t kFirst = kPcrWrap - 1000;
  constexpr std::int64_t kNext = 27'000'000 / 5;  // 200 ms, and beyond the wrap
  Bytes pcr;
  append_pcr_packet(pcr, kPid, 0, kFirst);
  Bytes segment;
  append_ts_packet(segment, kPid, true, 0, TsPacket(pcr).adaptation().first(8), unit(176));
  const Bytes plain = make_continuous(segment, 0).value();
  const Bytes made = make_continuous(segment, 0, kFirst + kNext).value();
  ASSERT_EQ(made.size(), plain.size() + 2 * kTsPacketSize);
  for (const std::int64_t i : {1, 2}) {
    const TsPacket packet(ByteView(made).subspan(plain.size() + static_cast<std::size_t>(i - 1) * kTsPacketSize));
    EXPECT_EQ(packet.pcr(), (kFirst + kNext * i / 3) % kPcrWrap);
    EXPECT_EQ(packet.counter(), 15);
    EXPECT_FALSE(packet.has_payload());
  }
}

TEST(MakeContinuous, AnythingButPacketsIsAnError) {
  EXPECT_EQ(make_continuous(filled(189, 0x47), 0).error().message, "TS segment of 189 bytes: not a multiple of 188");
  EXPECT_EQ(make_continuous(filled(188, 0x46), 0).error().message, "TS segment: no sync byte at offset 0");
  EXPECT_TRUE(make_continuous({}, 0).value().empty());
}

TEST(TsPacket, AppendedPacketsReadBackAtEverySize) {
  for (std::size_t size = 1; size <= 184; ++size) {
    Bytes bytes;
    append_ts_packet(bytes, 0x1abc, size % 2 == 0, 9, {}, filled(size, 0xcd));
    ASSERT_EQ(bytes.size(), kTsPacketSize);
    const TsPacket packet(bytes);
    EXPECT_TRUE(packet.has_sync());
    EXPECT_EQ(packet.pid(), 0x1abc);
    EXPECT_EQ(packet.starts_unit(), size % 2 == 0);
    EXPECT_EQ(packet.counter(), 9);
    EXPECT_EQ(packet.payload().size(), size);
    EXPECT_EQ(packet.adaptation().size(), 184 - size);
    EXPECT_FALSE(packet.pcr());
  }
}

TEST(TsPacket, PcrReadsBackOverItsWholeRange) {
  for (const std::int64_t pcr : {std::int64_t{0}, std::int64_t{299}, std::int64_t{300}, kPcrWrap - 1}) {
    Bytes bytes;
    append_pcr_packet(bytes, kPid, 0, pcr);
    EXPECT_EQ(TsPacket(bytes).pcr(), pcr);
    EXPECT_FALSE(TsPacket(bytes).has_payload());
  }
}

TEST(TsPacket, AnOverlongAdaptationFieldLeavesNoPayload) {
  Bytes bytes = filled(188, 0x47);
  bytes[3] = 0x30;
  bytes[4] = 250;
  EXPECT_TRUE(TsPacket(bytes).payload().empty());
}

}  // namespace
}  // namespace sluice::mux
