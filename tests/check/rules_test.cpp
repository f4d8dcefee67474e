#include "sluice/check/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace sluice::check {
namespace {

constexpr const char* kMarker = "<!-- rules: made from the source by SLUICE_UPDATE_GOLDENS=1 ./dev test unit -->\n";

std::string table() {
  std::string text = "| rule | severity | what must hold | source |\n|---|---|---|---|\n";
  for (const Rule* rule : all_rules()) {
    text.append("| ").append(rule->id).append(rule->severity == Severity::must ? " | must | " : " | should | ");
    text.append(rule->text).append(" | ").append(rule->source).append(" |\n");
  }
  return text;
}

TEST(Rules, TheTableInDocsIsTheSources) {
  const std::string path = std::string(SLUICE_TESTS_DIR) + "../docs/check.md";
  std::ifstream file(path, std::ios::binary);
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  const std::size_t marker = document.find(kMarker);
  ASSERT_NE(marker, std::string::npos);
  const std::string expected = document.substr(0, marker) + kMarker + table();
  if (std::getenv("SLUICE_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << expected;
    return;
  }
  EXPECT_EQ(document, expected) << "SLUICE_UPDATE_GOLDENS=1 writes the table anew";
}

TEST(Rules, EveryIdStandsOnceAndIsTwoLettersAndANumber) {
  std::set<std::string_view> ids;
  for (const Rule* rule : all_rules()) {
    EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
    ASSERT_EQ(rule->id.size(), 5U) << rule->id;
    EXPECT_EQ(rule->id[2], '-') << rule->id;
    EXPECT_TRUE(rule->text.ends_with('.')) << rule->id;
    EXPECT_FALSE(rule->source.empty()) << rule->id;
  }
}

TEST(Rules, AreFoundByTheirIds) {
  EXPECT_EQ(rule("PL-01").id, "PL-01");
  EXPECT_EQ(rule("MD-09").id, "MD-09");
}

}  // namespace
}  // namespace sluice::check
