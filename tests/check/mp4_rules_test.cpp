// Every rule for fragmented MP4, broken alone in a file that is right otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "check/judged.hpp"
#include "check/mp4_editor.hpp"
#include "hex.hpp"

namespace sluice::check::testing {
namespace {

using test::hex;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An initialisation section and two pieces that follow each other.
struct File {
  explicit File(const std::string& name = "h264_aac.mp4") : given(read_fragmented(name)) {}
  Judged judged() {
    given.init = init.bytes();
    given.pieces[0] = first.bytes();
    if (given.pieces.size() > 1) given.pieces[1] = second.bytes();
    return judge(given);
  }
  Given given;
  Mp4Editor init{given.init};
  Mp4Editor first{given.pieces.at(0)};
  Mp4Editor second{given.pieces.at(1)};
};

struct Case {
  std::string rule;
  std::string name;
  std::function<void(File&)> break_it;
  std::string sample = "h264_aac.mp4";
};

const std::string kVideoEntry = "moov/trak/mdia/minf/stbl/stsd/avc1";
const std::string kAudioEntry = "moov/trak#1/mdia/minf/stbl/stsd/mp4a";

void append(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

// Where the data of a track's first sample begins in the mdat's content.
std::size_t data_of(Mp4Editor& piece, const std::string& traf) {
  const std::size_t moof = piece.content_size("moof") + 8;
  return piece.u32("moof/" + traf + "/trun", 8) - moof - 8;
}

// The IDR picture in the piece's first sample becomes another one, and says so.
void hide_key_frame(Mp4Editor& piece) {
  std::uint8_t* at = piece.content("mdat") + data_of(piece, "traf");
  for (const std::uint8_t* end = at + piece.u32("moof/traf/trun", 16); at < end;) {
    const std::size_t size = std::size_t{at[2]} << 8 | at[3];
    if ((at[4] & 0x1F) == 5) at[4] = 0x61;
    at += 4 + size;
  }
  piece.set_u32("moof/traf/trun", 12, 0x01010000);
}

void no_key_frame(File& f) { hide_key_frame(f.second); }

void move_second(File& f, const std::string& traf, int ticks) {
  const std::string tfdt = "moof/" + traf + "/tfdt";
  f.second.set_u32(tfdt, 8, f.second.u32(tfdt, 8) + static_cast<std::uint32_t>(ticks));
}

void edit_list(File& f, const Bytes& entries, std::uint32_t count) {
  ByteWriter elst;
  elst.u32(static_cast<std::uint32_t>(16 + entries.size()));
  elst.append("elst");
  elst.u32(0);
  elst.u32(count);
  elst.append(entries);
  ByteWriter edts;
  edts.u32(static_cast<std::uint32_t>(8 + elst.size()));
  edts.append("edts");
  edts.append(elst.view());
  f.init.insert("moov/trak", 0, std::move(edts).take());
}

const std::vector<Case>& init_cases() {
  static const std::vector<Case> kCases = {
      {"MF-01", "BoxRunsPastItsParent", [](File& f) { f.init.state_size("moov/udta", 5000); }},
      {"MF-01", "StsdTooShort",
       [](File& f) {
         f.init.state_size("moov/trak#1/mdia/minf/stbl/stsd", 12);
         f.init.insert("moov/trak#1/mdia/minf/stbl", 12, hex("00000072 66726565"));
       }},
      {"MF-02", "OldBrand",
       [](File& f) {
         for (std::size_t at = 0; at + 4 <= f.init.content_size("ftyp"); at += 4) {
           if (at != 4) f.init.set_u32("ftyp", at, 0x69736F6D);
         }
       }},
      {"MF-02", "NoFtyp", [](File& f) { f.init.remove("ftyp"); }},
      {"MF-03", "NoTrexForAudio", [](File& f) { f.init.remove("moov/mvex/trex#1"); }},
      {"MF-03", "NoMovieHeader", [](File& f) { f.init.rename("moov/mvhd", "free"); }},
      {"MF-03", "MvexBeforeTracks",
       [](File& f) {
         const std::uint8_t* mvex = f.init.content("moov/mvex") - 8;
         const Bytes copy(mvex, mvex + f.init.content_size("moov/mvex") + 8);
         f.init.remove("moov/mvex");
         f.init.insert("moov", f.init.content_size("moov/mvhd") + 8, copy);
       }},
      {"MF-04", "SampleInATable", [](File& f) { f.init.set_u32("moov/trak/mdia/minf/stbl/stts", 4, 1); }},
      {"MF-04", "MediaData", [](File& f) { append(f.init.bytes(), hex("0000000a 6d646174 0102")); }},
      {"MF-05", "MovieDuration", [](File& f) { f.init.set_u32("moov/mvhd", 16, 1000); }},
      {"MF-05", "TrackDuration", [](File& f) { f.init.set_u32("moov/trak/tkhd", 20, 1000); }},
      {"MF-06", "NoConfiguration", [](File& f) { f.init.rename(kVideoEntry + "/avcC", "free"); }},
      {"MF-06", "BrokenConfiguration", [](File& f) { f.init.content(kVideoEntry + "/avcC")[0] = 2; }},
      {"MF-06", "CodecOfAudioInATrackOfVideo", [](File& f) { f.init.rename(kVideoEntry, "Opus"); }},
      {"MF-06", "NoPictureSet",
       [](File& f) {
         std::uint8_t* record = f.init.content(kVideoEntry + "/avcC");
         const std::size_t sequence_set = std::size_t{record[6]} << 8 | record[7];
         record[8 + sequence_set] = 0;  // how many there are
       }},
      {"MF-06", "TwoEntries",
       [](File& f) {
         f.init.insert("moov/trak/mdia/minf/stbl/stsd", f.init.content_size("moov/trak/mdia/minf/stbl/stsd"),
                       hex("00000008 66726565"));
       }},
      {"MF-06", "TwoEncryptedEntries",
       [](File& f) {
         f.init.rename(kVideoEntry, "encv");
         f.init.insert("moov/trak/mdia/minf/stbl/stsd", f.init.content_size("moov/trak/mdia/minf/stbl/stsd"),
                       hex("00000008 656e6376"));
       }},
      {"MF-07", "SetsInTheSamples", [](File& f) { f.init.rename(kVideoEntry, "avc3"); }},
      {"MF-08", "AudioIsNotItsRate", [](File& f) { f.init.set_u32("moov/trak#1/mdia/mdhd", 12, 44100); }},
      {"MF-08", "VideoDoesNotFit", [](File& f) { f.init.set_u32("moov/trak/mdia/mdhd", 12, 12801); }},
      {"MF-09", "OtherWidth", [](File& f) { f.init.content(kVideoEntry)[25] += 16; }},
      {"MF-10", "NoColour", [](File& f) { f.init.rename(kVideoEntry + "/colr", "free"); }},
      {"MF-10", "OtherColour", [](File& f) { f.init.content(kVideoEntry + "/colr")[5] = 9; }},
      {"MF-10", "NoShape", [](File& f) { f.init.rename(kVideoEntry + "/pasp", "free"); }},
      {"MF-10", "OtherShape", [](File& f) { f.init.set_u32(kVideoEntry + "/pasp", 0, 1000); }},
      {"MF-11", "OtherRate", [](File& f) { f.init.set_u32(kAudioEntry, 24, 44100U << 16); }},
      {"MF-11", "OtherChannels", [](File& f) { f.init.content("moov/trak#1/mdia/minf/stbl/stsd/Opus")[17] = 6; },
       "av1_opus.mp4"},
      {"MF-12", "TwoEdits",
       [](File& f) { edit_list(f, hex("00000000 00000000 00010000 00000000 00000100 00010000"), 2); }},
      {"MF-12", "AnEditEnds", [](File& f) { edit_list(f, hex("00001000 00000000 00010000"), 1); }},
      {"MF-12", "TwiceAsFast", [](File& f) { edit_list(f, hex("00000000 00000000 00020000"), 1); }},
      {"MF-13", "MediaElsewhere", [](File& f) { f.init.set_u32("moov/trak/mdia/minf/dinf/dref/url ", 0, 0); }},
  };
  return kCases;
}

const std::vector<Case>& piece_cases() {
  static const std::vector<Case> kCases = {
      {"MF-01", "MdatRunsPastTheEnd", [](File& f) { f.second.state_size("mdat", 100000); }},
      {"MF-01", "MoreSamplesThanTheBoxHolds", [](File& f) { f.second.set_u32("moof/traf#1/trun", 4, 1000); }},
      {"MF-01", "SamplesWithoutEnd",
       [](File& f) {
         f.second.set_u32("moof/traf#1/trun", 4, 0xFFFFFFFF);
         f.second.content("moof/traf#1/trun")[2] = 0;  // all is by default: the box has no sizes
         f.second.set_u32("moof/traf#1/tfhd", 16, 0);
       }},
      {"MF-24", "SamplesWithoutEndThatHaveBytes",
       [](File& f) {
         f.second.set_u32("moof/traf#1/trun", 4, 0xFFFFFFFF);
         f.second.content("moof/traf#1/trun")[2] = 0;
       }},
      {"MF-14", "NoMediaData", [](File& f) { f.second.rename("mdat", "free"); }},
      {"MF-14", "NoMoof", [](File& f) { f.second.rename("moof", "free"); }},
      {"MF-14", "TwoMoofsInARow",
       [](File& f) {
         const Bytes copy(f.second.content("moof") - 8, f.second.content("moof") + f.second.content_size("moof"));
         f.second.bytes().insert(f.second.bytes().begin(), copy.begin(), copy.end());
       }},
      {"MF-14", "HasAMovie", [](File& f) { append(f.second.bytes(), hex("00000008 6d6f6f76")); }},
      {"MF-15", "TwoFragmentsInAPart",
       [](File& f) {
         append(f.first.bytes(), f.second.bytes());
         f.given.pieces.pop_back();
         f.given.promise.is_part = true;
       }},
      {"MF-16", "TheSameNumberAgain", [](File& f) { f.second.set_u32("moof/mfhd", 4, 1); }},
      {"MF-16", "NoNumber", [](File& f) { f.second.rename("moof/mfhd", "free"); }},
      {"MF-17", "ANumberIsLeftOut", [](File& f) { f.second.set_u32("moof/mfhd", 4, 3); }},
      {"MF-18", "UnknownTrack", [](File& f) { f.second.set_u32("moof/traf#1/tfhd", 4, 9); }},
      {"MF-18", "NoTrack",
       [](File& f) {
         f.second.rename("moof/traf", "free");
         f.second.rename("moof/traf", "free");
       }},
      {"MF-19", "NoAudio",
       [](File& f) {
         const std::size_t left = data_of(f.first, "traf#1");
         f.first.rename("moof/traf#1", "free");
         f.first.bytes().resize(f.first.bytes().size() - (f.first.content_size("mdat") - left));
         f.first.state_size("mdat", static_cast<std::uint32_t>(8 + left));
       }},
      {"MF-20", "NotDefaultBaseIsMoof", [](File& f) { f.second.content("moof/traf/tfhd")[1] = 0; }},
      {"MF-20", "BaseDataOffset",
       [](File& f) {
         f.second.insert("moof/traf/tfhd", 8, Bytes(8, 0));
         f.second.content("moof/traf/tfhd")[3] |= 1;
         f.second.shift_data(8);
       }},
      {"MF-21", "NoDecodeTime", [](File& f) { f.first.rename("moof/traf/tfdt", "free"); }},
      {"MF-22", "ShortDecodeTime", [](File& f) { f.first.content("moof/traf/tfdt")[0] = 0; }},
      // 12800 ticks a second of video, 48000 of audio; a frame of it has 1024.
      {"MF-23", "MoreThanAMillisecondEarly", [](File& f) { move_second(f, "traf#1", -49); }},
      {"MF-23", "AFrameOfVideoEarly", [](File& f) { move_second(f, "traf", -512); }},
      {"MF-23", "AudioIsMissing", [](File& f) { move_second(f, "traf#1", 2048); }},
      {"MF-23", "AnotherRunOfTimestamps",
       [](File& f) {
         move_second(f, "traf", 12800 * 11);
         move_second(f, "traf#1", 48000 * 11);
       }},
      {"MF-33", "OneTickLate", [](File& f) { move_second(f, "traf", 1); }},
      {"MF-33", "OneTickEarly", [](File& f) { move_second(f, "traf#1", -1); }},
      {"MF-33", "AMillisecondEarly", [](File& f) { move_second(f, "traf#1", -48); }},
      {"MF-33", "AFrameOfAudioLate", [](File& f) { move_second(f, "traf#1", 1024 + 48); }},
      {"MF-33", "APictureStoodStill", [](File& f) { move_second(f, "traf", 12800 / 4); }},
      {"MF-24", "DataBehindTheEnd", [](File& f) { f.second.set_u32("moof/traf#1/trun", 8, 1000000); }},
      {"MF-24", "DataBeforeTheMoof", [](File& f) { f.second.set_u32("moof/traf#1/trun", 8, 0x80000000); }},
      {"MF-24", "DataInTheMoof", [](File& f) { f.second.set_u32("moof/traf#1/trun", 8, 8); }},
      {"MF-25", "BytesOfNoSample",
       [](File& f) { f.second.insert("mdat", f.second.content_size("mdat"), hex("00000000")); }},
      {"MF-25", "BytesOfTwoSamples",
       [](File& f) { f.second.set_u32("moof/traf#1/trun", 8, f.second.u32("moof/traf#1/trun", 8) - 1); }},
      {"MF-26", "KeyFrameNotFlagged", [](File& f) { f.second.set_u32("moof/traf/trun", 12, 0x01010000); }},
      {"MF-26", "OthersFlagged", [](File& f) { f.second.set_u32("moof/traf/tfhd", 20, 0x02000000); }},
      {"MF-26", "SyncSampleDependsOnOthers", [](File& f) { f.second.set_u32("moof/traf/trun", 12, 0x01000000); }},
      {"MF-26", "AudioIsNoSyncSample", [](File& f) { f.second.set_u32("moof/traf#1/tfhd", 20, 0x01010000); }},
      {"MF-26", "Hevc", [](File& f) { f.second.set_u32("moof/traf/trun", 12, 0x01010000); }, "hevc_aac.mp4"},
      {"MF-26", "Av1", [](File& f) { f.second.set_u32("moof/traf/trun", 12, 0x01010000); }, "av1_opus.mp4"},
      {"MF-26", "Vp9", [](File& f) { f.second.set_u32("moof/traf/trun", 12, 0x01010000); }, "vp9_opus.mp4"},
      {"MF-27", "NalTooLong", [](File& f) { f.second.content("mdat")[data_of(f.second, "traf") + 1] = 0x7F; }},
      {"MF-27", "ObuTooLong",
       [](File& f) {
         // The sequence header comes first: its size says more than there is.
         std::uint8_t* obu = f.second.content("mdat") + data_of(f.second, "traf");
         obu[1] = 0xFF;
         obu[2] = 0x7F;
       },
       "av1_opus.mp4"},
      {"MF-28", "AnotherParameterSet",
       [](File& f) {
         // The second picture's slice becomes one.
         const std::uint32_t first = f.second.u32("moof/traf/trun", 16);
         f.second.content("mdat")[data_of(f.second, "traf") + first + 4] = 0x67;
       }},
      {"MF-29", "ShownAtTheSameTime",
       [](File& f) {
         const std::uint32_t first = f.second.u32("moof/traf/trun", 20);
         f.second.set_u32("moof/traf/trun", 28, first - 512);
       }},
      {"MF-29", "CenturiesFromZero", [](File& f) { f.first.set_u32("moof/traf#1/tfdt", 4, 0x7FFFFFFF); }},
      {"MF-30", "NoDuration", [](File& f) { f.second.set_u32("moof/traf/tfhd", 12, 0); }},
      {"MF-31", "NoInitialisationSection", [](File& f) { f.init.bytes().clear(); }},
      {"MF-32", "TemporalDelimiter",
       [](File& f) {
         f.second.insert("mdat", data_of(f.second, "traf"), hex("1200"));
         f.second.set_u32("moof/traf/trun", 16, f.second.u32("moof/traf/trun", 16) + 2);
         f.second.set_u32("moof/traf#1/trun", 8, f.second.u32("moof/traf#1/trun", 8) + 2);
       },
       "av1_opus.mp4"},
      {"MA-03", "NoKeyFrame", no_key_frame},
      {"MA-03", "NoKeyFrameInAPart",
       [](File& f) {
         no_key_frame(f);
         f.given.promise.is_part = true;
       }},
      {"MA-04", "NoKeyFrameAndNoPromise",
       [](File& f) {
         no_key_frame(f);
         f.given.promise.independent = false;
       }},
      {"MA-05", "IndependentPartThatDoesNotSaySo",
       [](File& f) {
         f.given.promise.is_part = true;
         f.given.promise.independent = false;
       }},
  };
  return kCases;
}

void expect_alone(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rule + " " + c.name);
    File file(c.sample);
    c.break_it(file);
    const Judged judged = file.judged();
    EXPECT_THAT(judged.rules, ElementsAre(c.rule)) << ::testing::PrintToString(judged.findings);
  }
}

TEST(Mp4Rules, AnEncryptedTrackMayBeginInTheClear) {
  File file;
  file.init.insert("moov/trak/mdia/minf/stbl/stsd", file.init.content_size("moov/trak/mdia/minf/stbl/stsd"),
                   hex("00000008 656e6376"));
  EXPECT_EQ(file.judged().rules.count("MF-06"), 0U);
}

// INDEPENDENT=YES says of a part that it has an independent frame, not where.
TEST(Mp4Rules, TheKeyFrameOfAnIndependentPartMayStandAnywhereInIt) {
  for (const bool is_part : {true, false}) {
    File file;
    hide_key_frame(file.first);
    append(file.first.bytes(), file.second.bytes());
    file.given.pieces.pop_back();
    file.given.promise.is_part = is_part;
    EXPECT_EQ(file.judged().rules.count("MA-03"), is_part ? 0U : 1U);
  }
}

TEST(Mp4Rules, ParameterSetsMayBeLeftToTheSamples) {
  for (const char* type : {"hev1", "dvhe"}) {
    for (const bool has_sets : {true, false}) {
      File file("hevc_aac.mp4");
      const std::string entry = "moov/trak/mdia/minf/stbl/stsd/hvc1";
      if (!has_sets) file.init.content(entry + "/hvcC")[22] = 0;
      file.init.rename(entry, type);
      const Judged judged = file.judged();
      EXPECT_THAT(judged.rules, ElementsAre("MF-07")) << ::testing::PrintToString(judged.findings);
      EXPECT_EQ(judged.facts.at(0).tracks.at(0).rfc6381, has_sets ? std::string(type) + ".1.6.L30.90" : "");
    }
  }
}

TEST(Mp4Rules, DolbyVisionIsItsBaseCodec) {
  File hevc("hevc_aac.mp4");
  hevc.init.rename("moov/trak/mdia/minf/stbl/stsd/hvc1", "dvh1");
  const Judged judged = hevc.judged();
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.at(0).tracks.at(0).rfc6381, "dvh1.1.6.L30.90");
  File h264;
  h264.init.rename(kVideoEntry, "dva1");
  EXPECT_THAT(h264.judged().findings, IsEmpty());
}

