// What a player demands of MPEG-TS segments that follow each other.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/bytes.hpp"

namespace sluice::mux::testing {

// The start of one PES packet, in arrival order. Times in ticks of 90 kHz, modulo 2^33.
struct PesStart {
  std::uint16_t pid = 0;
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  bool random_access = false;
  std::size_t declared_length = 0;
  Bytes payload;  // what the PES header precedes, whole
};

class TsChecker {
 public:
  // Reads one whole segment; remembers what the next one must go on with.
  void add_segment(ByteView segment);

  const std::vector<std::string>& faults() const { return faults_; }
  const std::vector<PesStart>& units() const { return units_; }
  std::vector<PesStart> units_of(std::uint16_t pid) const;
  // PID to stream type, from the last PMT; and the PMT's version.
  const std::map<std::uint16_t, int>& stream_types() const { return stream_types_; }
  int pmt_version() const { return pmt_version_; }
  std::uint16_t pcr_pid() const { return pcr_pid_; }
  // The largest distance of two PCRs, also of two segments, in milliseconds.
  double pcr_interval_max_ms() const { return pcr_interval_max_ms_; }
  int discontinuities() const { return discontinuities_; }

 private:
  void read_pmt(ByteView section);
  void read_pes(std::uint16_t pid, bool random_access, ByteView payload);
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  std::vector<std::string> faults_;
  std::vector<PesStart> units_;
  std::map<std::uint16_t, int> stream_types_;
  std::map<std::uint16_t, int> counters_;
  std::map<std::uint16_t, std::size_t> open_units_;  // PID to the index of its unit
  std::optional<std::int64_t> pcr_;
  std::uint16_t pcr_pid_ = 0;
  int pmt_version_ = -1;
  double pcr_interval_max_ms_ = 0;
  int discontinuities_ = 0;
  int segment_ = 0;
};

}  // namespace sluice::mux::testing
