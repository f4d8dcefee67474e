#include "http_probe.hpp"

#include <algorithm>
#include <memory>

#include "http_judge.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

// What is larger is not loaded twice.
constexpr std::size_t kAgainBytesMax = 16 * 1024 * 1024;
// Of answers that matter by their heads alone.
constexpr std::size_t kHeadOnly = 1;

}  // namespace

void HttpProbe::ask_without_gzip(const Answer& answer) {
  if (!is_gzip_without_vary(answer)) return;
  Request plain = context_.request_for(answer.url, kHeadOnly);
  plain.fields.emplace_back("Accept-Encoding", "identity");
  const auto compressed = std::make_shared<Answer>(answer);
  compressed->body.clear();
  context_.ask(std::move(plain),
               [this, compressed](const Answer& seen) { judge_vary(*compressed, seen, context_.report); });
}

void HttpProbe::start_with_playlist(const Answer& answer, const MediaPlaylist& playlist) {
  ask_without_gzip(answer);
  // Of a live playlist another version may come: only what has ended can be compared.
  if (playlist.ended) {
    Request head = context_.request_for(answer.url, 0);
    head.head = true;
    head.gzip = true;
    const auto get = std::make_shared<Answer>(answer);
    get->body.clear();
    context_.ask(std::move(head), [this, get](const Answer& seen) { judge_head(*get, seen, context_.report); });
    if (const std::string etag = answer.field("etag"); !etag.empty()) {
      Request again = context_.request_for(answer.url, kHeadOnly);
      again.gzip = true;
      again.fields.emplace_back("If-None-Match", etag);
      context_.ask(std::move(again), [this](const Answer& seen) { judge_not_modified(seen, context_.report); });
    }
  }
}

void HttpProbe::start_with_media(const Answer& answer) {
  if (media_done_ || answer.status != 200 || answer.body.size() < 2 || answer.body.size() > kAgainBytesMax) return;
  media_done_ = true;
  ask_again(answer);
  const std::string directory = answer.url.substr(0, std::string_view(without_query(answer.url)).rfind('/') + 1);
  Request missing = context_.request_for(directory + "there-is-no-such-segment.m4s", 64 * 1024);
  context_.ask(std::move(missing), [this](const Answer& seen) { judge_missing(seen, context_.report); });
}

void HttpProbe::ask_again(const Answer& first) {
  const BodyPrint print(first.view());
  const std::size_t from = first.body.size() / 4;
  const std::size_t to = std::min(first.body.size() - 1, from + 999);
  const std::vector<std::uint8_t> piece(first.body.begin() + static_cast<std::ptrdiff_t>(from),
                                        first.body.begin() + static_cast<std::ptrdiff_t>(to + 1));
  const auto get = std::make_shared<Answer>(first);
  get->body.clear();
  get->body.shrink_to_fit();
  Request head = context_.request_for(first.url, 0);
  head.head = true;
  context_.ask(std::move(head), [this, get](const Answer& seen) { judge_head(*get, seen, context_.report); });

  Request ranged = context_.request_for(first.url, piece.size() + 1);
  Context::add_range(ranged, from, to);
  context_.ask(std::move(ranged),
               [this, piece, from, to](const Answer& seen) { judge_range(piece, seen, from, to, context_.report); });

  if (const std::string etag = first.field("etag"); !etag.empty()) {
    Request condition = context_.request_for(first.url, kHeadOnly);
    condition.fields.emplace_back("If-None-Match", etag);
    context_.ask(std::move(condition), [this](const Answer& seen) { judge_not_modified(seen, context_.report); });
  }
  context_.ask_again(context_.request_for(first.url, print.size + 1),
                     [this, print](const Answer& seen) { judge_same_bytes(print, seen, context_.report); });
}

}  // namespace sluice::check
