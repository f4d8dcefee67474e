#include "hls/viewer.hpp"

#include "common/process.hpp"

namespace sluice::bench {
namespace {

// A player begins three segments behind the live edge (RFC 8216 6.3.3).
constexpr std::int64_t kJoinSegments = 3;
constexpr std::int64_t kRetryUs = 1'000'000;

}  // namespace

void Viewer::on_timer(std::int64_t) { fetch_playlist(); }

void Viewer::fetch_playlist() {
  ++stats_.playlists;
  http_.get(path_, HttpConnection::Body::keep, [this](HttpResult& result) { on_playlist_result(result); });
}

void Viewer::on_playlist_result(HttpResult& result) {
  if (result.status / 100 == 3 && !result.location.empty()) {
    path_ = resolve_uri(path_, result.location);
    return fetch_playlist();
  }
  if (result.status != 200) return retry_later("playlist " + result.outcome());
  const auto playlist = parse_playlist(result.body);
  if (!playlist.is_valid) return retry_later("playlist is none");
  stats_.playlist.add(result.done_at - result.sent_at);
  if (!playlist.variant.empty()) {
    path_ = resolve_uri(path_, playlist.variant);
    return fetch_playlist();
  }
  on_playlist(playlist);
}

void Viewer::on_playlist(const Playlist& playlist) {
  if (playlist.target_s > 0) target_s_ = playlist.target_s;
  const auto now = now_us();
  const bool is_new = queue_new(playlist);
  if (is_new) {
    last_new_at_ = now;
    is_stalled_ = false;
  } else {
    ++stats_.unchanged;
    note_stall(now);
  }
  // RFC 8216 6.3.4: a target duration after a playlist that changed, half of it after one that did not.
  reload_at_ = now + static_cast<std::int64_t>((is_new ? target_s_ : target_s_ / 2) * 1e6);
  if (playlist.ended && !is_new) return;
  fetch_segment();
}

bool Viewer::queue_new(const Playlist& playlist) {
  if (!playlist.map.empty() && playlist.map != map_) {
    map_ = playlist.map;
    queue_.push_back(resolve_uri(path_, map_));
  }
  if (playlist.segments.empty()) return false;
  const auto newest = playlist.segments.back().number;
  const auto oldest = playlist.segments.front().number;
  if (last_number_ < 0) {
    last_number_ = newest - kJoinSegments;
  } else if (newest < last_number_) {
    ++stats_.regressions;
    last_number_ = newest - 1;
  } else if (last_number_ + 1 < oldest) {
    stats_.skipped += static_cast<std::uint64_t>(oldest - last_number_ - 1);
  }
  bool is_new = false;
  for (const auto& segment : playlist.segments) {
    if (segment.number <= last_number_) continue;
    queue_.push_back(resolve_uri(path_, segment.uri));
    last_number_ = segment.number;
    is_new = true;
  }
  return is_new;
}

void Viewer::note_stall(std::int64_t now) {
  if (last_new_at_ == 0 || is_stalled_ || static_cast<double>(now - last_new_at_) < 3e6 * target_s_) return;
  is_stalled_ = true;
  ++stats_.stalls;
}

void Viewer::fetch_segment() {
  if (queue_.empty()) return wait_for_reload();
  const auto path = queue_.front();
  queue_.pop_front();
  http_.get(path, HttpConnection::Body::discard, [this](HttpResult& result) {
    if (result.status == 200) {
      ++stats_.segments;
      stats_.segment.add(result.done_at - result.sent_at);
    } else {
      ++stats_.errors["segment " + result.outcome()];
    }
    fetch_segment();
  });
}

void Viewer::wait_for_reload() { loop_.call_at(reload_at_, this); }

void Viewer::retry_later(const std::string& error) {
  ++stats_.errors[error];
  loop_.call_at(now_us() + kRetryUs, this);
}

}  // namespace sluice::bench
