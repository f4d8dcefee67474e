// What is wrong with an answer as HTTP: rules HT. Each function looks at one answer, or at two to the same request.
#pragma once

#include "sluice/check/exchange.hpp"
#include "sluice/check/finding.hpp"
#include "sluice/check/media_judge.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// The answer was loaded: status 200 or 206, and whole. Reports what else it is.
bool judge_loaded(const Answer& answer, const std::string& what, const Report& report);

// What is kept of a body that may come again.
struct BodyPrint {
  explicit BodyPrint(ByteView body);
  std::size_t size = 0;
  std::size_t hash = 0;
  friend bool operator==(const BodyPrint&, const BodyPrint&) = default;
};

// Of a GET with Accept-Encoding: gzip and an Origin. `playlist` is null for a multivariant playlist.
void judge_playlist_answer(const Answer& answer, const MediaPlaylist* playlist, const Report& report);

// Of a GET of a segment, a part or an initialisation section.
void judge_media_answer(const Answer& answer, MediaFormat format, double target_duration, const Report& report);

// Of a live playlist asked for with a directive.
void judge_directed_answer(const Answer& answer, const Report& report);

// Whether that depends on who asks is to be seen: by the answer to who takes no gzip.
bool is_gzip_without_vary(const Answer& answer);
void judge_vary(const Answer& compressed, const Answer& plain, const Report& report);

// The same resource with HEAD, with its ETag in If-None-Match, with a Range of `first` to `last`, and again.
void judge_head(const Answer& get, const Answer& head, const Report& report);
void judge_not_modified(const Answer& again, const Report& report);
void judge_range(ByteView expected, const Answer& ranged, std::size_t first, std::size_t last, const Report& report);
void judge_same_bytes(const BodyPrint& first, const Answer& again, const Report& report);

// Of what no playlist ever named.
void judge_missing(const Answer& answer, const Report& report);

}  // namespace sluice::check
