// TsJudge: MPEG-TS segments that follow one another.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "piece_findings.hpp"
#include "sluice/check/media_judge.hpp"
#include "ts_packet.hpp"
#include "ts_stream.hpp"
#include "ts_tables.hpp"

namespace sluice::check::ts {

class TsJudge {
 public:
  // Of an initialisation section: it has the PAT and the PMT for segments that have none (rfc8216bis 3.1.1).
  void set_tables(ByteView packets) { tables_.assign(packets.begin(), packets.end()); }
  MediaFacts on_segment(ByteView bytes, Link link, PieceFindings& findings);

 private:
  void read_tables(PieceFindings& findings);
  void begin_segment(Link link);
  void on_packet(const Packet& packet, std::size_t index, PieceFindings& findings);
  void judge_counter(const Packet& packet, std::size_t index, PieceFindings& findings);
  void judge_pcr(const Packet& packet, PieceFindings& findings);
  void on_pat(const Packet& packet, PieceFindings& findings);
  void on_pmt(const Packet& packet, PieceFindings& findings);
  void use(Pmt pmt);
  void on_media(const Packet& packet, PieceFindings& findings);
  void end_segment(PieceFindings& findings);

  Link link_;
  std::map<std::uint16_t, std::uint8_t> counters_;
  SectionCollector pat_sections_;
  SectionCollector pmt_sections_;
  std::optional<std::uint16_t> pmt_pid_;
  std::optional<Pmt> pmt_;
  std::map<std::uint16_t, TsStreamJudge> streams_;
  std::optional<std::int64_t> last_pcr_;
  std::optional<std::int64_t> time_reference_;

  // Of the segment.
  bool has_pat_ = false;
  bool has_pmt_ = false;
  bool has_pcr_ = false;
  bool has_pcr_pid_ = false;                // any packet of it
  std::optional<std::uint16_t> misplaced_;  // the first PID among the first two that is no table's
  std::uint64_t packets_ = 0;
  std::uint64_t null_packets_ = 0;

  Bytes tables_;
};

}  // namespace sluice::check::ts
