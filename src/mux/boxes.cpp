#include "sluice/mux/boxes.hpp"

namespace sluice::mux {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kFullBox = 4;  // version and flags

// Optional fields of trun, in the order of ISO/IEC 14496-12 section 8.8.8.
constexpr std::uint32_t kTrunDataOffset = 0x1;
constexpr std::uint32_t kTrunFirstFlags = 0x4;
constexpr std::uint32_t kTrunDuration = 0x100;
constexpr std::uint32_t kTrunSize = 0x200;
constexpr std::uint32_t kTrunFlags = 0x400;
constexpr std::uint32_t kTrunComposition = 0x800;

void shift_run(std::span<std::uint8_t> content, std::int32_t shift) {
  ByteReader reader(content);
  const std::uint32_t flags = reader.u32() & 0xffffff;
  const std::uint32_t count = reader.u32();
  if ((flags & kTrunComposition) == 0) return;
  content[0] = 1;
  std::size_t at = kFullBox + 4 + ((flags & kTrunDataOffset) != 0 ? 4 : 0) + ((flags & kTrunFirstFlags) != 0 ? 4 : 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (const std::uint32_t field : {kTrunDuration, kTrunSize, kTrunFlags}) at += (flags & field) != 0 ? 4 : 0;
    if (at + 4 > content.size()) return;
    ByteReader old(ByteView(content).subspan(at, 4));
    const std::uint32_t shifted = old.u32() - static_cast<std::uint32_t>(shift);
    for (int byte = 0; byte < 4; ++byte) {
      content[at + static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(shifted >> (24 - 8 * byte));
    }
    at += 4;
  }
}

}  // namespace

std::optional<Box> box_at(ByteView bytes, std::size_t offset) {
  if (offset > bytes.size()) return std::nullopt;
  ByteReader reader(bytes.subspan(offset));
  const std::size_t size = reader.u32();
  const ByteView type = reader.take(4);
  if (!reader.ok() || size < kHeader || size > bytes.size() - offset) return std::nullopt;
  return Box{as_text(type), offset, size, bytes.subspan(offset + kHeader, size - kHeader)};
}

std::optional<Box> find_box(ByteView bytes, std::string_view type) {
  auto box = box_at(bytes, 0);
  while (box && box->type != type) box = box_at(bytes, box->offset + box->size);
  return box;
}

void shift_composition(std::span<std::uint8_t> moof, std::uint32_t track_id, std::int32_t shift) {
  const std::span<std::uint8_t> content = moof.subspan(kHeader);
  for (auto traf = box_at(content, 0); traf; traf = box_at(content, traf->offset + traf->size)) {
    if (traf->type != "traf") continue;
    const auto tfhd = find_box(traf->content, "tfhd");
    const auto trun = find_box(traf->content, "trun");
    if (!tfhd || !trun) continue;
    ByteReader reader(tfhd->content);
    reader.skip(kFullBox);
    if (reader.u32() != track_id) continue;
    shift_run(content.subspan(traf->offset + kHeader + trun->offset + kHeader, trun->content.size()), shift);
  }
}

}  // namespace sluice::mux
