// Ledger: what the index and the footer of a file say, gathered while its records pass by.
//
// The writer and whoever reads a whole file (recovery, verify) feed it the same records and get the same values.
#pragma once

#include <cstdint>

#include "sluice/record/digest.hpp"
#include "sluice/record/head.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {

// Where a record stands, and its header as it is in the file.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  HeaderBytes header{};
};

class Ledger {
 public:
  // One of these for every record before the index, in order.
  void pass(const Place& place, const FileHeader& header);
  void pass(const Place& place, const media::Entry& entry);
  void pass(const Place& place, const Lost& lost);
  void pass(const Place& place, const UnknownRecord& unknown);
  // The index counts into the digest only.
  void pass_index(const HeaderBytes& header) { digest_.update(header); }

  const Head& head() const { return head_; }
  const Index& index() const { return index_; }
  bool index_full() const { return index_.entries.size() >= kIndexEntriesMax; }
  // `index_offset` and `recovered` are for the caller to fill in.
  Footer footer() const;

 private:
  void count(const Place& place);
  void reach(std::optional<Ticks90k> time);
  void close_part(const Place& place, IndexEntry entry);

  Head head_;
  Index index_;
  Digest digest_;
  Footer totals_;
  std::optional<Ticks90k> first_time_;
  std::optional<WallTime> first_wall_;
  std::optional<WallTime> end_wall_;
  std::uint64_t part_offset_ = 0;
  std::uint64_t period_offset_ = 0;
};

}  // namespace sluice::record
