#include "sluice/store/partial_path.hpp"

#include <cstdio>
#include <random>

namespace sluice::store {

std::filesystem::path partial_path(const std::filesystem::path& final_path) {
  std::random_device device;
  char suffix[24];
  std::snprintf(suffix, sizeof suffix, ".partial-%08x", static_cast<unsigned>(device()));
  return std::filesystem::path(final_path).concat(suffix);
}

}  // namespace sluice::store
