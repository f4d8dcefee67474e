#include "mux/box_dump.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sluice/mux/boxes.hpp"

namespace sluice::mux::testing {
namespace {

constexpr std::size_t kShownMax = 96;
constexpr std::array<std::string_view, 8> kContainers = {"moov", "trak", "mdia", "minf",
                                                         "stbl", "mvex", "moof", "traf"};
// Sample entries and stsd: boxes behind fields of this size.
struct Prefixed {
  std::string_view type;
  std::size_t fields;
};
constexpr Prefixed kPrefixed[] = {{"stsd", 8},  {"avc1", 78}, {"hvc1", 78}, {"av01", 78}, {"vp09", 78},
                                  {"mp4a", 28}, {"Opus", 28}, {"fLaC", 28}, {"ac-3", 28}, {"ec-3", 28}};

std::string hex(ByteView bytes) {
  std::string text;
  char byte[4];
  for (const std::uint8_t value : bytes) {
    std::snprintf(byte, sizeof byte, "%02x", value);
    text += byte;
  }
  return text;
}

void dump(ByteView bytes, const std::string& indent, std::string& text) {
  for (auto box = box_at(bytes, 0); box; box = box_at(bytes, box->offset + box->size)) {
    text += indent + std::string(box->type);
    if (std::find(kContainers.begin(), kContainers.end(), box->type) != kContainers.end()) {
      text += "\n";
      dump(box->content, indent + "  ", text);
      continue;
    }
    const auto prefixed = std::find_if(std::begin(kPrefixed), std::end(kPrefixed),
                                       [&](const Prefixed& one) { return one.type == box->type; });
    const bool is_leaf = prefixed == std::end(kPrefixed);
    const ByteView fields = is_leaf ? box->content : box->content.first(prefixed->fields);
    text += fields.size() > kShownMax ? " " + std::to_string(fields.size()) + " bytes" : " " + hex(fields);
    text += "\n";
    if (!is_leaf) dump(box->content.subspan(prefixed->fields), indent + "  ", text);
  }
}

}  // namespace

std::string dump_boxes(ByteView bytes) {
  std::string text;
  dump(bytes, "", text);
  return text;
}

}  // namespace sluice::mux::testing
