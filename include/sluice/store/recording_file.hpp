// Reading recording files: a summary from their two ends, or everything. Blocks on the disk; any thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "sluice/record/ledger.hpp"
#include "sluice/record/open_part.hpp"
#include "sluice/record/reader.hpp"
#include "sluice/store/file_system.hpp"

namespace sluice::store {

// What the first 64 KiB and the footer say. Does not cost more for a larger file.
struct FileSummary {
  std::uint64_t size = 0;
  std::optional<record::FileHeader> header;
  std::optional<media::Period> period;  // the first
  std::vector<media::Track> tracks;     // as far as they stand in the first 64 KiB
  std::optional<record::Footer> footer;
};

boost::system::result<FileSummary> read_summary(const std::filesystem::path& path);

// The index of a sealed file, by what its footer says; none when it is damaged.
std::optional<record::Index> read_index(int fd, const record::Footer& footer);
// Hands the records and damaged spans between two offsets of a file to `visit`; a record begins at `from`. Offsets in
// the items mean nothing.
error_code read_range(int fd, std::uint64_t from, std::uint64_t to,
                      const std::function<void(const record::Reader::Item&)>& visit);

// Hands all records and damaged spans of a file, or of its first `limit` bytes, to `visit`, in order. Returns the size
// it read.
boost::system::result<std::uint64_t> read_all(int fd, const std::function<void(const record::Reader::Item&)>& visit,
                                              std::uint64_t limit = UINT64_MAX);

// Damage, and between which times of the recording it lies, as far as what is good around it tells.
struct DamagedSpan {
  record::Damage damage;
  std::optional<WallTime> after;   // the last time before it
  std::optional<WallTime> before;  // the first time behind it
};

// A file read from end to end.
struct FileScan {
  std::uint64_t size = 0;
  std::uint32_t mark = 0;
  std::optional<record::FileHeader> header;
  std::vector<media::Period> periods;
  std::vector<media::Track> tracks;  // of all periods, one after the other
  std::vector<DamagedSpan> damages;
  std::optional<record::Lost> lost;      // at the head
  std::size_t left_out = 0;              // Lost records further on: spans that a repair left out
  record::Ledger ledger;                 // of all that could be read
  record::OpenPart open_part;            // what is behind the last Cut
  std::uint64_t entries_end = 0;         // behind the last record that is not index or footer
  std::optional<record::Index> index;    // as written
  std::optional<record::Footer> footer;  // as written
  std::optional<std::uint64_t> footer_end;
  std::optional<std::uint16_t> newer_version;  // a format this program cannot read
};

boost::system::result<FileScan> scan(int fd);
// A file ….slog.open that is gone is looked for under its final name: the server may just have sealed it.
boost::system::result<FileScan> scan(const std::filesystem::path& path);

// The recordings under `path`: itself when it is a file, all in it and the directories below otherwise; by name.
boost::system::result<std::vector<std::filesystem::path>> find_recordings(const std::filesystem::path& path);

}  // namespace sluice::store
