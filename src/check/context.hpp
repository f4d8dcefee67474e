// Context: what the pieces of one session share.
#pragma once

#include <string>
#include <utility>

#include "note.hpp"
#include "sluice/check/agenda.hpp"
#include "sluice/check/finding.hpp"
#include "sluice/check/playlist.hpp"
#include "sluice/check/session.hpp"

namespace sluice::check {

struct Context {
  SessionOptions options;
  Report report;
  Agenda agenda;
  SessionSummary summary;

  void ask_for_playlist(const std::string& url, Micros timeout, Agenda::Then then) {
    Request request = request_for(url, options.playlist_bytes_max);
    request.gzip = true;
    request.timeout = timeout;
    agenda.ask(std::move(request), counted(std::move(then)));
  }
  void ask_for_media(const std::string& url, const std::optional<ByteRange>& range, Agenda::Then then) {
    Request request = request_for(url, options.media_bytes_max);
    request.timeout = Seconds(60);
    if (range) add_range(request, range->offset.value_or(0), range->offset.value_or(0) + range->length - 1);
    agenda.ask_for_media(std::move(request), counted(std::move(then)));
  }
  // Media that was loaded already.
  void ask_again(Request request, Agenda::Then then) {
    request.timeout = Seconds(60);
    agenda.ask_for_media(std::move(request), counted(std::move(then)));
  }
  // Beside the media that waits for its turn.
  void ask(Request request, Agenda::Then then) { agenda.ask(std::move(request), counted(std::move(then))); }

  // The playlist of an answer; of one that goes beyond a limit, neither kind, and that is said.
  // `asked` is the address without redirects and directives, where there may have been any.
  Playlist parse(const Answer& answer, const Variables& imported = {}, const std::string& asked = {}) {
    Playlist parsed;
    if (answer.cut) {
      parsed.beyond = more_than(options.playlist_bytes_max);
    } else {
      parsed = parse_playlist(answer.text(), answer.url, imported, asked);
    }
    if (parsed.beyond.empty()) return parsed;
    fail(answer.url + ": it has " + parsed.beyond);
    const Note note(report, answer.url);
    for (const Fault& fault : parsed.faults) note(*fault.rule, fault.line, fault.what);
    return parsed;
  }

  // The first reason why not all could be judged is the one that is told.
  void fail(const std::string& why) {
    if (summary.failure.empty()) summary.failure = why;
  }
  static std::string more_than(std::size_t bytes) { return "more than " + std::to_string(bytes) + " bytes"; }

  Request request_for(const std::string& url, std::size_t bytes_max) const {
    Request request;
    request.url = url;
    request.body_bytes_max = bytes_max;
    request.fields.emplace_back("Origin", options.origin);
    return request;
  }
  static void add_range(Request& request, std::uint64_t first, std::uint64_t last) {
    request.fields.emplace_back("Range", "bytes=" + std::to_string(first) + "-" + std::to_string(last));
  }

 private:
  Agenda::Then counted(Agenda::Then then) {
    return [this, then = std::move(then)](const Answer& answer) {
      ++summary.requests;
      summary.bytes += answer.wire_bytes;
      then(answer);
    };
  }
};

}  // namespace sluice::check
