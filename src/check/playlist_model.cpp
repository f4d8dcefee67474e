#include <algorithm>

#include "sluice/check/playlist.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {

double Segment::end_of_parts() const {
  double sum = 0;
  for (const Part& part : parts) sum += part.duration.value_or(0);
  return sum;
}

int PlaylistHead::line_of(std::string_view tag) const {
  const auto found = tags.find(tag);
  return found == tags.end() ? 0 : found->second.front();
}

bool MediaPlaylist::can_block() const { return server_control && server_control->text("CAN-BLOCK-RELOAD") == "YES"; }

std::optional<double> MediaPlaylist::skip_boundary() const {
  return server_control ? server_control->number("CAN-SKIP-UNTIL") : std::nullopt;
}

double MediaPlaylist::duration() const {
  double sum = open.end_of_parts();
  for (const Segment& segment : segments) sum += segment.duration;
  return sum;
}

const Segment* MediaPlaylist::find(std::uint64_t msn) const {
  return msn >= first_msn() && msn < next_msn() ? &segments[msn - first_msn()] : nullptr;
}

std::string MultivariantPlaylist::url_of(const AttributeList& rendition) const {
  return rendition.has("URI") ? resolve(url, rendition.text("URI")) : std::string();
}

}  // namespace sluice::check
