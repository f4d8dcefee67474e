#include "sluice/rtmp/query.hpp"

#include <gtest/gtest.h>

namespace sluice::rtmp {
namespace {

// CMD-02
TEST(Query, IsSplitFromTheName) {
  struct Row {
    const char* text;
    const char* name;
    const char* query;
  };
  for (const Row& row : {Row{"live", "live", ""}, Row{"live?a=b", "live", "a=b"}, Row{"live/?a=b?c", "live", "a=b?c"},
                         Row{"//live//", "live", ""}, Row{"a/b", "a/b", ""}, Row{"", "", ""}, Row{"?", "", ""},
                         Row{"live?", "live", ""}, Row{"/", "", ""}}) {
    EXPECT_EQ(split_query(row.text).name, row.name) << row.text;
    EXPECT_EQ(split_query(row.text).query, row.query) << row.text;
  }
}

TEST(Query, ValuesAreFoundAndDecoded) {
  struct Row {
    const char* query;
    std::optional<std::string> value;
  };
  for (const Row& row :
       {Row{"key=x", "x"}, Row{"a=1&key=x&b=2", "x"}, Row{"key=first&key=second", "first"}, Row{"key=", ""},
        Row{"key", ""}, Row{"", std::nullopt}, Row{"monkey=x", std::nullopt}, Row{"keys=x", std::nullopt},
        Row{"&&key=x", "x"}, Row{"key=a%20b%2Fc", "a b/c"}, Row{"%6bey=x", "x"}, Row{"key=a+b==", "a+b=="},
        Row{"key=100%", "100%"}, Row{"key=%4", "%4"}, Row{"key=%zz", "%zz"}, Row{"key=%00", std::string(1, '\0')}}) {
    EXPECT_EQ(query_value(row.query, "key"), row.value) << row.query;
  }
}

// CMD-20
TEST(Query, UrlsAreShownWithoutSecrets) {
  EXPECT_EQ(without_secrets("rtmp://host:1935/live?key=x"), "rtmp://host:1935/live");
  EXPECT_EQ(without_secrets("rtmp://user:pass@host/live"), "rtmp://host/live");
  EXPECT_EQ(without_secrets("rtmp://user:pa/ss@host/live"), "rtmp://host/live");
  EXPECT_EQ(without_secrets("live\x1b[0m"), "live?[0m");
  EXPECT_EQ(without_secrets(std::string(600, 'x')).size(), 512u);
  EXPECT_EQ(without_secrets(""), "");
}

}  // namespace
}  // namespace sluice::rtmp
