#include "sluice/base/ids.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Names, AllowedAndRefused) {
  const std::string longest(64, 'a');
  for (const std::string& name : {std::string("live"), std::string("a"), std::string("A-z_0.9"), longest}) {
    EXPECT_TRUE(is_name(name)) << name;
  }
  const std::string too_long(65, 'a');
  for (const std::string& name : {std::string(""), std::string("."), std::string(".."), std::string(".hidden"),
                                  std::string("a/b"), std::string("a b"), std::string("a%2f"), std::string("ä"),
                                  std::string("a\0b", 3), std::string("a\n"), too_long}) {
    EXPECT_FALSE(is_name(name)) << name;
  }
}

TEST(StreamName, HoldsBothNames) {
  const auto name = StreamName::make("live", "demo");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->app(), "live");
  EXPECT_EQ(name->stream(), "demo");
  EXPECT_EQ(name->path(), "live/demo");
  EXPECT_EQ(*name, *StreamName::make("live", "demo"));
  EXPECT_NE(*name, *StreamName::make("demo", "live"));
  EXPECT_EQ(std::hash<StreamName>()(*name), std::hash<StreamName>()(*StreamName::make("live", "demo")));
}

TEST(StreamName, ErrorsNameTheNameAndTheRuleAndArePrintable) {
  const auto bad = StreamName::make("live", "a\nb");
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().message,
            "stream name 'a?b' (3 characters) is not allowed: 1 to 64 of A-Z a-z 0-9 . _ -, not starting with a dot");
  const auto huge = StreamName::make(std::string(100000, 'x'), "demo");
  ASSERT_TRUE(huge.has_error());
  EXPECT_LT(huge.error().message.size(), 250u);
}

TEST(SessionId, IsTheStartAndARandomPart) {
  const SessionId session = SessionId::make(WallTime(Micros(1795233312345678)), 0xAB3F9A2C);
  EXPECT_EQ(session.text(), "20261121T035512Z-3f9a2c");
  const auto parsed = SessionId::parse(session.text());
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, session);
}

TEST(SessionId, ParsesNothingElse) {
  for (const char* text :
       {"", "20261121T035512Z", "20261121T035512Z-3f9a2", "20261121T035512Z-3f9a2cc", "20261121T035512Z-3F9A2C",
        "20261121t035512Z-3f9a2c", "2026112 T035512Z-3f9a2c", "20261121T035512Z_3f9a2c", "../../../../etc/passwd.."}) {
    EXPECT_TRUE(SessionId::parse(text).has_error()) << text;
  }
}

TEST(SessionId, SortsByStart) {
  EXPECT_LT(SessionId::make(WallTime(Seconds(1)), 9), SessionId::make(WallTime(Seconds(2)), 1));
}

}  // namespace
}  // namespace sluice
