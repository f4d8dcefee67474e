#include "sluice/io/clock.hpp"

namespace sluice::io {

MonoTime mono_now() {
  return MonoTime(std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch()));
}

WallTime wall_now() {
  return WallTime(std::chrono::duration_cast<Micros>(std::chrono::system_clock::now().time_since_epoch()));
}

}  // namespace sluice::io
