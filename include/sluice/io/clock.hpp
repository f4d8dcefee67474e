// The real clocks, read here and nowhere else. Any thread.
#pragma once

#include <chrono>

#include "sluice/base/time.hpp"

namespace sluice::io {

// std::chrono::steady_clock: MonoTime counts from the same origin, so that Asio's steady timers can wait for one.
MonoTime mono_now();
// UTC as the system believes it to be; may be stepped in either direction.
WallTime wall_now();

inline std::chrono::steady_clock::time_point to_steady(MonoTime time) {
  return std::chrono::steady_clock::time_point(time.time_since_epoch());
}

}  // namespace sluice::io
