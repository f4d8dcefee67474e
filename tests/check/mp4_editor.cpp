#include "check/mp4_editor.hpp"

#include <array>
#include <sstream>
#include <stdexcept>

namespace sluice::check::testing {
namespace {

constexpr std::size_t kHeader = 8;

std::uint32_t read_u32(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

void write_u32(std::uint8_t* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// What stands in a box before the boxes it holds.
std::size_t fields_of(const std::string& type) {
  if (type == "stsd" || type == "dref") return 8;
  if (type == "avc1" || type == "hvc1" || type == "av01" || type == "vp09") return 78;
  if (type == "mp4a" || type == "Opus") return 28;
  return 0;
}

}  // namespace

Mp4Editor::Found Mp4Editor::find(const std::string& path) {
  Found found;
  std::size_t begin = 0;
  std::size_t end = bytes_.size();
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');) {
    const std::size_t mark = part.find('#');
    const std::string type = part.substr(0, mark);
    int skip = mark == std::string::npos ? 0 : std::stoi(part.substr(mark + 1));
    std::size_t at = begin;
    while (at + kHeader <= end) {
      const bool is_type = std::string(bytes_.begin() + static_cast<std::ptrdiff_t>(at + 4),
                                       bytes_.begin() + static_cast<std::ptrdiff_t>(at + 8)) == type;
      if (is_type && skip-- == 0) break;
      at += read_u32(&bytes_[at]);
    }
    if (at + kHeader > end) throw std::runtime_error("no box " + path);
    found.around.push_back(at);
    found.begin = at;
    found.size = read_u32(&bytes_[at]);
    begin = at + kHeader + fields_of(type);
    end = at + found.size;
  }
  return found;
}

std::uint8_t* Mp4Editor::content(const std::string& path) { return &bytes_[find(path).begin + kHeader]; }
std::size_t Mp4Editor::content_size(const std::string& path) { return find(path).size - kHeader; }
std::uint32_t Mp4Editor::u32(const std::string& path, std::size_t at) { return read_u32(content(path) + at); }
void Mp4Editor::set_u32(const std::string& path, std::size_t at, std::uint32_t value) {
  write_u32(content(path) + at, value);
}
void Mp4Editor::rename(const std::string& path, const std::string& type) {
  std::copy(type.begin(), type.end(), content(path) - 4);
}
void Mp4Editor::state_size(const std::string& path, std::uint32_t size) { write_u32(content(path) - kHeader, size); }

void Mp4Editor::grow(const Found& found, std::size_t bytes) {
  for (const std::size_t at : found.around) {
    write_u32(&bytes_[at], static_cast<std::uint32_t>(read_u32(&bytes_[at]) + bytes));
  }
}

void Mp4Editor::remove(const std::string& path) {
  const Found found = find(path);
  grow(found, ~found.size + 1);
  const auto at = bytes_.begin() + static_cast<std::ptrdiff_t>(found.begin);
  bytes_.erase(at, at + static_cast<std::ptrdiff_t>(found.size));
}

void Mp4Editor::insert(const std::string& path, std::size_t at, const Bytes& inserted) {
  const Found found = find(path);
  grow(found, inserted.size());
  bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(found.begin + kHeader + at), inserted.begin(),
                inserted.end());
}

std::size_t Mp4Editor::fragments() {
  std::size_t count = 0;
  try {
    while (true) {
      find("moof/traf#" + std::to_string(count));
      ++count;
    }
  } catch (const std::runtime_error&) {
    return count;
  }
}

void Mp4Editor::shift_data(std::uint32_t bytes) {
  for (std::size_t i = 0; i < fragments(); ++i) {
    const std::string path = "moof/traf#" + std::to_string(i) + "/trun";
    set_u32(path, 8, u32(path, 8) + bytes);
  }
}

Given read_fragmented(const std::string& name) {
  const Bytes bytes = read_sample(name);
  Given given;
  Bytes* into = &given.init;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = read_u32(&bytes[at]);
    if (as_text(ByteView(bytes).subspan(at + 4, 4)) == "moof") into = &given.pieces.emplace_back();
    into->insert(into->end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
  }
  given.promise.independent = true;
  return given;
}

}  // namespace sluice::check::testing
