// HttpProbe: tries how a server answers HEAD, conditions and ranges: rules HT that need a request of their own.
#pragma once

#include <optional>

#include "context.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

class HttpProbe {
 public:
  explicit HttpProbe(Context& context) : context_(context) {}

  // `answer` is that of a GET of the playlist.
  void start_with_playlist(const Answer& answer, const MediaPlaylist& playlist);
  // Of any playlist, asked for with gzip.
  void ask_without_gzip(const Answer& answer);
  // Of a GET of a whole segment or initialisation section; only the first one counts.
  void start_with_media(const Answer& answer);

 private:
  void ask_again(const Answer& first);

  Context& context_;
  bool media_done_ = false;
};

}  // namespace sluice::check
