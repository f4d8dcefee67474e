// Golden files: what a test produced once, was looked at, and must produce ever after. `SLUICE_UPDATE_GOLDENS=1` in the
// environment of a test run rewrites them in tests/golden; the change is then reviewed as a diff.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace sluice::testing {

// `directory` is tests/golden, with its slash at the end.
inline void expect_golden(const std::string& directory, const std::string& name, const std::string& actual) {
  const std::string path = directory + name;
  if (std::getenv("SLUICE_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(expected, actual) << path << " is not what this test makes now; SLUICE_UPDATE_GOLDENS=1 rewrites it";
}

}  // namespace sluice::testing
