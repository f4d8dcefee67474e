// What a multivariant playlist promises against what the media is: rules MD.
#include "../../src/check/variant_facts.hpp"

#include <gtest/gtest.h>

#include "broken_playlists.hpp"

namespace sluice::check::testing {
namespace {

MediaFacts film() {
  TrackFacts video;
  video.kind = media::TrackKind::video;
  video.codec = media::Codec::h264;
  video.rfc6381 = "avc1.64001f";
  video.width = 1280;
  video.height = 720;
  video.frame_rate = 30;
  video.samples = 60;
  TrackFacts audio;
  audio.kind = media::TrackKind::audio;
  audio.codec = media::Codec::aac;
  audio.rfc6381 = "mp4a.40.2";
  MediaFacts facts;
  facts.tracks = {video, audio};
  return facts;
}

// Segments of two seconds, each of so many bytes.
Findings found(const std::string& multivariant, const MediaFacts& facts, const std::vector<std::uint64_t>& sizes = {}) {
  Findings findings;
  const auto parsed = parse_playlist(multivariant, kUrl).multivariant;
  VariantFacts variant(&*parsed, &parsed->variants.front());
  variant.on_media("http://host/seg", facts, findings.report());
  std::uint64_t msn = 0;
  for (const std::uint64_t bytes : sizes) variant.on_segment({msn++, 2.0, bytes});
  variant.finish(parse_media(sound_vod()), findings.report());
  return findings;
}

std::string muxed() { return changed(sound_multivariant(), "AUDIO=\"sound\",", ""); }

TEST(VariantFacts, WhatIsTrueBreaksNothing) { EXPECT_EQ(found(muxed(), film(), {200'000, 220'000, 180'000}).text, ""); }

TEST(VariantFacts, CodecsLackATrackOrNameOneThatIsNotThere) {
  EXPECT_EQ(found(changed(muxed(), "mp4a.40.2", "ac-3"), film()).rules, std::set<std::string>{"MD-03"});
  EXPECT_EQ(found(changed(muxed(), ",mp4a.40.2", ""), film()).rules, std::set<std::string>{"MD-03"});
  MediaFacts silent = film();
  silent.tracks.pop_back();
  EXPECT_EQ(found(muxed(), silent).rules, std::set<std::string>{"MD-03"});
  // It may be a track that is not known.
  MediaFacts other = film();
  other.format = MediaFormat::mp4;
  other.tracks[1].rfc6381.clear();
  EXPECT_EQ(found(changed(muxed(), "mp4a.40.2", "alac"), other).text, "");
  // The sound may be in a playlist of its own.
  EXPECT_EQ(found(sound_multivariant(), silent).text, "");
}

TEST(VariantFacts, ThePictureIsAnother) {
  EXPECT_EQ(found(changed(muxed(), "1280x720", "1280x800"), film()).rules, std::set<std::string>{"MD-04"});
  EXPECT_EQ(found(changed(muxed(), "FRAME-RATE=30.000", "FRAME-RATE=25.000"), film()).rules,
            std::set<std::string>{"MD-05"});
  EXPECT_EQ(found(changed(muxed(), "FRAME-RATE=30.000", "FRAME-RATE=29.970"), film()).text, "");
  // It is the most there may be.
  EXPECT_EQ(found(changed(muxed(), "FRAME-RATE=30.000", "FRAME-RATE=60.000"), film()).text, "");
}

TEST(VariantFacts, PixelsThatAreNotSquare) {
  MediaFacts wide = film();
  wide.tracks[0].width = 960;
  wide.tracks[0].pixel_width = 4;
  wide.tracks[0].pixel_height = 3;
  EXPECT_EQ(found(muxed(), wide).text, "");
  EXPECT_EQ(found(changed(muxed(), "1280x720", "960x720"), wide).text, "");
  EXPECT_EQ(found(changed(muxed(), "1280x720", "960x540"), wide).text, "");
  EXPECT_EQ(found(changed(muxed(), "1280x720", "1920x1080"), wide).rules, std::set<std::string>{"MD-04"});
}

TEST(VariantFacts, SegmentsAreLargerThanTheBandwidth) {
  // 900 kbit/s is stated, 990 are allowed: 247,500 bytes a segment.
  EXPECT_EQ(found(muxed(), film(), {200'000, 247'400, 100'000}).text, "");
  EXPECT_EQ(found(muxed(), film(), {200'000, 247'600, 100'000}).rules, std::set<std::string>{"MD-06"});
}

TEST(VariantFacts, AllTogetherAreLargerThanTheAverage) {
  // 800 kbit/s is stated, 880 are allowed: 220,000 bytes a segment.
  EXPECT_EQ(found(muxed(), film(), {220'000, 220'000}).text, "");
  EXPECT_EQ(found(muxed(), film(), {220'000, 220'100}).rules, std::set<std::string>{"MD-07"});
}

}  // namespace
}  // namespace sluice::check::testing
