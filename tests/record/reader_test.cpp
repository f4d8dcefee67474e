#include "sluice/record/reader.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "record/sample.hpp"
#include "sluice/base/crc32c.hpp"

namespace sluice::record {
namespace {

using sample::read;
using sample::said_by;

// What a good record says, with its place: equal only for the same record.
std::string identity(const Found& found) {
  std::string text = std::to_string(found.offset) + std::string(as_text(found.header_bytes));
  if (const auto* entry = std::get_if<media::Entry>(&found.record)) text += said_by(*entry);
  return text;
}

std::set<std::string> identities(const std::vector<Reader::Item>& items) {
  std::set<std::string> result;
  for (const Found& found : sample::only<Found>(items)) result.insert(identity(found));
  return result;
}

// Records and damaged spans tile the file behind the signature, in order.
void expect_tiled(const std::vector<Reader::Item>& items, std::size_t size) {
  std::uint64_t at = 0;
  for (const Reader::Item& item : items) {
    if (const auto* found = std::get_if<Found>(&item)) {
      if (at == 0) at = kSignature.size();
      EXPECT_EQ(found->offset, at);
      at = found->end;
    } else {
      const auto& damage = std::get<Damage>(item);
      if (damage.offset == kSignature.size()) at = kSignature.size();
      EXPECT_EQ(damage.offset, at);
      EXPECT_GT(damage.size, 0U);
      at = damage.offset + damage.size;
    }
  }
  EXPECT_EQ(at, size);
}

TEST(RecordReader, GivesTheSameAtEveryStep) {
  const Bytes bytes = sample::file(sample::entries());
  const auto whole = identities(read(bytes));
  for (std::size_t step = 1; step < 200; ++step) EXPECT_EQ(identities(read(bytes, step)), whole) << step;
}

TEST(RecordReader, AnyFlippedByteCostsAtMostTheRecordItIsIn) {
  const Bytes bytes = sample::file(sample::entries());
  const auto whole = sample::only<Found>(read(bytes));
  const auto known = identities(read(bytes));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const std::uint8_t flip : {0x01, 0x80, 0xFF}) {
      Bytes damaged = bytes;
      damaged[at] ^= flip;
      const auto items = read(damaged);
      expect_tiled(items, bytes.size());
      const auto left = identities(items);
      EXPECT_TRUE(std::includes(known.begin(), known.end(), left.begin(), left.end())) << "invented at " << at;
      const bool in_signature = at < kSignature.size();
      EXPECT_EQ(left.size(), in_signature ? whole.size() : whole.size() - 1) << at;
      const auto damage = sample::only<Damage>(items);
      ASSERT_EQ(damage.size(), 1U) << at;
      EXPECT_LE(damage[0].offset, at);
      EXPECT_GT(damage[0].offset + damage[0].size, at);
    }
  }
}

TEST(RecordReader, EveryTruncationKeepsTheRecordsBeforeIt) {
  const Bytes bytes = sample::file(sample::entries());
  const auto whole = sample::only<Found>(read(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto items = read(ByteView(bytes).first(size));
    const auto complete = std::count_if(whole.begin(), whole.end(), [&](const Found& one) { return one.end <= size; });
    EXPECT_EQ(sample::only<Found>(items).size(), static_cast<std::size_t>(complete)) << size;
    for (const Damage& damage : sample::only<Damage>(items)) {
      EXPECT_TRUE(damage.at_end);
      EXPECT_EQ(damage.offset + damage.size, size);
    }
  }
}

TEST(RecordReader, BytesMissingInTheMiddleCostOnlyTheRecordsTheyWereIn) {
  const Bytes bytes = sample::file(sample::entries());
  const auto whole = sample::only<Found>(read(bytes));
  for (std::size_t at = kSignature.size(); at + 10 < bytes.size(); ++at) {
    Bytes shorter = bytes;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at),
                  shorter.begin() + static_cast<std::ptrdiff_t>(at + 10));
    const auto touched = std::count_if(whole.begin(), whole.end(),
                                       [&](const Found& one) { return one.offset < at + 10 && one.end > at; });
    EXPECT_GE(sample::only<Found>(read(shorter)).size(), whole.size() - static_cast<std::size_t>(touched)) << at;
  }
}

TEST(RecordReader, DamagedBodyStillNamesTrackAndTime) {
  Bytes bytes = sample::file(sample::entries());
  const auto found = sample::only<Found>(read(bytes));
  const auto key = std::find_if(found.begin(), found.end(), [](const Found& one) {
    return one.header.type == RecordType::packet && one.header.time == 1080000;
  });
  bytes[key->end - 1] ^= 1;
  const auto damage = sample::only<Damage>(read(bytes));
  ASSERT_EQ(damage.size(), 1U);
  EXPECT_EQ(damage[0].reason, Damage::Reason::body);
  ASSERT_TRUE(damage[0].header);
  EXPECT_EQ(damage[0].header->time, 1080000);
  EXPECT_FALSE(damage[0].at_end);
}

// A publisher cannot know the mark of the file that is being written.
TEST(RecordReader, RecordsWithinAPayloadAreNotTakenForOurs) {
  const Bytes forged = sample::file(sample::entries());
  Writer writer(sample::kMark ^ 1, FileHeader{sample::session(), 0, {}}, Head());
  writer.add(media::Packet{0, true, false, 0, 0, Payload::copy_of(forged)});
  writer.add(media::End{sample::wall(1)});
  Bytes bytes = sample::take(writer.output());
  const auto packet = sample::only<Found>(read(bytes))[1];
  for (const std::uint64_t at : {packet.offset, packet.offset + 12, packet.end - 1}) {
    Bytes damaged = bytes;
    damaged[at] ^= 1;
    const auto left = sample::only<Found>(read(damaged));
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[1].header.type, RecordType::end);
  }
}

