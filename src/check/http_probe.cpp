#include "http_probe.hpp"

#include <algorithm>
#include <memory>

#include "http_judge.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

// Bodies are kept for comparison; larger ones are only compared by their heads.
constexpr std::size_t kKeptBytesMax = 16 * 1024 * 1024;

}  // namespace

void HttpProbe::start_with_playlist(const Answer& answer, const MediaPlaylist& playlist) {
  // Of a live playlist another version may come: only what has ended can be compared.
  if (playlist.ended) {
    Request head = context_.request_for(answer.url, 0);
    head.head = true;
    head.gzip = true;
    const auto get = std::make_shared<Answer>(answer);
    get->body.clear();
    context_.ask(std::move(head), [this, get](const Answer& seen) { judge_head(*get, seen, context_.report); });
    if (const std::string etag = answer.field("etag"); !etag.empty()) {
      Request again = context_.request_for(answer.url, context_.options.playlist_bytes_max);
      again.gzip = true;
      again.fields.emplace_back("If-None-Match", etag);
      context_.ask(std::move(again), [this](const Answer& seen) { judge_not_modified(seen, context_.report); });
    }
  }
}

void HttpProbe::start_with_media(const Answer& answer) {
  if (media_done_ || answer.status != 200 || answer.body.size() < 2 || answer.body.size() > kKeptBytesMax) return;
  media_done_ = true;
  ask_again(answer);
  const std::string directory = answer.url.substr(0, std::string_view(without_query(answer.url)).rfind('/') + 1);
  Request missing = context_.request_for(directory + "there-is-no-such-segment.m4s", 64 * 1024);
  context_.ask(std::move(missing), [this](const Answer& seen) { judge_missing(seen, context_.report); });
}

void HttpProbe::ask_again(const Answer& first) {
  const auto get = std::make_shared<Answer>(first);
  Request head = context_.request_for(first.url, 0);
  head.head = true;
  context_.ask(std::move(head), [this, get](const Answer& seen) { judge_head(*get, seen, context_.report); });

  const std::size_t from = first.body.size() / 4;
  const std::size_t to = std::min(first.body.size() - 1, from + 999);
  Request ranged = context_.request_for(first.url, context_.options.media_bytes_max);
  Context::add_range(ranged, from, to);
  context_.ask(std::move(ranged),
               [this, get, from, to](const Answer& seen) { judge_range(*get, seen, from, to, context_.report); });

  if (const std::string etag = first.field("etag"); !etag.empty()) {
    Request condition = context_.request_for(first.url, context_.options.media_bytes_max);
    condition.fields.emplace_back("If-None-Match", etag);
    context_.ask(std::move(condition), [this](const Answer& seen) { judge_not_modified(seen, context_.report); });
  }
  context_.ask(context_.request_for(first.url, context_.options.media_bytes_max),
               [this, get](const Answer& seen) { judge_same_bytes(*get, seen, context_.report); });
}

}  // namespace sluice::check
