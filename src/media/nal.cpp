#include "sluice/media/nal.hpp"

namespace sluice::media {

bool NalReader::next() {
  while (!rest_.empty()) {
    if (length_size_ == 0 || rest_.size() < length_size_) {
      ok_ = false;
      break;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_size_; ++i) length = length << 8 | rest_[i];
    rest_ = rest_.subspan(length_size_);
    if (length > rest_.size()) {
      ok_ = false;
      break;
    }
    nal_ = rest_.first(length);
    rest_ = rest_.subspan(length);
    if (!nal_.empty()) return true;
  }
  rest_ = {};
  nal_ = {};
  return false;
}

Bytes unescape(ByteView nal, std::size_t header_size) {
  Bytes payload;
  if (nal.size() <= header_size) return payload;
  payload.reserve(nal.size() - header_size);
  std::size_t zeros = 0;
  for (const std::uint8_t byte : nal.subspan(header_size)) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    payload.push_back(byte);
  }
  return payload;
}

}  // namespace sluice::media
