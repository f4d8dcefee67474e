#include "mp4_fragment.hpp"

#include <algorithm>

#include "mp4_rules.hpp"

namespace sluice::check::mp4 {
namespace {

// Later than any clock: three hundred years of seconds.
constexpr std::uint64_t kSecondsMax = 10'000'000'000;

// What samples have unless their run says otherwise.
struct Defaults {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
};

struct Header {
  std::uint32_t track_id = 0;
  std::uint32_t flags = 0;
  std::optional<std::uint32_t> duration, size, sample_flags;
  bool is_whole = false;
};

constexpr std::uint32_t kBaseDataOffset = 0x1;
constexpr std::uint32_t kDefaultBaseIsMoof = 0x20000;

// tfhd, 8.8.7.
Header read_header(const Box& tfhd) {
  ByteReader reader(tfhd.content);
  Header header;
  header.flags = read_full_header(reader).flags;
  header.track_id = reader.u32();
  if ((header.flags & kBaseDataOffset) != 0) reader.skip(8);
  if ((header.flags & 0x2) != 0) reader.skip(4);
  if ((header.flags & 0x8) != 0) header.duration = reader.u32();
  if ((header.flags & 0x10) != 0) header.size = reader.u32();
  if ((header.flags & 0x20) != 0) header.sample_flags = reader.u32();
  header.is_whole = reader.ok();
  return header;
}

// tfdt, 8.8.12.
void read_decode_time(const Box& tfdt, TrackFragment& fragment, PieceFindings& findings) {
  ByteReader reader(tfdt.content);
  const FullHeader header = read_full_header(reader);
  const std::uint64_t time = read_by_version(reader, header);
  if (!reader.ok()) return findings.add(kBoxes, "the tfdt box of " + fragment.track->name() + " is too short");
  if (header.version == 0) {
    findings.add(kLongDecodeTime, "that of " + fragment.track->name() + " is of version 0");
  }
  if (time / fragment.track->timescale > kSecondsMax) {
    return findings.add(
        kTimes, fragment.track->name() + " is decoded at " + std::to_string(time) + ", which is centuries from zero");
  }
  fragment.decode_time = static_cast<std::int64_t>(time);
}

// Reads runs one behind the other.
class RunReader {
 public:
  RunReader(TrackFragment& fragment, const Defaults& defaults, Limits& limits, PieceFindings& findings)
      : fragment_(fragment),
        defaults_(defaults),
        samples_left_(limits.samples_left),
        piece_end_(static_cast<std::int64_t>(limits.data_end)),
        findings_(findings) {}

  // trun, 8.8.8.
  void read(const Box& trun) {
    ByteReader reader(trun.content);
    const FullHeader header = read_full_header(reader);
    const std::uint32_t count = reader.u32();
    // Data without an offset goes on where the run before ended; the first begins with the moof.
    if ((header.flags & 0x1) != 0) offset_ = static_cast<std::int32_t>(reader.u32());
    std::optional<std::uint32_t> first_flags;
    if ((header.flags & 0x4) != 0) first_flags = reader.u32();
    const std::size_t before = fragment_.samples.size();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
      if (samples_left_ == 0) {
        fragment_.samples.resize(before);
        return findings_.add(kBoxes, "a trun box has " + std::to_string(count) + " samples: too many to look at");
      }
      Sample sample = read_sample(reader, header);
      if (!reader.ok()) break;
      if (i == 0 && first_flags) sample.flags = *first_flags;
      append(sample);
      --samples_left_;
      // What is behind the end is told once; nothing but the piece's size bounds a count without fields of its own.
      if (offset_ > piece_end_) break;
    }
    if (!reader.ok()) {
      findings_.add(kBoxes, "a trun box of " + fragment_.track->name() + " is too short for " + std::to_string(count) +
                                " samples");
    }
  }

 private:
  Sample read_sample(ByteReader& reader, const FullHeader& header) const {
    Sample sample;
    sample.duration = (header.flags & 0x100) != 0 ? reader.u32() : defaults_.duration;
    sample.size = (header.flags & 0x200) != 0 ? reader.u32() : defaults_.size;
    sample.flags = (header.flags & 0x400) != 0 ? reader.u32() : defaults_.flags;
    if ((header.flags & 0x800) != 0) {
      const std::uint32_t offset = reader.u32();
      sample.composition = header.version == 0 ? std::int64_t{offset} : std::int64_t{static_cast<std::int32_t>(offset)};
    }
    return sample;
  }

  void append(Sample sample) {
    sample.dts = time_;
    sample.offset = offset_;
    time_ += sample.duration;
    offset_ += sample.size;
    fragment_.samples.push_back(sample);
  }

  TrackFragment& fragment_;
  Defaults defaults_;
  std::size_t& samples_left_;
  std::int64_t piece_end_;
  PieceFindings& findings_;
  std::int64_t time_ = fragment_.decode_time.value_or(0);
  std::int64_t offset_ = 0;
};

void read_track(const Box& traf, const std::vector<Track>& tracks, Limits& limits, Fragment& fragment,
                PieceFindings& findings) {
  const auto tfhd = find_box(traf.content, "tfhd");
  if (!tfhd) return findings.add(kKnownTrack, "a traf has no tfhd");
  const Header header = read_header(*tfhd);
  if (!header.is_whole) return findings.add(kBoxes, "a tfhd box is too short");
  const auto track =
      std::find_if(tracks.begin(), tracks.end(), [&](const Track& t) { return t.id == header.track_id; });
  if (track == tracks.end()) {
    return findings.add(kKnownTrack, "a traf is of track " + std::to_string(header.track_id));
  }
  if ((header.flags & kBaseDataOffset) != 0) {
    findings.add(kBase, track->name() + " has a base-data-offset");
  } else if ((header.flags & kDefaultBaseIsMoof) == 0) {
    findings.add(kBase, track->name() + " does not set default-base-is-moof");
  }
  TrackFragment& read = fragment.tracks.emplace_back();
  read.track = &*track;
  read.is_placed = (header.flags & kBaseDataOffset) == 0;
  if (const auto tfdt = find_box(traf.content, "tfdt")) {
    read_decode_time(*tfdt, read, findings);
  } else {
    findings.add(kHasDecodeTime, track->name() + " has none");
  }
  const Defaults defaults{header.duration.value_or(track->default_duration), header.size.value_or(track->default_size),
                          header.sample_flags.value_or(track->default_flags)};
  RunReader runs(read, defaults, limits, findings);
  BoxReader boxes(traf.content);
  while (const auto box = boxes.next()) {
    if (box->type == "trun") runs.read(*box);
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box in traf runs past it");
}

}  // namespace

Fragment read_fragment(const Box& moof, const std::vector<Track>& tracks, Limits& limits, PieceFindings& findings) {
  Fragment fragment;
  bool has_track = false;
  BoxReader boxes(moof.content);
  while (const auto box = boxes.next()) {
    if (box->type == "mfhd") {
      ByteReader reader(box->content);
      reader.skip(4);
      const std::uint32_t number = reader.u32();
      if (reader.ok()) fragment.sequence_number = number;
    } else if (box->type == "traf") {
      has_track = true;
      read_track(*box, tracks, limits, fragment, findings);
    }
  }
  if (!boxes.ok()) findings.add(kBoxes, "a box in moof runs past it");
  if (boxes.ok() && !fragment.sequence_number) findings.add(kSequenceGrows, "a moof has no mfhd");
  if (boxes.ok() && !has_track) findings.add(kKnownTrack, "a moof has no traf");
  return fragment;
}

}  // namespace sluice::check::mp4
