// What a CODECS attribute says against what a track is (RFC 6381).
#include <algorithm>

#include "sluice/check/media_judge.hpp"

namespace sluice::check {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// "av01.0.00M.08" and the same with optional fields behind it.
bool is_prefix_of_fields(std::string_view shorter, std::string_view longer) {
  return longer.substr(0, shorter.size()) == shorter &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '.');
}

}  // namespace

bool codec_matches(std::string_view stated, const TrackFacts& track) {
  // Hexadecimal digits, the tier of AV1, opus (Opus) and flac (fLaC) are written in either case.
  const std::string left = lower(stated);
  const std::string right = lower(track.rfc6381);
  if (left == right) return true;
  switch (track.codec) {
    case media::Codec::av1:
    case media::Codec::vp9:
      return is_prefix_of_fields(left, right) || is_prefix_of_fields(right, left);
    case media::Codec::aac:
      // SBR and parametric stereo may be in the frames alone: nothing but a decoder sees them then.
      return right == "mp4a.40.2" && (left == "mp4a.40.5" || left == "mp4a.40.29");
    case media::Codec::mp3:
      return left == "mp4a.69" || left == "mp4a.6b" || left == "mp3";
    default:
      return false;
  }
}

}  // namespace sluice::check
