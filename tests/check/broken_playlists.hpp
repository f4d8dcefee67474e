// Playlists for the tests of rules: sound ones, and ways to break them.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "sluice/check/finding.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check::testing {

// What was found, as "PL-08" each once, and all of it as text for the failure message.
struct Findings {
  std::set<std::string> rules;
  std::string text;

  Report report() {
    return [this](const Finding& finding) {
      rules.insert(std::string(finding.rule->id));
      text += std::string(finding.rule->id) + " " + finding.url + ": " + finding.what + "\n";
    };
  }
};

// `text` with the first `from` made `to`; fails when it is not there.
inline std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline constexpr const char* kUrl = "http://host/live/x/video.m3u8";

// Live, fragmented MP4, six segments of two seconds from number 10 on, then one behind a discontinuity.
inline std::string sound_live() {
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:10\n"
      "#EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (int i = 0; i < 7; ++i) {
    if (i == 6) text += "#EXT-X-DISCONTINUITY\n";
    if (i == 0 || i == 6) text += "#EXT-X-MAP:URI=\"init-" + std::to_string(i / 6) + ".mp4\"\n";
    text += "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T03:55:" + std::to_string(10 + 2 * i) + ".000Z\n";
    text += "#EXTINF:2.000000,\nseg-" + std::to_string(10 + i) + ".m4s\n";
  }
  return text;
}

// Without initialisation sections, which these have not.
inline std::string as_transport_streams(std::string text) {
  for (std::size_t at = 0; (at = text.find("#EXT-X-MAP")) != std::string::npos;) {
    text.erase(at, text.find('\n', at) + 1 - at);
  }
  for (std::size_t at = 0; (at = text.find(".m4s")) != std::string::npos;) text.replace(at, 4, ".ts");
  return text;
}

inline std::string sound_vod() {
  return changed(sound_live(), "#EXT-X-TARGETDURATION", "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION") +
         "#EXT-X-ENDLIST\n";
}

// Live and low latency: segments of two seconds with parts of half a second, one of them open. Segment `first` is the
// first listed, `last` the last whole one, and the open one has `open_parts` parts.
inline std::string sound_low_latency(int first = 10, int last = 16, int open_parts = 2) {
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500000,CAN-SKIP-UNTIL=12.000000\n"
      "#EXT-X-PART-INF:PART-TARGET=0.500000\n#EXT-X-MEDIA-SEQUENCE:" +
      std::to_string(first) +
      "\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n";
  const auto name = [](int msn, int part) { return "part-" + std::to_string(msn * 4 + part) + ".m4s"; };
  for (int msn = first; msn <= last + 1; ++msn) {
    char date[32];
    std::snprintf(date, sizeof date, "03:%02d:%02d.000Z", 10 + msn / 30, msn % 30 * 2);
    text += std::string("#EXT-X-PROGRAM-DATE-TIME:2026-11-21T") + date + "\n";
    const int parts = msn > last ? open_parts : 4;
    for (int part = 0; part < parts && msn >= last - 1; ++part) {
      text += "#EXT-X-PART:DURATION=0.500000,URI=\"" + name(msn, part) + "\"" + (part == 0 ? ",INDEPENDENT=YES" : "") +
              "\n";
    }
    if (msn <= last) text += "#EXTINF:2.000000,\nseg-" + std::to_string(msn) + ".m4s\n";
  }
  return text + "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + name(last + 1, open_parts) + "\"\n";
}

inline std::string sound_multivariant() {
  return "#EXTM3U\n#EXT-X-VERSION:6\n"
         "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"English\",DEFAULT=YES,AUTOSELECT=YES,URI=\"audio.m3u8\"\n"
         "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS=\"avc1.64001f,mp4a.40.2\","
         "RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO=\"sound\",CLOSED-CAPTIONS=NONE\nvideo.m3u8\n"
         "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=90000,CODECS=\"avc1.64001f\",URI=\"iframes.m3u8\"\n";
}

inline MediaPlaylist parse_media(const std::string& text, const std::string& url = kUrl) {
  Playlist parsed = parse_playlist(text, url);
  EXPECT_TRUE(parsed.media) << text;
  return parsed.media ? *parsed.media : MediaPlaylist{};
}

}  // namespace sluice::check::testing
