// Boxes of ISO/IEC 14496-12 4.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/base/bytes.hpp"

namespace sluice::check::mp4 {

struct Box {
  std::string_view type;
  std::size_t offset = 0;  // of the box among its siblings' bytes
  std::size_t size = 0;    // header included
  ByteView content;
};

// Walks the boxes that stand one behind the other:
//
//   BoxReader boxes(bytes);
//   while (const auto box = boxes.next()) use(*box);
//   if (!boxes.ok()) …  // one runs past the end, or there are bytes too few for a header
class BoxReader {
 public:
  explicit BoxReader(ByteView bytes) : bytes_(bytes) {}

  std::optional<Box> next();
  bool ok() const { return ok_; }
  std::size_t position() const { return position_; }

 private:
  ByteView bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

// The first box of this type; nothing when there is none before a fault.
std::optional<Box> find_box(ByteView bytes, std::string_view type);

// Version and flags, which a full box begins with.
struct FullHeader {
  std::uint8_t version = 0;
  std::uint32_t flags = 0;
};
FullHeader read_full_header(ByteReader& reader);
// A number that version 1 has in 64 bits and version 0 in 32.
std::uint64_t read_by_version(ByteReader& reader, const FullHeader& header);

}  // namespace sluice::check::mp4
