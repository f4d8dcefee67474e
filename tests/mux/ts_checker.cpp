#include "mux/ts_checker.hpp"

#include <algorithm>
#include <iterator>

#include "sluice/mux/continuity.hpp"
#include "sluice/mux/ts_packet.hpp"

namespace sluice::mux::testing {
namespace {

constexpr std::int64_t kTimeWrap = std::int64_t{1} << 33;

std::int64_t read_time(ByteReader& reader) {
  const std::int64_t high = reader.u8() >> 1 & 7;
  const std::int64_t middle = reader.u16() >> 1;
  const std::int64_t low = reader.u16() >> 1;
  return high << 30 | middle << 15 | low;
}

}  // namespace

std::vector<PesStart> TsChecker::units_of(std::uint16_t pid) const {
  std::vector<PesStart> found;
  std::copy_if(units_.begin(), units_.end(), std::back_inserter(found),
               [pid](const PesStart& unit) { return unit.pid == pid; });
  return found;
}

void TsChecker::add_segment(ByteView segment) {
  const std::string where = "segment " + std::to_string(segment_++) + ": ";
  if (segment.size() % kTsPacketSize != 0) return fault(where + "not a multiple of 188 bytes");
  std::map<std::uint16_t, int> seen;
  for (std::size_t at = 0; at < segment.size(); at += kTsPacketSize) {
    const TsPacket packet(segment.subspan(at, kTsPacketSize));
    const std::string name = where + "packet " + std::to_string(at / kTsPacketSize) + ": ";
    if (!packet.has_sync()) fault(name + "no sync byte");
    const std::uint16_t pid = packet.pid();
    if (at == 0 && pid != kPatPid) fault(name + "is no PAT");
    if (at == kTsPacketSize && pid != kPmtPid) fault(name + "is no PMT");
    const bool is_first = seen[pid]++ == 0;
    if (!is_first && (pid == kPatPid || pid == kPmtPid)) fault(name + "repeats a table");
    if (packet.is_discontinuity()) ++discontinuities_;

    const auto last = counters_.find(pid);
    const int step = packet.has_payload() ? 1 : 0;
    if (last != counters_.end() && packet.counter() != ((last->second + step) & 0x0f)) {
      fault(name + "PID " + std::to_string(pid) + " counts " + std::to_string(packet.counter()) + " after " +
            std::to_string(last->second));
    }
    counters_[pid] = packet.counter();

    if (pid == kPmtPid) read_pmt(packet.payload().subspan(1));
    if (pid == kPatPid || pid == kPmtPid) continue;
    if (stream_types_.count(pid) == 0) fault(name + "PID " + std::to_string(pid) + " is not in the PMT");
    if (const auto pcr = packet.pcr()) {
      if (pid != pcr_pid_) fault(name + "PCR on another PID");
      if (packet.is_discontinuity()) pcr_.reset();
      if (pcr_) {
        const std::int64_t distance = (*pcr - *pcr_ + kPcrWrap) % kPcrWrap;
        if (distance == 0 || distance > kPcrWrap / 2) fault(name + "PCR does not grow");
        pcr_interval_max_ms_ = std::max(pcr_interval_max_ms_, static_cast<double>(distance) / 27000.0);
      }
      pcr_ = pcr;
    } else if (pid == pcr_pid_ && is_first) {
      fault(name + "the first packet of the PCR's PID has none");
    }
    if (packet.starts_unit()) {
      read_pes(pid, packet.is_random_access(), packet.payload());
    } else if (packet.has_payload()) {
      const ByteView payload = packet.payload();
      Bytes& data = units_[open_units_.at(pid)].payload;
      data.insert(data.end(), payload.begin(), payload.end());
    }
  }
}

void TsChecker::read_pmt(ByteView section) {
  ByteReader reader(section);
  reader.skip(1);
  const std::size_t length = reader.u16() & 0x0fff;
  reader.skip(2);
  pmt_version_ = reader.u8() >> 1 & 0x1f;
  reader.skip(2);
  pcr_pid_ = reader.u16() & 0x1fff;
  reader.skip(reader.u16() & 0x0fff);
  stream_types_.clear();
  while (section.size() - reader.remaining() + 4 < 3 + length) {
    const int type = reader.u8();
    const std::uint16_t pid = reader.u16() & 0x1fff;
    reader.skip(reader.u16() & 0x0fff);
    stream_types_[pid] = type;
  }
}

void TsChecker::read_pes(std::uint16_t pid, bool random_access, ByteView payload) {
  ByteReader reader(payload);
  if (reader.u24() != 1) return fault("PID " + std::to_string(pid) + ": a unit begins with no PES header");
  PesStart unit;
  unit.pid = pid;
  unit.random_access = random_access;
  reader.skip(1);
  unit.declared_length = reader.u16();
  reader.skip(1);
  const int flags = reader.u8();
  ByteReader header(reader.take(reader.u8()));
  unit.pts = read_time(header);
  unit.dts = (flags & 0x40) != 0 ? read_time(header) : unit.pts;
  if (!header.ok() || !reader.ok()) fault("PID " + std::to_string(pid) + ": the PES header is cut");
  if (pcr_ && (unit.dts - *pcr_ / 300 + kTimeWrap) % kTimeWrap > kTimeWrap / 2) {
    fault("PID " + std::to_string(pid) + ": DTS " + std::to_string(unit.dts) + " is before the PCR");
  }
  unit.payload.assign(reader.rest().begin(), reader.rest().end());
  open_units_[pid] = units_.size();
  units_.push_back(std::move(unit));
}

}  // namespace sluice::mux::testing
