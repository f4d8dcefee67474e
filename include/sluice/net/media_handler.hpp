// MediaHandler: what the media port serves: playlists, segments and the player page of each stream. The port never
// lists streams: names are what viewers are given. What is not live comes from the ArchiveHandler.
//
// Answers at once what can be answered at once. A playlist that has nothing to play yet, of a stream that is being
// published, is waited for (players treat a refusal as final), at most kHold, and at most `held_max` requests at a
// time.
//
// Loop thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "sluice/hls/route.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/net/archive_handler.hpp"
#include "sluice/net/http_message.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/static_pages.hpp"

namespace sluice::net {

class MediaHandler {
 public:
  // Below the ten seconds after which hls.js gives up on the first byte of a playlist.
  static constexpr std::chrono::seconds kHold{8};

  struct Options {
    media::Container default_container = media::Container::fmp4;
    std::size_t held_max = 4096;
  };

  // The references must outlive the handler. `archive` is null when nothing is recorded.
  MediaHandler(boost::asio::any_io_executor executor, Options options, live::Hub& hub, const StaticPages& pages,
               ArchiveHandler* archive);

  HttpReply reply(const HttpRequest& request);

  // When media or a playlist was last served.
  MonoTime last_view() const { return last_view_; }
  std::size_t held() const { return held_; }

 private:
  HttpReply reply_to(const hls::Route& route, bool may_wait);
  HttpReply media(const hls::Route& route);
  boost::asio::awaitable<HttpResponse> hold(hls::Route route);
  std::optional<HttpResponse> playlist(const hls::Route& route, bool may_wait);
  std::optional<HttpResponse> not_playable(const live::Stream& stream, media::Container container, bool may_wait);
  HttpResponse missing(const StreamName& name) const;
  std::shared_ptr<live::Stream> stream_of(const hls::Route& route);

  boost::asio::any_io_executor executor_;
  Options options_;
  live::Hub& hub_;
  const StaticPages& pages_;
  ArchiveHandler* archive_;
  MonoTime last_view_{};
  std::size_t held_ = 0;
};

}  // namespace sluice::net
