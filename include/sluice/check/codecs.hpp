// The names of CODECS (RFC 6381) that a multivariant playlist lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::check {

// At the commas, blanks around dropped.
std::vector<std::string> split_codecs(std::string_view codecs);

// Spelled as RFC 6381 asks: four characters and fields behind them; of a format that is known here, the fields that its
// registration asks for.
bool is_codec_name(std::string_view name);

// Whether one of the names is a video format.
bool names_video(std::string_view codecs);

}  // namespace sluice::check
