#include "sluice/io/repeat_filter.hpp"

namespace sluice::io {

bool RepeatFilter::admit(Level level, std::string_view event, std::string_view message, MonoTime now) {
  auto found = windows_.find(event);
  if (found == windows_.end()) found = windows_.emplace(std::string(event), Window{.start = now, .message = {}}).first;
  Window& window = found->second;
  // A window that holds lines back stays until take_repeats() has told of them.
  if (window.held == 0 && now - window.start >= options_.window) {
    window.start = now;
    window.passed = 0;
  }
  if (window.passed < options_.burst) {
    ++window.passed;
    return true;
  }
  if (window.held++ == 0) ++windows_holding_;
  window.level = level;
  window.message.assign(message.substr(0, kFieldBytesMax));
  return false;
}

std::vector<RepeatFilter::Repeats> RepeatFilter::take_repeats(MonoTime now) {
  std::vector<Repeats> repeats;
  if (windows_holding_ == 0) return repeats;
  for (auto& [event, window] : windows_) {
    if (window.held == 0 || now - window.start < options_.window) continue;
    repeats.push_back({event, window.level, std::move(window.message), window.held});
    window = Window{.start = now, .message = {}};
    --windows_holding_;
  }
  return repeats;
}

}  // namespace sluice::io
