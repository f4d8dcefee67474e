#include "sluice/net/media_handler.hpp"

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

// As long as a server may hold a request (rfc8216bis section 6.2.5.2).
Micros patience_of(const hls::LiveWindow& window) { return 3 * window.target_duration(); }

HttpResponse playlist_response(const hls::LiveWindow& window, const hls::PlaylistText& text, CacheClass cache) {
  HttpResponse response;
  response.kind = ResourceKind::playlist;
  response.content_type = kPlaylistType;
  response.cache = window.ended() ? CacheClass::ended_playlist : cache;
  response.target_duration = window.target_duration();
  response.body = body_of(text);
  return response;
}

HttpResponse failed(const std::string& fault) {
  io::log_event(io::Level::error, "render_failed", fault);
  return http_error(500, "this segment could not be made", CacheClass::error);
}

HttpResponse too_far(const hls::LiveWindow& window, const hls::PlaylistDirectives& directives) {
  const std::uint64_t last = window.info().last_msn.value_or(0);
  std::string asked = "_HLS_msn=" + std::to_string(*directives.msn);
  if (directives.part) asked += " with _HLS_part=" + std::to_string(*directives.part);
  return http_error(400,
                    asked + " is too far ahead to be waited for: the last whole segment is " + std::to_string(last) +
                        ", and a request may be for two segments more, and for parts of three seconds more",
                    CacheClass::error);
}

}  // namespace

MediaHandler::MediaHandler(asio::any_io_executor executor, Options options, live::Hub& hub, const StaticPages& pages,
                           ArchiveHandler* archive)
    : options_(options),
      hub_(hub),
      pages_(pages),
      archive_(archive),
      held_(std::make_shared<HeldRequests>(std::move(executor), options.held, [this](const Question& question) {
        return judge(question, Patience::waits);
      })) {}

MediaHandler::~MediaHandler() { held_->stop(); }

