// ISO base media boxes (ISO/IEC 14496-12 section 4.2), as far as the renderer has to look into what libavformat wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/base/bytes.hpp"

namespace sluice::mux {

struct Box {
  std::string_view type;   // four characters
  std::size_t offset = 0;  // of the box in the bytes it was read from
  std::size_t size = 0;    // header included
  ByteView content;        // without the header
};

// The box that begins at `offset`; none when the bytes end there or it overruns them.
std::optional<Box> box_at(ByteView bytes, std::size_t offset);
// The first box of this type among those that follow each other in `bytes`.
std::optional<Box> find_box(ByteView bytes, std::string_view type);

// Subtracts `shift` from every composition offset in the fragment's track run of `track_id`, which becomes one with
// signed offsets (version 1). `moof` is a whole moof box.
void shift_composition(std::span<std::uint8_t> moof, std::uint32_t track_id, std::int32_t shift);

}  // namespace sluice::mux
