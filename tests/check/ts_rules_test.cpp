// Every rule for MPEG-TS, broken alone in segments that are right otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "check/judged.hpp"
#include "check/ts_editor.hpp"
#include "hex.hpp"

namespace sluice::check::testing {
namespace {

using test::hex;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint16_t kPatPid = 0;
constexpr std::uint16_t kSdtPid = 17;

// Two segments that follow each other, of one second each.
struct Segments {
  TsEditor first{sample("h264_aac-0.ts")};
  TsEditor second{sample("h264_aac-1.ts")};

  Segments() {
    for (const std::uint16_t pid : {kPatPid, kPmtPid, kVideoPid, kAudioPid}) second.count_on(pid, first);
  }
  // FFmpeg puts a table of DVB first, which HLS does not want there, and counts anew in each file.
  static Bytes sample(const std::string& name) {
    TsEditor editor(read_sample(name));
    while (!editor.of(kSdtPid).empty()) editor.remove(editor.of(kSdtPid).back());
    return editor.bytes();
  }
  Judged judged() {
    Given given;
    given.pieces = {first.bytes(), second.bytes()};
    given.promise.independent = true;
    return judge(given);
  }
};

const Bytes kStreams = hex("1b e100 f000 0f e101 f000");

void set_pmt(TsEditor& editor, const Bytes& content) {
  for (const std::size_t i : editor.of(kPmtPid)) editor.set_section(i, 2, content);
}

struct Case {
  std::string rule;
  std::string name;
  std::function<void(Segments&)> break_it;
};

// Index of a video packet that is neither the first nor the last of its PES packet.
std::size_t middle_of_picture(TsEditor& editor) {
  const auto starts = editor.starts(kVideoPid);
  const auto all = editor.of(kVideoPid);
  for (std::size_t i = 1; i + 1 < all.size(); ++i) {
    const bool is_start = std::count(starts.begin(), starts.end(), all[i]) > 0;
    if (!is_start && std::count(starts.begin(), starts.end(), all[i + 1]) == 0) return all[i];
  }
  throw std::runtime_error("every picture has two packets at most");
}

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"TS-01", "PartOfAPacket", [](Segments& s) { s.first.bytes().resize(s.first.bytes().size() + 10); }},
      {"TS-01", "NoSyncByte",
       [](Segments& s) {
         Bytes packet = null_packet();
         packet[0] = 0x48;
         s.first.insert(20, packet);
       }},
      {"TS-01", "AdaptationFieldTooLong",
       [](Segments& s) {
         Bytes packet = null_packet();
         packet[3] = 0x30;
         packet[4] = 184;
         s.first.insert(20, packet);
       }},
      {"TS-02", "NoPmt",
       [](Segments& s) {
         while (!s.second.of(kPmtPid).empty()) s.second.remove(s.second.of(kPmtPid).back());
       }},
      {"TS-03", "AnotherTableFirst", [](Segments& s) { s.first = TsEditor(read_sample("h264_aac-0.ts")); }},
      {"TS-04", "TwoPrograms", [](Segments& s) { s.first.set_section(0, 0, hex("0001 c1 0000 0001f000 0002f001")); }},
      {"TS-05", "WrongCrcOfPat", [](Segments& s) { s.second.payload(0)[10] ^= 1; }},
      {"TS-05", "WrongCrcOfPmt", [](Segments& s) { s.second.payload(1)[20] ^= 1; }},
      {"TS-06", "ChangeWithoutVersion",
       [](Segments& s) {
         set_pmt(s.first, pmt_content(0, kStreams));
         set_pmt(s.second, pmt_content(0, hex("1b e100 f000 0f e101 f006 0a04 656e6700")));
       }},
      {"TS-07", "StreamAppears",
       [](Segments& s) { set_pmt(s.second, pmt_content(1, hex("1b e100 f000 0f e101 f000 15 e102 f000"))); }},
      {"TS-08", "PacketIsLost", [](Segments& s) { s.second.remove(middle_of_picture(s.second)); }},
      {"TS-08", "CountsAnewInASegment",
       [](Segments& s) {
         for (const std::size_t i : s.second.of(kPmtPid)) s.second.packet(i)[3] ^= 0x08;
       }},
      {"TS-09", "Damaged", [](Segments& s) { s.first.packet(middle_of_picture(s.first))[1] |= 0x80; }},
      {"TS-09", "Scrambled", [](Segments& s) { s.first.packet(middle_of_picture(s.first))[3] |= 0x80; }},
      {"TS-10", "UnknownPid",
       [](Segments& s) {
         Bytes packet = null_packet();
         packet[1] = 0x03;
         s.first.insert(20, packet);
       }},
      {"TS-11", "Latm",
       [](Segments& s) {
         set_pmt(s.first, pmt_content(0, hex("1b e100 f000 11 e101 f000")));
         set_pmt(s.second, pmt_content(0, hex("1b e100 f000 11 e101 f000")));
       }},
      {"TS-11", "Hevc",
       [](Segments& s) {
         set_pmt(s.first, pmt_content(0, hex("24 e100 f000 0f e101 f000")));
         set_pmt(s.second, pmt_content(0, hex("24 e100 f000 0f e101 f000")));
       }},
      {"TS-12", "ThreePcrsMissing",
       [](Segments& s) {
         int left = 3;
         for (std::size_t i = 10; i < s.first.packets() && left > 0; ++i) {
           if (!s.first.has_pcr(i)) continue;
           s.first.remove_pcr(i);
           --left;
         }
       }},
      {"TS-13", "FirstHasNone", [](Segments& s) { s.second.remove_pcr(s.second.of(kVideoPid).front()); }},
      {"TS-14", "GoesBack",
       [](Segments& s) {
         for (std::size_t i = s.second.packets(); i-- > 0;) {
           if (!s.second.has_pcr(i)) continue;
           s.second.set_pcr(i, s.second.pcr(i) - 9000);
           return;
         }
       }},
      {"TS-14", "Leaps", [](Segments& s) { s.first.shift_pcr(-180000); }},
      {"TS-15", "PcrAfterDts",
       [](Segments& s) {
         s.first.shift_pcr(180000);
         s.second.shift_pcr(180000);
       }},
      {"TS-15", "DtsMuchLater",
       [](Segments& s) {
         s.first.shift_pcr(-990000);
         s.second.shift_pcr(-990000);
       }},
      {"TS-16", "NoMarkerBit", [](Segments& s) { s.first.payload(s.first.starts(kVideoPid)[5])[11] &= 0xFE; }},
      {"TS-16", "StreamIdOfAudio", [](Segments& s) { s.first.payload(s.first.starts(kVideoPid)[5])[3] = 0xC0; }},
      {"TS-16", "NoStartCode", [](Segments& s) { s.first.payload(s.first.starts(kVideoPid)[5])[2] = 2; }},
      {"TS-17", "LongerThanItSays", [](Segments& s) { --s.first.payload(s.first.starts(kAudioPid)[1])[5]; }},
      {"TS-17", "AudioWithoutLength",
       [](Segments& s) {
         std::uint8_t* pes = s.first.payload(s.first.starts(kAudioPid)[1]);
         pes[4] = pes[5] = 0;
       }},
      {"TS-17", "SegmentBeginsWithinAPicture",
       [](Segments& s) {
         // What was the first packet of the segment's last picture no longer begins one; as the first of the next.
         s.second.insert(2, Bytes(s.second.packet(s.second.of(kVideoPid)[1]),
                                  s.second.packet(s.second.of(kVideoPid)[1]) + kTsPacket));
         const auto all = s.second.of(kVideoPid);
         const std::uint8_t first = s.second.packet(all[1])[3];
         s.second.packet(all[0])[3] = static_cast<std::uint8_t>(0x10 | (first & 0x0F));
         for (std::size_t i = 1; i < all.size(); ++i) {
           std::uint8_t* flags = s.second.packet(all[i]) + 3;
           *flags = static_cast<std::uint8_t>((*flags & 0xF0) | ((*flags + 1) & 0x0F));
         }
         // Its clock begins here, too.
         s.second.packet(all[0])[3] |= 0x20;
         s.second.packet(all[0])[4] = 183 - 20;
         s.second.packet(all[0])[5] = 0x10;
         s.second.set_pcr(all[0], s.second.pcr(all[1]) - 90);
       }},
      {"TS-18", "TwiceTheSame",
       [](Segments& s) {
         const auto starts = s.first.starts(kVideoPid);
         s.first.set_dts(starts[5], s.first.dts(starts[4]));
       }},
      {"TS-19", "AFrameIsMissing", [](Segments& s) { s.second.shift_times(kVideoPid, 3600); }},
      {"TS-20", "AudioComesLater", [](Segments& s) { s.second.shift_times(kAudioPid, 4500); }},
      {"TS-20", "AudioOverlaps", [](Segments& s) { s.second.shift_times(kAudioPid, -4500); }},
      {"TS-21", "ShownBeforeDecoded",
       [](Segments& s) {
         for (const std::size_t i : s.first.starts(kVideoPid)) {
           if (s.first.pts(i) == s.first.dts(i)) continue;
           s.first.set_pts(i, s.first.dts(i) - 900);
           return;
         }
       }},
      {"TS-22", "LengthPrefix",
       [](Segments& s) {
         std::uint8_t* content = s.first.content(s.first.starts(kVideoPid)[5]);
         content[3] = 2;
       }},
      {"TS-23", "NoDelimiter", [](Segments& s) { *s.first.nal(s.first.starts(kVideoPid)[5], 9) = 12; }},
      {"TS-24", "TwoDelimiters",
       [](Segments& s) {
         for (const std::size_t i : s.first.of(kVideoPid)) {
           const std::uint8_t* at = s.first.packet(i);
           const bool is_start = (at[1] & 0x40) != 0;
           if (is_start || (at[3] & 0x20) == 0 || at[4] < 10) continue;
           s.first.insert_in_stuffing(i, hex("00000109f0"));
           return;
         }
       }},
      {"TS-25", "NoSequenceSet", [](Segments& s) { *s.second.nal(s.second.starts(kVideoPid)[0], 7) = 12; }},
      {"TS-25", "NoPictureSet", [](Segments& s) { *s.second.nal(s.second.starts(kVideoPid)[0], 8) = 12; }},
      {"TS-26", "KeyFrameNotTold", [](Segments& s) { s.second.packet(s.second.starts(kVideoPid)[0])[5] &= 0xBF; }},
      {"TS-26", "ToldOfAnother", [](Segments& s) { s.second.packet(s.second.starts(kVideoPid)[3])[5] |= 0x40; }},
      {"TS-27", "NoHeader", [](Segments& s) { s.first.content(s.first.starts(kAudioPid)[1])[0] = 0; }},
      {"TS-28", "OtherChannels",
       [](Segments& s) {
         for (const std::size_t i : s.second.starts(kAudioPid)) {
           std::uint8_t* header = s.second.content(i);
           header[3] = static_cast<std::uint8_t>((header[3] & 0x3F) | 0x80);
         }
       }},
      {"TS-29", "EmptyPackets",
       [](Segments& s) {
         for (int i = 0; i < 8; ++i) s.first.insert(20, null_packet());
       }},
      {"MA-01", "Nothing", [](Segments& s) { s.second.bytes().clear(); }},
      {"MA-01", "Text", [](Segments& s) { s.second.bytes() = Bytes(400, '<'); }},
      {"MA-02", "Subtitles",
       [](Segments& s) {
         const ByteView text = as_bytes("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n");
         s.second.bytes().assign(text.begin(), text.end());
       }},
      {"MA-03", "NoKeyFrame",
       [](Segments& s) {
         const std::size_t first = s.second.starts(kVideoPid)[0];
         for (const std::size_t i : s.second.of(kVideoPid)) {
           if (i > s.second.starts(kVideoPid)[1]) break;
           for (std::size_t at = 4; at + 3 < kTsPacket; ++at) {
             std::uint8_t* bytes = s.second.packet(i) + at;
             if (bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 1 && (bytes[3] & 0x1F) == 5) bytes[3] = 0x61;
           }
         }
         s.second.packet(first)[5] &= 0xBF;
       }},
      {"MA-06", "AudioIsLate",
       [](Segments& s) {
         s.first.shift_times(kAudioPid, 90000);
         s.second.shift_times(kAudioPid, 90000);
       }},
  };
  return kCases;
}

