// Bytes to records. The other direction is draft.cpp.
#include <algorithm>
#include <string>

#include "sluice/record/record.hpp"

namespace sluice::record {
namespace {

// Reads a body's fields; a value no recorder writes makes it fail like a read past the end.
class BodyReader {
 public:
  explicit BodyReader(ByteView body) : bytes(body) {}

  Ticks90k ticks() { return Ticks90k(bounded(kTicksMax)); }
  WallTime wall() { return WallTime(Micros(bounded(kWallMax))); }
  Seconds seconds() { return Seconds(bytes.u32_le()); }
  std::string_view string() {
    const std::uint8_t size = bytes.u8();
    return as_text(bytes.take(size));
  }
  void require(bool condition) { sensible_ = sensible_ && condition; }
  bool ok() const { return sensible_ && bytes.ok(); }

  ByteReader bytes;

 private:
  std::int64_t bounded(std::int64_t max) {
    const auto value = static_cast<std::int64_t>(bytes.u64_le());
    require(value >= -max && value <= max);
    return ok() ? value : 0;
  }

  bool sensible_ = true;
};

Error senseless(std::string_view what, const RecordHeader& header) {
  return Error{"a " + std::string(what) + " record with a body of " + std::to_string(header.body_size) +
               " bytes has content that makes no sense"};
}

bool is_time(std::int64_t time) { return time >= -kTicksMax && time <= kTicksMax; }

bool has(const RecordHeader& header, std::uint8_t flag) { return (header.flags & flag) != 0; }

// A codec added later is one this program does not know; its track is read all the same.
media::Codec codec_of(std::uint8_t number) {
  const bool known = number <= 7 || number == 31 || (number >= 32 && number <= 37) || number == 63;
  return known ? media::Codec{number} : media::Codec::unknown;
}

Result<Record> decode_file_header(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  const std::uint16_t version = in.bytes.u16_le();
  if (in.ok() && version > kVersion) return Record(NewerVersion{version});
  in.require(version == kVersion);
  const std::uint32_t file_index = in.bytes.u32_le();
  const WallTime start = in.wall();
  Numbering before;
  before.last_msn = in.bytes.u64_le();
  before.last_period = in.bytes.u64_le();
  before.last_time = in.ticks();
  before.target_duration = in.seconds();
  const std::string_view app = in.string();
  const std::string_view stream = in.string();
  const Result<StreamName> name = StreamName::make(app, stream);
  const Result<SessionId> session = SessionId::parse(in.string());
  const Result<SessionId> epoch = SessionId::parse(in.string());
  if (!in.ok() || !name || !session || !epoch) return senseless("Header", header);
  return Record(FileHeader{SessionInfo{*name, *session, *epoch, start}, file_index, before});
}

Result<Record> decode_period(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  media::Period period;
  period.media_start = Ticks90k(header.time);
  period.number = in.bytes.u64_le();
  period.wall_start = in.wall();
  const std::uint8_t cause = in.bytes.u8();
  in.require(cause <= static_cast<std::uint8_t>(media::PeriodCause::restart));
  period.cause = media::PeriodCause{cause};
  if (!in.ok()) return senseless("Period", header);
  return Record(media::Entry(period));
}

Result<Record> decode_track(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  media::Track track;
  track.index = header.track;
  track.source_id = in.bytes.u8();
  media::CodecConfig& config = track.config;
  config.codec = codec_of(in.bytes.u8());
  track.timescale = in.bytes.u32_le();
  in.require(track.timescale != 0);
  config.video.width = in.bytes.u32_le();
  config.video.height = in.bytes.u32_le();
  const std::uint32_t numerator = in.bytes.u32_le();
  const std::uint32_t denominator = in.bytes.u32_le();
  if (denominator != 0) config.video.frame_rate = media::FrameRate{numerator, denominator};
  const std::uint8_t range = in.bytes.u8();
  in.require(range <= static_cast<std::uint8_t>(media::VideoRange::hlg));
  config.video.range = media::VideoRange{range};
  config.video.colour.primaries = in.bytes.u8();
  config.video.colour.transfer = in.bytes.u8();
  config.video.colour.matrix = in.bytes.u8();
  config.video.colour.full_range = in.bytes.u8() != 0;
  config.video.pixel_width = in.bytes.u32_le();
  config.video.pixel_height = in.bytes.u32_le();
  config.video.nal_length_size = in.bytes.u8();
  config.audio.sample_rate = in.bytes.u32_le();
  config.audio.channels = in.bytes.u32_le();
  config.audio.samples_per_frame = in.bytes.u32_le();
  config.rfc6381 = in.string();
  const std::uint32_t record_size = in.bytes.u32_le();
  const ByteView record = in.bytes.take(record_size);
  if (!in.ok()) return senseless("Track", header);
  config.record = Payload::copy_of(record);
  return Record(media::Entry(std::move(track)));
}

Record decode_packet(const RecordHeader& header, ByteView body) {
  media::Packet packet;
  packet.track = header.track;
  packet.key = has(header, flags::kKey);
  packet.hidden = has(header, flags::kHidden);
  packet.dts = header.time;
  packet.cts = header.cts;
  packet.data = Payload::copy_of(body);
  return media::Entry(std::move(packet));
}

Result<Record> decode_cut(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  media::Cut cut;
  cut.start = Ticks90k(header.time);
  cut.ends_segment = has(header, flags::kEndsSegment);
  cut.independent = has(header, flags::kIndependent);
  cut.added = has(header, flags::kAdded);
  cut.msn = in.bytes.u64_le();
  cut.part = in.bytes.u32_le();
  cut.fragment = in.bytes.u64_le();
  cut.duration = in.ticks();
  in.require(cut.duration.count() >= 0);
  cut.target_duration = in.seconds();
  const std::uint8_t count = in.bytes.u8();
  for (std::uint8_t i = 0; i < count && in.ok(); ++i) {
    const std::uint8_t track = in.bytes.u8();
    cut.ends.push_back({track, in.ticks().count()});
  }
  // Came later: what was recorded before has no parts.
  if (!in.bytes.at_end()) cut.part_target = Millis(in.bytes.u32_le());
  if (!in.ok()) return senseless("Cut", header);
  return Record(media::Entry(std::move(cut)));
}

Result<Record> decode_gap(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  media::Gap gap;
  gap.start = Ticks90k(header.time);
  gap.msn = in.bytes.u64_le();
  gap.duration = in.ticks();
  in.require(gap.duration.count() >= 0);
  gap.target_duration = in.seconds();
  if (!in.ok()) return senseless("Gap", header);
  return Record(media::Entry(gap));
}

Result<Record> decode_end(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  const media::End end{in.wall(), has(header, flags::kFinal)};
  if (!in.ok()) return senseless("End", header);
  return Record(media::Entry(end));
}

Result<Record> decode_lost(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  Lost lost;
  lost.since = Ticks90k(header.time);
  lost.entries = in.bytes.u64_le();
  lost.media_bytes = in.bytes.u64_le();
  if (!in.ok()) return senseless("Lost", header);
  return Record(lost);
}

Result<Record> decode_index(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  const std::uint32_t count = in.bytes.u32_le();
  // Memory follows the bytes that are there, not the number they claim.
  if (!in.ok() || in.bytes.remaining() != std::uint64_t{count} * kIndexEntrySize) return senseless("Index", header);
  Index index;
  index.entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    IndexEntry entry;
    entry.offset = in.bytes.u64_le();
    entry.end = in.bytes.u64_le();
    entry.period_offset = in.bytes.u64_le();
    entry.msn = in.bytes.u64_le();
    entry.start = in.ticks();
    entry.duration = in.ticks();
    entry.part = in.bytes.u32_le();
    const std::uint32_t bits = in.bytes.u32_le();
    entry.ends_segment = (bits & flags::kEndsSegment) != 0;
    entry.independent = (bits & flags::kIndependent) != 0;
    entry.gap = (bits & flags::kGap) != 0;
    entry.added = (bits & flags::kAddedEntry) != 0;
    index.entries.push_back(entry);
  }
  if (!in.ok()) return senseless("Index", header);
  return Record(std::move(index));
}

Result<Record> decode_footer(const RecordHeader& header, ByteView body) {
  BodyReader in(body);
  Footer footer;
  footer.recovered = has(header, flags::kRecovered);
  footer.ended = has(header, flags::kEnded);
  footer.final = has(header, flags::kEndedFinal);
  footer.index_offset = in.bytes.u64_le();
  footer.records = in.bytes.u64_le();
  footer.packets = in.bytes.u64_le();
  footer.media_bytes = in.bytes.u64_le();
  footer.first_msn = in.bytes.u64_le();
  footer.numbering.last_msn = in.bytes.u64_le();
  footer.numbering.last_period = in.bytes.u64_le();
  footer.first_time = in.ticks();
  footer.numbering.last_time = in.ticks();
  footer.first_wall = in.wall();
  footer.last_wall = in.wall();
  footer.entries_lost = in.bytes.u64_le();
  footer.numbering.target_duration = in.seconds();
  const ByteView digest = in.bytes.take(kDigestSize);
  if (!in.ok() || !in.bytes.at_end()) return senseless("Footer", header);
  std::copy(digest.begin(), digest.end(), footer.digest.begin());
  return Record(footer);
}

}  // namespace

Result<Record> decode_record(const RecordHeader& header, ByteView body) {
  if (!is_time(header.time)) return Error{"time " + std::to_string(header.time) + " is further off than any can be"};
  switch (header.type) {
    case RecordType::header:
      return decode_file_header(header, body);
    case RecordType::period:
      return decode_period(header, body);
    case RecordType::track:
      return decode_track(header, body);
    case RecordType::packet:
      return decode_packet(header, body);
    case RecordType::cut:
      return decode_cut(header, body);
    case RecordType::gap:
      return decode_gap(header, body);
    case RecordType::data:
      return Record(media::Entry(media::Data{Ticks90k(header.time), Payload::copy_of(body)}));
    case RecordType::end:
      return decode_end(header, body);
    case RecordType::lost:
      return decode_lost(header, body);
    case RecordType::index:
      return decode_index(header, body);
    case RecordType::footer:
      return decode_footer(header, body);
  }
  return Record(UnknownRecord{});
}

}  // namespace sluice::record
