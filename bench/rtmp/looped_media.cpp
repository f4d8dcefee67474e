#include "rtmp/looped_media.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

#include "common/process.hpp"
#include "rtmp/amf_text.hpp"

namespace sluice::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Item = LoopedMedia::Item;

constexpr std::size_t kFileHeaderSize = 13;
constexpr std::size_t kTagHeaderSize = 11;
constexpr std::size_t kVideoHeaderSize = 5;
constexpr std::size_t kSeiHeaderSize = 7;

std::uint32_t be24(const std::uint8_t* p) { return (std::uint32_t{p[0]} << 16) | (std::uint32_t{p[1]} << 8) | p[2]; }

// AVCC length, NAL type 6, payload type 5, its size, UUID, digits, stop bit.
Bytes sei_mark() {
  Bytes sei{0, 0, 0, 28, 0x06, 5, 24};
  sei.insert(sei.end(), kMarkUuid.begin(), kMarkUuid.end());
  sei.insert(sei.end(), 8, '0');
  sei.push_back(0x80);
  return sei;
}

class Loader {
 public:
  explicit Loader(Marks marks) : marks_(marks == Marks::every_video_frame) {}

  void add_tag(const std::uint8_t* tag, std::uint32_t size) {
    Item item;
    item.type = MessageType{static_cast<std::uint8_t>(tag[0] & 0x1F)};
    item.timestamp_ms = be24(tag + 4) | (std::uint32_t{tag[7]} << 24);
    const std::span body(tag + kTagHeaderSize, size);
    if (size < 2) return;
    payload_.assign(body.begin(), body.end());
    if (item.type == MessageType::data) {
      add_metadata(item);
    } else if (item.type == MessageType::video) {
      add_video(item);
    } else if (item.type == MessageType::audio) {
      item.chunk_stream = 4;
      const bool is_aac_header = payload_[0] >> 4 == 10 && payload_[1] == 0;
      append(item, is_aac_header);
    }
  }

  LoopedMedia finish(const std::string& path) {
    if (out_.frames.empty()) die(path + " has no frames");
    // One pass lasts until one frame after the last picture; audio past it goes.
    const auto frame_ms = std::max(last_video_ms_ - previous_video_ms_, 1U);
    out_.period_ms = last_video_ms_ > 0 ? last_video_ms_ + frame_ms : out_.frames.back().timestamp_ms + 21;
    std::erase_if(out_.frames, [&](const Item& item) { return item.timestamp_ms >= out_.period_ms; });
    std::stable_sort(out_.frames.begin(), out_.frames.end(),
                     [](const Item& a, const Item& b) { return a.timestamp_ms < b.timestamp_ms; });
    return std::move(out_);
  }

 private:
  void add_metadata(Item& item) {
    item.chunk_stream = 5;
    std::string wrapped;
    put_amf_string(wrapped, "@setDataFrame");
    payload_.insert(payload_.begin(), wrapped.begin(), wrapped.end());
    append(item, true);
  }

  void add_video(Item& item) {
    item.chunk_stream = 6;
    if ((payload_[0] & 0x0F) != 7) die("only AVC video is supported");
    const bool is_end_of_sequence = payload_[1] == 2;
    if (is_end_of_sequence) return;
    const bool is_header = payload_[1] == 0;
    if (!is_header) {
      previous_video_ms_ = last_video_ms_;
      last_video_ms_ = item.timestamp_ms;
    }
    const bool marked = marks_ && !is_header;
    if (marked) {
      const auto sei = sei_mark();
      payload_.insert(payload_.begin() + kVideoHeaderSize, sei.begin(), sei.end());
      // It stands before the first chunk header inside the payload, so offsets are the same.
      item.mark = out_.bytes.size() + kVideoHeaderSize + kSeiHeaderSize + kMarkUuid.size();
    }
    append(item, is_header);
  }

  void append(Item& item, bool is_setup) {
    item.offset = out_.bytes.size();
    item.payload_size = static_cast<std::uint32_t>(payload_.size());
    for (std::size_t at = 0; at < payload_.size(); at += kSentChunkSize) {
      if (at > 0) out_.bytes.push_back(static_cast<std::uint8_t>(0xC0 | item.chunk_stream));
      const auto size = std::min<std::size_t>(kSentChunkSize, payload_.size() - at);
      const auto* from = payload_.data() + at;
      out_.bytes.insert(out_.bytes.end(), from, from + size);
    }
    item.size = static_cast<std::uint32_t>(out_.bytes.size() - item.offset);
    if (is_setup) item.timestamp_ms = 0;
    (is_setup ? out_.setup : out_.frames).push_back(item);
  }

  bool marks_;
  LoopedMedia out_;
  Bytes payload_;
  std::uint32_t last_video_ms_ = 0;
  std::uint32_t previous_video_ms_ = 0;
};

}  // namespace

std::size_t LoopedMedia::video_frames_per_pass() const {
  const auto is_video = [](const Item& item) { return item.type == MessageType::video; };
  return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), is_video));
}

void LoopedMedia::mark(const Item& item, std::uint32_t number) {
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", number);
  std::memcpy(bytes.data() + item.mark, digits, 8);
}

LoopedMedia load_media(const std::string& path, Marks marks) {
  std::ifstream in(path, std::ios::binary);
  if (!in) die("cannot open " + path);
  const Bytes file{std::istreambuf_iterator<char>(in), {}};
  if (file.size() < kFileHeaderSize || std::memcmp(file.data(), "FLV", 3) != 0) die(path + " is not an FLV file");
  Loader loader(marks);
  for (std::size_t at = kFileHeaderSize; at + kTagHeaderSize <= file.size();) {
    const auto size = be24(file.data() + at + 1);
    if (at + kTagHeaderSize + size > file.size()) break;
    loader.add_tag(file.data() + at, size);
    at += kTagHeaderSize + size + 4;
  }
  return loader.finish(path);
}

}  // namespace sluice::bench
