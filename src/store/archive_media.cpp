#include "archive_media.hpp"

#include <utility>

#include "sluice/record/reader.hpp"

namespace sluice::store {
namespace {

Error damaged(const ArchiveInput& input, const SegmentPlace& place, std::uint64_t offset, std::uint64_t end,
              std::string_view why) {
  return Error{"segment " + std::to_string(place.msn) + " in " + input.path().string() + " is damaged, bytes " +
               std::to_string(offset) + " to " + std::to_string(end) + ": " + std::string(why)};
}

}  // namespace

Result<ArchivedParts> read_parts(ArchiveInput& input, const FileContents& contents, const SegmentPlace& place) {
  const auto bytes = input.read(place.offset, static_cast<std::size_t>(place.end - place.offset));
  if (!bytes) return bytes.error();
  record::Reader reader(contents.mark, place.offset);
  reader.feed(*bytes);
  reader.finish();
  ArchivedParts parts;
  std::vector<media::Packet> packets;
  bool ends = false;
  while (auto item = reader.next()) {
    if (const auto* damage = std::get_if<record::Damage>(&*item)) {
      return damaged(input, place, damage->offset, damage->offset + damage->size, to_string(damage->reason));
    }
    auto* entry = std::get_if<media::Entry>(&std::get<record::Found>(*item).record);
    if (entry == nullptr) continue;
    if (auto* packet = std::get_if<media::Packet>(entry)) {
      if (!packet->hidden) packets.push_back(std::move(*packet));
    } else if (auto* cut = std::get_if<media::Cut>(entry)) {
      ends = cut->msn == place.msn && cut->ends_segment;
      const bool is_part = cut->duration.count() > 0 || !packets.empty();
      if (!is_part) continue;
      parts.push_back(std::make_shared<const hls::Part>(
          hls::Part{contents.periods[place.period], std::move(*cut), std::exchange(packets, {})}));
    }
  }
  if (parts.empty() || !ends) {
    return damaged(input, place, place.offset, place.end, "the index says that it ends there, and no Cut does");
  }
  return parts;
}

}  // namespace sluice::store
