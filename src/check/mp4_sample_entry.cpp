// Sample entries: ISO 14496-12 12.1.3 and 12.2.3, and the configuration boxes of each codec.
#include <algorithm>
#include <array>
#include <utility>

#include "mp4_codec_boxes.hpp"
#include "mp4_rules.hpp"
#include "mp4_track.hpp"

namespace sluice::check::mp4 {
namespace {

constexpr std::size_t kVideoFields = 78;
constexpr std::size_t kAudioFields = 28;

struct Kind {
  std::string_view type;
  media::Codec codec;
  std::string_view config;  // its configuration box
};
constexpr std::array kKinds = {
    Kind{"avc1", media::Codec::h264, "avcC"}, Kind{"avc3", media::Codec::h264, "avcC"},
    Kind{"hvc1", media::Codec::hevc, "hvcC"}, Kind{"hev1", media::Codec::hevc, "hvcC"},
    Kind{"dvh1", media::Codec::hevc, "hvcC"}, Kind{"dvhe", media::Codec::hevc, "hvcC"},
    Kind{"dva1", media::Codec::h264, "avcC"}, Kind{"dvav", media::Codec::h264, "avcC"},
    Kind{"av01", media::Codec::av1, "av1C"},  Kind{"dav1", media::Codec::av1, "av1C"},
    Kind{"vp09", media::Codec::vp9, "vpcC"},  Kind{"mp4a", media::Codec::aac, "esds"},
    Kind{"Opus", media::Codec::opus, "dOps"}, Kind{"fLaC", media::Codec::flac, "dfLa"},
    Kind{"ac-3", media::Codec::ac3, "dac3"},  Kind{"ec-3", media::Codec::eac3, "dec3"},
    Kind{".mp3", media::Codec::mp3, ""},
};

// Their parameter sets may stand in the samples: ISO 14496-15, and Dolby's for its own.
bool may_leave_sets_to_samples(std::string_view entry) {
  return entry == "avc3" || entry == "hev1" || entry == "dvav" || entry == "dvhe";
}

void judge_picture(const Box& entry, const Track& track, ByteView boxes, PieceFindings& findings) {
  const media::VideoFormat& video = track.config.video;
  ByteReader reader(entry.content);
  reader.skip(24);
  const std::uint32_t width = reader.u16();
  const std::uint32_t height = reader.u16();
  if (video.width != 0 && (width != video.width || height != video.height)) {
    findings.add(kPictureSize, track.name() + " says " + std::to_string(width) + "x" + std::to_string(height) +
                                   "; its configuration says " + std::to_string(video.width) + "x" +
                                   std::to_string(video.height));
  }
  if (const std::string fault = find_colour_fault(boxes, video); !fault.empty()) {
    findings.add(kPictureLook, track.name() + ": " + fault);
  }
  if (const std::string fault = find_shape_fault(boxes, video); !fault.empty()) {
    findings.add(kPictureLook, track.name() + ": " + fault);
  }
}

void judge_sets(Track& track, PieceFindings& findings) {
  if (track.config.codec != media::Codec::h264 && track.config.codec != media::Codec::hevc) return;
  if (may_leave_sets_to_samples(track.entry)) {
    return findings.add(kSetsInEntry, track.name() + " leaves parameter sets to the samples");
  }
  track.parameter_sets = parameter_sets_of(track.config);
  // Sequence and picture parameter set; HEVC has a video parameter set, too.
  const std::size_t needed = track.config.codec == media::Codec::h264 ? 2 : 3;
  if (kinds_of_sets(track.config, track.parameter_sets) < needed) {
    findings.add(kSampleEntry, track.name() + " lacks a kind of parameter set");
  }
}

void judge_audio(std::uint32_t channels, std::uint32_t sample_rate, const Track& track, PieceFindings& findings) {
  const media::AudioFormat& audio = track.config.audio;
  // 0 stands for what does not fit in 16 bits; with SBR it may be the core's rate.
  const bool is_rate = sample_rate == 0 || sample_rate == audio.sample_rate || sample_rate * 2 == audio.sample_rate;
  // Of the older codecs the number of channels is 2 whatever it is (ISO 14496-14 5.6.1, ETSI TS 102 366 F.3).
  const bool says_channels = track.config.codec == media::Codec::opus || track.config.codec == media::Codec::flac;
  if (is_rate && (!says_channels || channels == audio.channels)) return;
  findings.add(kAudioEntry, track.name() + " says " + std::to_string(sample_rate) + " Hz and " +
                                std::to_string(channels) + " channels; its configuration says " +
                                std::to_string(audio.sample_rate) + " Hz and " + std::to_string(audio.channels));
}

// The fields of an audio entry; QuickTime's versions have more of them before the boxes.
struct AudioFields {
  std::uint32_t channels = 0;
  std::uint32_t sample_rate = 0;
  std::size_t size = kAudioFields;
};

AudioFields read_audio_fields(ByteView content) {
  AudioFields fields;
  ByteReader reader(content);
  reader.skip(8);
  const std::uint16_t version = reader.u16();
  reader.skip(6);
  fields.channels = reader.u16();
  reader.skip(6);
  fields.sample_rate = reader.u32() >> 16;
  fields.size += version == 1 ? 16 : version == 2 ? 36 : 0;
  return fields;
}

}  // namespace

void read_sample_entry(const Box& entry, Track& track, PieceFindings& findings) {
  track.is_protected = entry.type == "encv" || entry.type == "enca";
  if (track.is_protected) return;
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.type == entry.type; });
  if (kind == kKinds.end()) return;
  if (media::kind_of(kind->codec) != *track.kind) {
    return findings.add(kSampleEntry, track.name() + " is in a track of " +
                                          (*track.kind == media::TrackKind::video ? "video" : "audio"));
  }
  const bool is_video = *track.kind == media::TrackKind::video;
  const AudioFields audio = is_video ? AudioFields{} : read_audio_fields(entry.content);
  const std::size_t fields = is_video ? kVideoFields : audio.size;
  if (entry.content.size() < fields) return findings.add(kBoxes, track.name() + "'s sample entry is too short");

  const ByteView boxes = entry.content.subspan(fields);
  const auto box = kind->config.empty() ? std::nullopt : find_box(boxes, kind->config);
  if (!box && !kind->config.empty()) {
    return findings.add(kSampleEntry, track.name() + " has no " + std::string(kind->config) + " box");
  }
  auto config = config_of_box(kind->codec, box ? box->content : ByteView{});
  if (!config && may_leave_sets_to_samples(entry.type)) {
    // Without them the configuration cannot be told, nor what is in the samples.
    return findings.add(kSetsInEntry, track.name() + ": " + config.error().message);
  }
  if (!config) return findings.add(kSampleEntry, track.name() + ": " + config.error().message);
  track.config = *std::move(config);
  if (track.config.codec == media::Codec::unknown) return;
  track.has_config = true;
  if (is_video) {
    // Its first part is the sample entry, RFC 6381 3.3.
    const std::size_t dot = std::min(track.config.rfc6381.find('.'), track.config.rfc6381.size());
    track.config.rfc6381.replace(0, dot, track.entry);
    judge_picture(entry, track, boxes, findings);
    judge_sets(track, findings);
  } else if (track.config.audio.sample_rate == 0) {
    // MP3 has its rate nowhere else. Its number of channels is in the frames alone: here it is always 2.
    track.config.audio.sample_rate = audio.sample_rate;
  } else {
    judge_audio(audio.channels, audio.sample_rate, track, findings);
  }
}

}  // namespace sluice::check::mp4
