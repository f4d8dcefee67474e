#include "stream_parameters.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/mem.h>
}

#include <algorithm>

namespace sluice::mux {
namespace {

using media::Codec;

// FLAC's STREAMINFO block without its header (RFC 9639 section 8.2).
constexpr std::size_t kStreamInfoSize = 34;
// What libopus encoders delay by, in samples of 48 kHz.
constexpr std::uint16_t kOpusPreSkip = 312;

AVCodecID codec_id(Codec codec) {
  switch (codec) {
    case Codec::h264:
      return AV_CODEC_ID_H264;
    case Codec::hevc:
      return AV_CODEC_ID_HEVC;
    case Codec::av1:
      return AV_CODEC_ID_AV1;
    case Codec::vp9:
      return AV_CODEC_ID_VP9;
    case Codec::vp8:
      return AV_CODEC_ID_VP8;
    case Codec::vvc:
      return AV_CODEC_ID_VVC;
    case Codec::aac:
      return AV_CODEC_ID_AAC;
    case Codec::mp3:
      return AV_CODEC_ID_MP3;
    case Codec::opus:
      return AV_CODEC_ID_OPUS;
    case Codec::flac:
      return AV_CODEC_ID_FLAC;
    case Codec::ac3:
      return AV_CODEC_ID_AC3;
    case Codec::eac3:
      return AV_CODEC_ID_EAC3;
    case Codec::unknown:
    case Codec::other_video:
    case Codec::other_audio:
      return AV_CODEC_ID_NONE;
  }
  return AV_CODEC_ID_NONE;
}

// VPCodecConfigurationRecord: libavformat writes vpcC anew from these. 4:2:0 is 0 or 1, then 4:2:2 and 4:4:4.
void set_vp9(AVCodecParameters& parameters, ByteView record) {
  const std::uint8_t full_box[] = {1, 0, 0, 0};
  if (record.size() >= 4 && std::equal(std::begin(full_box), std::end(full_box), record.begin())) {
    record = record.subspan(4);
  }
  ByteReader reader(record);
  const int profile = reader.u8();
  const int level = reader.u8();
  const std::uint8_t format = reader.u8();
  parameters.format = AV_PIX_FMT_YUV420P;
  if (!reader.ok()) return;
  parameters.profile = profile;
  parameters.level = level;
  constexpr AVPixelFormat kFormats[3][3] = {
      {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P12},
      {AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12},
      {AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12},
  };
  const int subsampling = std::clamp((format >> 1 & 7) - 1, 0, 2);
  const int depth = std::clamp(((format >> 4) - 8) / 2, 0, 2);
  parameters.format = kFormats[subsampling][depth];
}

void set_video(AVCodecParameters& parameters, const media::CodecConfig& config) {
  const media::VideoFormat& video = config.video;
  parameters.width = static_cast<int>(video.width);
  parameters.height = static_cast<int>(video.height);
  parameters.sample_aspect_ratio = {static_cast<int>(video.pixel_width), static_cast<int>(video.pixel_height)};
  parameters.color_primaries = static_cast<AVColorPrimaries>(video.colour.primaries);
  parameters.color_trc = static_cast<AVColorTransferCharacteristic>(video.colour.transfer);
  parameters.color_space = static_cast<AVColorSpace>(video.colour.matrix);
  parameters.color_range = video.colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (config.codec == Codec::vp9) set_vp9(parameters, config.record.view());
  // Parameter sets stand in the sample entry and nowhere else (Apple's authoring rule 1.10).
  if (config.codec == Codec::hevc) parameters.codec_tag = MKTAG('h', 'v', 'c', '1');
}

// Bits per sample go into the sample entry, and Chromium refuses one that differs from STREAMINFO (RFC 9639
// section 8.2).
void set_flac(AVCodecParameters& parameters, ByteView stream_info) {
  constexpr std::size_t kChannelsAndBits = 12;
  if (stream_info.size() < kStreamInfoSize) return;
  const int high = stream_info[kChannelsAndBits] & 0x01;
  const int low = stream_info[kChannelsAndBits + 1] >> 4;
  parameters.bits_per_raw_sample = (high << 4 | low) + 1;
}

void set_audio(AVCodecParameters& parameters, const media::CodecConfig& config) {
  parameters.sample_rate = static_cast<int>(config.audio.sample_rate);
  parameters.frame_size = static_cast<int>(config.audio.samples_per_frame);
  av_channel_layout_default(&parameters.ch_layout, static_cast<int>(config.audio.channels));
}

// A FLAC record without the marker and the block header in front, of which senders leave out either or both.
ByteView stream_info_of(ByteView record) {
  constexpr std::size_t kMarkerSize = 4;
  constexpr std::size_t kBlockHeaderSize = 4;
  if (record.size() >= kMarkerSize && as_text(record.first(kMarkerSize)) == "fLaC")
    record = record.subspan(kMarkerSize);
  if (record.size() >= kBlockHeaderSize + kStreamInfoSize && (record[0] & 0x7F) == 0 && record[3] == kStreamInfoSize) {
    record = record.subspan(kBlockHeaderSize);
  }
  return record.first(std::min(record.size(), kStreamInfoSize));
}

Bytes default_opus_head(const media::CodecConfig& config) {
  ByteWriter head;
  head.append("OpusHead");
  head.u8(1);
  head.u8(static_cast<std::uint8_t>(config.audio.channels));
  head.u16_le(kOpusPreSkip);
  head.u32_le(48000);
  head.u16_le(0);
  head.u8(0);
  return std::move(head).take();
}

}  // namespace

void set_parameters(AVCodecParameters& parameters, const media::Track& track, ByteView record) {
  const bool is_video = media::kind_of(track.config.codec) == media::TrackKind::video;
  parameters.codec_type = is_video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  parameters.codec_id = codec_id(track.config.codec);
  if (is_video) {
    set_video(parameters, track.config);
  } else {
    set_audio(parameters, track.config);
  }
  if (track.config.codec == Codec::flac) set_flac(parameters, record);
  if (record.empty()) return;
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(record.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (parameters.extradata == nullptr) return;
  std::copy(record.begin(), record.end(), parameters.extradata);
  parameters.extradata_size = static_cast<int>(record.size());
}

Bytes mp4_record(const media::CodecConfig& config) {
  ByteView record = config.record.view();
  if (config.codec == Codec::flac) record = stream_info_of(record);
  if (config.codec == Codec::opus && record.empty()) return default_opus_head(config);
  return {record.begin(), record.end()};
}

}  // namespace sluice::mux
