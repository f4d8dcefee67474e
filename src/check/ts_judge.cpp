#include "ts_judge.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "ts_rules.hpp"

namespace sluice::check::ts {
namespace {

constexpr std::int64_t kPcrIntervalMax = 27'000 * 100;  // 100 ms
constexpr std::int64_t kPcrLeapMax = 27'000'000;        // more than a second is no late PCR but another clock

std::string at_packet(std::size_t index) { return " (packet " + std::to_string(index) + ")"; }

bool is_table_pid(std::uint16_t pid) { return pid < kFirstFreePid; }

std::string list_of(const std::vector<Stream>& streams) {
  std::string text;
  for (const Stream& stream : streams) {
    text += (text.empty() ? "" : ", ") + std::to_string(stream.pid) + " (type " + std::to_string(stream.type) + ")";
  }
  return text.empty() ? "none" : text;
}

}  // namespace

MediaFacts TsJudge::on_segment(ByteView bytes, Link link, PieceFindings& findings) {
  begin_segment(link);
  read_tables(findings);
  const std::size_t whole = bytes.size() / kPacketSize;
  if (whole * kPacketSize != bytes.size()) {
    findings.add(kPackets, "its " + std::to_string(bytes.size()) + " bytes are no whole number of packets");
  }
  for (std::size_t i = 0; i < whole; ++i) {
    const Packet packet = read_packet(bytes.subspan(i * kPacketSize, kPacketSize));
    if (packet.is_sound) {
      on_packet(packet, i, findings);
    } else {
      findings.add(kPackets, "a packet has no sync byte, or a header that runs past it" + at_packet(i));
    }
  }
  end_segment(findings);
  MediaFacts facts;
  facts.format = MediaFormat::ts;
  if (!pmt_) return facts;
  for (const Stream& stream : pmt_->streams) {
    const auto judge = streams_.find(stream.pid);
    if (judge != streams_.end() && judge->second.has_facts()) facts.tracks.push_back(judge->second.facts());
  }
  return facts;
}

void TsJudge::begin_segment(Link link) {
  link_ = link;
  if (!link.follows) {
    counters_.clear();
    last_pcr_.reset();
  }
  if (!link.same_run) {
    pmt_pid_.reset();
    pmt_.reset();
    streams_.clear();
  }
  pat_sections_.reset();
  pmt_sections_.reset();
  has_pat_ = has_pmt_ = has_pcr_ = has_pcr_pid_ = false;
  misplaced_.reset();
  packets_ = null_packets_ = 0;
  for (auto& [pid, stream] : streams_) stream.begin_segment(link);
}

void TsJudge::read_tables(PieceFindings& findings) {
  for (std::size_t at = 0; at + kPacketSize <= tables_.size(); at += kPacketSize) {
    const Packet packet = read_packet(ByteView(tables_).subspan(at, kPacketSize));
    if (!packet.is_sound || !packet.has_payload) continue;
    if (packet.pid == kPatPid) {
      on_pat(packet, findings);
    } else if (pmt_pid_ && packet.pid == *pmt_pid_) {
      on_pmt(packet, findings);
    }
  }
}

void TsJudge::on_packet(const Packet& packet, std::size_t index, PieceFindings& findings) {
  ++packets_;
  if (packet.pid == kNullPid) {
    ++null_packets_;
    return;
  }
  judge_counter(packet, index, findings);
  if (packet.is_damaged || packet.is_scrambled) {
    findings.add(kClear, std::string("a packet is marked as ") + (packet.is_damaged ? "damaged" : "scrambled") +
                             at_packet(index));
    return;
  }
  const bool is_table_due = (index == 0 && packet.pid != kPatPid) || (index == 1 && packet.pid != pmt_pid_);
  if (is_table_due && !misplaced_) misplaced_ = packet.pid;
  if (packet.pid == kPatPid) return on_pat(packet, findings);
  if (pmt_pid_ && packet.pid == *pmt_pid_) return on_pmt(packet, findings);
  on_media(packet, findings);
}

// ISO 13818-1 2.4.3.3: it counts packets with payload. A packet may be sent twice there, which helps on a lossy wire
// and harms over HTTP: players that do not look at the counter take its payload twice.
void TsJudge::judge_counter(const Packet& packet, std::size_t index, PieceFindings& findings) {
  const auto [known, is_new] = counters_.try_emplace(packet.pid, packet.counter);
  const std::uint8_t before = std::exchange(known->second, packet.counter);
  if (is_new || packet.is_discontinuity) return;
  const std::uint8_t expected = packet.has_payload ? (before + 1) & 0x0F : before;
  if (packet.counter == expected) return;
  findings.add(kCounters, "PID " + std::to_string(packet.pid) + " counts " + std::to_string(packet.counter) +
                              " after " + std::to_string(before) + at_packet(index));
}

void TsJudge::judge_pcr(const Packet& packet, PieceFindings& findings) {
  if (!packet.pcr) {
    if (!has_pcr_pid_) {
      findings.add(kPcrFirst, "the first packet of PID " + std::to_string(packet.pid) + " has none");
    }
    return;
  }
  const std::int64_t now = *packet.pcr % kPcrWrap;
  const std::optional<std::int64_t> before = std::exchange(last_pcr_, now);
  has_pcr_ = true;
  if (!before || packet.is_discontinuity) return;
  const std::int64_t distance = (now - *before + kPcrWrap) % kPcrWrap;
  if (distance > kPcrWrap / 2) {
    findings.add(kPcrForward, "the PCR goes back by " + std::to_string((kPcrWrap - distance) / 27'000) + " ms");
  } else if (distance > kPcrLeapMax) {
    findings.add(kPcrForward, "the PCR leaps by " + std::to_string(distance / 27'000) + " ms");
  } else if (distance > kPcrIntervalMax) {
    findings.add(kPcrInterval, "a PCR comes " + std::to_string(distance / 27'000) + " ms after the one before");
  }
}

void TsJudge::on_pat(const Packet& packet, PieceFindings& findings) {
  has_pat_ = true;
  const auto section = pat_sections_.feed(packet.payload, packet.starts_unit);
  if (!section) return findings.add(kTablesSound, "the PAT: " + section.error().message);
  if (!*section) return;
  const auto programs = parse_pat(**section);
  if (!programs) return findings.add(kTablesSound, programs.error().message);
  if (programs->size() != 1) {
    findings.add(kOneProgram, "the PAT names " + std::to_string(programs->size()) + " programs");
  }
  if (!programs->empty()) pmt_pid_ = programs->front().pmt_pid;
}

void TsJudge::on_pmt(const Packet& packet, PieceFindings& findings) {
  has_pmt_ = true;
  const auto section = pmt_sections_.feed(packet.payload, packet.starts_unit);
  if (!section) return findings.add(kTablesSound, "the PMT: " + section.error().message);
  if (!*section) return;
  auto pmt = parse_pmt(**section);
  if (!pmt) return findings.add(kTablesSound, pmt.error().message);
  if (pmt_ && pmt_->content != pmt->content && pmt_->version == pmt->version) {
    findings.add(kTableVersion, "the PMT has another content and still version " + std::to_string(pmt->version));
  }
  if (pmt_ && pmt_->streams != pmt->streams) {
    findings.add(kTracksConstant, "the streams are " + list_of(pmt->streams) + " after " + list_of(pmt_->streams));
  }
  for (const Stream& stream : pmt->streams) {
    if (!is_excluded(stream)) continue;
    findings.add(kStreamTypes, "PID " + std::to_string(stream.pid) + " is of type " + std::to_string(stream.type) +
                                   " (" + std::string(media::to_string(stream.codec)) + ")");
  }
  use(*std::move(pmt));
}

void TsJudge::use(Pmt pmt) {
  for (const Stream& stream : pmt.streams) {
    const auto known = streams_.find(stream.pid);
    if (known != streams_.end() && known->second.stream() == stream) continue;
    const auto added = streams_.insert_or_assign(stream.pid, TsStreamJudge(stream));
    added.first->second.begin_segment(link_);
  }
  pmt_ = std::move(pmt);
}

void TsJudge::on_media(const Packet& packet, PieceFindings& findings) {
  if (!pmt_) return;  // nothing can be said of it: that tables are missing is told
  if (packet.pid == pmt_->pcr_pid) {
    judge_pcr(packet, findings);
    has_pcr_pid_ = true;
  }
  const auto stream = streams_.find(packet.pid);
  if (stream == streams_.end()) {
    if (!is_table_pid(packet.pid) && packet.pid != pmt_->pcr_pid) {
      findings.add(kDeclared, "PID " + std::to_string(packet.pid) + " is in no table");
    }
    return;
  }
  if (!packet.has_payload || !stream->second.is_judged()) return;
  if (packet.starts_unit) {
    stream->second.begin_unit(packet.payload, packet.is_random_access, has_pcr_ ? last_pcr_ : std::nullopt,
                              time_reference_, findings);
  } else {
    stream->second.add(packet.payload, findings);
  }
}

void TsJudge::end_segment(PieceFindings& findings) {
  if (findings.has(kTablesSound)) {
    // What they would have said is not known.
  } else if (!has_pat_ || !has_pmt_) {
    findings.add(kHasTables, std::string("it has no ") + (!has_pat_ ? "PAT" : "PMT"));
  } else if (pmt_ && !pmt_->streams.empty() && !has_pcr_) {
    findings.add(kPcrInterval, "PID " + std::to_string(pmt_->pcr_pid) + " has no PCR in the whole segment");
  }
  if (misplaced_ && tables_.empty() && has_pat_ && has_pmt_ && !findings.has(kTablesSound)) {
    findings.add(kTablesFirst, "a packet of PID " + std::to_string(*misplaced_) + " stands where one of them is due");
  }
  if (null_packets_ * 20 > packets_) {
    findings.add(kStuffing,
                 std::to_string(null_packets_) + " of its " + std::to_string(packets_) + " packets are empty");
  }
  for (auto& [pid, stream] : streams_) stream.end_segment(findings);
}

}  // namespace sluice::check::ts
