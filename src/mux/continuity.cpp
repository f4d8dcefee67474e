#include "sluice/mux/continuity.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "sluice/mux/ts_packet.hpp"

namespace sluice::mux {
namespace {

constexpr std::uint16_t kSdtPid = 0x11;
constexpr std::uint16_t kNullPid = 0x1fff;
constexpr std::uint64_t kCounterCycle = 16;
// A PES header with both timestamps, which is kept in one packet where that is possible.
constexpr std::size_t kPesHeader = 19;
// Between PCRs further apart lies a jump of the clock, not a slow frame rate.
constexpr std::int64_t kPcrJump = 27'000'000LL * 60;

struct PidState {
  std::uint64_t payload_packets = 0;
  std::uint64_t to_add = 0;       // packets still to be made by splitting
  std::size_t keep_in_start = 0;  // bytes a packet that starts a unit keeps when it is split
  std::uint64_t written = 0;
};

struct Pass {
  explicit Pass(std::uint64_t number) : msn(number) {}

  void count(const TsPacket& packet);
  void plan();
  void write(const TsPacket& packet, ByteView bytes);
  void finish(std::int64_t next_pcr);

  std::uint64_t msn;
  std::map<std::uint16_t, PidState> pids;
  std::map<std::uint16_t, std::size_t> capacity;  // packets that splitting can add without touching a PES header
  bool pat_written = false;
  bool pmt_written = false;
  std::optional<std::int64_t> last_pcr;
  std::uint16_t pcr_pid = 0;
  Bytes out;

 private:
  void write_table(ByteView bytes, bool& written);
  void fill_pcr_gap(std::int64_t next);
  void write_payload(const TsPacket& packet, PidState& pid);
};

bool is_table(std::uint16_t pid) { return pid == kPatPid || pid == kPmtPid; }
bool is_dropped(std::uint16_t pid) { return pid == kSdtPid || pid == kNullPid; }

std::size_t room_to_split(const TsPacket& packet, std::size_t keep_in_start) {
  const std::size_t size = packet.payload().size();
  const std::size_t keep = packet.starts_unit() ? std::max<std::size_t>(keep_in_start, 1) : 1;
  return size > keep ? size - keep : 0;
}

void Pass::count(const TsPacket& packet) {
  if (is_table(packet.pid()) || is_dropped(packet.pid()) || packet.payload().empty()) return;
  ++pids[packet.pid()].payload_packets;
  capacity[packet.pid()] += room_to_split(packet, kPesHeader);
}

void Pass::plan() {
  for (auto& [number, pid] : pids) {
    pid.to_add = (kCounterCycle - pid.payload_packets % kCounterCycle) % kCounterCycle;
    pid.keep_in_start = capacity[number] >= pid.to_add ? kPesHeader : 1;
  }
}

void Pass::write(const TsPacket& packet, ByteView bytes) {
  if (is_dropped(packet.pid())) return;
  if (is_table(packet.pid())) return write_table(bytes, packet.pid() == kPatPid ? pat_written : pmt_written);
  PidState& pid = pids[packet.pid()];
  if (const auto pcr = packet.pcr()) {
    pcr_pid = packet.pid();
    fill_pcr_gap(*pcr);
    last_pcr = pcr;
  }
  if (!packet.payload().empty()) return write_payload(packet, pid);
  out.insert(out.end(), bytes.begin(), bytes.end());
  out[out.size() - kTsPacketSize + 3] = static_cast<std::uint8_t>((bytes[3] & 0xf0) | ((pid.written + 15) & 0x0f));
}

void Pass::write_table(ByteView bytes, bool& written) {
  if (written) return;
  written = true;
  out.insert(out.end(), bytes.begin(), bytes.end());
  out[out.size() - kTsPacketSize + 3] = static_cast<std::uint8_t>((bytes[3] & 0xf0) | (msn & 0x0f));
}

void Pass::fill_pcr_gap(std::int64_t next) {
  const std::int64_t distance = last_pcr ? (next - *last_pcr + kPcrWrap) % kPcrWrap : 0;
  if (distance <= kPcrIntervalMax || distance >= kPcrJump) return;
  const auto counter = static_cast<std::uint8_t>((pids[pcr_pid].written + 15) & 0x0f);
  const std::int64_t steps = (distance + kPcrIntervalMax - 1) / kPcrIntervalMax;
  for (std::int64_t i = 1; i < steps; ++i) {
    append_pcr_packet(out, pcr_pid, counter, (*last_pcr + distance * i / steps) % kPcrWrap);
  }
}

void Pass::finish(std::int64_t next_pcr) { fill_pcr_gap(next_pcr % kPcrWrap); }

void Pass::write_payload(const TsPacket& packet, PidState& pid) {
  ByteView payload = packet.payload();
  const std::uint64_t added = std::min<std::uint64_t>(pid.to_add, room_to_split(packet, pid.keep_in_start));
  pid.to_add -= added;
  // The first of the pieces keeps the adaptation field and all but a byte for each of the others.
  const std::size_t first = payload.size() - static_cast<std::size_t>(added);
  append_ts_packet(out, packet.pid(), packet.starts_unit(), static_cast<std::uint8_t>(pid.written++ & 0x0f),
                   packet.adaptation(), payload.first(first));
  for (std::size_t i = first; i < payload.size(); ++i) {
    append_ts_packet(out, packet.pid(), false, static_cast<std::uint8_t>(pid.written++ & 0x0f), {},
                     payload.subspan(i, 1));
  }
}

}  // namespace

Result<Bytes> make_continuous(ByteView segment, std::uint64_t msn, std::optional<std::int64_t> next_pcr) {
  if (segment.size() % kTsPacketSize != 0) {
    return Error{"TS segment of " + std::to_string(segment.size()) + " bytes: not a multiple of 188"};
  }
  Pass pass(msn);
  for (std::size_t at = 0; at < segment.size(); at += kTsPacketSize) {
    const TsPacket packet(segment.subspan(at, kTsPacketSize));
    if (!packet.has_sync()) return Error{"TS segment: no sync byte at offset " + std::to_string(at)};
    pass.count(packet);
  }
  pass.plan();
  pass.out.reserve(segment.size() + pass.pids.size() * kCounterCycle * kTsPacketSize);
  for (std::size_t at = 0; at < segment.size(); at += kTsPacketSize) {
    const ByteView bytes = segment.subspan(at, kTsPacketSize);
    pass.write(TsPacket(bytes), bytes);
  }
  if (next_pcr) pass.finish(*next_pcr);
  return std::move(pass.out);
}

}  // namespace sluice::mux