// What is not known is not looked into: it may be flagged as its codec asks for.
TEST(Mp4Rules, AudioOfOtherCodecs) {
  const auto rare_sync = [](File& f) { f.second.set_u32("moof/traf#1/tfhd", 20, 0x01010000); };
  for (const char* type : {"alac", "ac-4", "mhm1"}) {
    File file;
    file.init.rename(kAudioEntry, type);
    rare_sync(file);
    EXPECT_THAT(file.judged().findings, IsEmpty()) << type;
  }
  // The AudioSpecificConfig of xHE-AAC: audio object type 42.
  File file;
  std::uint8_t* esds = file.init.content(kAudioEntry + "/esds");
  std::uint8_t* end = esds + file.init.content_size(kAudioEntry + "/esds");
  const Bytes aac_lc = hex("1188");
  std::uint8_t* config = std::search(esds, end, aac_lc.begin(), aac_lc.end());
  ASSERT_NE(config, end);
  config[0] = 0xF9;
  config[1] = 0x46;
  rare_sync(file);
  const Judged judged = file.judged();
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.at(0).tracks.at(1).rfc6381, "mp4a.40.42");
}

TEST(Mp4Rules, EachIsFoundBrokenInAnInitialisationSection) { expect_alone(init_cases()); }

TEST(Mp4Rules, EachIsFoundBrokenInAPiece) { expect_alone(piece_cases()); }

TEST(Mp4Rules, EachIsBrokenByOneOfTheCases) {
  std::set<std::string> tested;
  for (const Case& c : init_cases()) tested.insert(c.rule);
  for (const Case& c : piece_cases()) tested.insert(c.rule);
  for (const Rule* rule : media_rules()) {
    const std::string id(rule->id);
    EXPECT_TRUE(id.substr(0, 3) != "MF-" || tested.count(id) == 1) << id;
  }
}

}  // namespace
}  // namespace sluice::check::testing
