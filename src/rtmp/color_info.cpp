#include "color_info.hpp"

#include "sluice/rtmp/amf0.hpp"

namespace sluice::rtmp {
namespace {

// TransferCharacteristics of ISO/IEC 23091-2.
constexpr std::uint32_t kPq = 16;
constexpr std::uint32_t kHlg = 18;

media::VideoRange range_of(const amf::Value& color_info) {
  const amf::Object* info = color_info.object();
  const amf::Value* config = info == nullptr ? nullptr : info->find("colorConfig");
  const amf::Object* fields = config == nullptr ? nullptr : config->object();
  const amf::Value* transfer = fields == nullptr ? nullptr : fields->find("transferCharacteristics");
  const auto number = transfer == nullptr ? std::nullopt : transfer->whole_number();
  if (number == kPq) return media::VideoRange::pq;
  if (number == kHlg) return media::VideoRange::hlg;
  return media::VideoRange::sdr;
}

}  // namespace

std::optional<media::VideoRange> read_color_range(ByteView pairs) {
  ByteReader reader(pairs);
  amf::DecodeBudget budget;
  std::optional<media::VideoRange> range;
  while (!reader.at_end()) {
    const auto name = amf0::decode(reader, budget);
    if (!name) break;
    const auto value = amf0::decode(reader, budget);
    if (!value) break;
    if (name->text() == "colorInfo") range = range_of(*value);
  }
  return range;
}

}  // namespace sluice::rtmp
