#include "sluice/record/reader.hpp"

#include <algorithm>
#include <utility>

#include "sluice/base/crc32c.hpp"

namespace sluice::record {

std::string to_string(Damage::Reason reason) {
  switch (reason) {
    case Damage::Reason::signature:
      return "does not begin as a recording";
    case Damage::Reason::header:
      return "no good record header";
    case Damage::Reason::body:
      return "the checksum of a record is wrong";
    case Damage::Reason::content:
      return "the content of a record makes no sense";
    case Damage::Reason::cut_short:
      return "the file ends within a record";
  }
  return {};
}

void Reader::feed(ByteView bytes) {
  // Moving what is left to the front only when it is the smaller part keeps the cost linear.
  if (begin_ > buffer_.size() / 2) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    base_ += begin_;
    begin_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Reader::Item> Reader::next() {
  if (held_) return std::exchange(held_, std::nullopt);
  if (refused_) return std::nullopt;
  waiting_ = false;
  while (!waiting_) {
    std::optional<Found> found = parse();
    if (!found) continue;
    refused_ = std::holds_alternative<NewerVersion>(found->record);
    if (!damage_) return found;
    held_ = std::move(found);
    return take_damage(false);
  }
  return finished_ ? end_of_file() : std::nullopt;
}

// One step: a good record, or none and begin_ moved on over bad bytes, or none and waiting_.
std::optional<Found> Reader::parse() {
  if (!signature_checked_) {
    check_signature();
    return std::nullopt;
  }
  if (rest().size() < kHeaderSize) {
    waiting_ = true;
    return std::nullopt;
  }
  const std::optional<RecordHeader> header = decode_header(rest());
  if (!header || (mark_ != 0 && header->mark != mark_)) {
    skip_bad(1, Damage::Reason::header);
    skip_to_mark();
    return std::nullopt;
  }
  if (rest().size() - kHeaderSize < header->body_size) {
    // Before the end of the file the rest may still come; at its end other records may stand in what is no body.
    if (finished_) {
      skip_bad(kHeaderSize, Damage::Reason::cut_short, header);
    } else {
      waiting_ = true;
    }
    return std::nullopt;
  }
  const ByteView body = rest().subspan(kHeaderSize, header->body_size);
  if (crc32c(body) != header->body_crc) {
    skip_bad(kHeaderSize, Damage::Reason::body, header);
    return std::nullopt;
  }
  Result<Record> record = decode_record(*header, body);
  mark_ = header->mark;
  const std::size_t size = kHeaderSize + header->body_size;
  if (!record) {
    skip_bad(size, Damage::Reason::content, header);
    return std::nullopt;
  }
  Found found{offset(), offset() + size, *header, {}, std::move(*record)};
  std::copy_n(rest().begin(), kHeaderSize, found.header_bytes.begin());
  begin_ += size;
  return found;
}

void Reader::check_signature() {
  if (rest().size() < kSignature.size()) {
    waiting_ = true;
    return;
  }
  signature_checked_ = true;
  if (std::equal(kSignature.begin(), kSignature.end(), rest().begin())) {
    begin_ += kSignature.size();
  } else {
    damage_ = Damage{0, 0, Damage::Reason::signature, std::nullopt, false};
  }
}

void Reader::skip_bad(std::size_t count, Damage::Reason reason, std::optional<RecordHeader> header) {
  if (!damage_) damage_ = Damage{offset(), 0, reason, header, false};
  begin_ += count;
}

void Reader::skip_to_mark() {
  if (mark_ == 0) return;
  const std::uint8_t mark[4] = {static_cast<std::uint8_t>(mark_), static_cast<std::uint8_t>(mark_ >> 8),
                                static_cast<std::uint8_t>(mark_ >> 16), static_cast<std::uint8_t>(mark_ >> 24)};
  const ByteView left = rest();
  const auto at = std::search(left.begin(), left.end(), std::begin(mark), std::end(mark));
  // The first bytes of a mark may stand at the very end of what was fed so far.
  const std::size_t kept = std::min(left.size(), sizeof mark - 1);
  begin_ += at != left.end() ? static_cast<std::size_t>(at - left.begin()) : left.size() - kept;
}

std::optional<Reader::Item> Reader::end_of_file() {
  if (!rest().empty()) skip_bad(rest().size(), Damage::Reason::cut_short);
  if (!damage_) return std::nullopt;
  return take_damage(true);
}

Damage Reader::take_damage(bool at_end) {
  Damage damage = *std::exchange(damage_, std::nullopt);
  const std::uint64_t end = held_ ? held_->offset : offset();
  damage.size = end - damage.offset;
  damage.at_end = at_end;
  return damage;
}

}  // namespace sluice::record
