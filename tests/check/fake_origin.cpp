#include "fake_origin.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "sluice/check/url.hpp"

namespace sluice::check::testing {
namespace {

constexpr MonoTime kStart{Seconds(5000)};
constexpr std::int64_t kWholeAtStart = 20;
constexpr std::int64_t kListed = 12;
constexpr std::int64_t kPartMillis = 500;
constexpr std::int64_t kLastOfVod = 9;

std::optional<std::uint64_t> parameter(const std::string& query, const std::string& name) {
  const std::size_t at = ("&" + query).find("&" + name + "=");
  if (at == std::string::npos) return std::nullopt;
  const std::string value = query.substr(at + name.size() + 1);
  return parse_integer(value.substr(0, value.find('&')));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The frames that begin in these milliseconds, behind the tag with the time of the first.
std::vector<std::uint8_t> audio(std::int64_t from, std::int64_t to) {
  const auto frame_at = [](std::int64_t millis) { return (millis * 48 + 1023) / 1024; };
  const std::string owner = "com.apple.streaming.transportStreamTimestamp";
  std::string text = "ID3" + std::string("\x04\x00\x00\x00\x00\x00\x3f", 7) + "PRIV" +
                     std::string("\x00\x00\x00\x35\x00\x00", 6) + owner + '\0';
  const std::uint64_t time = static_cast<std::uint64_t>(frame_at(from)) * 1920;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>((time >> shift) & 0xff);
  for (std::int64_t i = frame_at(from); i < frame_at(to); ++i)
    text += std::string("\xff\xf1\x4c\x80\x01\x1f\xfc", 7) + static_cast<char>(i & 0x7f);
  return {text.begin(), text.end()};
}

std::string date_at(std::int64_t seconds_after_ten) {
  char text[48];
  std::snprintf(text, sizeof text, "Sat, 21 Nov 2026 03:%02d:%02d GMT", static_cast<int>(10 + seconds_after_ten / 60),
                static_cast<int>(seconds_after_ten % 60));
  return text;
}

void set(Answer& answer, const std::string& name, const std::string& value) { answer.fields.emplace_back(name, value); }

void set_body(Answer& answer, const std::string& text) { answer.body.assign(text.begin(), text.end()); }

std::int64_t number_in(const std::string& path) { return std::atoll(path.c_str() + path.rfind('-') + 1); }

}  // namespace

std::string Asked::field(const std::string& name) const {
  for (const auto& [key, value] : request.fields) {
    if (key == name) return value;
  }
  return {};
}

std::int64_t FakeOrigin::parts_at(MonoTime now) const {
  Micros since = now - kStart;
  if (stall_) since = std::min(since, *stall_);
  return kWholeAtStart * 4 + since / Millis(kPartMillis);
}

std::optional<Micros> FakeOrigin::wait_for(std::int64_t parts, MonoTime now) const {
  const Micros at = Millis(kPartMillis) * (parts - kWholeAtStart * 4);
  if (stall_ && at > *stall_) return std::nullopt;
  return std::max(Micros(0), kStart + at - now);
}

std::string FakeOrigin::playlist_at(std::int64_t parts, bool skip) const {
  const int last = static_cast<int>(parts / 4 - 1);
  const int first = last - static_cast<int>(kListed) + 1;
  std::string text;
  if (kind_ == Kind::vod) {
    text = changed(sound_low_latency(0, static_cast<int>(kLastOfVod), 0), "#EXT-X-TARGETDURATION",
                   "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION");
    text += "#EXT-X-ENDLIST\n";
  } else if (skip && kind_ == Kind::low_latency) {
    // Six target durations stay, and what is open.
    text = changed(sound_low_latency(last - 5, last, static_cast<int>(parts % 4)),
                   "MEDIA-SEQUENCE:" + std::to_string(last - 5), "MEDIA-SEQUENCE:" + std::to_string(first));
    text = changed(changed(text, "VERSION:6", "VERSION:9"), "#EXT-X-PROGRAM",
                   "#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n#EXT-X-PROGRAM");
  } else {
    text = sound_low_latency(first, last, static_cast<int>(parts % 4));
  }
  text = as_transport_streams(text);
  if (kind_ == Kind::low_latency) {
    // Of audio every part is: the helper marks the first of a segment alone.
    text = replaced(replaced(text, ",INDEPENDENT=YES", ""), "#EXT-X-PART:", "#EXT-X-PART:INDEPENDENT=YES,");
    return replaced(text, ".ts", ".aac");
  }
  // Without what makes it low latency; the date of an open segment goes as well.
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    const std::string line = text.substr(at, end - at);
    const bool dropped =
        line.starts_with("#EXT-X-PART") || line.starts_with("#EXT-X-SERVER") || line.starts_with("#EXT-X-PRELOAD");
    const bool of_open = line.starts_with("#EXT-X-PROGRAM") && text.find("#EXTINF", end) == std::string::npos;
    if (!dropped && !of_open) plain += line;
    at = end;
  }
  return replaced(plain, ".ts", ".aac");
}

void FakeOrigin::answer_playlist(const Asked& asked, MonoTime now, Reply& reply) const {
  Answer& answer = reply.answer;
  std::int64_t parts = parts_at(now);
  const bool directed = kind_ == Kind::low_latency && (asked.query.find("_HLS_msn") != std::string::npos ||
                                                       asked.query.find("_HLS_part") != std::string::npos);
  if (directed) {
    const auto msn = asked.msn;
    const bool numeric = msn && (asked.query.find("_HLS_part") == std::string::npos || asked.part);
    const std::int64_t last = parts / 4 - 1;
    const std::int64_t open = parts % 4;
    if (!numeric || static_cast<std::int64_t>(*msn) > last + 2 ||
        (asked.part && static_cast<std::int64_t>(*msn) == last + 1 &&
         static_cast<std::int64_t>(*asked.part) > open + 6)) {
      answer.status = 400;
      return;
    }
    const std::int64_t index = asked.part ? std::min<std::int64_t>(static_cast<std::int64_t>(*asked.part), 4) : 3;
    const auto wait = wait_for(static_cast<std::int64_t>(*msn) * 4 + index + 1, now);
    if (!wait) {
      answer.status = 503;
      reply.delay = Seconds(6);
      return;
    }
    if (wait->count() > 0) {
      reply.delay += *wait;
      parts = parts_at(now + *wait);
    }
  }
  set_body(answer, playlist_at(parts, asked.skip));
  set(answer, "content-type", "application/vnd.apple.mpegurl");
  set(answer, "content-encoding", asked.request.gzip ? "gzip" : "identity");
  set(answer, "vary", "Accept-Encoding");
  set(answer, "cache-control", kind_ == Kind::vod ? "max-age=60" : "max-age=1");
  set(answer, "etag", "\"" + std::to_string(kind_ == Kind::vod ? 0 : parts) + "\"");
  set(answer, "date", date_at(parts / 2));
  answer.offers_http2 = true;
}

void FakeOrigin::answer_media(const Asked& asked, MonoTime now, Reply& reply) const {
  Answer& answer = reply.answer;
  const std::int64_t number = number_in(asked.path);
  if (asked.is_part) {
    const auto wait = wait_for(number + 1, now);
    if (!wait || number > parts_at(now)) {
      answer.status = 404;
      return;
    }
    reply.delay += *wait;
    answer.body = audio(number * kPartMillis, (number + 1) * kPartMillis);
  } else if (asked.is_segment) {
    answer.body = audio(number * 2000, number * 2000 + 2000);
  } else {
    answer.status = 404;
    return;
  }
  set(answer, "content-type", "audio/aac");
  set(answer, "cache-control", "max-age=31536000");
  set(answer, "etag", "\"" + std::to_string(number) + "\"");
  set(answer, "date", date_at(40));
  const std::string range = asked.field("Range");
  if (!range.empty()) {
    // A test may have put other media in its place, which the range fits.
    const std::size_t first = std::min<std::size_t>(std::stoul(range.substr(6)), answer.body.size());
    const std::size_t behind =
        std::min<std::size_t>(std::stoul(range.substr(range.find('-') + 1)) + 1, answer.body.size());
    answer.status = 206;
    answer.body = {answer.body.begin() + static_cast<std::ptrdiff_t>(first),
                   answer.body.begin() + static_cast<std::ptrdiff_t>(std::max(first, behind))};
  }
  set(answer, "content-length", std::to_string(answer.body.size()));
}

Reply FakeOrigin::serve(const Request& request, MonoTime now) {
  const auto url = parse_url(request.url);
  Asked asked;
  asked.request = request;
  asked.path = url->path;
  asked.query = url->query.empty() ? "" : url->query.substr(1);
  asked.msn = parameter(asked.query, "_HLS_msn");
  asked.part = parameter(asked.query, "_HLS_part");
  asked.skip = asked.query.find("_HLS_skip=") != std::string::npos;
  asked.is_playlist = asked.path.find("/video") != std::string::npos;
  asked.is_segment = asked.path.find("/seg-") != std::string::npos;
  asked.is_part = asked.path.find("/part-") != std::string::npos;
  Reply reply;
  reply.answer.status = 200;
  set(reply.answer, "access-control-allow-origin", "*");
  if (asked.is_playlist) {
    answer_playlist(asked, now, reply);
  } else {
    answer_media(asked, now, reply);
  }
  const std::string condition = asked.field("If-None-Match");
  if (!condition.empty() && condition == reply.answer.field("etag")) {
    reply.answer.status = 304;
    reply.answer.body.clear();
  }
  if (request.head) reply.answer.body.clear();
  if (tamper_) tamper_(asked, reply);
  reply.answer.wire_bytes = reply.answer.body.size();
  return reply;
}

Checked run_check(FakeOrigin& origin, SessionOptions options, const std::string& url) {
  Checked checked;
  MonoTime now = kStart + Millis(100);
  std::multimap<MonoTime, std::pair<std::uint64_t, Answer>> coming;
  Session session(url, options, checked.findings.report());
  session.start(now);
  for (int step = 0; step < 100'000; ++step) {
    session.agenda().run_timers(now);
    for (const Request& request : session.agenda().take_requests(now)) {
      Reply reply = origin.serve(request, now);
      Answer& answer = reply.answer;
      answer.cut = answer.body.size() > request.body_bytes_max;
      if (answer.cut) answer.body.resize(request.body_bytes_max);
      answer.sent = now;
      answer.first_byte = now + std::min(reply.delay, request.timeout);
      answer.last_byte = answer.first_byte + reply.body_takes;
      if (reply.delay > request.timeout) {
        answer.status = 0;
        answer.error = "no answer in time";
      }
      coming.emplace(answer.last_byte, std::pair(request.id, std::move(answer)));
    }
    if (session.finished()) break;
    const auto timer = session.agenda().next_timer();
    if (!coming.empty() && (!timer || coming.begin()->first <= *timer)) {
      now = coming.begin()->first;
      const auto [id, answer] = coming.begin()->second;
      coming.erase(coming.begin());
      session.agenda().answer(id, answer, now);
    } else if (timer) {
      now = *timer;
    } else {
      ADD_FAILURE() << "the session waits for nothing";
      break;
    }
  }
  EXPECT_TRUE(session.finished());
  checked.summary = session.summary();
  return checked;
}

}  // namespace sluice::check::testing
