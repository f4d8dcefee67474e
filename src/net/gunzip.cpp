#include "gunzip.hpp"

#include <zlib.h>

#include <algorithm>

namespace sluice::net {

std::optional<std::vector<std::uint8_t>> gunzip(ByteView bytes, std::size_t bytes_max, bool& cut) {
  cut = false;
  z_stream stream{};
  // 16: a gzip header, not zlib's own.
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return std::nullopt;
  std::vector<std::uint8_t> out;
  stream.next_in = const_cast<std::uint8_t*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK && out.size() < bytes_max) {
    const std::size_t filled = out.size();
    out.resize(std::min(bytes_max, filled + 64 * 1024));
    stream.next_out = out.data() + filled;
    stream.avail_out = static_cast<uInt>(out.size() - filled);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) break;  // it ends in the middle
  }
  inflateEnd(&stream);
  cut = state == Z_OK && out.size() >= bytes_max;
  if (state != Z_STREAM_END && !cut) return std::nullopt;
  return out;
}

}  // namespace sluice::net
