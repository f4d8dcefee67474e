#include "mp4_samples.hpp"

#include <algorithm>
#include <cstring>

#include "mp4_codec_boxes.hpp"
#include "mp4_rules.hpp"
#include "obu.hpp"
#include "sluice/media/nal.hpp"

namespace sluice::check::mp4 {
namespace {

struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

std::string at_time(const Track& track, const Sample& sample) {
  return track.name() + " at " + std::to_string(sample.dts) + "/" + std::to_string(track.timescale);
}

void judge_sets(const Track& track, const Sample& sample, ByteView bytes, PieceFindings& findings) {
  if (track.parameter_sets.empty()) return;
  media::NalReader nals(bytes, track.config.video.nal_length_size);
  while (nals.next()) {
    const ByteView nal = nals.nal();
    if (!is_parameter_set(track.config, nal)) continue;
    if (track.parameter_sets.contains(as_text(nal))) continue;
    findings.add(kSameSets, at_time(track, sample) + " has another parameter set (NAL unit type " +
                                std::to_string(nal_type(track.config, nal)) + ") than its sample entry");
  }
}

// Whether the sample is a key frame; nothing when it cannot be told, as its bytes are broken.
std::optional<bool> find_key(const Track& track, const Sample& sample, ByteView bytes, PieceFindings& findings) {
  if (track.config.codec == media::Codec::av1) {
    const ObuUnit unit = read_obus(bytes);
    if (unit.has_delimiter) findings.add(kNoDelimiters, at_time(track, sample) + " has one");
    if (unit.is_whole) return unit.has_key_frame;
    findings.add(kUnits,
                 at_time(track, sample) + ": its OBUs do not add up to its " + std::to_string(bytes.size()) + " bytes");
    return {};
  }
  const auto key = media::is_random_access(track.config, bytes, true);
  if (key) return *key;
  findings.add(kUnits, at_time(track, sample) + ": " + key.error().message);
  return {};
}

}  // namespace

void judge_placement(const Fragment& fragment, const FragmentData& data, PieceFindings& findings) {
  std::vector<Span> spans;
  for (const TrackFragment& track : fragment.tracks) {
    if (!track.is_placed) return;  // told already, and nothing can be said
    for (const Sample& sample : track.samples) {
      const std::int64_t begin = static_cast<std::int64_t>(data.moof) + sample.offset;
      const Span span{begin, begin + sample.size};
      if (span.begin < static_cast<std::int64_t>(data.data_begin) ||
          span.end > static_cast<std::int64_t>(data.data_end)) {
        findings.add(kDataInside, at_time(*track.track, sample) + " has bytes " + std::to_string(span.begin) + " to " +
                                      std::to_string(span.end) + "; the mdat has " + std::to_string(data.data_begin) +
                                      " to " + std::to_string(data.data_end));
      } else {
        spans.push_back(span);
      }
    }
  }
  if (findings.has(kDataInside) || findings.has(kKnownTrack) || findings.has(kBoxes)) return;
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  auto covered = static_cast<std::int64_t>(data.data_begin);
  for (const Span& span : spans) {
    if (span.begin != covered) break;
    covered = span.end;
  }
  if (covered != static_cast<std::int64_t>(data.data_end)) {
    findings.add(kDataCovered,
                 "from byte " + std::to_string(covered) + " on, samples leave some out or have some twice");
  }
}

ByteView bytes_of(const Sample& sample, const FragmentData& data) {
  const std::int64_t begin = static_cast<std::int64_t>(data.moof) + sample.offset;
  if (begin < static_cast<std::int64_t>(data.data_begin)) return {};
  const auto at = static_cast<std::size_t>(begin);
  if (at > data.data_end || sample.size > data.data_end - at) return {};
  return data.piece.subspan(at, sample.size);
}

bool judge_sample(const Track& track, const Sample& sample, ByteView bytes, PieceFindings& findings) {
  constexpr std::uint32_t kDependsShift = 24;
  constexpr std::uint32_t kDependsOnOthers = 1;
  if (sample.duration == 0) findings.add(kDurations, at_time(track, sample) + " lasts 0");
  if (track.kind != media::TrackKind::video) {
    if (track.kind == media::TrackKind::audio && track.has_config && !sample.is_sync()) {
      findings.add(kSyncFlags, at_time(track, sample) + " is flagged as no sync sample");
    }
    return true;
  }
  if (sample.is_sync() && (sample.flags >> kDependsShift & 3) == kDependsOnOthers) {
    findings.add(kSyncFlags, at_time(track, sample) + " is flagged as a sync sample that depends on others");
  }
  if (!track.has_config || bytes.empty()) return sample.is_sync();
  judge_sets(track, sample, bytes, findings);
  const std::optional<bool> key = find_key(track, sample, bytes, findings);
  if (key && *key != sample.is_sync()) {
    findings.add(kSyncFlags, at_time(track, sample) + (*key ? " is a key frame that is not flagged as a sync sample"
                                                            : " is flagged as a sync sample and is no key frame"));
  }
  return key.value_or(sample.is_sync());
}

std::uint64_t digest_of(const Sample& sample, ByteView bytes) {
  constexpr std::uint64_t kPrime = 0x9E3779B97F4A7C15;
  std::uint64_t hash = kPrime;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kPrime;
    hash ^= hash >> 29;
  };
  mix(static_cast<std::uint64_t>(sample.dts));
  mix(static_cast<std::uint64_t>(sample.composition));
  mix(sample.duration);
  mix(bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(sizeof word, bytes.size());
    std::memcpy(&word, bytes.data(), size);
    mix(word);
    bytes = bytes.subspan(size);
  }
  return hash;
}

}  // namespace sluice::check::mp4
