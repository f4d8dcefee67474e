#include "annexb_unit.hpp"

#include <algorithm>
#include <optional>

#include "sluice/media/nal.hpp"

namespace sluice::check {
namespace {

constexpr std::size_t kStartCode = 3;  // 00 00 01

// Where the next start code is, from `from` on.
std::optional<std::size_t> find_start_code(ByteView bytes, std::size_t from) {
  while (from + kStartCode <= bytes.size()) {
    const auto one = std::find(bytes.begin() + static_cast<std::ptrdiff_t>(from + 2), bytes.end(), std::uint8_t{1});
    if (one == bytes.end()) return {};
    const std::size_t at = static_cast<std::size_t>(one - bytes.begin()) - 2;
    if (bytes[at] == 0 && bytes[at + 1] == 0) return at;
    from = at + 1;
  }
  return {};
}

bool is_recovery_point(ByteView sei) {
  constexpr std::uint8_t kRecoveryPoint = 6;
  return sei.size() > 1 && sei[1] == kRecoveryPoint;
}

void read_nal(ByteView nal, bool is_first, AnnexbUnit& unit) {
  constexpr std::uint8_t kSlice = 1;
  constexpr std::uint8_t kSei = 6;
  constexpr std::uint8_t kDelimiter = 9;
  switch (media::h264_nal_type(nal)) {
    case kSlice:
      unit.has_picture = true;
      break;
    case media::kH264Idr:
      if (!unit.has_idr) unit.has_sets_before_idr = !unit.sequence_set.empty() && !unit.picture_set.empty();
      unit.has_idr = true;
      unit.has_picture = true;
      break;
    case kSei:
      unit.has_recovery_point = unit.has_recovery_point || is_recovery_point(nal);
      break;
    case media::kH264Sps:
      if (unit.sequence_set.empty()) unit.sequence_set = nal;
      break;
    case media::kH264Pps:
      if (unit.picture_set.empty()) unit.picture_set = nal;
      break;
    case kDelimiter:
      ++unit.delimiters;
      unit.begins_with_delimiter = unit.begins_with_delimiter || is_first;
      break;
    default:
      break;
  }
}

}  // namespace

AnnexbUnit read_annexb_unit(ByteView bytes) {
  AnnexbUnit unit;
  std::optional<std::size_t> at = find_start_code(bytes, 0);
  // Zero bytes may stand before it.
  unit.begins_with_start_code =
      at && std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*at), [](auto b) { return b == 0; });
  bool is_first = true;
  while (at) {
    const std::size_t begin = *at + kStartCode;
    const std::optional<std::size_t> next = find_start_code(bytes, begin);
    ByteView nal = bytes.subspan(begin, next.value_or(bytes.size()) - begin);
    while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);
    if (!nal.empty()) read_nal(nal, is_first, unit);
    is_first = false;
    at = next;
  }
  return unit;
}

}  // namespace sluice::check
