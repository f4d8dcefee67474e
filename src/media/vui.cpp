#include "vui.hpp"

#include <iterator>

#include "parsers.hpp"

namespace sluice::media {
namespace {

constexpr std::uint32_t kExtendedSar = 255;

struct PixelShape {
  std::uint32_t width;
  std::uint32_t height;
};
// aspect_ratio_idc 1 to 16, ITU-T H.264 table E-1.
constexpr PixelShape kShapes[] = {{1, 1},   {12, 11}, {10, 11}, {16, 11}, {40, 33},  {24, 11}, {20, 11}, {32, 11},
                                  {80, 33}, {18, 11}, {15, 11}, {64, 33}, {160, 99}, {4, 3},   {3, 2},   {2, 1}};

PixelShape parse_shape(BitReader& bits) {
  const std::uint32_t index = bits.bits(8);
  if (index >= 1 && index <= std::size(kShapes)) return kShapes[index - 1];
  if (index != kExtendedSar) return {1, 1};
  const std::uint32_t width = bits.bits(16);
  const std::uint32_t height = bits.bits(16);
  return width == 0 || height == 0 ? PixelShape{1, 1} : PixelShape{width, height};
}

}  // namespace

void parse_picture_vui(BitReader& bits, VideoFormat& video) {
  if (bits.flag()) {
    const PixelShape shape = parse_shape(bits);
    if (bits.ok()) {
      video.pixel_width = shape.width;
      video.pixel_height = shape.height;
    }
  }
  if (bits.flag()) bits.skip(1);  // overscan
  if (bits.flag()) {              // video_signal_type
    Colour colour;
    bits.skip(3);
    colour.full_range = bits.flag();
    if (bits.flag()) {
      colour.primaries = static_cast<std::uint8_t>(bits.bits(8));
      colour.transfer = static_cast<std::uint8_t>(bits.bits(8));
      colour.matrix = static_cast<std::uint8_t>(bits.bits(8));
    }
    if (bits.ok()) {
      video.colour = colour;
      video.range = range_of_transfer(colour.transfer);
    }
  }
  if (bits.flag()) {  // chroma location
    bits.ue();
    bits.ue();
  }
}

}  // namespace sluice::media
