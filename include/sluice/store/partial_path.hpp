// The name of a file that gets its own when it is complete.
#pragma once

#include <filesystem>

namespace sluice::store {

// "demo.mp4.partial-3f9a2c1b", another one each time: what a killed process has left is in nobody's way, also where
// every process has the same id, as in containers.
std::filesystem::path partial_path(const std::filesystem::path& final_path);

}  // namespace sluice::store
