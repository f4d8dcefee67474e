#include "recording_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sluice::store {

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string duration_text(Micros duration) {
  const auto tenths = std::max<std::int64_t>(duration.count(), 0) / 100'000;
  const auto seconds = tenths / 10;
  char text[64];
  if (seconds < 60) {
    std::snprintf(text, sizeof text, "%d.%ds", static_cast<int>(seconds), static_cast<int>(tenths % 10));
  } else if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%dm%02ds", static_cast<int>(seconds / 60), static_cast<int>(seconds % 60));
  } else {
    std::snprintf(text, sizeof text, "%lldh%02dm%02ds", static_cast<long long>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  }
  return text;
}

std::string track_text(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  std::string text(media::to_string(config.codec));
  if (config.video.width > 0) {
    text += " " + std::to_string(config.video.width) + "x" + std::to_string(config.video.height);
  }
  if (config.audio.sample_rate > 0) text += " " + std::to_string(config.audio.sample_rate) + " Hz";
  return text;
}

std::string tracks_text(const std::vector<media::Track>& tracks) {
  std::vector<std::string> texts;
  for (const media::Track& track : tracks) {
    std::string text = track_text(track);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right) {
  std::vector<std::size_t> widths(right.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? "" : "  ") + (right[i] ? padding + row[i] : row[i] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace sluice::store
