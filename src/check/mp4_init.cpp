#include "mp4_init.hpp"

#include <algorithm>
#include <array>

#include "mp4_boxes.hpp"
#include "mp4_rules.hpp"
#include "mp4_track.hpp"

namespace sluice::check::mp4 {
namespace {

constexpr std::size_t kTracksMax = 32;

// Brands that promise what iso6 does or more: movie fragments with tfdt, default-base-is-moof, signed offsets.
bool is_late_brand(std::string_view brand) {
  constexpr std::array<std::string_view, 12> kBrands = {"iso6", "iso7", "iso8", "iso9", "isoa", "isob",
                                                        "isoc", "cmfc", "cmf2", "cmfs", "cmff", "cmfl"};
  return std::find(kBrands.begin(), kBrands.end(), brand) != kBrands.end();
}

void judge_brands(const Box& first, PieceFindings& findings) {
  if (first.type != "ftyp") return findings.add(kBrand, "it begins with a " + std::string(first.type) + " box");
  ByteReader reader(first.content);
  bool is_late = is_late_brand(as_text(reader.take(4)));
  std::string brands = std::string(as_text(first.content.first(std::min<std::size_t>(4, first.content.size()))));
  reader.skip(4);
  while (reader.remaining() >= 4) {
    const std::string_view brand = as_text(reader.take(4));
    is_late = is_late || is_late_brand(brand);
    if (brands.size() < 60) brands += " " + std::string(brand);
  }
  if (!is_late) findings.add(kBrand, "its brands are " + brands);
}

void judge_movie_header(const Box& mvhd, PieceFindings& findings) {
  ByteReader reader(mvhd.content);
  const FullHeader header = read_full_header(reader);
  reader.skip(header.version == 0 ? 8 : 16);
  reader.skip(4);
  const std::uint64_t duration = read_by_version(reader, header);
  if (!reader.ok()) findings.add(kBoxes, "the mvhd box is too short");
  if (duration != 0) findings.add(kNoDurations, "mvhd says " + std::to_string(duration));
}

void read_defaults(const Box& mvex, std::vector<Track>& tracks, PieceFindings& findings) {
  BoxReader boxes(mvex.content);
  while (const auto box = boxes.next()) {
    if (box->type != "trex") continue;
    ByteReader reader(box->content);
    reader.skip(4);
    const std::uint32_t id = reader.u32();
    reader.skip(4);
    const std::uint32_t duration = reader.u32();
    const std::uint32_t size = reader.u32();
    const std::uint32_t flags = reader.u32();
    if (!reader.ok()) findings.add(kBoxes, "a trex box is too short");
    for (Track& track : tracks) {
      if (track.id != id) continue;
      track.has_defaults = reader.ok();
      track.default_duration = duration;
      track.default_size = size;
      track.default_flags = flags;
    }
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box in mvex runs past it");
}

std::vector<Track> read_movie(const Box& moov, PieceFindings& findings) {
  std::vector<Track> tracks;
  std::optional<Box> mvex;
  bool has_header = false;
  BoxReader boxes(moov.content);
  while (const auto box = boxes.next()) {
    if (box->type == "mvhd") {
      has_header = true;
      judge_movie_header(*box, findings);
    } else if (box->type == "trak" && tracks.size() < kTracksMax) {
      if (mvex) findings.add(kMovie, "mvex stands before a trak");
      if (auto track = read_track(*box, findings)) tracks.push_back(*std::move(track));
    } else if (box->type == "mvex") {
      mvex = box;
    }
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box in moov runs past it");
  if (!has_header) findings.add(kMovie, "moov has no mvhd");
  if (tracks.empty()) findings.add(kMovie, "moov has no track that can be read");
  if (mvex) read_defaults(*mvex, tracks, findings);
  for (const Track& track : tracks) {
    if (!track.has_defaults) findings.add(kMovie, track.name() + " has no trex");
  }
  return tracks;
}

}  // namespace

std::string Track::name() const { return "track " + std::to_string(id) + (entry.empty() ? "" : " (" + entry + ")"); }

std::vector<Track> read_init(ByteView bytes, PieceFindings& findings) {
  std::vector<Track> tracks;
  bool is_first = true;
  bool has_movie = false;
  BoxReader boxes(bytes);
  while (const auto box = boxes.next()) {
    if (is_first) judge_brands(*box, findings);
    is_first = false;
    if (box->type == "moov") {
      if (has_movie) findings.add(kMovie, "it has two moov boxes");
      has_movie = true;
      tracks = read_movie(*box, findings);
    } else if (box->type == "moof" || box->type == "mdat") {
      findings.add(kNoSamples, "it has a " + std::string(box->type) + " box");
    }
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box at " + std::to_string(boxes.position()) + " runs past the end");
  if (!has_movie && boxes.ok()) findings.add(kMovie, "it has no moov");
  return tracks;
}

TrackFacts facts_of(const Track& track) {
  TrackFacts facts;
  facts.id = track.id;
  facts.kind = track.kind.value_or(media::TrackKind::video);
  facts.codec = track.config.codec;
  facts.rfc6381 = track.config.rfc6381;
  facts.timescale = track.timescale;
  facts.width = track.config.video.width;
  facts.height = track.config.video.height;
  facts.pixel_width = track.config.video.pixel_width;
  facts.pixel_height = track.config.video.pixel_height;
  facts.sample_rate = track.config.audio.sample_rate;
  facts.channels = track.config.audio.channels;
  return facts;
}

}  // namespace sluice::check::mp4
