// `sluice serve`: the whole daemon.
#pragma once

#include "sluice/app/config.hpp"

namespace sluice::app {

// Listens, serves and drains as `config` says, on the calling thread, until a signal ends it. Returns the exit code: 0
// after a drain, 1 when it failed while starting or running (the reason is in the log).
int serve(const Config& config);

}  // namespace sluice::app
