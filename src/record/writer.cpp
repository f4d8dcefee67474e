#include "sluice/record/writer.hpp"

#include "sluice/base/check.hpp"
#include "sluice/base/crc32c.hpp"

namespace sluice::record {
namespace {

// What stands behind the header of `entry` instead of the draft's body, or none.
const Payload* payload_of(const media::Entry& entry) {
  if (const auto* packet = std::get_if<media::Packet>(&entry)) return &packet->data;
  if (const auto* data = std::get_if<media::Data>(&entry)) return &data->amf;
  return nullptr;
}

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace

HeaderBytes finish_header(RecordHeader header, std::uint32_t mark, ByteView body) {
  SLUICE_CHECK(body.size() <= kBodyMax);
  header.mark = mark;
  header.body_size = static_cast<std::uint32_t>(body.size());
  header.body_crc = crc32c(body);
  return encode_header(header);
}

void Output::append(ByteView bytes) {
  small_.insert(small_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
}

void Output::append(const Payload& payload) {
  if (payload.size() < kCopyMax) {
    append(payload.view());
    return;
  }
  pieces_.push_back({small_.size(), payload});
  size_ += payload.size();
}

std::vector<ByteView> Output::pieces() const {
  std::vector<ByteView> views;
  views.reserve(2 * pieces_.size() + 1);
  const ByteView small(small_);
  std::size_t begin = 0;
  for (const Piece& piece : pieces_) {
    if (piece.small_end > begin) views.push_back(small.subspan(begin, piece.small_end - begin));
    views.push_back(piece.payload.view());
    begin = piece.small_end;
  }
  if (small.size() > begin) views.push_back(small.subspan(begin));
  return views;
}

void Output::clear() {
  small_.clear();
  pieces_.clear();
  size_ = 0;
}

Writer::Writer(std::uint32_t mark, const FileHeader& header, const Head& head, const Lost& lost) : mark_(mark) {
  SLUICE_CHECK(mark != 0);
  output_.append(kSignature);
  offset_ = kSignature.size();
  put(draft(header), header);
  if (lost.entries > 0) put(draft(lost), lost);
  if (!head.period()) return;
  const media::Entry period = *head.period();
  put(draft(period, true), period);
  for (const media::Track& track : head.tracks()) {
    const media::Entry entry = track;
    put(draft(entry, true), entry);
  }
}

template <class T>
void Writer::put(Draft draft, const T& value) {
  Place place{offset_, offset_ + kHeaderSize + draft.body.size(), finish_header(draft.header, mark_, draft.body)};
  output_.append(place.header);
  output_.append(draft.body);
  offset_ = place.end;
  ledger_.pass(place, value);
}

void Writer::add(const media::Entry& entry) {
  const Payload* payload = payload_of(entry);
  if (payload == nullptr) {
    put(draft(entry), entry);
    return;
  }
  const RecordHeader header = draft(entry).header;
  const Place place{offset_, offset_ + kHeaderSize + payload->size(), finish_header(header, mark_, payload->view())};
  output_.append(place.header);
  output_.append(*payload);
  offset_ = place.end;
  ledger_.pass(place, entry);
}

void Writer::seal() {
  const Bytes bytes = encode_seal(mark_, offset_, ledger_, false);
  output_.append(bytes);
  offset_ += bytes.size();
}

Bytes encode_added(std::uint32_t mark, std::uint64_t offset, Ledger& ledger, const media::Entry& entry) {
  const Draft parts = draft(entry);
  const HeaderBytes header = finish_header(parts.header, mark, parts.body);
  Bytes result;
  append(result, header);
  append(result, parts.body);
  ledger.pass({offset, offset + result.size(), header}, entry);
  return result;
}

Bytes encode_seal(std::uint32_t mark, std::uint64_t offset, Ledger& ledger, bool recovered) {
  Bytes result;
  const Draft index = draft(ledger.index());
  const HeaderBytes index_header = finish_header(index.header, mark, index.body);
  ledger.pass_index(index_header);
  append(result, index_header);
  append(result, index.body);
  Footer totals = ledger.footer();
  totals.index_offset = offset;
  totals.recovered = recovered;
  const Draft footer = draft(totals);
  append(result, finish_header(footer.header, mark, footer.body));
  append(result, footer.body);
  return result;
}

}  // namespace sluice::record
