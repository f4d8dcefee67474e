// Every single-byte flip and every truncation of small recordings: what the reader still gives, and what a repair makes
// of it.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "record/sample.hpp"
#include "sluice/record/repair.hpp"

namespace sluice::record {
namespace {

using sample::only;
using sample::read;
using sample::said_by;

constexpr std::uint8_t kFlips[] = {0x01, 0x80, 0xFF};

// The sample with each segment in two parts.
std::vector<media::Entry> entries_in_parts() {
  std::vector<media::Entry> all = {media::Period{7, media::PeriodCause::start, Ticks90k(900000), sample::wall(1)},
                                   sample::video(), sample::audio()};
  std::uint64_t fragment = 1;
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::int64_t start = 900000 + i * 180000;
    for (std::uint32_t part = 0; part < 2; ++part) {
      const std::int64_t from = start + 90000 * part;
      all.push_back(sample::packet(0, from, part == 0, "picture " + std::to_string(from)));
      all.push_back(sample::packet(1, from * 49 / 100, true, "sound " + std::to_string(from)));
      all.push_back(media::Cut{static_cast<std::uint64_t>(100 + i),
                               part,
                               fragment++,
                               part == 1,
                               part == 0,
                               Ticks90k(from),
                               Ticks90k(90000),
                               Seconds(2),
                               {{0, from + 90000}}});
    }
  }
  all.push_back(media::End{sample::wall(9)});
  return all;
}

// What is rendered of a part: its Period, the Tracks of that, its packets and its Cut.
struct Part {
  bool added = false;
  std::string text;
};

Part part_of(const std::vector<Found>& all, const IndexEntry& entry) {
  Part part{entry.added, {}};
  bool in_head = false;
  for (const Found& found : all) {
    const auto* said = std::get_if<media::Entry>(&found.record);
    if (said == nullptr || found.end > entry.end) continue;
    in_head = in_head || found.offset == entry.period_offset;
    const auto* packet = std::get_if<media::Packet>(said);
    const bool head = std::holds_alternative<media::Period>(*said) || std::holds_alternative<media::Track>(*said);
    const bool shown = found.offset >= entry.offset && packet != nullptr && !packet->hidden;
    if ((in_head && head) || shown || found.end == entry.end) part.text += said_by(*said);
  }
  return part;
}

// By number of the segment and of the part; only what an index lists and a Cut ends.
std::map<std::pair<std::uint64_t, std::uint32_t>, Part> parts_of(ByteView bytes) {
  const auto all = only<Found>(read(bytes));
  std::map<std::pair<std::uint64_t, std::uint32_t>, Part> result;
  for (const Found& index : all) {
    const auto* list = std::get_if<Index>(&index.record);
    if (list == nullptr) continue;
    for (const IndexEntry& entry : list->entries) {
      if (!entry.gap) result[{entry.msn, entry.part}] = part_of(all, entry);
    }
  }
  return result;
}

FileHeader stand_in() { return FileHeader{sample::session(), 3, {}}; }

struct Repaired {
  Bytes bytes;
  std::size_t marked = 0;
  std::size_t gaps = 0;
  std::uint64_t lost = 0;
};

Repaired repair(ByteView damaged) {
  const auto items = read(damaged);
  RepairPlan plan;
  for (const auto& item : items) plan.look(item);
  const FileHeader header = plan.header().value_or(stand_in());
  plan.decide(header);
  Repair repair(plan, header);
  for (const auto& item : items) repair.pass(item);
  repair.seal(true);
  Repaired result{{}, plan.marked_segments(), plan.gap_segments(), repair.entries_lost()};
  for (const RepairPiece& piece : repair.take()) {
    ByteView bytes;
    if (const auto* range = std::get_if<CopiedRange>(&piece)) {
      bytes = damaged.subspan(range->offset, range->end - range->offset);
    } else {
      bytes = std::get<Bytes>(piece);
    }
    result.bytes.insert(result.bytes.end(), bytes.begin(), bytes.end());
  }
  return result;
}

// The texts of all packets and data: the media.
std::multiset<std::string> media_of(ByteView bytes) {
  std::multiset<std::string> result;
  for (const media::Entry& entry : sample::entries_of(read(bytes))) {
    const bool is_media = std::holds_alternative<media::Packet>(entry) || std::holds_alternative<media::Data>(entry);
    if (is_media) result.insert(said_by(entry));
  }
  return result;
}

// Index, Footer and digest are those of the records, and no byte is damaged.
void expect_whole(ByteView bytes, const std::string& where) {
  const auto items = read(bytes);
  EXPECT_TRUE(only<Damage>(items).empty()) << where;
  Ledger ledger;
  std::optional<Index> index;
  std::optional<Footer> footer;
  for (const Found& found : only<Found>(items)) {
    const Place place{found.offset, found.end, found.header_bytes};
    if (const auto* header = std::get_if<FileHeader>(&found.record)) ledger.pass(place, *header);
    if (const auto* entry = std::get_if<media::Entry>(&found.record)) ledger.pass(place, *entry);
    if (const auto* lost = std::get_if<Lost>(&found.record)) ledger.pass(place, *lost);
    if (const auto* one = std::get_if<Index>(&found.record)) {
      index = *one;
      ledger.pass_index(found.header_bytes);
    }
    if (const auto* one = std::get_if<Footer>(&found.record)) footer = *one;
  }
  ASSERT_TRUE(index && footer) << where;
  EXPECT_EQ(*index, ledger.index()) << where;
  Footer due = ledger.footer();
  due.index_offset = footer->index_offset;
  due.recovered = true;
  EXPECT_EQ(*footer, due) << where;
}

void expect_good_repair(ByteView damaged, ByteView original, const std::string& where) {
  const Repaired repaired = repair(damaged);
  expect_whole(repaired.bytes, where);
  EXPECT_EQ(media_of(repaired.bytes), media_of(damaged)) << where;
  // Under the name of a segment are the bytes of that segment, or none.
  const auto was = parts_of(original);
  for (const auto& [name, part] : parts_of(repaired.bytes)) {
    const auto before = was.find(name);
    ASSERT_TRUE(before != was.end()) << where << ": segment " << name.first << " was invented";
    EXPECT_TRUE(part.added || part.text == before->second.text) << where << ": segment " << name.first;
  }
}

bool any_record(ByteView bytes) { return !only<Found>(read(bytes)).empty(); }

class DamagedFile : public testing::TestWithParam<bool> {
 protected:
  Bytes original_ = sample::file(GetParam() ? entries_in_parts() : sample::entries());
};

TEST_P(DamagedFile, AfterAnyFlippedByteRepairKeepsAllMediaAndInventsNone) {
  for (std::size_t at = 0; at < original_.size(); ++at) {
    for (const std::uint8_t flip : kFlips) {
      Bytes damaged = original_;
      damaged[at] ^= flip;
      expect_good_repair(damaged, original_, "byte " + std::to_string(at) + " ^ " + std::to_string(flip));
    }
  }
}

TEST_P(DamagedFile, AfterAnyTruncationRepairKeepsAllMediaAndInventsNone) {
  for (std::size_t size = 0; size < original_.size(); ++size) {
    const ByteView damaged = ByteView(original_).first(size);
    if (any_record(damaged)) expect_good_repair(damaged, original_, "first " + std::to_string(size) + " bytes");
  }
}

// Two things wrong at once: without the index less can be told apart, and still nothing wrong is served.
TEST_P(DamagedFile, AfterAFlippedByteInAFileWithoutIndexNothingIsServedUnderAnotherName) {
  const auto found = only<Found>(read(original_));
  const auto index =
      std::find_if(found.begin(), found.end(), [](const Found& one) { return one.header.type == RecordType::index; });
  for (std::size_t at = 0; at < index->offset; ++at) {
    Bytes damaged(original_.begin(), original_.begin() + static_cast<std::ptrdiff_t>(index->offset));
    damaged[at] ^= 0x10;
    expect_good_repair(damaged, original_, "byte " + std::to_string(at) + ", no index");
  }
}

TEST_P(DamagedFile, AfterAnyRunOfDamagedBytesNothingIsServedUnderAnotherName) {
  for (const std::size_t run : {10, 70, 200, 400}) {
    for (std::size_t at = 0; at + run < original_.size(); at += 3) {
      Bytes damaged = original_;
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), run, std::uint8_t{0});
      expect_good_repair(damaged, original_, std::to_string(run) + " bytes from " + std::to_string(at));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Recordings, DamagedFile, testing::Bool(),
                         [](const auto& one) { return one.param ? "InParts" : "InSegments"; });

const Found& find(const std::vector<Found>& found, RecordType type, std::int64_t time) {
  return *std::find_if(found.begin(), found.end(),
                       [&](const Found& one) { return one.header.type == type && one.header.time == time; });
}

TEST(Repair, WholeFileIsCopiedByteForByte) {
  const Bytes original = sample::file(sample::entries());
  const auto items = read(original);
  RepairPlan plan;
  for (const auto& item : items) plan.look(item);
  plan.decide(*plan.header());
  Repair repair(plan, *plan.header());
  for (const auto& item : items) repair.pass(item);
  repair.seal(false);
  const auto pieces = repair.take();
  ASSERT_EQ(pieces.size(), 3U);
  const auto& middle = std::get<CopiedRange>(pieces[1]);
  EXPECT_EQ(middle.offset, kSignature.size());
  const Bytes& seal = std::get<Bytes>(pieces[2]);
  EXPECT_TRUE(
      std::equal(seal.begin(), seal.end(), original.begin() + static_cast<std::ptrdiff_t>(middle.end), original.end()));
}

TEST(Repair, SegmentThatMissesAPictureGetsANameOfItsOwn) {
  Bytes damaged = sample::file(sample::entries());
  const auto found = only<Found>(read(damaged));
  damaged[find(found, RecordType::packet, 1080000 + 90000).end - 1] ^= 1;
  const Repaired repaired = repair(damaged);
  EXPECT_EQ(std::make_tuple(repaired.marked, repaired.gaps, repaired.lost), std::make_tuple(1U, 0U, 1U));
  const auto parts = parts_of(repaired.bytes);
  EXPECT_TRUE(parts.at({101, 0}).added);
  EXPECT_FALSE(parts.at({100, 0}).added);
  EXPECT_FALSE(parts.at({103, 0}).added);
}

TEST(Repair, SegmentThatMissesItsKeyFrameBecomesAGap) {
  Bytes damaged = sample::file(sample::entries());
  const auto found = only<Found>(read(damaged));
  damaged[find(found, RecordType::packet, 1080000).end - 1] ^= 1;
  const Repaired repaired = repair(damaged);
  EXPECT_EQ(std::make_tuple(repaired.marked, repaired.gaps), std::make_tuple(0U, 1U));
  EXPECT_FALSE(parts_of(repaired.bytes).contains({101, 0}));
}

// A name that a repair has given stands for what that repair left.
TEST(Repair, SegmentThatIsHurtAgainBecomesAGap) {
  Bytes damaged = sample::file(sample::entries());
  const auto found = only<Found>(read(damaged));
  damaged[find(found, RecordType::packet, 1080000 + 90000).end - 1] ^= 1;
  Bytes again = repair(damaged).bytes;
  const auto left = only<Found>(read(again));
  again[find(left, RecordType::packet, 529200).end - 1] ^= 1;  // its sound
  const Repaired repaired = repair(again);
  EXPECT_EQ(std::make_tuple(repaired.marked, repaired.gaps), std::make_tuple(0U, 1U));
}

TEST(Repair, LostCutBecomesAGapAndTheNextSegmentStaysWhole) {
  Bytes damaged = sample::file(sample::entries());
  const auto found = only<Found>(read(damaged));
  damaged[find(found, RecordType::cut, 900000).offset] ^= 1;
  const Repaired repaired = repair(damaged);
  EXPECT_EQ(std::make_tuple(repaired.marked, repaired.gaps), std::make_tuple(0U, 1U));
  EXPECT_FALSE(parts_of(repaired.bytes).at({101, 0}).added);
  const auto entries = sample::entries_of(read(repaired.bytes));
  const auto gap = std::find_if(entries.begin(), entries.end(),
                                [](const media::Entry& one) { return std::holds_alternative<media::Gap>(one); });
  ASSERT_TRUE(gap != entries.end());
  EXPECT_EQ(said_by(*gap), said_by(media::Gap{100, Ticks90k(900000), Ticks90k(180000), Seconds(2)}));
}

}  // namespace
}  // namespace sluice::record