TEST(RecordReader, ZeroPagesAreATornTail) {
  Bytes bytes = sample::file(sample::entries(), false);
  const std::size_t size = bytes.size();
  bytes.resize(size + 8192, 0);
  const auto damage = sample::only<Damage>(read(bytes, 1000));
  ASSERT_EQ(damage.size(), 1U);
  EXPECT_EQ(damage[0].offset, size);
  EXPECT_EQ(damage[0].size, 8192U);
  EXPECT_TRUE(damage[0].at_end);
}

TEST(RecordReader, WhatIsNoRecordingGivesNothing) {
  const Bytes noise(10000, 'x');
  const auto items = read(noise, 777);
  EXPECT_TRUE(sample::only<Found>(items).empty());
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(std::get<Damage>(items[0]).reason, Damage::Reason::signature);
  EXPECT_EQ(std::get<Damage>(items[0]).size, noise.size());
  EXPECT_TRUE(read({}).empty());
}

// One record with this type and body, checksums right.
Bytes file_with(RecordHeader header, ByteView body) {
  header.mark = sample::kMark;
  header.body_size = static_cast<std::uint32_t>(body.size());
  header.body_crc = crc32c(body);
  Bytes bytes(kSignature.begin(), kSignature.end());
  const HeaderBytes head = encode_header(header);
  bytes.insert(bytes.end(), head.begin(), head.end());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

TEST(RecordReader, UnknownTypesAreSkippedAndNoDamage) {
  RecordHeader header;
  header.type = RecordType{200};
  const auto items = read(file_with(header, as_bytes("what a later version adds")));
  ASSERT_EQ(items.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<UnknownRecord>(std::get<Found>(items[0]).record));
}

TEST(RecordReader, NewerVersionEndsTheReading) {
  Draft newer = draft(FileHeader{sample::session(), 0, {}});
  newer.body[0] = kVersion + 1;
  Bytes bytes = file_with(newer.header, newer.body);
  const Bytes more = sample::file(sample::entries());
  bytes.insert(bytes.end(), more.begin() + kSignature.size(), more.end());
  const auto items = read(bytes);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(std::get<NewerVersion>(std::get<Found>(items[0]).record).version, kVersion + 1);
}

TEST(RecordReader, BodiesThatGrewAtTheEndAreRead) {
  for (const media::Entry& entry : sample::entries()) {
    if (std::holds_alternative<media::Packet>(entry) || std::holds_alternative<media::Data>(entry)) continue;
    Draft grown = draft(entry);
    grown.body.push_back(0xAB);
    const auto items = read(file_with(grown.header, grown.body));
    EXPECT_EQ(said_by(sample::entries_of(items)), std::vector{said_by(entry)});
  }
}

TEST(RecordReader, SenselessContentIsDamageAndNotAnEntry) {
  struct Case {
    const char* name;
    Draft draft;
  };
  std::vector<Case> cases;
  for (const media::Entry& entry :
       {media::Entry(sample::video()), media::Entry(sample::cut(1, 0)), media::Entry(media::Period{}),
        media::Entry(media::Gap{}), media::Entry(media::End{})}) {
    cases.push_back({"body too short", draft(entry)});
    cases.back().draft.body.pop_back();
  }
  cases.push_back({"timescale of zero", draft(sample::video())});
  std::fill_n(cases.back().draft.body.begin() + 2, 4, std::uint8_t{0});
  cases.push_back({"time out of reach", draft(sample::packet(0, kTicksMax + 1, true, ""))});
  cases.push_back({"cause that does not exist", draft(media::Period{})});
  cases.back().draft.body.back() = 7;
  cases.push_back({"index with a count too large", draft(Index{})});
  cases.back().draft.body[3] = 0xFF;
  cases.push_back({"name that is none", draft(FileHeader{sample::session(), 0, {}})});
  cases.back().draft.body[2 + 4 + 8 + 8 + 8 + 8 + 4 + 1] = '/';
  for (const Case& one : cases) {
    const auto items = read(file_with(one.draft.header, one.draft.body));
    ASSERT_EQ(items.size(), 1U) << one.name;
    ASSERT_TRUE(std::holds_alternative<Damage>(items[0])) << one.name;
    EXPECT_EQ(std::get<Damage>(items[0]).reason, Damage::Reason::content) << one.name;
  }
  EXPECT_EQ(sample::entries_of(read(file_with(draft(sample::packet(0, kTicksMax, true, "")).header, {}))).size(), 1U);
}

TEST(RecordFormat, BodySizeIsLimited) {
  RecordHeader header;
  header.mark = 1;
  header.body_size = kBodyMax;
  EXPECT_TRUE(decode_header(encode_header(header)));
  header.body_size = kBodyMax + 1;
  EXPECT_FALSE(decode_header(encode_header(header)));
}

TEST(RecordFormat, HeaderOfAMarkOfZeroIsNone) {
  EXPECT_FALSE(decode_header(HeaderBytes{}));
  EXPECT_FALSE(decode_header(encode_header(RecordHeader{})));
}

}  // namespace
}  // namespace sluice::record
