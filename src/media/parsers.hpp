// One parser a codec, each in the source file named after it. They fill what the bytes say into a CodecConfig whose
// codec and record are set already, and return what is wrong with the bytes, or nothing.
#pragma once

#include <optional>

#include "sluice/media/codec_config.hpp"

namespace sluice::media {

using Fault = std::optional<Error>;

Fault parse_avcc(CodecConfig& config);       // AVCDecoderConfigurationRecord, ISO 14496-15 5.3.3
Fault parse_hvcc(CodecConfig& config);       // HEVCDecoderConfigurationRecord, ISO 14496-15 8.3.3
Fault parse_av1c(CodecConfig& config);       // AV1CodecConfigurationRecord, AV1-ISOBMFF 2.3
Fault parse_vpcc(CodecConfig& config);       // VPCodecConfigurationRecord, VP9-ISOBMFF
Fault parse_aac(CodecConfig& config);        // AudioSpecificConfig, ISO 14496-3 1.6.2
Fault parse_opus_head(CodecConfig& config);  // RFC 7845 5.1; an empty record gives stereo
Fault parse_flac(CodecConfig& config);       // STREAMINFO, RFC 9639 8.2, with or without "fLaC" and block header

// From a frame's own header.
Fault describe_mp3(CodecConfig& config, ByteView frame);
Fault describe_ac3(CodecConfig& config, ByteView frame);  // AC-3 and E-AC-3, by config.codec
Fault describe_opus(CodecConfig& config, ByteView frame);

// Samples in one frame; 0 when it cannot be told.
std::uint32_t mp3_samples(ByteView frame);
std::uint32_t ac3_samples(ByteView frame);  // AC-3 and E-AC-3 alike
std::uint32_t opus_samples(ByteView packet);
std::uint32_t flac_samples(ByteView frame);

// The picture's size (and, for AV1, range and rate) as a key frame's header states it.
void describe_av1_picture(CodecConfig& config, ByteView unit);
void describe_vp9_picture(CodecConfig& config, ByteView frame);
bool vp9_is_key(ByteView frame);

// Of ITU-T H.273 transfer characteristics.
VideoRange range_of_transfer(std::uint32_t transfer_characteristics);
// ticks_a_second / ticks, when that is 1 to 240.
std::optional<FrameRate> sane_rate(std::uint64_t ticks_a_second, std::uint64_t ticks);

}  // namespace sluice::media
