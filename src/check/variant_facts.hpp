// VariantFacts: what a multivariant playlist promises of a media playlist, and whether the media keeps it: rules MD.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/check/media_judge.hpp"
#include "sluice/check/playlist.hpp"

namespace sluice::check {

// A segment that was loaded, as far as bit rates and dates go.
struct LoadedSegment {
  std::uint64_t msn = 0;
  double duration = 0;  // its EXTINF
  std::uint64_t bytes = 0;
};

class VariantFacts {
 public:
  // `variant` is null for a playlist that no EXT-X-STREAM-INF names: of an EXT-X-MEDIA, or asked for by itself.
  VariantFacts(const MultivariantPlaylist* multivariant, const Variant* variant);

  // The tracks of an initialisation section or of a piece.
  void on_media(const std::string& url, const MediaFacts& facts, const Report& report);
  void on_segment(LoadedSegment segment) { segments_.push_back(segment); }
  // When all was loaded.
  void finish(const MediaPlaylist& playlist, const Report& report) const;

 private:
  void judge_bandwidth(const MediaPlaylist& playlist, const Report& report) const;

  bool named_ = false;
  std::string multivariant_url_;
  std::string variant_url_;
  std::string codecs_;
  std::string resolution_;
  std::optional<double> frame_rate_;
  std::uint64_t bandwidth_ = 0;
  std::uint64_t average_ = 0;
  bool has_groups_ = false;          // other playlists carry some of it
  std::vector<std::string> unseen_;  // of CODECS
  bool saw_tracks_ = false;
  bool saw_unknown_ = false;  // a track that may be any of CODECS
  std::vector<LoadedSegment> segments_;
};

}  // namespace sluice::check
