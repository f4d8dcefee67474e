// A decoded AMF value: what commands and metadata are made of, whether they came as AMF0 or AMF3.
//
// Objects keep their properties in the order of the wire. A look-up takes the last of equal keys, and an ECMA array
// serves wherever an object does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::rtmp::amf {

class Value;
struct Property;

struct Null {
  friend bool operator==(Null, Null) = default;
};
struct Undefined {
  friend bool operator==(Undefined, Undefined) = default;
};
// A marker that says the sender had something it could not write.
struct Unsupported {
  friend bool operator==(Unsupported, Unsupported) = default;
};
struct Date {
  double milliseconds = 0;  // since 1970, UTC
  friend bool operator==(const Date&, const Date&) = default;
};
struct Xml {
  std::string text;
  friend bool operator==(const Xml&, const Xml&) = default;
};
struct StrictArray {
  std::vector<Value> items;
  friend bool operator==(const StrictArray&, const StrictArray&);
};
struct Object {
  enum class Form : std::uint8_t { object, ecma_array, typed };
  Form form = Form::object;
  std::string class_name;  // of a typed object
  std::vector<Property> properties;

  const Value* find(std::string_view key) const;
  friend bool operator==(const Object&, const Object&);
};

class Value {
 public:
  using Variant = std::variant<Undefined, Null, bool, double, std::string, Object, StrictArray, Date, Xml, Unsupported>;

  Value() = default;
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Value> && std::is_constructible_v<Variant, T>) Value(T&& value)
      : variant_(std::forward<T>(value)) {}  // NOLINT: converts, so that values can be written as literals
  Value(const char* text);                   // NOLINT: see above

  const Variant& variant() const { return variant_; }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&variant_);
  }

  bool is_undefined() const { return get_if<Undefined>() != nullptr; }
  // None when the value is something else.
  std::optional<double> number() const;
  std::optional<std::string_view> text() const;
  const Object* object() const { return get_if<Object>(); }
  // The value as an id or a set of flags: none for NaN, fractions, negative numbers and what exceeds 32 bits.
  std::optional<std::uint32_t> whole_number() const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant variant_;
};

struct Property {
  std::string key;
  Value value;
  friend bool operator==(const Property&, const Property&) = default;
};

// Here, because a Value can only be made once Property is complete.
inline Value::Value(const char* text) : variant_(std::string(text)) {}

// What decoding one message may cost, all its values together. Decoders take from it and fail when nothing is left.
struct DecodeBudget {
  std::size_t depth = 16;              // nesting of objects and arrays
  std::size_t properties = 1024;       // properties and array items
  std::size_t key_bytes = 256;         // length of one key
  std::size_t text_bytes = 64 * 1024;  // of all strings and keys; AMF3 can repeat a string by reference
};

}  // namespace sluice::rtmp::amf
