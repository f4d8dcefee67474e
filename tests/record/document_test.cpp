// The worked example of docs/recording-format.md against the encoder: "offset | bytes | meaning".
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "record/sample.hpp"

namespace sluice::record {
namespace {

Bytes example() {
  Writer writer(0x2A5B1CD4, FileHeader{sample::session(), 0, {}}, Head());
  writer.add(media::Period{4, media::PeriodCause::start, Ticks90k(900000), sample::wall(1)});
  media::Track track;
  track.config.codec = media::Codec::h264;
  track.config.rfc6381 = "avc1.42c00a";
  track.config.record = sample::payload("\x01\x42\xc0\x0a");
  track.config.video = {.width = 320, .height = 180, .frame_rate = {}, .colour = {}, .nal_length_size = 4};
  writer.add(track);
  writer.add(sample::packet(0, 900000, true, "\x65\x88\x84\x21\xa0"));
  media::Cut cut{100, 0, 1, true, true, Ticks90k(900000), Ticks90k(3000), Seconds(2), {{0, 903000}}};
  cut.part_target = Millis(501);
  writer.add(cut);
  writer.add(media::End{sample::wall(3)});
  writer.seal();
  return sample::take(writer.output());
}

TEST(RecordingFormatDocument, ExampleIsWhatTheEncoderWrites) {
  std::ifstream document(SLUICE_SOURCE_DIR "/docs/recording-format.md");
  ASSERT_TRUE(document);
  Bytes bytes;
  std::string line;
  while (std::getline(document, line)) {
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 1);
    if (first != 4 || second == std::string::npos || line[0] == '|') continue;
    EXPECT_EQ(std::stoul(line.substr(0, first), nullptr, 16), bytes.size()) << line;
    std::istringstream hex(line.substr(first + 3, second - first - 3));
    for (std::string byte; hex >> byte;) bytes.push_back(static_cast<std::uint8_t>(std::stoul(byte, nullptr, 16)));
  }
  EXPECT_EQ(bytes, example());
}

}  // namespace
}  // namespace sluice::record
