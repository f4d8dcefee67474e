// The records of a recording file as values, and their bodies as bytes: docs/recording-format.md.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/record/format.hpp"
#include "sluice/record/sink.hpp"

namespace sluice::record {

struct FileHeader {
  SessionInfo session;
  std::uint32_t file_index = 0;
  Numbering before;  // what the files before this one came to
};

// Entries that were not recorded between the file before and this one, because the disk was too slow or failed.
struct Lost {
  Ticks90k since{};  // the last time recorded before
  std::uint64_t entries = 0;
  std::uint64_t media_bytes = 0;
  friend bool operator==(const Lost&, const Lost&) = default;
};

// One part, or one gap. Offsets are from the start of the file.
struct IndexEntry {
  std::uint64_t offset = 0;         // of the first record of the part
  std::uint64_t end = 0;            // behind its Cut
  std::uint64_t period_offset = 0;  // of its Period; the Tracks follow before that period's first Cut
  std::uint64_t msn = 0;
  Ticks90k start{};
  Ticks90k duration{};
  std::uint32_t part = 0;
  bool ends_segment = false;
  bool independent = false;
  bool gap = false;
  bool added = false;
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

struct Index {
  std::vector<IndexEntry> entries;
  friend bool operator==(const Index&, const Index&) = default;
};

struct Footer {
  bool recovered = false;  // sealed by a later process, after a crash
  bool ended = false;      // the session's End is in this file
  bool final = false;      // and it ended the playlist
  std::uint64_t index_offset = 0;
  std::uint64_t records = 0;  // before the index
  std::uint64_t packets = 0;
  std::uint64_t media_bytes = 0;
  std::uint64_t first_msn = 0;
  Numbering numbering;    // at the end of this file
  Ticks90k first_time{};  // of the first packet, part or gap
  WallTime first_wall;    // UTC of first_time and of numbering.last_time
  WallTime last_wall;
  std::uint64_t entries_lost = 0;
  std::array<std::uint8_t, kDigestSize> digest{};
  friend bool operator==(const Footer&, const Footer&) = default;
};

// A Header of a version this program cannot read; nothing after it is read either.
struct NewerVersion {
  std::uint16_t version = 0;
};

// A record of a type added later. It is skipped.
struct UnknownRecord {};

using Record = std::variant<FileHeader, media::Entry, Lost, Index, Footer, NewerVersion, UnknownRecord>;

// What a record is before it has its mark, size and checksums: the header fields that are its own, and its body. The
// body of Packet and Data is their payload and not in here.
struct Draft {
  RecordHeader header;
  Bytes body;
};

Draft draft(const FileHeader& header);
// `repeated`: a Period or Track at the head of a file it did not begin in.
Draft draft(const media::Entry& entry, bool repeated = false);
Draft draft(const Lost& lost);
Draft draft(const Index& index);
Draft draft(const Footer& footer);

// The record of a good header and body. Fails, with a sentence, when the content makes no sense.
Result<Record> decode_record(const RecordHeader& header, ByteView body);

}  // namespace sluice::record
