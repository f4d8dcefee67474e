// The reader of recordings, and the repair made of what it finds. Twice: the input as a file, and, because a mutated
// file rarely has right checksums, the input as header and body of one record whose checksums are made right.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "sluice/base/crc32c.hpp"
#include "sluice/record/ledger.hpp"
#include "sluice/record/reader.hpp"
#include "sluice/record/repair.hpp"

namespace {

using namespace sluice;

constexpr std::size_t kSteps[] = {1, 7, 64, 4096};

// Everything a reader of a whole file does with what it finds.
void read_file(ByteView bytes) {
  record::Reader reader;
  record::Ledger ledger;
  std::uint64_t reached = 0;
  const auto drain = [&] {
    while (const auto item = reader.next()) {
      const auto* found = std::get_if<record::Found>(&*item);
      const auto* damage = std::get_if<record::Damage>(&*item);
      const std::uint64_t offset = found != nullptr ? found->offset : damage->offset;
      if (offset < reached) std::abort();
      reached = found != nullptr ? found->end : damage->offset + damage->size;
      if (found == nullptr) continue;
      const record::Place place{found->offset, found->end, found->header_bytes};
      if (const auto* header = std::get_if<record::FileHeader>(&found->record)) ledger.pass(place, *header);
      if (const auto* entry = std::get_if<media::Entry>(&found->record)) ledger.pass(place, *entry);
      if (const auto* lost = std::get_if<record::Lost>(&found->record)) ledger.pass(place, *lost);
    }
  };
  const std::size_t size = bytes.size();
  while (!bytes.empty()) {
    const std::size_t step = std::min(kSteps[bytes.front() % std::size(kSteps)], bytes.size());
    reader.feed(bytes.first(step));
    bytes = bytes.subspan(step);
    drain();
  }
  reader.finish();
  drain();
  if (reached > size) std::abort();
  static_cast<void>(ledger.footer());
}

std::vector<record::Reader::Item> items_of(ByteView bytes) {
  record::Reader reader;
  reader.feed(bytes);
  reader.finish();
  std::vector<record::Reader::Item> items;
  while (auto item = reader.next()) items.push_back(std::move(*item));
  return items;
}

std::size_t packets_in(const std::vector<record::Reader::Item>& items) {
  return static_cast<std::size_t>(std::count_if(items.begin(), items.end(), [](const record::Reader::Item& item) {
    const auto* found = std::get_if<record::Found>(&item);
    const auto* entry = found != nullptr ? std::get_if<media::Entry>(&found->record) : nullptr;
    return entry != nullptr && std::holds_alternative<media::Packet>(*entry);
  }));
}

// A repair keeps every packet that can be read, whatever stands around it.
void repair_file(ByteView bytes) {
  const auto items = items_of(bytes);
  record::RepairPlan plan;
  for (const auto& item : items) plan.look(item);
  if (!plan.any_record() || plan.newer_version()) return;
  const record::FileHeader header = plan.header().value_or(
      record::FileHeader{{*StreamName::make("a", "b"), SessionId::make({}, 1), SessionId::make({}, 1), {}}, 0, {}});
  plan.decide(header);
  record::Repair repair(plan, header);
  for (const auto& item : items) repair.pass(item);
  repair.seal(true);
  Bytes copy;
  for (const record::RepairPiece& piece : repair.take()) {
    const auto* range = std::get_if<record::CopiedRange>(&piece);
    const ByteView part =
        range != nullptr ? bytes.subspan(range->offset, range->end - range->offset) : ByteView(std::get<Bytes>(piece));
    copy.insert(copy.end(), part.begin(), part.end());
  }
  if (packets_in(items_of(copy)) != packets_in(items)) std::abort();
}

// What is decoded must be written again as it was read, as far as it is understood: the same value comes back.
void decode_one(ByteView bytes) {
  if (bytes.size() < 16) return;
  ByteReader in(bytes);
  record::RecordHeader header;
  header.mark = 1;
  header.type = record::RecordType{in.u8()};
  header.track = in.u8();
  header.flags = in.u8();
  header.cts = static_cast<std::int32_t>(in.u32_le());
  header.time = static_cast<std::int64_t>(in.u64_le());
  const ByteView body = in.rest();
  header.body_size = static_cast<std::uint32_t>(body.size());
  header.body_crc = crc32c(body);
  const auto decoded = record::decode_record(header, body);
  if (!decoded || !std::holds_alternative<media::Entry>(*decoded)) return;
  const record::Draft again = record::draft(std::get<media::Entry>(*decoded));
  record::RecordHeader second = again.header;
  second.body_size = static_cast<std::uint32_t>(again.body.size());
  const bool has_payload = header.type == record::RecordType::packet || header.type == record::RecordType::data;
  if (!has_payload && !record::decode_record(second, again.body)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_file({data, size});
  repair_file({data, size});
  decode_one({data, size});
  return 0;
}
