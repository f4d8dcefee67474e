// Writer: the entries of one recording file to bytes.
//
// It collects them in an Output, which refers to the payloads of large packets and does not copy them, until whoever
// writes the file has taken them. All checksums are computed here, on the caller's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/record/ledger.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {

// Bytes to be written, in order. Reused from batch to batch, so that it allocates nothing in the long run.
class Output {
 public:
  // Below this a payload is copied beside its header: that costs less than another piece for the kernel to gather.
  static constexpr std::size_t kCopyMax = 1024;

  void append(ByteView bytes);
  void append(const Payload& payload);

  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Valid until the next append() or clear().
  std::vector<ByteView> pieces() const;
  void clear();

 private:
  struct Piece {
    std::size_t small_end;  // bytes of small_ up to here, then
    Payload payload;
  };

  Bytes small_;
  std::vector<Piece> pieces_;
  std::uint64_t size_ = 0;
};

class Writer {
 public:
  // Begins the file: Header, then `lost` when something is, then the Period and Tracks that `head` knows. `mark` is
  // random, not zero, and not told to anybody.
  Writer(std::uint32_t mark, const FileHeader& header, const Head& head, const Lost& lost = {});

  void add(const media::Entry& entry);
  // Index and footer: the last.
  void seal();

  Output& output() { return output_; }
  // Of the file, with what is still in the output.
  std::uint64_t size() const { return offset_; }
  const Ledger& ledger() const { return ledger_; }

 private:
  template <class T>
  void put(Draft draft, const T& value);

  std::uint32_t mark_;
  std::uint64_t offset_ = 0;
  Ledger ledger_;
  Output output_;
};

// The header of a record as it is written: a draft's, with what depends on the file and the body.
HeaderBytes finish_header(RecordHeader header, std::uint32_t mark, ByteView body);

// A record for the end of a file whose last entry ends at `offset`; `entry` has no payload.
Bytes encode_added(std::uint32_t mark, std::uint64_t offset, Ledger& ledger, const media::Entry& entry);

// Index and footer of a file whose last entry ends at `offset`, as seal() writes them.
Bytes encode_seal(std::uint32_t mark, std::uint64_t offset, Ledger& ledger, bool recovered);

}  // namespace sluice::record