TEST(TsRules, ASoundStreamHasNoFindings) {
  Segments segments;
  EXPECT_THAT(segments.judged().findings, IsEmpty());
}

TEST(TsRules, TheTablesMayStandInAnInitialisationSection) {
  Segments segments;
  Given given;
  for (const std::size_t i : {0, 1}) {
    given.init.insert(given.init.end(), segments.first.packet(i), segments.first.packet(i) + kTsPacket);
  }
  for (TsEditor* editor : {&segments.first, &segments.second}) {
    for (const std::uint16_t pid : {kPatPid, kPmtPid}) {
      while (!editor->of(pid).empty()) editor->remove(editor->of(pid).back());
    }
    given.pieces.push_back(editor->bytes());
  }
  given.promise.independent = true;
  const Judged judged = judge(given);
  EXPECT_THAT(judged.findings, IsEmpty());
  EXPECT_EQ(judged.facts.front().format, MediaFormat::ts);
  EXPECT_EQ(judged.facts.back().tracks.size(), 2U);
}

// The PES packet that begins there keeps its payload and loses its times.
void remove_times(TsEditor& editor, std::size_t index) {
  std::uint8_t* pes = editor.payload(index);
  pes[7] &= 0x3F;
  std::fill(pes + 9, pes + 9 + pes[8], std::uint8_t{0xFF});
}

