#include "mp4_track.hpp"

#include <array>

#include "mp4_rules.hpp"

namespace sluice::check::mp4 {
namespace {

// tkhd, ISO 14496-12 8.3.2.
bool read_track_header(const Box& tkhd, Track& track, PieceFindings& findings) {
  ByteReader reader(tkhd.content);
  const FullHeader header = read_full_header(reader);
  reader.skip(header.version == 0 ? 8 : 16);
  track.id = reader.u32();
  reader.skip(4);
  const std::uint64_t duration = read_by_version(reader, header);
  if (duration != 0) {
    findings.add(kNoDurations, "tkhd of track " + std::to_string(track.id) + " says " + std::to_string(duration));
  }
  return reader.ok() && track.id != 0;
}

// mdhd, 8.4.2.
bool read_media_header(const Box& mdhd, Track& track) {
  ByteReader reader(mdhd.content);
  const FullHeader header = read_full_header(reader);
  reader.skip(header.version == 0 ? 8 : 16);
  track.timescale = reader.u32();
  return reader.ok() && track.timescale != 0;
}

std::string_view handler_of(const Box& hdlr) {
  ByteReader reader(hdlr.content);
  reader.skip(8);
  return as_text(reader.take(4));
}

// dref, 8.7.2: every entry says that the media is here.
void judge_references(const Box& dinf, const Track& track, PieceFindings& findings) {
  constexpr std::uint32_t kHere = 1;
  const auto dref = find_box(dinf.content, "dref");
  if (!dref || dref->content.size() < 8) return;
  BoxReader entries(dref->content.subspan(8));
  while (const auto entry = entries.next()) {
    ByteReader reader(entry->content);
    const FullHeader header = read_full_header(reader);
    if (!reader.ok() || (header.flags & kHere) == 0) {
      findings.add(kOwnMedia, track.name() + " refers to media elsewhere");
    }
  }
}

// The tables that say where samples are in a file without fragments.
void judge_tables(const Box& stbl, const Track& track, PieceFindings& findings) {
  BoxReader boxes(stbl.content);
  while (const auto box = boxes.next()) {
    const bool is_size = box->type == "stsz";
    if (box->type != "stts" && box->type != "stsc" && box->type != "stco" && box->type != "co64" && !is_size) continue;
    ByteReader reader(box->content);
    reader.skip(is_size ? 8 : 4);
    const std::uint32_t count = reader.u32();
    if (count != 0) {
      findings.add(kNoSamples, std::string(box->type) + " of " + track.name() + " has " + std::to_string(count));
    }
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box in stbl of " + track.name() + " runs past it");
}

void read_descriptions(const Box& stsd, Track& track, PieceFindings& findings) {
  if (stsd.content.size() < 8) return findings.add(kBoxes, "the stsd box of " + track.name() + " is too short");
  BoxReader entries(stsd.content.subspan(8));
  const auto entry = entries.next();
  if (!entry) return findings.add(kSampleEntry, track.name() + " has no sample entry");
  track.entry = std::string(entry->type);
  if (track.kind) read_sample_entry(*entry, track, findings);
  // What is encrypted may begin in the clear: then it has an entry for each.
  const auto is_protected = [](const Box& box) { return box.type == "encv" || box.type == "enca"; };
  if (const auto second = entries.next(); second && is_protected(*entry) == is_protected(*second)) {
    findings.add(kSampleEntry, track.name() + " has more than one sample entry");
  }
  if (!entries.ok()) findings.add(kBoxes, "a sample entry of " + track.name() + " runs past stsd");
}

// elst, 8.6.6.
void judge_edits(const Box& edts, const Track& track, PieceFindings& findings) {
  const auto elst = find_box(edts.content, "elst");
  if (!elst) return;
  ByteReader reader(elst->content);
  const FullHeader header = read_full_header(reader);
  const std::uint32_t count = reader.u32();
  std::uint32_t edits = 0;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const std::uint64_t duration = read_by_version(reader, header);
    const std::uint64_t media_time = read_by_version(reader, header);
    const std::uint32_t rate = reader.u32();
    if (!reader.ok()) break;
    const bool is_empty = header.version == 0 ? media_time == 0xFFFFFFFF : media_time == ~std::uint64_t{0};
    if (is_empty && i == 0) continue;
    ++edits;
    if (is_empty || edits > 1 || duration != 0 || rate != 0x10000) {
      findings.add(kEditList, "edit " + std::to_string(i + 1) + " of " + track.name() + " lasts " +
                                  std::to_string(duration) + " at rate " + std::to_string(rate) + "/65536");
    }
  }
  if (!reader.ok()) findings.add(kBoxes, "the elst box of " + track.name() + " is too short");
}

void judge_timescale(const Track& track, PieceFindings& findings) {
  if (!track.has_config) return;
  const std::string what = track.name() + " counts " + std::to_string(track.timescale) + " a second";
  if (*track.kind == media::TrackKind::audio) {
    const std::uint32_t rate = track.config.audio.sample_rate;
    // With SBR the core counts half as many samples.
    if (rate != 0 && track.timescale % rate != 0 && track.timescale * std::uint64_t{2} != rate) {
      findings.add(kTimescale, what + "; its sample rate is " + std::to_string(rate));
    }
    return;
  }
  const auto rate = track.config.video.frame_rate;
  const bool fits = !rate || std::uint64_t{track.timescale} * rate->denominator % rate->numerator == 0;
  // 90 kHz and more are near enough to everything.
  if (track.timescale == 1000 || (!fits && track.timescale < 90000)) {
    const std::string frames =
        rate ? std::to_string(rate->numerator) + "/" + std::to_string(rate->denominator) : "not known";
    findings.add(kTimescale, what + "; its frame rate is " + frames);
  }
}

// The boxes of a track that are used here, and must be there.
struct TrackBoxes {
  std::optional<Box> tkhd, edts, mdia, mdhd, hdlr, minf, dinf, stbl, stsd;
};

std::optional<TrackBoxes> find_boxes(const Box& trak, PieceFindings& findings) {
  const auto within = [](const std::optional<Box>& parent, std::string_view type) {
    return parent ? find_box(parent->content, type) : std::nullopt;
  };
  TrackBoxes boxes;
  boxes.tkhd = within(trak, "tkhd");
  boxes.edts = within(trak, "edts");
  boxes.mdia = within(trak, "mdia");
  boxes.mdhd = within(boxes.mdia, "mdhd");
  boxes.hdlr = within(boxes.mdia, "hdlr");
  boxes.minf = within(boxes.mdia, "minf");
  boxes.dinf = within(boxes.minf, "dinf");
  boxes.stbl = within(boxes.minf, "stbl");
  boxes.stsd = within(boxes.stbl, "stsd");
  const std::array<std::pair<const char*, bool>, 8> kNeeded = {{{"tkhd", boxes.tkhd.has_value()},
                                                                {"mdia", boxes.mdia.has_value()},
                                                                {"mdhd", boxes.mdhd.has_value()},
                                                                {"hdlr", boxes.hdlr.has_value()},
                                                                {"minf", boxes.minf.has_value()},
                                                                {"dinf", boxes.dinf.has_value()},
                                                                {"stbl", boxes.stbl.has_value()},
                                                                {"stsd", boxes.stsd.has_value()}}};
  for (const auto& [name, is_there] : kNeeded) {
    if (is_there) continue;
    findings.add(kMovie, std::string("a track has no ") + name);
    return {};
  }
  return boxes;
}

}  // namespace

std::optional<Track> read_track(const Box& trak, PieceFindings& findings) {
  const auto boxes = find_boxes(trak, findings);
  if (!boxes) return {};
  Track track;
  if (!read_track_header(*boxes->tkhd, track, findings) || !read_media_header(*boxes->mdhd, track)) {
    findings.add(kMovie, "a track has no id, or no timescale");
    return {};
  }
  const std::string_view handler = handler_of(*boxes->hdlr);
  if (handler == "vide") track.kind = media::TrackKind::video;
  if (handler == "soun") track.kind = media::TrackKind::audio;
  read_descriptions(*boxes->stsd, track, findings);
  judge_references(*boxes->dinf, track, findings);
  judge_tables(*boxes->stbl, track, findings);
  if (boxes->edts) judge_edits(*boxes->edts, track, findings);
  judge_timescale(track, findings);
  return track;
}

}  // namespace sluice::check::mp4
