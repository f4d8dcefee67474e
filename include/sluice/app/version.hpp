// What this program is: its version, from the build, and the revision it was built from.
#pragma once

#include <string>
#include <string_view>

namespace sluice::app {

std::string_view version();   // "0.1.0"
std::string_view revision();  // of the source, "unknown" when it was built outside a checkout

// GET /api/v1/version: version, revision and the libraries' versions as a JSON object.
std::string version_json();

}  // namespace sluice::app