TEST(TsRules, APesPacketWithoutTimeGoesOnWithTheOneBefore) {
  Segments segments;
  const std::size_t audio = segments.first.starts(kAudioPid)[1];
  remove_times(segments.first, audio);
  // A picture of two PES packets: its last packet begins one, with a header in the place of stuffing.
  std::size_t start = 0;
  for (const std::size_t i : segments.first.of(kVideoPid)) {
    std::uint8_t* at = segments.first.packet(i);
    const bool is_start = (at[1] & 0x40) != 0;
    if (is_start) start = i;
    if (is_start || (at[3] & 0x20) == 0 || at[4] < 10) continue;
    segments.first.insert_in_stuffing(i, hex("000001e0 0000 800000"));
    at[1] |= 0x40;
    segments.first.payload(start)[4] = segments.first.payload(start)[5] = 0;
    break;
  }
  EXPECT_THAT(segments.judged().findings, IsEmpty());
}

TEST(TsRules, ASegmentThatBeginsWithoutATime) {
  Segments segments;
  remove_times(segments.first, segments.first.starts(kAudioPid)[0]);
  EXPECT_EQ(segments.judged().rules.count("TS-16"), 1U);
}

// One packet with this payload, behind the tables.
void insert_payload(TsEditor& editor, std::uint16_t pid, const Bytes& payload) {
  Bytes packet = null_packet();
  packet[1] = static_cast<std::uint8_t>(0x40 | pid >> 8);
  packet[2] = static_cast<std::uint8_t>(pid);
  std::copy(payload.begin(), payload.end(), packet.begin() + 4);
  editor.insert(2, packet);
}

