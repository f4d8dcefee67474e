#include "sluice/rtmp/amf_value.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::rtmp::amf {

bool operator==(const StrictArray& left, const StrictArray& right) { return left.items == right.items; }

bool operator==(const Object& left, const Object& right) {
  return left.form == right.form && left.class_name == right.class_name && left.properties == right.properties;
}

const Value* Object::find(std::string_view key) const {
  const auto found =
      std::find_if(properties.rbegin(), properties.rend(), [&](const Property& p) { return p.key == key; });
  return found == properties.rend() ? nullptr : &found->value;
}

std::optional<double> Value::number() const {
  const double* number = get_if<double>();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::string_view> Value::text() const {
  const std::string* text = get_if<std::string>();
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::optional<std::uint32_t> Value::whole_number() const {
  const double* number = get_if<double>();
  // Written so that NaN fails.
  if (number == nullptr || !(*number >= 0 && *number <= 0xFFFFFFFF) || std::floor(*number) != *number) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*number);
}

}  // namespace sluice::rtmp::amf
