// The tool as a process: its clock, its end, its limits.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::bench {

/// Microseconds of the monotonic clock. All times of the load tools are these.
std::int64_t now_us();

/// Prints `error: MESSAGE` and exits with 2.
[[noreturn]] void die(const std::string& message);

/// As many descriptors as the hard limit allows.
void raise_descriptor_limit();

/// CPU seconds, user and system, that this process has used.
double own_cpu_s();

/// From now on SIGINT and SIGTERM end Loop::run, so that a tool cut short still reports.
void stop_on_signals();
bool interrupted();

}  // namespace sluice::bench
