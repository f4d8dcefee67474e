// The configuration as people and programs read it. Everything here is made from the schema. Pure.
#pragma once

#include <string>

#include "sluice/app/config.hpp"

namespace sluice::app {

// The effective configuration as one JSON object of sections, for GET /api/v1/config. Values stand as in a file
// ("20s", "8MiB", 4, true); secrets are "***".
std::string config_json(const Config& config);

// docs/configuration.md: every key with its default, what it takes and what it does.
std::string config_reference();

// config/sluice.yaml: every key with its default, commented.
std::string default_config_file();

}  // namespace sluice::app