TEST(TsRules, WhatIsNeitherVideoNorAudioIsNotJudgedAsIfItWere) {
  struct Other {
    const char* name;
    const char* stream;   // in the PMT
    const char* payload;  // of its first packet
  };
  constexpr Other kOthers[] = {
      {"SCTE-35", "86 e102 f000", "00 fc3011 000000000000000000fff00000000000 7a4fbfff"},
      {"private sections", "05 e102 f000", "00 74f005 0102030405"},
      {"DVB subtitles", "06 e102 f00a 5908 656e67 10 0001 0001", "000001bd 0008 818003 2100010001"},
      {"teletext", "06 e102 f007 5605 656e67 09 00", "000001bd 0000 800000 10"},
      {"user private", "c0 e102 f000", "0102030405"},
      {"private stream 2", "06 e102 f000", "000001bf 0004 01020304"},
  };
  for (const Other& other : kOthers) {
    TsEditor editor(Segments::sample("h264_aac-0.ts"));
    set_pmt(editor, pmt_content(0, hex("1b e100 f000 0f e101 f000" + std::string(other.stream))));
    insert_payload(editor, 0x102, hex(other.payload));
    Given given;
    given.pieces = {editor.bytes()};
    given.promise.independent = true;
    const Judged judged = judge(given);
    EXPECT_THAT(judged.findings, IsEmpty()) << other.name;
    EXPECT_EQ(judged.facts.at(0).tracks.size(), 2U) << other.name;
  }
}

TEST(TsRules, TimedMetadataComesWhenItLikes) {
  TsEditor editor(Segments::sample("h264_aac-0.ts"));
  set_pmt(editor, pmt_content(0, hex("1b e100 f000 0f e101 f000 15 e102 f000")));
  // Two packets of one time, which lies far ahead.
  const Bytes pes = hex("000001bd 0010 84 80 05 2f ffff ffff 494433 04000000000000");
  editor.insert_pes(0x102, pes);
  editor.insert_pes(0x102, pes);
  Given given;
  given.pieces = {editor.bytes()};
  given.promise.independent = true;
  EXPECT_THAT(judge(given).findings, IsEmpty());
  // That is a header all the same.
  editor.payload(editor.starts(0x102)[0])[6] = 0;
  given.pieces = {editor.bytes()};
  EXPECT_THAT(judge(given).rules, ElementsAre("TS-16"));
}

TEST(TsRules, EachIsFoundBrokenAndNoOther) {
  for (const Case& c : cases()) {
    Segments segments;
    c.break_it(segments);
    const Judged judged = segments.judged();
    EXPECT_THAT(judged.rules, ElementsAre(c.rule)) << c.name << ": " << ::testing::PrintToString(judged.findings);
  }
}

TEST(TsRules, EachIsBrokenByOneOfTheCases) {
  std::set<std::string> tested;
  for (const Case& c : cases()) tested.insert(c.rule);
  for (const Rule* rule : media_rules()) {
    const std::string id(rule->id);
    EXPECT_TRUE(id.substr(0, 3) != "TS-" || tested.count(id) == 1) << id;
  }
}

}  // namespace
}  // namespace sluice::check::testing
