// A LiveWindow of half-second parts, and who writes into it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "hls/stream_writer.hpp"
#include "sluice/hls/live_window.hpp"

namespace sluice::hls::testing {

inline const std::string kS1 = "20261121T035512Z-100001/";
inline const std::string kS2 = "20261121T035512Z-100002/";
inline const std::string kNothingKnown = "# It is not known yet what comes next.\n";

inline std::string hint(const std::string& uri) { return "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + uri + "\"\n"; }

class LowLatencyTest : public ::testing::Test {
 protected:
  LowLatencyTest() { writer_.part_target = Millis(501); }

  std::string playlist(media::Container container = media::Container::fmp4) {
    const auto text = window_.media_playlist(container);
    return text == nullptr ? "" : text->text;
  }
  std::string delta() { return window_.media_playlist(media::Container::fmp4, true)->text; }
  Fetched part(std::uint64_t fragment, std::uint64_t period = 7) {
    return window_.part(session(1), period, fragment, false);
  }
  // The first segment of a playlist is one part, longer than the target.
  void start() {
    writer_.start();
    writer_.part(Seconds(2), true);
  }
  void segment() {
    writer_.parts(3);
    writer_.part(Millis(500), true);
  }
  void segments(int count) {
    for (int i = 0; i < count; ++i) segment();
  }

  FakeRenderer renderer_;
  LiveWindow window_{{}, StreamName::make("live", "demo").value(), session(1), renderer_};
  StreamWriter writer_{window_};
};

}  // namespace sluice::hls::testing
