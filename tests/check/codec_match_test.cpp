#include <gtest/gtest.h>

#include <array>

#include "sluice/check/media_judge.hpp"

namespace sluice::check {
namespace {

using media::Codec;

TEST(CodecMatch, KnowsWhatIsTheSameAndWhatIsNot) {
  struct Case {
    std::string_view stated;
    Codec codec;
    std::string_view real;
    bool same;
  };
  constexpr std::array kCases = {
      Case{"avc1.64001f", Codec::h264, "avc1.64001f", true},
      Case{"avc1.64001F", Codec::h264, "avc1.64001f", true},
      Case{"avc1.640020", Codec::h264, "avc1.64001f", false},
      Case{"avc1.64001", Codec::h264, "avc1.64001f", false},
      Case{"av01.0.00M.08", Codec::av1, "av01.0.00M.08.0.110.09.16.09.0", true},
      Case{"av01.0.00M.08.0.110", Codec::av1, "av01.0.00M.08", true},
      Case{"av01.0.00M.1", Codec::av1, "av01.0.00M.10", false},
      Case{"vp09.00.10.08", Codec::vp9, "vp09.00.11.08", false},
      Case{"Opus", Codec::opus, "opus", true},
      Case{"mp4a.40.5", Codec::aac, "mp4a.40.2", true},
      Case{"mp4a.40.2", Codec::aac, "mp4a.40.5", false},
      Case{"mp4a.40.34", Codec::mp3, "mp4a.40.34", true},
      Case{"mp4a.6B", Codec::mp3, "mp4a.40.34", true},
      Case{"", Codec::h264, "avc1.64001f", false},
      Case{"hev1.1.6.L93.B0", Codec::hevc, "hev1.1.6.L93.B0", true},
      Case{"hvc1.1.6.L93.B0", Codec::hevc, "hev1.1.6.L93.B0", false},
      Case{"dvh1.05.06", Codec::hevc, "dvh1.2.4.L153.B0", true},
      Case{"dvh1.08.06", Codec::hevc, "hvc1.2.4.L153.B0", true},
      Case{"dvhe.05.06", Codec::hevc, "dvhe.2.4.L153.B0", true},
      Case{"hvc1.2.4.L153.B0", Codec::hevc, "dvh1.2.4.L153.B0", true},
      Case{"dva1.09.05", Codec::h264, "dva1.640029", true},
      Case{"dav1.10.09", Codec::av1, "dav1.0.13M.10", true},
      Case{"dvh1.05.06", Codec::h264, "avc1.64001f", false},
      Case{"mp4a.40.42", Codec::unknown, "mp4a.40.42", true},
      Case{"mp4a.40.2", Codec::unknown, "mp4a.40.42", false},
  };
  for (const Case& c : kCases) {
    TrackFacts track;
    track.codec = c.codec;
    track.rfc6381 = c.real;
    EXPECT_EQ(codec_matches(c.stated, track), c.same) << c.stated << " for " << c.real;
  }
}

}  // namespace
}  // namespace sluice::check