HttpReply MediaHandler::reply(const HttpRequest& request) {
  // The path was decoded once already: what still looks escaped was escaped twice, and no name of ours is.
  if (request.path.find('%') != std::string::npos) return not_found("no such resource");
  if (request.path.starts_with(kAssetPrefix)) {
    if (std::optional<HttpResponse> asset = pages_.asset(request.path)) return std::move(*asset);
    return not_found("no such resource");
  }
  auto route = hls::parse_route(request.path);
  if (route) return reply_to(request, std::move(*route));
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

HttpReply MediaHandler::reply_to(const HttpRequest& request, hls::Route route) {
  if (const auto* page = std::get_if<hls::PlayerPage>(&route.resource)) {
    if (page->slash) return pages_.player();
    HttpResponse response = http_error(308, "the page is at this path with a slash behind it", CacheClass::page);
    response.fields.emplace_back("Location", "/" + route.stream.path() + "/");
    return response;
  }
  last_view_ = io::mono_now();
  if (std::holds_alternative<hls::InitName>(route.resource) || std::holds_alternative<hls::SegmentName>(route.resource))
    return media(route);
  if (std::holds_alternative<hls::ArchiveMultivariantName>(route.resource) ||
      std::holds_alternative<hls::ArchivePlaylistName>(route.resource)) {
    if (archive_ == nullptr) return not_found("nothing is recorded here: recordings are off");
    return archive_->playlist(route);
  }
  Question question{std::move(route), hls::PlaylistDirectives{}};
  if (!request.query.empty()) question.directives = hls::parse_directives(request.query);
  // A HEAD asks what there is now.
  Verdict verdict = judge(question, request.method == HttpMethod::get ? Patience::waits : Patience::now);
  if (auto* response = std::get_if<HttpResponse>(&verdict)) return or_recorded(question.route, std::move(*response));
  return held_->hold(std::move(question), std::move(std::get<HeldRequests::Wait>(verdict)));
}

MediaHandler::Verdict MediaHandler::judge(const Question& question, Patience patience) {
  if (std::holds_alternative<hls::PartName>(question.route.resource)) return part(question.route, patience);
  return playlist(question, patience);
}

std::shared_ptr<live::Stream> MediaHandler::stream_of(const hls::Route& route) {
  if (const auto* name = std::get_if<hls::MediaPlaylistName>(&route.resource)) {
    return hub_.find_playlist(route.stream, name->epoch);
  }
  return hub_.find(route.stream);
}

MediaHandler::Verdict MediaHandler::playlist(const Question& question, Patience patience) {
  const hls::Route& route = question.route;
  const std::shared_ptr<live::Stream> stream = stream_of(route);
  if (stream == nullptr) return missing(route.stream);
  if (std::holds_alternative<hls::MediaPlaylistName>(route.resource)) return media_playlist(question, stream, patience);

  const auto& name = std::get<hls::MultivariantName>(route.resource);
  const media::Container container = name.container.value_or(options_.default_container);
  hls::LiveWindow& window = stream->window();
  if (!window.playable(container)) return not_playable(stream, container, patience);
  const std::string prefix = name.container ? "" : std::string(media::to_string(container)) + "/";
  return playlist_response(window, *window.multivariant(container, prefix), CacheClass::live_playlist);
}

MediaHandler::Verdict MediaHandler::media_playlist(const Question& question,
                                                   const std::shared_ptr<live::Stream>& stream, Patience patience) {
  const media::Container container = std::get<hls::MediaPlaylistName>(question.route.resource).container;
  hls::LiveWindow& window = stream->window();
  if (!window.playable(container)) return not_playable(stream, container, patience);
  // The directives mean nothing to a playlist without parts, or that has ended.
  if (window.ended() || !window.low_latency(container)) {
    return playlist_response(window, *window.media_playlist(container), CacheClass::live_playlist);
  }
  if (!question.directives) return http_error(400, question.directives.error().message, CacheClass::error);
  const hls::PlaylistDirectives& directives = *question.directives;
  CacheClass cache = CacheClass::low_latency_playlist;
  if (directives.msn) {
    switch (window.is_listed(container, *directives.msn, directives.part)) {
      case hls::Listed::too_far:
        return too_far(window, directives);
      case hls::Listed::not_yet:
        if (patience == Patience::now) break;
        return HeldRequests::Wait{stream, NextInPlaylist{*directives.msn, directives.part}, patience_of(window)};
      case hls::Listed::yes:
        // video.js (VHS 3.17) does not see that a segment with parts has ended: it asks for its last part again, until
        // the answer has a part of the next one. From a cache it would be the same answer for six target durations.
        cache = window.ends_with_segment() ? CacheClass::segment_end_playlist : CacheClass::blocking_playlist;
        break;
    }
  }
  return playlist_response(window, *window.media_playlist(container, directives.skip), cache);
}

MediaHandler::Verdict MediaHandler::not_playable(const std::shared_ptr<live::Stream>& stream,
                                                 media::Container container, Patience patience) {
  const hls::LiveWindow& window = stream->window();
  if (window.ended()) return gone("the stream has ended and left nothing to play");
  const bool other = window.playable(media::Container::fmp4) || window.playable(media::Container::ts);
  if (other && !window.carries(container)) {
    return not_found("this stream's codecs have no place in " + std::string(media::to_string(container)));
  }
  if (patience == Patience::waits) return HeldRequests::Wait{stream, FirstPlaylist{container}, kHold};
  return unavailable("the stream is known, but there is nothing to play yet");
}

MediaHandler::Verdict MediaHandler::part(const hls::Route& route, Patience patience) {
  const auto& name = std::get<hls::PartName>(route.resource);
  const std::shared_ptr<live::Stream> stream = hub_.find_session(route.stream, name.session);
  if (stream == nullptr) return missing(route.stream);
  hls::LiveWindow& window = stream->window();
  hls::Fetched fetched = window.part(name.session, name.period, name.fragment, name.added);
  switch (fetched.status) {
    case hls::Fetched::Status::found:
      return media_response(name, std::move(fetched.pieces));
    case hls::Fetched::Status::expected:
      if (patience == Patience::now) return not_found("this part is not there yet");
      return HeldRequests::Wait{stream, name, patience_of(window)};
    case hls::Fetched::Status::unknown:
      return not_found("there is no such part, and it is not the next one");
    case hls::Fetched::Status::gone:
      return gone("this part is no longer kept");
    case hls::Fetched::Status::failed:
      return failed(fetched.fault);
  }
  return {};
}

// What no live window has any more of the parts may be recorded. What one says is not there yet, or never was, is not.
HttpReply MediaHandler::or_recorded(const hls::Route& route, HttpResponse response) {
  const auto* name = std::get_if<hls::PartName>(&route.resource);
  if (name == nullptr || archive_ == nullptr || response.status == 200) return response;
  if (response.status != 410 && hub_.find_session(route.stream, name->session) != nullptr) return response;
  return archive_->media(route, std::move(response));
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
        return failed(fetched.fault);
      case hls::Fetched::Status::unknown:
      case hls::Fetched::Status::expected:  // only parts are
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
  if (hub_.is_gone(name)) return gone("the stream has ended");
  return not_found("there is no such stream");
}

}  // namespace sluice::net
