// MediaHandler: what the media port serves: playlists, segments and the player page of each stream. The port never
// lists streams: names are what viewers are given. What is not live comes from the ArchiveHandler.
//
// Answers at once what can be answered at once. Waited for are (docs/low-latency.md): a playlist that has nothing to
// play yet, of a stream that is being published, for players treat a refusal as final; a low-latency playlist that has
// not got yet what the request asks for; and the part that it hints.
//
// Loop thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>

#include "sluice/hls/route.hpp"
#include "sluice/live/hub.hpp"
#include "sluice/net/archive_handler.hpp"
#include "sluice/net/held_requests.hpp"
#include "sluice/net/http_message.hpp"
#include "sluice/net/http_server.hpp"
#include "sluice/net/static_pages.hpp"

namespace sluice::net {

class MediaHandler {
 public:
  // For a first playlist: below the ten seconds after which hls.js gives up on the first byte of one.
  static constexpr std::chrono::seconds kHold{8};

  struct Options {
    media::Container default_container = media::Container::fmp4;
    HeldRequests::Options held{};
  };

  // The references must outlive the handler. `archive` is null when nothing is recorded.
  MediaHandler(boost::asio::any_io_executor executor, Options options, live::Hub& hub, const StaticPages& pages,
               ArchiveHandler* archive);
  ~MediaHandler();
  MediaHandler(const MediaHandler&) = delete;
  MediaHandler& operator=(const MediaHandler&) = delete;

  HttpReply reply(const HttpRequest& request);

  // When media or a playlist was last asked for.
  MonoTime last_view() const { return last_view_; }
  const HeldRequests& held() const { return *held_; }

 private:
  using Question = HeldRequests::Question;
  using Verdict = HeldRequests::Verdict;
  // Of a playlist that is not held back, `now` says what there is at present.
  enum class Patience { waits, now };

  HttpReply reply_to(const HttpRequest& request, hls::Route route);
  HttpReply media(const hls::Route& route);
  HttpReply or_recorded(const hls::Route& route, HttpResponse response);
  Verdict judge(const Question& question, Patience patience);
  Verdict playlist(const Question& question, Patience patience);
  Verdict media_playlist(const Question& question, const std::shared_ptr<live::Stream>& stream, Patience patience);
  Verdict part(const hls::Route& route, Patience patience);
  Verdict not_playable(const std::shared_ptr<live::Stream>& stream, media::Container container, Patience patience);
  HttpResponse missing(const StreamName& name) const;
  std::shared_ptr<live::Stream> stream_of(const hls::Route& route);

  Options options_;
  live::Hub& hub_;
  const StaticPages& pages_;
  ArchiveHandler* archive_;
  std::shared_ptr<HeldRequests> held_;
  MonoTime last_view_{};
};

}  // namespace sluice::net
