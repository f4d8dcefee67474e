#include "sluice/app/config_values.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using namespace std::chrono_literals;

template <class Codec, class Value>
struct Written {
  const char* text;
  Value value;
};

TEST(ConfigValues, DurationsAreReadAndPrintedBothWays) {
  const DurationRange range{0ms, 24h};
  const Written<DurationRange, Millis> table[] = {{"0", 0ms},   {"1ms", 1ms},       {"500ms", 500ms},
                                                  {"2s", 2s},   {"90s", 90s},       {"5m", 5min},
                                                  {"12h", 12h}, {"1500ms", 1500ms}, {"24h", 24h}};
  for (const auto& [text, value] : table) {
    ASSERT_TRUE(range.parse(text)) << text;
    EXPECT_EQ(*range.parse(text), value) << text;
    EXPECT_EQ(DurationRange::print(value), text);
  }
  EXPECT_EQ(*range.parse("60s"), 1min);
  EXPECT_EQ(DurationRange::print(60s), "1m");
}

TEST(ConfigValues, DurationsNeedAWholeNumberAndAUnit) {
  const DurationRange range{0ms, 24h};
  for (const char* text : {"", "5", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1S", "1min", "1h30m", "0x1s",
                           "1us", "99999999999999999999s", "9223372036854775807h"}) {
    EXPECT_FALSE(range.parse(text)) << text;
  }
  EXPECT_EQ(range.parse("5").error().message, "'5' is not a duration like 500ms, 2s, 5m or 12h; allowed is 0 to 24h");
}

TEST(ConfigValues, DurationsAreHeldToTheirRangeAtBothEnds) {
  const DurationRange range{100ms, 10min};
  EXPECT_TRUE(range.parse("100ms"));
  EXPECT_TRUE(range.parse("10m"));
  EXPECT_EQ(range.parse("99ms").error().message, "'99ms' is out of range; allowed is 100ms to 10m");
  EXPECT_EQ(range.parse("600001ms").error().message, "'600001ms' is out of range; allowed is 100ms to 10m");
  EXPECT_EQ(range.parse("0").error().message, "'0' is out of range; allowed is 100ms to 10m");
}

TEST(ConfigValues, SizesAreReadAndPrintedBothWays) {
  const SizeRange range{{0}, {1ULL << 40}};
  const Written<SizeRange, std::uint64_t> table[] = {
      {"0", 0}, {"1B", 1}, {"64KiB", 65536}, {"10MiB", 10485760}, {"1GiB", 1073741824}, {"16777215B", 16777215}};
  for (const auto& [text, value] : table) {
    ASSERT_TRUE(range.parse(text)) << text;
    EXPECT_EQ(range.parse(text)->bytes, value);
    EXPECT_EQ(SizeRange::print({value}), text);
  }
  for (const char* text : {"64K", "64KB", "64kib", "64", "1.5MiB", "-1B", "17179869184GiB"}) {
    EXPECT_FALSE(range.parse(text)) << text;
  }
  EXPECT_EQ(range.parse("64K").error().message,
            "'64K' is not a size like 512B, 64KiB, 10MiB or 1GiB; allowed is 0 to 1024GiB");
}

