#include "http_judge.hpp"

#include <algorithm>
#include <cmath>

#include "note.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

constexpr double kClockTolerance = 2;  // Date has whole seconds, and clocks are not the same
constexpr double kEdgeBehindMax = 60;
constexpr std::size_t kWorthCompressing = 1024;

double to_seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

std::string content_type(const Answer& answer) {
  std::string type = answer.field("content-type");
  type.resize(std::min(type.find(';'), type.size()));
  while (type.ends_with(' ')) type.pop_back();
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

bool is_gzip(const Answer& answer) { return answer.field("content-encoding").find("gzip") != std::string::npos; }

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void judge_common(const Answer& answer, const Note& note) {
  if (answer.field("access-control-allow-origin").empty()) note(rule("HT-08"), 0, "there is none");
  if (!parse_http_date(answer.field("date"))) {
    note(rule("HT-18"), 0, "it is '" + answer.field("date").substr(0, 40) + "'");
  }
}

void judge_encoding(const Answer& answer, const Note& note) {
  if (!is_gzip(answer) && answer.body.size() >= kWorthCompressing) {
    note(rule("HT-05"), 0, std::to_string(answer.body.size()) + " bytes were sent as they are");
  }
}

// The date of the end of the last segment, or of the parts behind it.
std::optional<WallTime> end_date(const MediaPlaylist& playlist) {
  double behind = playlist.open.end_of_parts();
  if (playlist.open.date) return *playlist.open.date + Micros(std::llround(behind * 1e6));
  for (auto segment = playlist.segments.rbegin(); segment != playlist.segments.rend(); ++segment) {
    behind += segment->duration;
    if (segment->date) return *segment->date + Micros(std::llround(behind * 1e6));
  }
  return std::nullopt;
}

void judge_live(const Answer& answer, const MediaPlaylist& playlist, const Note& note) {
  const auto life = cache_life(answer);
  if (life && static_cast<double>(life->count()) > std::max(1.0, playlist.target())) {
    note(rule("HT-09"), 0,
         "Cache-Control: " + answer.field("cache-control").substr(0, 80) + ", and the target duration is " +
             seconds(playlist.target()));
  }
  const auto date = parse_http_date(answer.field("date"));
  if (!date) return;
  const auto modified = parse_http_date(answer.field("last-modified"));
  if (modified && to_seconds(*date - *modified) > 3 * playlist.target() + kClockTolerance) {
    note(rule("HT-20"), 0, seconds(to_seconds(*date - *modified)) + " before Date");
  }
  const auto end = end_date(playlist);
  if (!end) return;
  const double behind = to_seconds(*date - *end);
  if (behind < -kClockTolerance) {
    note(rule("HT-19"), 0, "it is " + seconds(-behind) + " ahead of Date");
  } else if (behind > kEdgeBehindMax + 2 * playlist.target()) {
    note(rule("HT-19"), 0, "it is " + seconds(behind) + " behind Date");
  }
}

bool is_type_of(const std::string& type, MediaFormat format) {
  const auto one_of = [&](std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
  };
  switch (format) {
    case MediaFormat::unknown:
      return true;
    case MediaFormat::ts:
      return one_of({"video/mp2t"});
    case MediaFormat::mp4:
      return one_of({"video/mp4", "audio/mp4", "video/iso.segment", "audio/iso.segment", "application/mp4"});
    case MediaFormat::packed_audio:
      return one_of({"audio/aac", "audio/mpeg", "audio/ac3", "audio/eac3", "audio/mp3", "audio/aacp"});
    case MediaFormat::webvtt:
      return one_of({"text/vtt"});
  }
  return true;
}

}  // namespace

bool judge_loaded(const Answer& answer, const std::string& what, const Report& report) {
  const Note note(report, answer.url);
  if (answer.status == 0) {
    note(rule("HT-01"), 0, what + ": " + answer.error);
    return false;
  }
  if (answer.status != 200 && answer.status != 206) {
    note(rule("HT-01"), 0, what + ": status " + std::to_string(answer.status));
    return false;
  }
  if (answer.incomplete)
    note(rule("HT-24"), 0, what + " ended after " + std::to_string(answer.wire_bytes) + " bytes: " + answer.error);
  return !answer.incomplete && !answer.cut;
}

void judge_playlist_answer(const Answer& answer, const MediaPlaylist* playlist, const Report& report) {
  const Note note(report, answer.url);
  judge_common(answer, note);
  const std::string type = content_type(answer);
  const bool typed = type == "application/vnd.apple.mpegurl" || type == "audio/mpegurl";
  const std::string path = lower(std::string(without_query(answer.url)));
  if (!typed && !path.ends_with(".m3u8") && !path.ends_with(".m3u")) {
    note(rule("HT-02"), 0, "the Content-Type is '" + type.substr(0, 60) + "'");
  } else if (!typed && type != "application/x-mpegurl") {
    note(rule("HT-03"), 0, "it is '" + type.substr(0, 60) + "'");
  }
  judge_encoding(answer, note);
  if (answer.redirects > 0) note(rule("HT-17"), 0, "redirected " + std::to_string(answer.redirects) + " times");
  if (playlist == nullptr) return;
  if (!playlist->ended && playlist->type != "VOD") judge_live(answer, *playlist, note);
  if (playlist->low_latency() && !playlist->ended && !answer.offers_http2.value_or(false)) {
    note(rule("HT-21"), 0, answer.offers_http2 ? "the handshake of TLS does not offer it" : "it is served without TLS");
  }
}

