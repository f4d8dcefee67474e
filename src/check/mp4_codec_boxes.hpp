// The boxes in a sample entry that say how to decode and to show.
#pragma once

#include <string>
#include <vector>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::check::mp4 {

// From the content of a configuration box: avcC, hvcC, av1C, vpcC, esds, dOps, dfLa, dac3, dec3. An esds may turn out
// to be MP3's, whose rate and channels stand elsewhere and are 0 here.
Result<media::CodecConfig> config_of_box(media::Codec codec, ByteView content);

// The parameter sets of an avcC or hvcC record, and how many kinds of them there are.
std::vector<Bytes> parameter_sets_of(const media::CodecConfig& config);
std::size_t kinds_of_sets(const media::CodecConfig& config, const std::vector<Bytes>& sets);
// The type of a NAL unit of `config`'s codec, and whether it is one of a parameter set.
std::uint8_t nal_type(const media::CodecConfig& config, ByteView nal);
bool is_parameter_set(const media::CodecConfig& config, ByteView nal);

// What the colr and the pasp box among `boxes` get wrong; empty when nothing.
std::string find_colour_fault(ByteView boxes, const media::VideoFormat& video);
std::string find_shape_fault(ByteView boxes, const media::VideoFormat& video);

}  // namespace sluice::check::mp4
