#include "sluice/app/publish_auth.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice::app {
namespace {

StreamName name(std::string_view app, std::string_view stream) { return StreamName::make(app, stream).value(); }

TEST(PublishAuth, PatternsCoverTheWholeName) {
  struct Case {
    const char* pattern;
    const char* name;
    bool matches;
  };
  for (const auto& [pattern, text, matches] :
       {Case{"live", "live", true}, Case{"live", "liv", false}, Case{"live", "live2", false}, Case{"*", "", true},
        Case{"*", "anything", true}, Case{"cam-*", "cam-", true}, Case{"cam-*", "cam-7", true},
        Case{"cam-*", "cam", false}, Case{"*-hd", "a-hd", true}, Case{"*-hd", "a-hd-b", false},
        Case{"a*b*c", "a12b34c", true}, Case{"a*b*c", "abbc", true}, Case{"a*b*c", "acb", false},
        Case{"*ab", "aab", true}, Case{"**", "x", true}, Case{"", "", true}, Case{"", "a", false},
        Case{"a.c", "abc", false}}) {
    EXPECT_EQ(matches_pattern(pattern, text), matches) << pattern << " " << text;
  }
}

TEST(PublishAuth, ManyStarsCostNoMoreThanTheProductOfTheLengths) {
  std::string pattern;
  for (int i = 0; i < 32; ++i) pattern += "a*";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(64, 'a')));
}

TEST(PublishAuth, WithoutEntriesEverybodyMayPublish) {
  EXPECT_TRUE(may_publish({}, name("live", "a"), ""));
  EXPECT_TRUE(may_publish({}, name("live", "a"), "whatever"));
}

TEST(PublishAuth, WithEntriesAKeyOfAMatchingEntryIsNeeded) {
  const std::vector<PublishKey> keys = {{"live", "cam-*", "one"}, {"*", "stage", "two"}, {"live", "cam-1", "three"}};
  EXPECT_TRUE(may_publish(keys, name("live", "cam-1"), "one"));
  EXPECT_TRUE(may_publish(keys, name("live", "cam-1"), "three"));
  EXPECT_FALSE(may_publish(keys, name("live", "cam-2"), "three"));
  EXPECT_FALSE(may_publish(keys, name("live", "cam-1"), "two"));
  EXPECT_TRUE(may_publish(keys, name("other", "stage"), "two"));
  EXPECT_FALSE(may_publish(keys, name("other", "cam-1"), "one"));
}

TEST(PublishAuth, AKeyMustBeTheSameToTheLastByte) {
  const std::vector<PublishKey> keys = {{"*", "*", "secret"}};
  for (const char* wrong : {"", "s", "secre", "secretx", "Secret", "secreT"}) {
    EXPECT_FALSE(may_publish(keys, name("live", "a"), wrong)) << wrong;
  }
  EXPECT_FALSE(may_publish(keys, name("live", "a"), std::string_view("secret\0", 7)));
  EXPECT_TRUE(may_publish(keys, name("live", "a"), "secret"));
}

TEST(PublishAuth, AStarInAKeyIsOnlyAStar) {
  const std::vector<PublishKey> keys = {{"*", "*", "*"}};
  EXPECT_FALSE(may_publish(keys, name("live", "a"), "anything"));
  EXPECT_TRUE(may_publish(keys, name("live", "a"), "*"));
}

}  // namespace
}  // namespace sluice::app
