#include "hls/watcher.hpp"

#include <algorithm>
#include <cstdlib>

#include "common/process.hpp"
#include "rtmp/looped_media.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t kTsPacketSize = 188;

std::uint8_t byte_at(const std::string& text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

// The payloads of MPEG-TS packets joined for each PID: a mark may lie across two packets. Anything else stays as it is.
std::vector<std::string> joined_payloads(const std::string& segment) {
  if (segment.size() % kTsPacketSize != 0 || !segment.starts_with('\x47')) return {segment};
  std::map<int, std::string> pids;
  for (std::size_t at = 0; at < segment.size(); at += kTsPacketSize) {
    const auto control = byte_at(segment, at + 3);
    const std::size_t skip = 4 + (control & 0x20 ? 1U + byte_at(segment, at + 4) : 0U);
    if (!(control & 0x10) || skip >= kTsPacketSize) continue;
    const int pid = (byte_at(segment, at + 1) & 0x1F) << 8 | byte_at(segment, at + 2);
    pids[pid].append(segment, at + skip, kTsPacketSize - skip);
  }
  std::vector<std::string> out;
  for (auto& [pid, payload] : pids) out.push_back(std::move(payload));
  return out;
}

std::vector<std::size_t> marked_frames(const std::string& segment) {
  std::vector<std::size_t> out;
  for (const auto& payload : joined_payloads(segment)) {
    for (std::size_t at = 0; (at = payload.find(kMarkUuid, at)) != std::string::npos;) {
      at += kMarkUuid.size();
      out.push_back(std::strtoul(payload.substr(at, 8).c_str(), nullptr, 16));
    }
  }
  return out;
}

}  // namespace

void Watcher::poll() {
  http_.get(path_, HttpConnection::Body::keep, [this](HttpResult& result) { on_playlist_result(result); });
}

void Watcher::on_playlist_result(HttpResult& result) {
  const auto playlist = parse_playlist(result.body);
  if (result.status == 200 && !playlist.variant.empty()) {
    path_ = resolve_uri(path_, playlist.variant);
    return poll();
  }
  const bool is_media_playlist = result.status == 200 && playlist.is_valid;
  // Until the first segment there need not be one. What it lists first was not necessarily listed as soon as it was
  // whole.
  if (last_number_ < 0) {
    if (is_media_playlist && !playlist.segments.empty()) last_number_ = playlist.segments.back().number;
    return fetch_segment();
  }
  if (!is_media_playlist) {
    ++stats_.errors["playlist " + result.outcome()];
    return fetch_segment();
  }
  for (const auto& segment : playlist.segments) {
    if (segment.number <= last_number_) continue;
    last_number_ = segment.number;
    queue_.push_back({resolve_uri(path_, segment.uri), result.done_at});
  }
  fetch_segment();
}

void Watcher::fetch_segment() {
  if (queue_.empty()) return loop_.call_at(now_us() + poll_us_, this);
  const Listed listed = queue_.front();
  queue_.pop_front();
  http_.get(listed.path, HttpConnection::Body::keep, [this, listed](HttpResult& result) {
    if (result.status == 200) {
      take_segment(listed, result);
    } else {
      ++stats_.errors["segment " + result.outcome()];
    }
    fetch_segment();
  });
}

void Watcher::take_segment(const Listed& listed, const HttpResult& result) {
  ++stats_.segments;
  std::int64_t newest = -1;
  for (const auto frame : marked_frames(result.body)) {
    if (frame >= sent_at_.size()) continue;
    if (seen_.size() <= frame) seen_.resize(frame + 1);
    if (seen_[frame]) continue;
    seen_[frame] = true;
    ++stats_.frames;
    stats_.listed.add(listed.listed_at - sent_at_[frame]);
    stats_.fetched.add(result.done_at - sent_at_[frame]);
    newest = std::max(newest, sent_at_[frame]);
  }
  if (newest >= 0) stats_.newest_frame.add(listed.listed_at - newest);
}

}  // namespace sluice::bench
