// Reader: the bytes of a recording file to records, finding its way again after damage.
//
//   feed() bytes as they come, next() until it has none, finish() at the end of the file, next() until it has none.
//
// It holds at most one record (kBodyMax) and what was fed beyond it. docs/recording-format.md, "Reading".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sluice/base/bytes.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {

struct Found {
  std::uint64_t offset = 0;  // of its header, from the start of the file
  std::uint64_t end = 0;     // of its body
  RecordHeader header;
  HeaderBytes header_bytes{};
  Record record;
};

// A span no good record was found in.
struct Damage {
  enum class Reason {
    signature,  // the file does not begin as a recording does
    header,     // no good header where one must begin
    body,       // the checksum of a body is wrong
    content,    // all checksums are right, the content makes no sense
    cut_short,  // the file ends within a record
  };
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  Reason reason{};
  // The header of the first record in the span, when that is good: it names what was lost.
  std::optional<RecordHeader> header;
  // Nothing good follows: in a file that was not sealed, what a crash leaves.
  bool at_end = false;
};

std::string to_string(Damage::Reason reason);

class Reader {
 public:
  using Item = std::variant<Found, Damage>;

  Reader() = default;
  // Of what stands in a file from `offset` on, where a record begins. `mark` is the file's, or zero when that is not
  // known.
  Reader(std::uint32_t mark, std::uint64_t offset) : base_(offset), mark_(mark), signature_checked_(true) {}

  void feed(ByteView bytes);
  void finish() { finished_ = true; }
  // The next record or damaged span; none when it needs more bytes, or at the end.
  std::optional<Item> next();

  // Zero before the first good record.
  std::uint32_t mark() const { return mark_; }

 private:
  std::optional<Found> parse();
  void check_signature();
  void skip_bad(std::size_t count, Damage::Reason reason, std::optional<RecordHeader> header = {});
  void skip_to_mark();
  std::optional<Item> end_of_file();
  Damage take_damage(bool at_end);

  ByteView rest() const { return ByteView(buffer_).subspan(begin_); }
  std::uint64_t offset() const { return base_ + begin_; }

  Bytes buffer_;
  std::size_t begin_ = 0;   // of what is not parsed yet, in buffer_
  std::uint64_t base_ = 0;  // where buffer_ begins in the file
  std::uint32_t mark_ = 0;
  bool signature_checked_ = false;
  bool finished_ = false;
  bool refused_ = false;
  bool waiting_ = false;  // parse() needs more bytes
  std::optional<Damage> damage_;
  std::optional<Found> held_;  // found behind a damaged span that is told first
};

}  // namespace sluice::record
