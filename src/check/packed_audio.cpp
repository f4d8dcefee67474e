#include "packed_audio.hpp"

#include <string>

#include "any_rules.hpp"
#include "audio_frames.hpp"
#include "pes.hpp"

namespace sluice::check {
namespace {

constexpr std::string_view kOwner = "com.apple.streaming.transportStreamTimestamp";

// Seven bits a byte, ID3v2.4 6.2.
std::uint32_t syncsafe(ByteReader& reader) {
  const std::uint32_t value = reader.u32();
  return (value >> 24 & 0x7F) << 21 | (value >> 16 & 0x7F) << 14 | (value >> 8 & 0x7F) << 7 | (value & 0x7F);
}

// The timestamp in the private frame of Apple's, when this tag has it.
std::optional<std::int64_t> timestamp_of(ByteView frames, std::uint8_t version) {
  ByteReader reader(frames);
  while (reader.remaining() > 10) {
    const std::string_view id = as_text(reader.take(4));
    const std::uint32_t size = version >= 4 ? syncsafe(reader) : reader.u32();
    reader.skip(2);
    const ByteView content = reader.take(size);
    if (!reader.ok()) return {};
    if (id != "PRIV" || content.size() != kOwner.size() + 1 + 8) continue;
    if (as_text(content.first(kOwner.size())) != kOwner || content[kOwner.size()] != 0) continue;
    const std::uint64_t time = ByteReader(content.subspan(kOwner.size() + 1)).u64();
    if (time >> 33 != 0) return {};
    return static_cast<std::int64_t>(time);
  }
  return {};
}

// What stands behind the tags, and the timestamp they give.
struct Tagged {
  ByteView audio;
  std::optional<std::int64_t> timestamp;
};

Tagged read_tags(ByteView bytes) {
  Tagged tagged{bytes, {}};
  while (tagged.audio.size() >= 10 && as_text(tagged.audio.first(3)) == "ID3") {
    ByteReader reader(tagged.audio);
    reader.skip(3);
    const std::uint8_t version = reader.u8();
    reader.skip(2);
    const ByteView frames = reader.take(syncsafe(reader));
    if (!reader.ok()) break;
    if (!tagged.timestamp) tagged.timestamp = timestamp_of(frames, version);
    tagged.audio = reader.rest();
  }
  return tagged;
}

media::Codec codec_of(ByteView audio) {
  constexpr std::uint8_t kHighestAc3Version = 10;
  if (audio.size() < kAudioHeaderMax) return media::Codec::unknown;
  if (audio[0] == 0x0B && audio[1] == 0x77) {
    return audio[5] >> 3 > kHighestAc3Version ? media::Codec::eac3 : media::Codec::ac3;
  }
  if (audio[0] != 0xFF) return media::Codec::unknown;
  // The two bits of the layer are 0 in ADTS alone.
  return (audio[1] & 0x06) == 0 ? media::Codec::aac : media::Codec::mp3;
}

std::string name_of(media::Codec codec, const AudioFrame& frame) {
  switch (codec) {
    case media::Codec::aac:
      return "mp4a.40." + std::to_string(frame.aac_object_type);
    case media::Codec::mp3:
      return "mp4a.40.34";
    case media::Codec::eac3:
      return "ec-3";
    default:
      return "ac-3";
  }
}

// All frames, one behind the other, counted into `track`; seconds they last.
double read_frames(ByteView audio, TrackFacts& track, PieceFindings& findings) {
  double duration = 0;
  while (!audio.empty()) {
    const auto frame = read_audio_frame(track.codec, audio);
    if (!frame || frame->size > audio.size()) {
      findings.add(kPackedFrames, "its last " + std::to_string(audio.size()) + " bytes are no whole frame");
      break;
    }
    if (track.samples == 0) {
      track.sample_rate = frame->sample_rate;
      track.channels = frame->channels;
      track.rfc6381 = name_of(track.codec, *frame);
    } else if (frame->sample_rate != track.sample_rate || frame->channels != track.channels) {
      findings.add(kPackedFrames, "a frame of " + std::to_string(frame->sample_rate) + " Hz and " +
                                      std::to_string(frame->channels) + " channels comes after " +
                                      std::to_string(track.sample_rate) + " Hz and " + std::to_string(track.channels));
    }
    ++track.samples;
    ++track.sync_samples;
    track.bytes += frame->size;
    duration += static_cast<double>(frame->samples) / frame->sample_rate;
    audio = audio.subspan(frame->size);
  }
  return duration;
}

}  // namespace

MediaFacts PackedAudioJudge::on_segment(ByteView bytes, Link link, PieceFindings& findings) {
  MediaFacts facts;
  facts.format = MediaFormat::packed_audio;
  const bool goes_on = link.follows && end_.has_value();
  const std::int64_t end_before = end_.value_or(0);
  end_.reset();
  const Tagged tagged = read_tags(bytes);
  if (!tagged.timestamp) {
    findings.add(kPackedTimestamp, "it has no PRIV frame of " + std::string(kOwner) + " with eight bytes");
  }
  TrackFacts track;
  track.kind = media::TrackKind::audio;
  track.codec = codec_of(tagged.audio);
  if (track.codec == media::Codec::unknown) {
    findings.add(kPackedFrames, "the " + std::to_string(tagged.audio.size()) + " bytes behind the tag begin no frame");
    return facts;
  }
  const double duration = read_frames(tagged.audio, track, findings);
  track.timescale = 90000;
  track.starts_with_sync = track.samples > 0;
  if (tagged.timestamp && track.samples > 0) {
    const std::int64_t expected = goes_on ? end_before : *tagged.timestamp;
    track.first_dts = ts::unwrap_time(*tagged.timestamp, expected);
    track.end_dts = track.first_dts + static_cast<std::int64_t>(duration * 90000 + 0.5);
    const auto frame = static_cast<std::int64_t>(duration * 90000 / static_cast<double>(track.samples));
    const std::int64_t hole = track.first_dts - expected;
    if (hole > frame || hole < -frame) {
      findings.add(kPackedContinuous, "it begins " + std::to_string(hole / 90) +
                                          " ms after the end of the segment before; a frame lasts " +
                                          std::to_string(frame / 90) + " ms");
    }
    end_ = track.end_dts;
  }
  track.first_pts = track.first_dts;
  track.end_pts = track.end_dts;
  facts.tracks.push_back(track);
  return facts;
}

}  // namespace sluice::check