void judge_media_answer(const Answer& answer, MediaFormat format, double target_duration, const Report& report) {
  const Note note(report, answer.url);
  judge_common(answer, note);
  const std::string type = content_type(answer);
  if (!is_type_of(type, format)) {
    note(rule("HT-04"), 0, "it is '" + type.substr(0, 60) + "' for " + std::string(to_string(format)));
  }
  if (is_gzip(answer) && format != MediaFormat::webvtt) note(rule("HT-07"), 0, "Content-Encoding: gzip");
  if (answer.field("content-length").empty()) note(rule("HT-15"), 0, "it has none");
  const auto life = cache_life(answer);
  if (!life || static_cast<double>(life->count()) < target_duration) {
    note(rule("HT-10"), 0, "Cache-Control: '" + answer.field("cache-control").substr(0, 80) + "'");
  }
  if (answer.redirects > 0) note(rule("HT-16"), 0, "redirected " + std::to_string(answer.redirects) + " times");
}

void judge_directed_answer(const Answer& answer, const Report& report) {
  const auto life = cache_life(answer);
  if (life && *life == Seconds(0)) {
    Note(report, answer.url)(rule("HT-11"), 0, "Cache-Control: " + answer.field("cache-control").substr(0, 80));
  }
}

bool is_gzip_without_vary(const Answer& answer) {
  const std::string vary = lower(answer.field("vary"));
  return is_gzip(answer) && vary.find("accept-encoding") == std::string::npos && vary != "*";
}

void judge_vary(const Answer& compressed, const Answer& plain, const Report& report) {
  if (plain.status != 200 || is_gzip(plain)) return;
  const std::string vary = compressed.field("vary");
  Note(report, plain.url)(rule("HT-06"), 0, vary.empty() ? "there is no Vary" : "Vary is '" + vary.substr(0, 60) + "'");
}

void judge_head(const Answer& get, const Answer& head, const Report& report) {
  const Note note(report, head.url);
  if (head.status != get.status) {
    note(rule("HT-14"), 0,
         "HEAD is answered with " + (head.status == 0 ? head.error : std::to_string(head.status)) + ", GET with " +
             std::to_string(get.status));
    return;
  }
  for (const char* name : {"content-type", "content-length", "etag"}) {
    if (get.field(name) != head.field(name)) {
      note(rule("HT-14"), 0,
           std::string(name) + " is '" + head.field(name).substr(0, 60) + "' with HEAD, '" +
               get.field(name).substr(0, 60) + "' with GET");
    }
  }
}

void judge_not_modified(const Answer& again, const Report& report) {
  if (again.status == 304) return;
  Note(report, again.url)(rule("HT-12"), 0,
                          "it is answered with " + (again.status == 0 ? again.error : std::to_string(again.status)));
}

void judge_range(ByteView expected, const Answer& ranged, std::size_t first, std::size_t last, const Report& report) {
  const Note note(report, ranged.url);
  if (ranged.status != 206) {
    note(rule("HT-13"), 0,
         "it is answered with " + (ranged.status == 0 ? ranged.error : std::to_string(ranged.status)));
    return;
  }
  if (!std::equal(expected.begin(), expected.end(), ranged.body.begin(), ranged.body.end())) {
    note(rule("HT-13"), 0,
         "bytes " + std::to_string(first) + "-" + std::to_string(last) +
             " are not those of the whole: " + std::to_string(ranged.body.size()) + " came");
  }
}

BodyPrint::BodyPrint(ByteView body)
    : size(body.size()),
      hash(std::hash<std::string_view>()({reinterpret_cast<const char*>(body.data()), body.size()})) {}

void judge_same_bytes(const BodyPrint& first, const Answer& again, const Report& report) {
  // What is gone may be gone.
  if (again.status != 200 || again.incomplete || first == BodyPrint(again.view())) return;
  Note(report, again.url)(rule("HT-22"), 0,
                          std::to_string(first.size) + " bytes, then " + std::to_string(again.body.size()) +
                              (again.cut ? " and more" : " others"));
}

void judge_missing(const Answer& answer, const Report& report) {
  if (answer.status == 404 || answer.status == 410) return;
  Note(report, answer.url)(rule("HT-23"), 0,
                           answer.status == 0 ? answer.error : "status " + std::to_string(answer.status));
}

}  // namespace sluice::check
