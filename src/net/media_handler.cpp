#include "sluice/net/media_handler.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <variant>

#include "media_responses.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace {

// The same text always gives the same body, so that its compressed form and entity tag are made once.
std::shared_ptr<const HttpBody> body_of(const hls::PlaylistText& text) {
  if (text.served == nullptr) text.served = HttpBody::text(text.text);
  return std::static_pointer_cast<const HttpBody>(text.served);
}

// Removes a listener of a stream however the wait ends, a cancelled coroutine included.
class Listening {
 public:
  Listening(std::shared_ptr<live::Stream> stream, std::function<void()> listener)
      : stream_(std::move(stream)), token_(stream_->changed().add(std::move(listener))) {}
  ~Listening() { stream_->changed().remove(token_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  std::shared_ptr<live::Stream> stream_;
  live::Signal::Token token_;
};

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

MediaHandler::MediaHandler(asio::any_io_executor executor, Options options, live::Hub& hub, const StaticPages& pages,
                           ArchiveHandler* archive)
    : executor_(std::move(executor)), options_(options), hub_(hub), pages_(pages), archive_(archive) {}

HttpReply MediaHandler::reply(const HttpRequest& request) {
  // The path was decoded once already: what still looks escaped was escaped twice, and no name of ours is.
  if (request.path.find('%') != std::string::npos) return not_found("no such resource");
  if (request.path.starts_with(kAssetPrefix)) {
    if (std::optional<HttpResponse> asset = pages_.asset(request.path)) return std::move(*asset);
    return not_found("no such resource");
  }
  const auto route = hls::parse_route(request.path);
  if (route) {
    // A HEAD asks what there is now.
    return reply_to(*route, request.method == HttpMethod::get && held_ < options_.held_max);
  }
  switch (route.error()) {
    case hls::RouteFault::bad_request:
      return http_error(400, "no path looks like this", CacheClass::error);
    case hls::RouteFault::bad_range:
      return http_error(400,
                        "a range is FROM/TO, two times like 20261121T035512Z, the first before the second, which may "
                        "be 'now'",
                        CacheClass::error);
    case hls::RouteFault::not_found:
      break;
  }
  return not_found("no such resource");
}

HttpReply MediaHandler::reply_to(const hls::Route& route, bool may_wait) {
  if (const auto* page = std::get_if<hls::PlayerPage>(&route.resource)) {
    if (page->slash) return pages_.player();
    HttpResponse response = http_error(308, "the page is at this path with a slash behind it", CacheClass::page);
    response.fields.emplace_back("Location", "/" + route.stream.path() + "/");
    return response;
  }
  last_view_ = io::mono_now();
  if (std::holds_alternative<hls::InitName>(route.resource) || std::holds_alternative<hls::SegmentName>(route.resource))
    return media(route);
  if (std::holds_alternative<hls::PartName>(route.resource)) return not_found("there is no such part");
  if (std::holds_alternative<hls::ArchiveMultivariantName>(route.resource) ||
      std::holds_alternative<hls::ArchivePlaylistName>(route.resource)) {
    if (archive_ == nullptr) return not_found("nothing is recorded here: recordings are off");
    return archive_->playlist(route);
  }
  if (std::optional<HttpResponse> response = playlist(route, may_wait)) return std::move(*response);
  return hold(route);
}

std::shared_ptr<live::Stream> MediaHandler::stream_of(const hls::Route& route) {
  if (const auto* name = std::get_if<hls::MediaPlaylistName>(&route.resource)) {
    return hub_.find_playlist(route.stream, name->epoch);
  }
  return hub_.find(route.stream);
}

std::optional<HttpResponse> MediaHandler::playlist(const hls::Route& route, bool may_wait) {
  const std::shared_ptr<live::Stream> stream = stream_of(route);
  if (stream == nullptr) return missing(route.stream);
  hls::LiveWindow& window = stream->window();

  std::shared_ptr<const hls::PlaylistText> text;
  media::Container container = options_.default_container;
  if (const auto* media_name = std::get_if<hls::MediaPlaylistName>(&route.resource)) {
    container = media_name->container;
    if (window.playable(container)) text = window.media_playlist(container);
  } else {
    const auto& name = std::get<hls::MultivariantName>(route.resource);
    const bool above = !name.container;
    container = name.container.value_or(container);
    if (window.playable(container)) {
      text = window.multivariant(container, above ? std::string(media::to_string(container)) + "/" : "");
    }
  }
  if (text == nullptr) return not_playable(*stream, container, may_wait);

  HttpResponse response;
  response.kind = ResourceKind::playlist;
  response.content_type = kPlaylistType;
  response.cache = window.ended() ? CacheClass::ended_playlist : CacheClass::live_playlist;
  response.target_duration = window.target_duration();
  response.body = body_of(*text);
  return response;
}

std::optional<HttpResponse> MediaHandler::not_playable(const live::Stream& stream, media::Container container,
                                                       bool may_wait) {
  const hls::LiveWindow& window = stream.window();
  if (window.ended()) return http_error(410, "the stream has ended and left nothing to play", CacheClass::error);
  if (window.playable(media::Container::fmp4) || window.playable(media::Container::ts)) {
    return not_found("this stream's codecs have no place in " + std::string(media::to_string(container)));
  }
  if (may_wait) return std::nullopt;
  return unavailable("the stream is known, but there is nothing to play yet");
}

// From the live window while that has it, else from the recording.
HttpReply MediaHandler::media(const hls::Route& route) {
  const auto* init = std::get_if<hls::InitName>(&route.resource);
  const auto* segment = std::get_if<hls::SegmentName>(&route.resource);
  const std::shared_ptr<live::Stream> stream =
      hub_.find_session(route.stream, init != nullptr ? init->session : segment->session);
  HttpResponse otherwise = missing(route.stream);
  if (stream != nullptr) {
    hls::LiveWindow& window = stream->window();
    hls::Fetched fetched = init != nullptr
                               ? window.init(init->session, init->period)
                               : window.segment(segment->container, segment->session, segment->msn, segment->added);
    switch (fetched.status) {
      case hls::Fetched::Status::found:
        return init != nullptr ? media_response(*init, std::move(fetched.pieces))
                               : media_response(*segment, std::move(fetched.pieces));
      case hls::Fetched::Status::failed:
        io::log_event(io::Level::error, "render_failed", fetched.fault);
        return http_error(500, "this segment could not be made", CacheClass::error);
      case hls::Fetched::Status::unknown:
      case hls::Fetched::Status::expected:
        otherwise = not_found("there is no such segment, or not yet");
        break;
      case hls::Fetched::Status::gone:
        otherwise = gone("this segment is no longer kept");
        break;
    }
  }
  if (archive_ == nullptr) return otherwise;
  return archive_->media(route, std::move(otherwise));
}

HttpResponse MediaHandler::missing(const StreamName& name) const {
  if (hub_.recovering()) return unavailable("recordings are being recovered: the stream may be among them");
  if (hub_.is_gone(name)) return http_error(410, "the stream has ended", CacheClass::error);
  return not_found("there is no such stream");
}

asio::awaitable<HttpResponse> MediaHandler::hold(hls::Route route) {
  const Counted counted(held_);
  const auto until = std::chrono::steady_clock::now() + kHold;
  for (;;) {
    const bool may_wait = std::chrono::steady_clock::now() < until;
    std::optional<HttpResponse> response = playlist(route, may_wait);
    if (response) co_return std::move(*response);
    const std::shared_ptr<live::Stream> stream = stream_of(route);
    asio::steady_timer timer(executor_, until);
    const Listening listening(stream, [&timer] { timer.cancel(); });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace sluice::net
