#include "sluice/net/lru_cache.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

TEST(LruCache, WhatWasNotAskedForTheLongestMakesRoom) {
  LruCache<int> cache(10);
  cache.put("a", 1, 4);
  cache.put("b", 2, 4);
  ASSERT_NE(cache.find("a"), nullptr);
  cache.put("c", 3, 4);
  EXPECT_EQ(cache.find("b"), nullptr);
  ASSERT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(*cache.find("a"), 1);
  EXPECT_EQ(cache.cost(), 8u);
}

TEST(LruCache, AValueTakesThePlaceOfItsPredecessor) {
  LruCache<int> cache(10);
  cache.put("a", 1, 4);
  cache.put("a", 2, 10);
  EXPECT_EQ(*cache.find("a"), 2);
  EXPECT_EQ(cache.cost(), 10u);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(LruCache, WhatIsTooLargeIsNotKept) {
  LruCache<int> cache(10);
  cache.put("a", 1, 4);
  cache.put("b", 2, 11);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_NE(cache.find("a"), nullptr);
  cache.put("a", 3, 11);
  EXPECT_EQ(cache.find("a"), nullptr);
  EXPECT_EQ(cache.cost(), 0u);
}

}  // namespace
}  // namespace sluice::net
