#include "archive_job.hpp"

#include <utility>
#include <variant>

#include "media_responses.hpp"

namespace sluice::net {
namespace {

using hls::ArchiveStatus;

// A growing playlist gets a segment each second or two; an ended one must notice that files were deleted.
constexpr Micros kGrowingFresh = Seconds(1);
constexpr Micros kEndedFresh = Seconds(4);
constexpr Micros kMediaFresh = std::chrono::hours(24);
constexpr Micros kFaultFresh = Seconds(1);

HttpResponse too_much_is_sent() { return unavailable("too much of what was made from recordings is still being sent"); }

HttpResponse nobody_waits() { return unavailable("nobody waits for this any more"); }

HttpResponse unreadable() { return http_error(500, "the recording could not be read", CacheClass::error); }

HttpResponse without_playlist(ArchiveStatus status) {
  switch (status) {
    case ArchiveStatus::nothing_recorded:
      return not_found("there is no such recording");
    case ArchiveStatus::nothing_there:
    case ArchiveStatus::gone:
      return gone("nothing that was recorded of this is there any more");
    case ArchiveStatus::not_yet:
      return unavailable("the stream is known, but nothing of it is recorded yet");
    case ArchiveStatus::not_carried:
      return not_found("this container has no place for the codecs that were recorded");
    case ArchiveStatus::found:
    case ArchiveStatus::failed:
      break;
  }
  return unreadable();
}

HttpResponse without_media(const hls::ArchiveMedia& made) {
  switch (made.status) {
    case ArchiveStatus::gone:
      return gone("this media was recorded and is no longer there");
    case ArchiveStatus::nothing_recorded:
    case ArchiveStatus::nothing_there:
    case ArchiveStatus::not_yet:
    case ArchiveStatus::not_carried:
      return not_found("there is no such media");
    case ArchiveStatus::found:
    case ArchiveStatus::failed:
      break;
  }
  return made.render_failed ? http_error(500, "this media could not be made", CacheClass::error) : unreadable();
}

std::shared_ptr<const HttpBody> body_of(const std::string& text, const std::shared_ptr<const HttpBody>& before) {
  if (before != nullptr && before->compressible() && as_text(before->pieces().front().view()) == text) return before;
  auto body = HttpBody::compressed_text(text, gzip_of(as_bytes(text)).view());
  body->etag();  // made once, and here
  return body;
}

// The same body, counted in `bodies` until nobody has it any more, in whichever thread that is.
std::shared_ptr<const HttpBody> counted(std::shared_ptr<const HttpBody> body,
                                        std::shared_ptr<std::atomic<std::size_t>> bodies) {
  const HttpBody* const plain = body.get();
  const std::size_t bytes = bytes_of(*plain);
  *bodies += bytes;
  auto let_go = [body = std::move(body), bodies = std::move(bodies), bytes](const HttpBody*) mutable {
    body.reset();
    *bodies -= bytes;
  };
  return {plain, std::move(let_go)};
}

class Asking {
 public:
  Asking(hls::ArchiveViews& views, ArchiveQuestion& question) : views_(views), question_(question) {}

  ArchiveOutcome operator()(const hls::ArchivePlaylistName& name) const {
    const bool known = !question_.memory.places.empty();
    ArchiveOutcome outcome = of(views_.playlist(question_.route.stream, name, question_.growth, question_.memory));
    // A range that has ended when it is first asked for has nothing to keep up, and there are any number of them.
    const auto* range = std::get_if<hls::RangeView>(&name.view);
    const bool settled = range != nullptr && range->to && question_.memory.ended && !known;
    if (outcome.response.status == 200 && !settled) outcome.memory = std::move(question_.memory);
    return outcome;
  }

  ArchiveOutcome operator()(hls::ArchiveMultivariantName name) const {
    const bool above = !name.container;
    name.container = name.container.value_or(question_.default_container);
    const std::string prefix = above ? std::string(media::to_string(*name.container)) + "/" : "";
    return of(views_.multivariant(question_.route.stream, name, prefix, question_.growth));
  }

  ArchiveOutcome operator()(const hls::InitName& name) const {
    return of(views_.init(question_.route.stream, name), name);
  }
  ArchiveOutcome operator()(const hls::SegmentName& name) const {
    return of(views_.segment(question_.route.stream, name), name);
  }
  ArchiveOutcome operator()(const hls::PartName& name) const {
    return of(views_.part(question_.route.stream, name), name);
  }

  template <class Other>
  ArchiveOutcome operator()(const Other&) const {
    return {not_found("there is no such recording"), kFaultFresh, {}, false, true, false, {}};
  }

 private:
  ArchiveOutcome of(hls::ArchiveText made) const {
    ArchiveOutcome outcome;
    outcome.fresh = made.status != ArchiveStatus::found ? kFaultFresh : made.ended ? kEndedFresh : kGrowingFresh;
    if (made.status != ArchiveStatus::found) {
      outcome.response = without_playlist(made.status);
      if (made.status == ArchiveStatus::failed) outcome.fault = std::move(made.message);
      return outcome;
    }
    outcome.response.kind = ResourceKind::playlist;
    outcome.response.content_type = kPlaylistType;
    outcome.response.cache = made.ended ? CacheClass::ended_playlist : CacheClass::live_playlist;
    outcome.response.target_duration = made.target_duration;
    outcome.response.body = body_of(made.text, question_.before);
    return outcome;
  }

  template <class Name>
  ArchiveOutcome of(hls::ArchiveMedia made, const Name& name) const {
    ArchiveOutcome outcome;
    if (made.status == ArchiveStatus::found) {
      outcome.response = media_response(name, std::move(made.pieces));
      outcome.fresh = kMediaFresh;
      return outcome;
    }
    outcome.response = without_media(made);
    outcome.fresh = kFaultFresh;
    outcome.render_failed = made.render_failed;
    outcome.missing = made.status == ArchiveStatus::nothing_recorded || made.status == ArchiveStatus::nothing_there;
    if (made.status == ArchiveStatus::failed) outcome.fault = std::move(made.message);
    return outcome;
  }

  hls::ArchiveViews& views_;
  ArchiveQuestion& question_;
};

}  // namespace

std::size_t bytes_of(const HttpBody& body) {
  const Payload* gzip = body.gzip();
  return body.size() + (gzip != nullptr ? gzip->size() : 0);
}

ArchiveOutcome ask_archive(hls::ArchiveViews& views, ArchiveQuestion question) {
  if (question.waiters->give_up()) return {nobody_waits(), {}, {}, false, false, true, {}};
  if (*question.bodies >= question.bodies_max) return {too_much_is_sent(), {}, {}, false, false, true, {}};
  ArchiveOutcome outcome = std::visit(Asking(views, question), question.route.resource);
  auto& body = outcome.response.body;
  if (body != nullptr && body != question.before) body = counted(std::move(body), question.bodies);
  return outcome;
}

}  // namespace sluice::net
