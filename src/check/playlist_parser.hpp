// PlaylistParser: the lines of a playlist, one after another. Used once.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/check/playlist.hpp"
#include "sluice/check/rules.hpp"

namespace sluice::check {

class PlaylistParser {
 public:
  PlaylistParser(const std::string& url, const Variables& imported, const std::string& asked);

  Playlist parse(std::string text);

 private:
  void on_line(std::string_view line);
  void on_tag(std::string_view name, std::string_view value);
  bool on_head_tag(std::string_view name, std::string_view value);
  bool on_segment_tag(std::string_view name, std::string_view value);
  bool on_metadata_tag(std::string_view name, std::string_view value);
  bool on_multivariant_tag(std::string_view name, std::string_view value);
  void on_uri(std::string_view uri);

  void on_define(const AttributeList& attributes);
  void on_extinf(std::string_view value);
  void on_date(std::string_view value);
  void on_part(const AttributeList& attributes);
  void on_map(const AttributeList& attributes);
  void on_hint(const AttributeList& attributes);
  void on_report(const AttributeList& attributes);
  void on_skip(const AttributeList& attributes);
  void finish();
  void place_ranges();

  void check_spelling(std::string_view line);
  void check_whole_text(std::string_view text);
  void check_order();
  void fault(const Rule& rule, std::string what);
  // Reading ends there.
  void go_beyond(std::string limit);
  void count(std::size_t& counter, std::size_t limit, const char* what);
  void count_piece() { count(pieces_, PlaylistLimits::kPieces, "segments, parts and date ranges"); }
  void count_name() { count(names_, PlaylistLimits::kNames, "variants, renditions, hints, reports and variables"); }
  void count_made(std::size_t bytes);
  std::string absolute(std::string_view reference);
  // As stable_url.
  std::string stable(std::string_view reference);
  AttributeList attributes(std::string_view tag, std::string_view value);
  std::optional<std::uint64_t> integer(std::string_view tag, std::string_view value);
  std::optional<ByteRange> byte_range(std::string_view value);
  std::string substituted(std::string_view text);
  void note_first_segment();
  // A DISCONTINUITY, MAP, KEY or date of the segment at hand.
  void note_segment_tag();

  std::string url_;
  std::string asked_;
  bool moved_ = false;  // references are relative to another place than that which was asked for
  const Variables& imported_;
  int line_ = 0;
  std::string beyond_;
  std::size_t pieces_ = 0;
  std::size_t names_ = 0;
  std::size_t made_ = 0;  // bytes
  MediaPlaylist media_;
  MultivariantPlaylist multivariant_;
  std::vector<Fault> faults_;
  std::map<std::string, std::vector<int>, std::less<>> tags_;
  Variables variables_;
  PlaylistHead head_;

  Segment segment_;  // the one whose tags are being read
  std::uint64_t discontinuities_ = 0;
  std::shared_ptr<const MediaMap> map_;
  std::optional<std::uint64_t> bitrate_;
  bool encrypted_ = false;
  bool wholly_encrypted_ = false;
  bool awaits_variant_uri_ = false;
};

}  // namespace sluice::check
