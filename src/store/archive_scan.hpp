// ArchiveScan: the contents of a file that has no index, from all its records: one that is still being written, or
// whose index or footer is damaged.
//
// A segment with damage in it is left out, since it cannot be rendered as it was.
#pragma once

#include <memory>

#include "archive_contents.hpp"
#include "sluice/record/reader.hpp"

namespace sluice::store {

class ArchiveScan {
 public:
  explicit ArchiveScan(SessionId session);

  // Reads what is there beyond what was read before.
  Result<void> read_on(ArchiveInput& input);
  // The file grows no more: what cannot be read at its end is damaged.
  void finish();

  // Grows with read_on().
  std::shared_ptr<const FileContents> contents() const { return contents_; }

 private:
  void drain();
  void pass(const record::Damage& damage);
  void pass(const record::Found& found);
  void pass(const record::Found& found, const media::Entry& entry);
  void close_part(const record::Found& found, const media::Cut& cut);

  SessionId session_;
  std::shared_ptr<FileContents> contents_;
  SegmentGatherer gatherer_;
  record::Reader reader_;
  std::uint64_t offset_ = 0;  // what was read
  Ticks90k last_time_before_{};

  std::optional<media::Period> period_;
  std::vector<media::Track> tracks_;
  std::optional<std::uint32_t> slot_;  // of the Period, once it has a part
  bool repeated_ = false;
  bool tracks_follow_ = false;  // the Period may have more of them than came so far
  bool begins_period_ = false;
  std::uint64_t last_fragment_ = 0;  // of the Period
  std::uint64_t part_offset_ = 0;
  bool part_damaged_ = false;
};

}  // namespace sluice::store
