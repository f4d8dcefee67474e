#include "hls/follower.hpp"

#include <charconv>
#include <string_view>

#include "common/process.hpp"
#include "hls/playlist.hpp"

namespace sluice::bench {
namespace {

constexpr std::int64_t kRetryUs = 1'000'000;
constexpr std::size_t kRoundsKept = 64;

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string uri_of(std::string_view line) {
  const auto from = line.find("URI=\"");
  if (from == std::string_view::npos) return {};
  return std::string(line.substr(from + 5, line.find('"', from + 5) - from - 5));
}

// The oldest make room, so that a long run does not grow.
template <class Map, class Key>
std::int64_t first_of(Map& map, const Key& key, std::int64_t now) {
  const auto first = map.try_emplace(key, now).first->second;
  if (map.size() > kRoundsKept) map.erase(map.begin());
  return first;
}

}  // namespace

NextPart next_part(std::string_view text) {
  NextPart out;
  out.is_valid = text.starts_with("#EXTM3U");
  bool variant_follows = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    if (line[0] != '#') {
      if (variant_follows && out.variant.empty()) out.variant = line;
      // The end of a segment: its parts are behind us.
      if (!variant_follows) {
        ++out.msn;
        out.part = 0;
      }
    } else if (line.starts_with("#EXT-X-PART:")) {
      ++out.part;
    } else if (line.starts_with("#EXT-X-MEDIA-SEQUENCE:")) {
      out.msn = number(line.substr(22));
    } else if (line.starts_with("#EXT-X-SKIP:SKIPPED-SEGMENTS=")) {
      out.msn += number(line.substr(29));
    } else if (line.starts_with("#EXT-X-PRELOAD-HINT:TYPE=PART")) {
      out.hint = uri_of(line);
    } else if (line.starts_with("#EXT-X-STREAM-INF:")) {
      variant_follows = true;
    } else if (line.starts_with("#EXT-X-ENDLIST")) {
      out.ended = true;
    }
  }
  return out;
}

void Follower::ask(const std::string& path) {
  is_asking_ = true;
  playlists_.get(path, HttpConnection::Body::keep, [this](HttpResult& result) { on_answer(result); });
}

void Follower::poll(std::int64_t at) {
  if (is_asking_ || !follows_) return;
  polled_at_ = at;
  ask(path_);
}

void Follower::on_answer(HttpResult& result) {
  is_asking_ = false;
  if (result.status != 200) return fail("playlist " + result.outcome());
  const auto next = next_part(result.body);
  if (!next.is_valid) return fail("playlist is none");
  if (!next.variant.empty()) {
    path_ = resolve_uri(path_, next.variant);
    return ask(path_);
  }
  take(next, result);
}

void Follower::take(const NextPart& next, const HttpResult& result) {
  if (options_.polls) {
    if (follows_) {
      ++stats_.answers;
      stats_.answer.add(result.done_at - polled_at_);
    }
    follows_ = true;
    return;
  }
  if (follows_) {
    ++stats_.answers;
    const auto first = first_of(stats_.first_answer, asked_.key(), result.done_at);
    // Who came when it was there already, having joined with an older playlist, did not wait for it.
    if (result.sent_at <= first) stats_.answer.add(result.done_at - first);
    if (!next.ended && next.key() <= asked_.key()) ++stats_.late;
  }
  follows_ = true;
  if (next.ended) return;
  asked_ = next;
  if (options_.parts && !next.hint.empty()) fetch(resolve_uri(path_, next.hint));
  ask(path_ + "?_HLS_msn=" + std::to_string(next.msn) + "&_HLS_part=" + std::to_string(next.part) +
      (options_.delta ? "&_HLS_skip=YES" : ""));
}

// One at a time; the newest hint replaces one that waits its turn.
void Follower::fetch(const std::string& path) {
  if (path == fetching_) return;
  if (!fetching_.empty()) {
    next_fetch_ = path;
    return;
  }
  fetching_ = path;
  parts_.get(path, HttpConnection::Body::discard, [this](HttpResult& result) {
    if (result.status == 200) {
      ++stats_.parts;
      stats_.part_bytes += result.body_bytes;
      const auto first = first_of(stats_.first_part, fetching_, result.done_at);
      if (result.sent_at <= first) stats_.part.add(result.done_at - first);
    } else {
      ++stats_.errors["part " + result.outcome()];
    }
    fetching_.clear();
    if (!next_fetch_.empty()) fetch(std::exchange(next_fetch_, {}));
  });
}

void Follower::fail(const std::string& what) {
  ++stats_.errors[what];
  follows_ = false;
  loop_.call_at(now_us() + kRetryUs, this);
}

}  // namespace sluice::bench
