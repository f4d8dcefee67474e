// Times and durations. The core never reads a clock: shells pass in MonoTime and WallTime.
//
// MonoTime only goes forward and means nothing outside this process; WallTime is UTC since 1970 and may be stepped by
// an operator. They are different types, so that one is never taken for the other. Media times are 90 kHz ticks in 64
// bits.
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>
#include <string>

namespace sluice {

using Micros = std::chrono::duration<std::int64_t, std::micro>;
using Millis = std::chrono::duration<std::int64_t, std::milli>;
using Seconds = std::chrono::duration<std::int64_t>;
using Ticks90k = std::chrono::duration<std::int64_t, std::ratio<1, 90000>>;

// Tags only: neither has now(). io::mono_now() and io::wall_now() read the real clocks.
struct MonoClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = Micros;
  using time_point = std::chrono::time_point<MonoClock, Micros>;
  static constexpr bool is_steady = true;
};
struct WallClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = Micros;
  using time_point = std::chrono::time_point<WallClock, Micros>;
  static constexpr bool is_steady = false;
};
using MonoTime = MonoClock::time_point;
using WallTime = WallClock::time_point;

// Ticks in `timescale` (1/timescale seconds each) as 90 kHz ticks and back, rounded to nearest, halves away from zero.
Ticks90k ticks_from(std::int64_t ticks, std::uint32_t timescale);
std::int64_t ticks_in(Ticks90k time, std::uint32_t timescale);
// Rounded to nearest microsecond.
Micros to_micros(Ticks90k time);
// Rounded to nearest tick.
Ticks90k to_ticks(Micros time);

// "2026-11-21T03:55:12.345Z", as EXT-X-PROGRAM-DATE-TIME and the logs write it (milliseconds truncated).
std::string to_rfc3339(WallTime time);
// "20261121T035512Z", as URLs and session names write it (fractions truncated).
std::string to_compact_utc(WallTime time);

}  // namespace sluice
