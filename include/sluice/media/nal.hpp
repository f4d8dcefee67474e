// NAL units of H.264 and HEVC as RTMP carries them: each after a length of 1, 2 or 4 bytes (ISO 14496-15), no start
// codes.
#pragma once

#include <cstdint>

#include "sluice/base/bytes.hpp"

namespace sluice::media {

// Walks the NAL units of one access unit, without copying:
//
//   NalReader nals(unit, config.video.nal_length_size);
//   while (nals.next()) use(nals.nal());
//   if (!nals.ok()) …  // a length ran past the end of the unit
class NalReader {
 public:
  NalReader(ByteView unit, std::uint8_t length_size) : rest_(unit), length_size_(length_size) {}

  // Moves to the next unit that is not empty; false at the end and on a fault.
  bool next();
  ByteView nal() const { return nal_; }
  bool ok() const { return ok_; }

 private:
  ByteView rest_;
  ByteView nal_;
  std::uint8_t length_size_;
  bool ok_ = true;
};

// The types that matter here, H.264 table 7-1 and HEVC table 7-1.
inline constexpr std::uint8_t kH264Idr = 5;
inline constexpr std::uint8_t kH264Sps = 7;
inline constexpr std::uint8_t kH264Pps = 8;
inline constexpr std::uint8_t kHevcFirstIrap = 16;
inline constexpr std::uint8_t kHevcLastIrap = 21;
inline constexpr std::uint8_t kHevcSps = 33;

// Of a NAL unit that is not empty.
inline std::uint8_t h264_nal_type(ByteView nal) { return nal[0] & 0x1F; }
inline std::uint8_t hevc_nal_type(ByteView nal) { return nal[0] >> 1 & 0x3F; }

// The payload of a NAL unit (after its header of `header_size` bytes) without emulation prevention bytes.
Bytes unescape(ByteView nal, std::size_t header_size);

}  // namespace sluice::media
