// Records to bytes. The other direction is decode.cpp.
#include <algorithm>

#include "sluice/base/check.hpp"
#include "sluice/record/record.hpp"

namespace sluice::record {
namespace {

void put_time(ByteWriter& out, Ticks90k time) { out.u64_le(static_cast<std::uint64_t>(time.count())); }

void put_wall(ByteWriter& out, WallTime time) {
  out.u64_le(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

void put_seconds(ByteWriter& out, Seconds seconds) { out.u32_le(static_cast<std::uint32_t>(seconds.count())); }

void put_string(ByteWriter& out, std::string_view text) {
  SLUICE_CHECK(text.size() <= 255);
  out.u8(static_cast<std::uint8_t>(text.size()));
  out.append(text);
}

Draft make(RecordType type, std::int64_t time, ByteWriter body) {
  Draft result;
  result.header.type = type;
  result.header.time = time;
  result.body = std::move(body).take();
  return result;
}

Draft draft_of(const media::Period& period) {
  ByteWriter out;
  out.u64_le(period.number);
  put_wall(out, period.wall_start);
  out.u8(static_cast<std::uint8_t>(period.cause));
  return make(RecordType::period, period.media_start.count(), std::move(out));
}

Draft draft_of(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  const media::FrameRate rate = config.video.frame_rate.value_or(media::FrameRate{0, 0});
  ByteWriter out;
  out.u8(track.source_id);
  out.u8(static_cast<std::uint8_t>(config.codec));
  out.u32_le(track.timescale);
  out.u32_le(config.video.width);
  out.u32_le(config.video.height);
  out.u32_le(rate.numerator);
  out.u32_le(rate.denominator);
  out.u8(static_cast<std::uint8_t>(config.video.range));
  out.u8(config.video.colour.primaries);
  out.u8(config.video.colour.transfer);
  out.u8(config.video.colour.matrix);
  out.u8(config.video.colour.full_range ? 1 : 0);
  out.u32_le(config.video.pixel_width);
  out.u32_le(config.video.pixel_height);
  out.u8(config.video.nal_length_size);
  out.u32_le(config.audio.sample_rate);
  out.u32_le(config.audio.channels);
  out.u32_le(config.audio.samples_per_frame);
  put_string(out, config.rfc6381);
  out.u32_le(static_cast<std::uint32_t>(config.record.size()));
  out.append(config.record.view());
  Draft result = make(RecordType::track, 0, std::move(out));
  result.header.track = track.index;
  return result;
}

Draft draft_of(const media::Packet& packet) {
  Draft result = make(RecordType::packet, packet.dts, {});
  result.header.track = packet.track;
  if (packet.key) result.header.flags |= flags::kKey;
  if (packet.hidden) result.header.flags |= flags::kHidden;
  result.header.cts = packet.cts;
  return result;
}

Draft draft_of(const media::Cut& cut) {
  SLUICE_CHECK(cut.ends.size() <= 255);
  ByteWriter out;
  out.u64_le(cut.msn);
  out.u32_le(cut.part);
  out.u64_le(cut.fragment);
  put_time(out, cut.duration);
  put_seconds(out, cut.target_duration);
  out.u8(static_cast<std::uint8_t>(cut.ends.size()));
  for (const media::TrackEnd& end : cut.ends) {
    out.u8(end.track);
    out.u64_le(static_cast<std::uint64_t>(end.end));
  }
  out.u32_le(static_cast<std::uint32_t>(cut.part_target.count()));
  Draft result = make(RecordType::cut, cut.start.count(), std::move(out));
  if (cut.ends_segment) result.header.flags |= flags::kEndsSegment;
  if (cut.independent) result.header.flags |= flags::kIndependent;
  if (cut.added) result.header.flags |= flags::kAdded;
  return result;
}

Draft draft_of(const media::Gap& gap) {
  ByteWriter out;
  out.u64_le(gap.msn);
  put_time(out, gap.duration);
  put_seconds(out, gap.target_duration);
  return make(RecordType::gap, gap.start.count(), std::move(out));
}

Draft draft_of(const media::Data& data) { return make(RecordType::data, data.time.count(), {}); }

Draft draft_of(const media::End& end) {
  ByteWriter out;
  put_wall(out, end.wall);
  Draft result = make(RecordType::end, 0, std::move(out));
  if (end.final) result.header.flags |= flags::kFinal;
  return result;
}

std::uint32_t index_flags(const IndexEntry& entry) {
  std::uint32_t bits = 0;
  if (entry.ends_segment) bits |= flags::kEndsSegment;
  if (entry.independent) bits |= flags::kIndependent;
  if (entry.gap) bits |= flags::kGap;
  if (entry.added) bits |= flags::kAddedEntry;
  return bits;
}

}  // namespace

Draft draft(const FileHeader& header) {
  ByteWriter out;
  out.u16_le(kVersion);
  out.u32_le(header.file_index);
  put_wall(out, header.session.start);
  out.u64_le(header.before.last_msn);
  out.u64_le(header.before.last_period);
  put_time(out, header.before.last_time);
  put_seconds(out, header.before.target_duration);
  put_string(out, header.session.stream.app());
  put_string(out, header.session.stream.stream());
  put_string(out, header.session.session.text());
  put_string(out, header.session.epoch.text());
  return make(RecordType::header, 0, std::move(out));
}

Draft draft(const media::Entry& entry, bool repeated) {
  Draft result = std::visit([](const auto& kind) { return draft_of(kind); }, entry);
  if (repeated) result.header.flags |= flags::kRepeated;
  return result;
}

Draft draft(const Lost& lost) {
  ByteWriter out;
  out.u64_le(lost.entries);
  out.u64_le(lost.media_bytes);
  return make(RecordType::lost, lost.since.count(), std::move(out));
}

Draft draft(const Index& index) {
  ByteWriter out;
  out.u32_le(static_cast<std::uint32_t>(index.entries.size()));
  for (const IndexEntry& entry : index.entries) {
    out.u64_le(entry.offset);
    out.u64_le(entry.end);
    out.u64_le(entry.period_offset);
    out.u64_le(entry.msn);
    put_time(out, entry.start);
    put_time(out, entry.duration);
    out.u32_le(entry.part);
    out.u32_le(index_flags(entry));
  }
  return make(RecordType::index, 0, std::move(out));
}

Draft draft(const Footer& footer) {
  ByteWriter out;
  out.u64_le(footer.index_offset);
  out.u64_le(footer.records);
  out.u64_le(footer.packets);
  out.u64_le(footer.media_bytes);
  out.u64_le(footer.first_msn);
  out.u64_le(footer.numbering.last_msn);
  out.u64_le(footer.numbering.last_period);
  put_time(out, footer.first_time);
  put_time(out, footer.numbering.last_time);
  put_wall(out, footer.first_wall);
  put_wall(out, footer.last_wall);
  out.u64_le(footer.entries_lost);
  put_seconds(out, footer.numbering.target_duration);
  out.append(footer.digest);
  SLUICE_CHECK(out.size() == kFooterBodySize);
  Draft result = make(RecordType::footer, 0, std::move(out));
  if (footer.recovered) result.header.flags |= flags::kRecovered;
  if (footer.ended) result.header.flags |= flags::kEnded;
  if (footer.final) result.header.flags |= flags::kEndedFinal;
  return result;
}

}  // namespace sluice::record
