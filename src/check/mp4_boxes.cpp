#include "mp4_boxes.hpp"

namespace sluice::check::mp4 {

std::optional<Box> BoxReader::next() {
  const ByteView rest = bytes_.subspan(position_);
  if (rest.empty() || !ok_) return {};
  ByteReader reader(rest);
  std::uint64_t size = reader.u32();
  const ByteView type = reader.take(4);
  if (size == 1) size = reader.u64();
  if (size == 0) size = rest.size();  // to the end
  const std::size_t header = rest.size() - reader.remaining();
  if (!reader.ok() || size < header || size > rest.size()) {
    ok_ = false;
    return {};
  }
  const Box box{as_text(type), position_, static_cast<std::size_t>(size),
                rest.subspan(header, static_cast<std::size_t>(size) - header)};
  position_ += box.size;
  return box;
}

std::optional<Box> find_box(ByteView bytes, std::string_view type) {
  BoxReader boxes(bytes);
  auto box = boxes.next();
  while (box && box->type != type) box = boxes.next();
  return box;
}

FullHeader read_full_header(ByteReader& reader) {
  FullHeader header;
  header.version = reader.u8();
  header.flags = reader.u24();
  return header;
}

std::uint64_t read_by_version(ByteReader& reader, const FullHeader& header) {
  return header.version == 0 ? reader.u32() : reader.u64();
}

}  // namespace sluice::check::mp4
