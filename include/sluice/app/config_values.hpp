// How values are written in configuration, and the ranges keys give them: text to value and back.
//
// Each type below says what a key takes: parse() turns text into a value or says what is wrong and what is allowed,
// print() writes a value the way parse() reads it, allowed() is the phrase for the reference. The text may come from a
// file, an environment variable or a flag, and is held to the same rules everywhere. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/app/config.hpp"
#include "sluice/base/result.hpp"

namespace sluice::app {

// What JSON makes of a value.
enum class JsonKind { text, number, boolean };

// `500ms`, `2s`, `5m`, `12h`: a whole number and a unit. `0` needs no unit.
struct DurationRange {
  static constexpr JsonKind kJson = JsonKind::text;
  Millis low;
  Millis high;
  Result<Millis> parse(std::string_view text) const;
  static std::string print(Millis value);
  std::string allowed() const;
};

// `512B`, `64KiB`, `10MiB`, `1GiB`. `0` needs no unit.
struct SizeRange {
  static constexpr JsonKind kJson = JsonKind::text;
  ByteSize low;
  ByteSize high;
  Result<ByteSize> parse(std::string_view text) const;
  static std::string print(ByteSize value);
  std::string allowed() const;
};

// `500kbps`, `8Mbps`, `1Gbps`: bits a second, in powers of 1000. `0` needs no unit and stands for no limit; `low` is
// the least of the others.
struct RateRange {
  static constexpr JsonKind kJson = JsonKind::text;
  BitRate low;
  BitRate high;
  Result<BitRate> parse(std::string_view text) const;
  static std::string print(BitRate value);
  std::string allowed() const;
};

struct CountRange {
  static constexpr JsonKind kJson = JsonKind::number;
  std::uint32_t low;
  std::uint32_t high;
  Result<std::uint32_t> parse(std::string_view text) const;
  static std::string print(std::uint32_t value);
  std::string allowed() const;
};

// `true` or `false`, and nothing else that YAML takes for them.
struct Flag {
  static constexpr JsonKind kJson = JsonKind::boolean;
  static Result<bool> parse(std::string_view text);
  static std::string print(bool value);
  static std::string allowed();
};

// `0.0.0.0:1935`, `[::1]:1935`: an address, not a name, so that what is bound does not depend on a resolver.
struct Address {
  static constexpr JsonKind kJson = JsonKind::text;
  static Result<ListenAddress> parse(std::string_view text);
  static std::string print(const ListenAddress& value);
  static std::string allowed();
};

struct Directory {
  static constexpr JsonKind kJson = JsonKind::text;
  static Result<std::filesystem::path> parse(std::string_view text);
  static std::string print(const std::filesystem::path& value);
  static std::string allowed();
};

// APP or STREAM with `*` patterns.
struct NamePattern {
  static constexpr JsonKind kJson = JsonKind::text;
  static Result<std::string> parse(std::string_view text);
  static std::string print(const std::string& value) { return value; }
  static std::string allowed();
};

// A stream key: it stands in a publish URL as it is. Errors never repeat the text.
struct SecretKey {
  static constexpr JsonKind kJson = JsonKind::text;
  static Result<std::string> parse(std::string_view text);
  static std::string print(const std::string& value) { return value; }
  static std::string allowed();
};

// The words of a choice, as "`off`, `optional` or `required`".
std::string list_words(const std::vector<std::string_view>& words);
// "'ofF' is not off, optional or required", with the text made printable.
Error not_one_of(std::string_view text, const std::vector<std::string_view>& words);
// `text` as an error may show it: control characters and bytes above 126 as '?', cut after 80.
std::string printable(std::string_view text);

template <class Enum>
struct Choice {
  static constexpr JsonKind kJson = JsonKind::text;
  std::vector<std::pair<std::string_view, Enum>> values;

  Result<Enum> parse(std::string_view text) const {
    for (const auto& [word, value] : values) {
      if (word == text) return value;
    }
    return not_one_of(text, words());
  }
  std::string print(Enum wanted) const {
    for (const auto& [word, value] : values) {
      if (value == wanted) return std::string(word);
    }
    return {};
  }
  std::string allowed() const { return list_words(words()); }

 private:
  std::vector<std::string_view> words() const {
    std::vector<std::string_view> result;
    for (const auto& entry : values) result.push_back(entry.first);
    return result;
  }
};

}  // namespace sluice::app