TEST(ConfigValues, RatesAreReadAndPrintedBothWays) {
  const RateRange range{{100'000}, {10'000'000'000}};
  const Written<RateRange, std::uint64_t> table[] = {
      {"0", 0}, {"500kbps", 500'000}, {"8Mbps", 8'000'000}, {"10Gbps", 10'000'000'000}, {"123456bps", 123'456}};
  for (const auto& [text, value] : table) {
    ASSERT_TRUE(range.parse(text)) << text;
    EXPECT_EQ(range.parse(text)->bits_per_second, value);
    EXPECT_EQ(RateRange::print({value}), text);
  }
  for (const char* text : {"8M", "8mbps", "8MBps", "8"}) EXPECT_FALSE(range.parse(text)) << text;
  EXPECT_TRUE(range.parse("100kbps"));
  EXPECT_EQ(range.parse("99999bps").error().message, "'99999bps' is out of range; allowed is 0 or 100kbps to 10Gbps");
}

TEST(ConfigValues, CountsAreWholeNumbersInRange) {
  const CountRange range{1, 1000};
  EXPECT_EQ(*range.parse("1"), 1u);
  EXPECT_EQ(*range.parse("1000"), 1000u);
  EXPECT_EQ(range.parse("1001").error().message, "'1001' is out of range; allowed is 1 to 1000");
  EXPECT_EQ(range.parse("0").error().message, "'0' is out of range; allowed is 1 to 1000");
  EXPECT_EQ(range.parse("-1").error().message, "'-1' is not a whole number; allowed is 1 to 1000");
  for (const char* text : {"", "1.0", "1e2", "0x10", "one", " 1", "18446744073709551616"}) {
    EXPECT_FALSE(range.parse(text)) << text;
  }
}

TEST(ConfigValues, FlagsAreTrueOrFalseAndNoOtherWord) {
  EXPECT_TRUE(*Flag::parse("true"));
  EXPECT_FALSE(*Flag::parse("false"));
  for (const char* text : {"yes", "on", "True", "1", ""}) EXPECT_FALSE(Flag::parse(text)) << text;
  EXPECT_EQ(Flag::parse("yes").error().message, "'yes' is not allowed; allowed is true or false");
}

TEST(ConfigValues, AddressesAreReadAndPrintedBothWays) {
  const Written<Address, ListenAddress> table[] = {{"0.0.0.0:1935", {"0.0.0.0", 1935}},
                                                   {"127.0.0.1:0", {"127.0.0.1", 0}},
                                                   {"[::1]:1935", {"::1", 1935}},
                                                   {"[::]:65535", {"::", 65535}},
                                                   {"[2001:db8::5]:80", {"2001:db8::5", 80}}};
  for (const auto& [text, value] : table) {
    ASSERT_TRUE(Address::parse(text)) << text;
    EXPECT_EQ(*Address::parse(text), value);
    EXPECT_EQ(Address::print(value), text);
  }
  // One address has one spelling, so that two keys can be compared.
  EXPECT_EQ(Address::parse("[0:0::0]:80")->address, "::");
}

TEST(ConfigValues, AddressesThatAreNoneAreRefused) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, ":1935"sv, "1935"sv, "0.0.0.0"sv, "0.0.0.0:"sv, "0.0.0.0:65536"sv, "0.0.0.0:-1"sv, "::1:1935"sv,
        "[::1]"sv, "[]:1"sv, "[127.0.0.1]:1"sv, "256.0.0.1:1"sv, "*:1"sv, "0.0.0.0:80 "sv, "127.0.0.1\0x:80"sv}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_EQ(
      Address::parse("localhost:1935").error().message,
      "'localhost:1935' is not ADDRESS:PORT; allowed is an IPv4 address, or an IPv6 address in brackets, then a port "
      "from 0 to 65535");
}

TEST(ConfigValues, DirectoriesAreBoundedAndNotEmpty) {
  EXPECT_EQ(Directory::parse("./recordings")->string(), "./recordings");
  EXPECT_TRUE(Directory::parse(std::string(1000, 'd')));
  EXPECT_FALSE(Directory::parse(std::string(1001, 'd')));
  EXPECT_FALSE(Directory::parse(""));
  EXPECT_FALSE(Directory::parse(std::string_view("a\0b", 3)));
}

TEST(ConfigValues, PatternsAreNamesWithStars) {
  for (const char* text : {"live", "*", "**", "cam-*", "*.main", "a_b.c-9"})
    EXPECT_TRUE(NamePattern::parse(text)) << text;
  for (const char* text : {"", ".hidden", ".*", "a/b", "a b", "a?"}) EXPECT_FALSE(NamePattern::parse(text)) << text;
  EXPECT_TRUE(NamePattern::parse(std::string(64, 'n')));
  EXPECT_FALSE(NamePattern::parse(std::string(65, 'n')));
}

TEST(ConfigValues, SecretsAreVisibleCharactersAndNeverRepeatedInErrors) {
  EXPECT_TRUE(SecretKey::parse("Zm9v+/=="));
  EXPECT_TRUE(SecretKey::parse(std::string(256, 'k')));
  EXPECT_FALSE(SecretKey::parse(std::string(257, 'k')));
  for (const char* text : {"", "with space", "a&b", "a?b", "a#b", "100%", "tab\t", "\xC3\xA9"}) {
    EXPECT_FALSE(SecretKey::parse(text)) << text;
  }
  EXPECT_EQ(SecretKey::parse("hush hush").error().message,
            "the key (9 bytes) is not allowed; allowed is 1 to 256 visible ASCII characters other than ? & # %");
}

TEST(ConfigValues, ErrorsShowHostileTextPrintableAndCut) {
  EXPECT_EQ(printable("a\n\x1B[31m\xFF"), "a??[31m?");
  EXPECT_EQ(printable(std::string(81, 'x')), std::string(80, 'x') + "...");
  EXPECT_EQ(printable(std::string(80, 'x')), std::string(80, 'x'));
}

}  // namespace
}  // namespace sluice::app
