// The boxes in a sample entry that say how to decode and to show.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/codec_config.hpp"

namespace sluice::check::mp4 {

// In order, each once: there may be thousands, and each that comes in a sample is looked for.
using ParameterSets = std::set<std::string, std::less<>>;

// From the content of a configuration box: avcC, hvcC, av1C, vpcC, esds, dOps, dfLa, dac3, dec3. An esds may turn out
// to be MP3's, whose rate and channels stand elsewhere and are 0 here, or of a codec that is not known: then that is
// the result's, and its name alone is told, when it has one.
Result<media::CodecConfig> config_of_box(media::Codec codec, ByteView content);

// The parameter sets of an avcC or hvcC record, and how many kinds of them there are.
ParameterSets parameter_sets_of(const media::CodecConfig& config);
std::size_t kinds_of_sets(const media::CodecConfig& config, const ParameterSets& sets);
// The type of a NAL unit of `config`'s codec, and whether it is one of a parameter set.
std::uint8_t nal_type(const media::CodecConfig& config, ByteView nal);
bool is_parameter_set(const media::CodecConfig& config, ByteView nal);

// What the colr and the pasp box among `boxes` get wrong; empty when nothing.
std::string find_colour_fault(ByteView boxes, const media::VideoFormat& video);
std::string find_shape_fault(ByteView boxes, const media::VideoFormat& video);

}  // namespace sluice::check::mp4
