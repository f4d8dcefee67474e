#include "sluice/io/log_format.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sluice::io {
namespace {

const WallTime kTime{Micros(1'795'233'312'345'678)};  // 2026-11-21T03:55:12.345678Z

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string text_value(std::string_view value) {
  const Field fields[] = {{"f", value}};
  const std::string line = format_line(LogFormat::text, kTime, Level::info, "e", "m", fields);
  return line.substr(line.find(" f=") + 3);
}

// LG-01
TEST(LogFormat, JsonIsOneObjectWithTheFieldsInOrder) {
  const std::string address = "127.0.0.1:1935";
  const Field fields[] = {
      {"listener", "rtmp"}, {"address", address}, {"count", 3}, {"bytes", std::uint64_t{18446744073709551615u}},
      {"below", -4},        {"ratio", 0.5},       {"yes", true}};
  EXPECT_EQ(format_line(LogFormat::json, kTime, Level::info, "listening", "Listening", fields),
            R"({"time":"2026-11-21T03:55:12.345678Z","level":"info","event":"listening","message":"Listening",)"
            R"("listener":"rtmp","address":"127.0.0.1:1935","count":3,"bytes":18446744073709551615,"below":-4,)"
            R"("ratio":0.5,"yes":true})");
}

TEST(LogFormat, TextIsOneLineThatScriptsCanSearch) {
  const Field fields[] = {{"listener", "rtmp"}, {"address", "[::]:1935"}, {"reason", "not found"}};
  EXPECT_EQ(format_line(LogFormat::text, kTime, Level::warn, "listening", "Listening for publishers", fields),
            "2026-11-21T03:55:12.345678Z warn  Listening for publishers event=listening listener=rtmp "
            "address=[::]:1935 reason=\"not found\"");
}

// LG-02
TEST(LogFormat, ControlCharactersAndQuotesAreEscaped) {
  EXPECT_EQ(json("a\nb\r\x1b[2J\"\\\x7f"), R"("a\u000ab\u000d\u001b[2J\"\\\u007f")");
  EXPECT_EQ(json(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(json("\xC2\x9B"), R"("\u009b")");  // CSI as one character
  EXPECT_EQ(text_value("a\nb\x1b[2J\""), R"("a\x0ab\x1b[2J\"")");
  EXPECT_EQ(text_value("\xC2\x9B"), R"("\xc2\x9b")");
  EXPECT_EQ(text_value(""), R"("")");
  EXPECT_EQ(text_value("a=b"), R"("a=b")");
}

// LG-02
TEST(LogFormat, BytesThatAreNotUtf8AreReplaced) {
  struct {
    const char* name;
    std::string_view bytes;
    std::string_view expected;
  } const cases[] = {
      {"valid", "h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xA5", "\"h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xA5\""},
      {"lone continuation", "a\x80z", "\"a\xEF\xBF\xBDz\""},
      {"cut off", "a\xE2\x82", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"overlong", "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"too high", "\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"never a lead", "\xFF", "\"\xEF\xBF\xBD\""},
  };
  for (const auto& c : cases) EXPECT_EQ(json(c.bytes), c.expected) << c.name;
}

// LG-02
TEST(LogFormat, ValuesEndAtTheLimit) {
  const std::string at_limit(kFieldBytesMax, 'a');
  EXPECT_EQ(json(at_limit), '"' + at_limit + '"');
  EXPECT_EQ(json(at_limit + 'a'), '"' + at_limit + "\xE2\x80\xA6\"");
  EXPECT_EQ(text_value(at_limit), at_limit);
  EXPECT_EQ(text_value(at_limit + 'a'), '"' + at_limit + "\xE2\x80\xA6\"");
  // A character is never cut in half.
  const std::string one_less(kFieldBytesMax - 1, 'a');
  EXPECT_EQ(json(one_less + "\xC3\xA9"), '"' + one_less + "\xE2\x80\xA6\"");
}

TEST(LogFormat, NumbersJsonCannotWriteAreNull) {
  const Field fields[] = {{"a", std::numeric_limits<double>::infinity()},
                          {"b", std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_TRUE(format_line(LogFormat::json, kTime, Level::info, "e", "m", fields).ends_with(R"("a":null,"b":null})"));
}

}  // namespace
}  // namespace sluice::io
