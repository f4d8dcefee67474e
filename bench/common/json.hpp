// Builds one JSON object as text: what each tool prints at its end.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

class Json {
 public:
  Json& add(std::string_view key, std::integral auto value) { return add_raw(key, std::to_string(value)); }
  Json& add(std::string_view key, double value);
  Json& add(std::string_view key, std::string_view value);
  Json& add(std::string_view key, const Json& value) { return add_raw(key, value.text()); }

  std::string text() const { return "{" + body_ + "}"; }
  void print() const;

 private:
  Json& add_raw(std::string_view key, std::string_view value);

  std::string body_;
};

}  // namespace sluice::bench
