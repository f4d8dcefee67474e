#include "sluice/net/media_handler.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <variant>

#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace {

constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

HttpResponse not_found(std::string message) { return http_error(404, std::move(message), CacheClass::error); }

HttpResponse unavailable(std::string message) {
  HttpResponse response = http_error(503, std::move(message), CacheClass::error);
  response.retry_after = Seconds(1);
  return response;
}

HttpResponse fetched_response(hls::Fetched fetched, const HttpResponse& shape, std::string_view tag) {
  switch (fetched.status) {
    case hls::Fetched::Status::found: {
      HttpResponse response = shape;
      response.cache = CacheClass::media;
      response.accepts_ranges = true;
      response.body = HttpBody::media(std::move(fetched.pieces), tag);
      return response;
    }
    case hls::Fetched::Status::unknown:
      return not_found("there is no such segment, or not yet");
    case hls::Fetched::Status::gone:
      return http_error(410, "this segment is no longer kept", CacheClass::error);
    case hls::Fetched::Status::failed:
      io::log_event(io::Level::error, "render_failed", fetched.fault);
      return http_error(500, "this segment could not be made", CacheClass::error);
  }
  return not_found("");
}

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

MediaHandler::MediaHandler(asio::any_io_executor executor, Options options, live::Hub& hub, const StaticPages& pages)
    : executor_(std::move(executor)), options_(options), hub_(hub), pages_(pages) {}

HttpReply MediaHandler::reply(const HttpRequest& request) {
  // A HEAD asks what there is now.
  const bool may_wait = request.method == HttpMethod::get && held_ < options_.held_max;
  if (std::optional<HttpResponse> response = answer(request.path, may_wait)) return std::move(*response);
  return hold(request.path);
}

std::optional<HttpResponse> MediaHandler::answer(std::string_view path, bool may_wait) {
  // The path was decoded once already: what still looks escaped was escaped twice, and no name of ours is.
  if (path.find('%') != std::string_view::npos) return not_found("no such resource");
  if (path.starts_with(kAssetPrefix)) {
    if (std::optional<HttpResponse> asset = pages_.asset(path)) return asset;
    return not_found("no such resource");
  }
  const auto parsed = hls::parse_route(path);
  if (parsed.has_error()) {
    if (parsed.error() == hls::RouteFault::bad_request)
      return http_error(400, "no path looks like this", CacheClass::error);
    return not_found("no such resource");
  }
  const hls::Route& found = *parsed;
  if (const auto* page = std::get_if<hls::PlayerPage>(&found.resource)) {
    if (page->slash) return pages_.player();
    HttpResponse response = http_error(308, "the page is at this path with a slash behind it", CacheClass::page);
    response.fields.emplace_back("Location", "/" + found.stream.path() + "/");
    return response;
  }
  last_view_ = io::mono_now();
  if (const auto* name = std::get_if<hls::InitName>(&found.resource)) return init(found.stream, *name);
  if (const auto* name = std::get_if<hls::SegmentName>(&found.resource)) return segment(found.stream, *name);
  return playlist(found, may_wait);
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

HttpResponse MediaHandler::init(const StreamName& name, const hls::InitName& init) {
  const std::shared_ptr<live::Stream> stream = hub_.find_session(name, init.session);
  if (stream == nullptr) return missing(name);
  HttpResponse shape;
  shape.kind = ResourceKind::init;
  shape.content_type = "video/mp4";
  return fetched_response(stream->window().init(init.session, init.period), shape,
                          init.session.text() + "/" + std::to_string(init.period));
}

HttpResponse MediaHandler::segment(const StreamName& name, const hls::SegmentName& segment) {
  const std::shared_ptr<live::Stream> stream = hub_.find_session(name, segment.session);
  if (stream == nullptr) return missing(name);
  HttpResponse shape;
  shape.kind = ResourceKind::segment;
  shape.content_type = segment.container == media::Container::ts ? "video/mp2t" : "video/iso.segment";
  return fetched_response(stream->window().segment(segment.container, segment.session, segment.msn, segment.added),
                          shape,
                          segment.session.text() + "/" + std::to_string(segment.msn) + (segment.added ? "r" : "") +
                              (segment.container == media::Container::ts ? "t" : "f"));
}

HttpResponse MediaHandler::missing(const StreamName& name) const {
  if (hub_.recovering()) return unavailable("recordings are being recovered: the stream may be among them");
  if (hub_.is_gone(name)) return http_error(410, "the stream has ended", CacheClass::error);
  return not_found("there is no such stream");
}

asio::awaitable<HttpResponse> MediaHandler::hold(std::string path) {
  const Counted counted(held_);
  const auto parsed = hls::parse_route(path);
  const auto until = std::chrono::steady_clock::now() + kHold;
  for (;;) {
    const bool may_wait = std::chrono::steady_clock::now() < until;
    std::optional<HttpResponse> response = answer(path, may_wait);
    if (response) co_return std::move(*response);
    const std::shared_ptr<live::Stream> stream = stream_of(*parsed);
    asio::steady_timer timer(executor_, until);
    const Listening listening(stream, [&timer] { timer.cancel(); });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace sluice::net
