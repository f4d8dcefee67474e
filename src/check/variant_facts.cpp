#include "variant_facts.hpp"

#include <algorithm>
#include <cmath>

#include "note.hpp"
#include "sluice/check/codecs.hpp"

namespace sluice::check {
namespace {

constexpr double kFrameRateTolerance = 0.05;
// A frame rate that is told from less is chance.
constexpr std::uint64_t kFramesForRate = 24;

// RESOLUTION is the size at which the picture is best shown: its own, or what it is with square pixels, wider or lower.
bool is_size_of(std::string_view resolution, const TrackFacts& track) {
  const std::size_t x = std::min(resolution.find('x'), resolution.size());
  const auto width = parse_integer(resolution.substr(0, x));
  const auto height = parse_integer(resolution.substr(std::min(x + 1, resolution.size())));
  if (!width || !height) return false;
  const auto is_near = [](std::uint64_t stated, double size) {
    return std::abs(static_cast<double>(stated) - size) < 2;  // made even, up or down
  };
  const double shape = track.pixel_height == 0 ? 1 : static_cast<double>(track.pixel_width) / track.pixel_height;
  if (*width == track.width && *height == track.height) return true;
  if (shape == 1 || shape <= 0) return false;
  return (is_near(*width, track.width * shape) && *height == track.height) ||
         (*width == track.width && is_near(*height, track.height / shape));
}

std::string bits(double rate) { return std::to_string(static_cast<std::uint64_t>(rate)) + " bit/s"; }

}  // namespace

VariantFacts::VariantFacts(const MultivariantPlaylist* multivariant, const Variant* variant) {
  if (multivariant == nullptr || variant == nullptr) return;
  const AttributeList& attributes = variant->attributes;
  named_ = true;
  multivariant_url_ = multivariant->url;
  variant_url_ = variant->url;
  codecs_ = attributes.text("CODECS");
  unseen_ = split_codecs(codecs_);
  resolution_ = attributes.text("RESOLUTION");
  frame_rate_ = attributes.number("FRAME-RATE");
  bandwidth_ = attributes.integer("BANDWIDTH").value_or(0);
  average_ = attributes.integer("AVERAGE-BANDWIDTH").value_or(0);
  for (const char* type : {"AUDIO", "VIDEO", "SUBTITLES"}) has_groups_ = has_groups_ || attributes.has(type);
}

void VariantFacts::on_media(const std::string& url, const MediaFacts& facts, const Report& report) {
  if (!named_) return;
  const Note note(report, multivariant_url_);
  const std::vector<std::string> stated = split_codecs(codecs_);
  for (const TrackFacts& track : facts.tracks) {
    saw_tracks_ = saw_tracks_ || !track.rfc6381.empty();
    // An initialisation section says it at once, or never will.
    saw_unknown_ = saw_unknown_ || (track.rfc6381.empty() && facts.format == MediaFormat::mp4);
    const auto matches = [&](const std::string& name) { return codec_matches(name, track); };
    if (!track.rfc6381.empty() && !stated.empty() && std::none_of(stated.begin(), stated.end(), matches)) {
      note(rule("MD-03"), 0, "\"" + codecs_.substr(0, 120) + "\" of " + variant_url_ + " lacks " + track.rfc6381);
    }
    unseen_.erase(std::remove_if(unseen_.begin(), unseen_.end(), matches), unseen_.end());
    if (track.kind != media::TrackKind::video) continue;
    const std::string size = std::to_string(track.width) + "x" + std::to_string(track.height);
    if (!resolution_.empty() && track.width > 0 && !is_size_of(resolution_, track)) {
      note(rule("MD-04"), 0, resolution_.substr(0, 40) + " of " + variant_url_ + ", and " + size + " in " + url);
    }
    const bool told = track.frame_rate > 0 && track.samples >= kFramesForRate;
    if (frame_rate_ && told && track.frame_rate > (1 + kFrameRateTolerance) * *frame_rate_) {
      char text[96];
      std::snprintf(text, sizeof text, "%.3f of ", *frame_rate_);
      std::string what = text + variant_url_;
      std::snprintf(text, sizeof text, ", and %.3f in ", track.frame_rate);
      note(rule("MD-05"), 0, what + text + url);
    }
  }
}

void VariantFacts::finish(const MediaPlaylist& playlist, const Report& report) const {
  if (!named_) return;
  if (saw_tracks_ && !saw_unknown_ && !has_groups_) {
    for (const std::string& name : unseen_) {
      Note(report, multivariant_url_)(rule("MD-03"), 0,
                                      "\"" + codecs_.substr(0, 120) + "\" of " + variant_url_ + " lists " +
                                          name.substr(0, 40) + ", and no track is that");
    }
  }
  judge_bandwidth(playlist, report);
}

void VariantFacts::judge_bandwidth(const MediaPlaylist& playlist, const Report& report) const {
  const Note note(report, multivariant_url_);
  const double target = playlist.target();
  double peak = 0;
  double all_bits = 0;
  double all_seconds = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    double run_bits = 0;
    double run_seconds = 0;
    for (std::size_t k = i; k < segments_.size() && (k == i || segments_[k].msn == segments_[k - 1].msn + 1); ++k) {
      run_bits += static_cast<double>(segments_[k].bytes) * 8;
      run_seconds += segments_[k].duration;
      if (run_seconds > 1.5 * target) break;
      if (run_seconds >= 0.5 * target && run_seconds > 0) peak = std::max(peak, run_bits / run_seconds);
    }
    all_bits += static_cast<double>(segments_[i].bytes) * 8;
    all_seconds += segments_[i].duration;
  }
  const double allowance = playlist.ended ? 1.1 : 1.25;
  if (bandwidth_ > 0 && peak > allowance * static_cast<double>(bandwidth_)) {
    note(rule("MD-06"), 0, bits(peak) + " at " + variant_url_ + ", BANDWIDTH is " + std::to_string(bandwidth_));
  }
  // Of a short while the average is not known.
  const bool enough = playlist.ended ? all_seconds > 0 : all_seconds >= 60;
  if (average_ > 0 && enough && all_bits / all_seconds > 1.1 * static_cast<double>(average_)) {
    note(rule("MD-07"), 0,
         bits(all_bits / all_seconds) + " at " + variant_url_ + ", AVERAGE-BANDWIDTH is " + std::to_string(average_));
  }
}

}  // namespace sluice::check
