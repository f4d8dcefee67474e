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

// Dolby Vision is named after its profile and level, which the base codec's configuration does not say; either name may
// stand for it.
bool names_dolby_vision(std::string_view stated, media::Codec base) {
  const std::string_view family = stated.substr(0, stated.find('.'));
  switch (base) {
    case media::Codec::h264:
      return family == "dva1" || family == "dvav";
    case media::Codec::hevc:
      return family == "dvh1" || family == "dvhe";
    case media::Codec::av1:
      return family == "dav1";
    default:
      return false;
  }
}

// "hvc1.2.4.L153" of a track whose sample entry is dvh1.
std::string base_of(std::string name) {
  const auto become = [&name](std::string_view from, std::string_view base) {
    if (name.starts_with(from)) name.replace(0, from.size(), base);
  };
  become("dva1", "avc1");
  become("dvav", "avc3");
  become("dvh1", "hvc1");
  become("dvhe", "hev1");
  become("dav1", "av01");
  return name;
}

}  // namespace

bool codec_matches(std::string_view stated, const TrackFacts& track) {
  // Hexadecimal digits, the tier of AV1, opus (Opus) and flac (fLaC) are written in either case.
  const std::string left = lower(stated);
  const std::string right = base_of(lower(track.rfc6381));
  if (left == right || names_dolby_vision(left, track.codec)) return true;
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
