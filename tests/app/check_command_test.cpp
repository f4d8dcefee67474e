// What `sluice check` prints and refuses, whatever it is given.
#include "sluice/app/check_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "../../src/app/check_report.hpp"

namespace sluice::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CheckCommand, RefusesAUserInTheAddressAndDoesNotRepeatIt) {
  for (const char* url : {"http://me:secret@host/x.m3u8", "ftp://secret@host/x.m3u8", "secret@host/x.m3u8"}) {
    std::ostringstream out;
    std::ostringstream err;
    CheckRequest request;
    request.url = url;
    EXPECT_EQ(check(request, out, err), 2) << url;
    EXPECT_THAT(err.str(), HasSubstr("user before its host"));
    EXPECT_THAT(out.str() + err.str(), Not(HasSubstr("secret")));
  }
}

// What is printed of `what` as JSON has it.
std::string printed(const std::string& what) {
  static const check::Rule kRule{"XX-01", check::Severity::must, "It holds.", "nowhere"};
  CheckReport report({}, nullptr);
  report.add({&kRule, "http://host/x", what});
  const auto document = boost::json::parse(report.json("http://host/x", {}, Micros(0), false));
  return std::string(document.at("broken").at(0).at("findings").at(0).at("what").as_string());
}

TEST(CheckReport, ShowsNoControlsAndNothingButUtf8) {
  EXPECT_EQ(printed("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(printed("a\x1b[2Jb\x7f"), "a?[2Jb?");
  EXPECT_EQ(printed("a\xc2\x9b\x32Jb"), "a?2Jb");
  EXPECT_EQ(printed("a\xff\xc3"), "a??");
  EXPECT_EQ(printed("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"), "?? ??? ????");
}

TEST(CheckReport, CutsBetweenCharacters) {
  std::string text = "a";
  for (int i = 0; i < 300; ++i) text += "\xc3\xbc";
  const std::string shown = printed(text);
  EXPECT_EQ(shown, text.substr(0, 399) + "\xe2\x80\xa6");
}

}  // namespace
}  // namespace sluice::app
