// Rendition: one media playlist, from its first load to the end of the check.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blocking_probe.hpp"
#include "context.hpp"
#include "http_probe.hpp"
#include "media_reader.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/succession.hpp"
#include "variant_facts.hpp"

namespace sluice::check {

// What the multivariant playlist says of each media playlist that it names.
struct Inherited {
  Variables variables;
  bool independent_segments = false;
};

class Rendition {
 public:
  // `on_loaded` is called once, when the playlist was loaded the first time, or could not be.
  Rendition(Context& context, std::string url, VariantFacts facts, Inherited inherited,
            std::function<void()> on_loaded);

  void start();
  // The playlist is what was loaded already, under its own address.
  void start_with(const Answer& answer);

  const std::string& url() const { return url_; }
  // The first version, null when there is none.
  const MediaPlaylist* first() const { return first_ ? &*first_ : nullptr; }
  const MediaPlaylist* last() const { return succession_.last(); }
  const std::string& failure() const { return failure_; }
  // What can be judged only now.
  void finish();

 private:
  Playlist parse(const Answer& answer);
  void on_first(const Answer& answer);
  void begin(const MediaPlaylist& playlist, const Answer& answer);
  void on_version(MediaPlaylist playlist, const Answer& answer, bool held);
  void on_media(const WantedPiece& piece, bool is_init, const MediaFacts& facts, const Answer& answer);
  void compare_parts(std::uint64_t msn);
  void judge_date(const WantedPiece& piece, const MediaFacts& facts);

  // What to load.
  void want_first(const MediaPlaylist& playlist);
  void want_new(const MediaPlaylist& playlist);
  void want_segment(const MediaPlaylist& playlist, const Segment& segment);
  void want_parts(const MediaPlaylist& playlist);

  // Reloads.
  void reload();
  void poll();
  void poll_later();
  void block();
  void on_blocked(const Answer& answer, std::uint64_t msn, std::optional<std::uint64_t> part);
  bool is_over() const { return context_.agenda.now() >= until_; }

  Context& context_;
  std::string url_;
  VariantFacts facts_;
  Inherited inherited_;
  std::function<void()> on_loaded_;
  std::optional<MediaPlaylist> first_;
  std::string failure_;
  Succession succession_;
  DateRangesSeen date_ranges_;
  MediaReader segments_;
  MediaReader parts_;
  HttpProbe http_probe_;
  BlockingProbe blocking_probe_;
  MonoTime until_;
  int blocks_in_vain_ = 0;
  int failures_ = 0;
  bool directed_judged_ = false;

  std::optional<std::uint64_t> next_segment_;                       // to be loaded
  std::optional<std::uint64_t> last_wanted_;                        // segment
  std::optional<std::pair<std::uint64_t, std::size_t>> next_part_;  // segment and index
  bool part_follows_ = false;
  struct Joined {
    std::optional<MediaFacts> segment;
    std::vector<MediaFacts> parts;
    std::string url;
  };
  std::map<std::uint64_t, Joined> joined_;  // by media sequence number: what is compared when it is whole
  struct Anchor {
    WallTime date;
    Ticks90k start{};
  };
  std::map<std::uint64_t, Anchor> anchors_;  // by discontinuity sequence number
};

}  // namespace sluice::check
