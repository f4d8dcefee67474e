// Breaks MPEG-TS in one place at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sluice/base/bytes.hpp"

namespace sluice::check::testing {

inline constexpr std::size_t kTsPacket = 188;
inline constexpr std::uint16_t kPmtPid = 0x1000;
inline constexpr std::uint16_t kVideoPid = 0x100;
inline constexpr std::uint16_t kAudioPid = 0x101;

class TsEditor {
 public:
  explicit TsEditor(Bytes bytes) : bytes_(std::move(bytes)) {}

  Bytes& bytes() { return bytes_; }
  std::size_t packets() const { return bytes_.size() / kTsPacket; }

  // Indexes of the packets of one PID; of those that begin a PES packet or a section.
  std::vector<std::size_t> of(std::uint16_t pid) const;
  std::vector<std::size_t> starts(std::uint16_t pid) const;

  std::uint8_t* packet(std::size_t index) { return bytes_.data() + index * kTsPacket; }
  std::uint8_t* payload(std::size_t index);
  std::size_t payload_size(std::size_t index);

  // Makes a PID's continuity counter go on from where it ends in `before`.
  void count_on(std::uint16_t pid, const TsEditor& before);
  void remove(std::size_t index);
  void insert(std::size_t index, const Bytes& packet);
  // Makes the section that the packet holds `content` (behind the length, without CRC), with a right CRC.
  void set_section(std::size_t index, std::uint8_t table, const Bytes& content);

  bool has_pcr(std::size_t index);
  void remove_pcr(std::size_t index);
  void set_pcr(std::size_t index, std::int64_t base_90khz);
  std::int64_t pcr(std::size_t index);
  // Adds to all PCRs.
  void shift_pcr(std::int64_t ticks);

  // Of the PES packet that begins in the packet. A PES header with PTS alone has it for both.
  std::int64_t pts(std::size_t index);
  std::int64_t dts(std::size_t index);
  void set_pts(std::size_t index, std::int64_t time);
  void set_dts(std::size_t index, std::int64_t time);
  // Adds to all times of one PID.
  void shift_times(std::uint16_t pid, std::int64_t ticks);

  // Takes the packets of the PES packet that begins in the packet out; puts one in behind the tables, with its length
  // and the PID's counters made right.
  Bytes take_pes(std::size_t index);
  void insert_pes(std::uint16_t pid, Bytes pes);

  // The elementary stream behind the PES header that begins in the packet, as far as the packet reaches.
  std::uint8_t* content(std::size_t index);
  // The header of the first NAL unit of this type in the packet; nullptr when it has none.
  std::uint8_t* nal(std::size_t index, std::uint8_t type);
  // Puts bytes at the beginning of the payload, in the place of stuffing.
  void insert_in_stuffing(std::size_t index, const Bytes& inserted);

 private:
  void count(std::uint16_t pid, std::uint8_t last);

  Bytes bytes_;
};

// A PMT's content for set_section(): `streams` as they stand in it.
Bytes pmt_content(std::uint8_t version, const Bytes& streams);
// A packet without anything in it.
Bytes null_packet();

}  // namespace sluice::check::testing
