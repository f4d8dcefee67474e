#include "sluice/rtmp/amf3.hpp"

#include <bit>
#include <utility>

#include "amf_decode.hpp"

namespace sluice::rtmp::amf3 {
namespace {

enum Marker : std::uint8_t {
  kUndefined = 0x00,
  kNull = 0x01,
  kFalse = 0x02,
  kTrue = 0x03,
  kInteger = 0x04,
  kDouble = 0x05,
  kString = 0x06,
  kXmlDocument = 0x07,
  kDate = 0x08,
  kArray = 0x09,
  kObject = 0x0A,
  kXml = 0x0B,
  kByteArray = 0x0C,
};

struct Traits {
  std::string class_name;
  bool dynamic = false;
  std::vector<std::string> keys;
};

class Decoder {
 public:
  Decoder(ByteReader& reader, amf::DecodeBudget& budget) : reader_(reader), budget_(budget) {}

  Result<amf::Value> value() {
    if (reader_.at_end()) return amf::ends_early();
    auto decoded = marked(reader_.u8());
    if (decoded && !reader_.ok()) return amf::ends_early();
    return decoded;
  }

 private:
  Result<amf::Value> marked(std::uint8_t marker) {
    switch (marker) {
      case kUndefined:
        return amf::Value(amf::Undefined());
      case kNull:
        return amf::Value(amf::Null());
      case kFalse:
        return amf::Value(false);
      case kTrue:
        return amf::Value(true);
      case kInteger:
        return integer();
      case kDouble:
        return amf::Value(std::bit_cast<double>(reader_.u64()));
      case kString: {
        auto decoded = text();
        if (!decoded) return decoded.error();
        return amf::Value(std::move(*decoded));
      }
      case kXmlDocument:
      case kXml:
      case kByteArray:
        return blob(marker);
      case kDate:
        return date();
      case kArray:
        return array();
      case kObject:
        return object();
      default:  // a byte of the wire; vectors and dictionaries are not sent by publishers
        return Error{"AMF3: marker " + std::to_string(marker) + " is not one that a publisher sends"};
    }
  }

  // 1 to 4 bytes, 29 bits.
  std::uint32_t u29() {
    std::uint32_t result = 0;
    for (int i = 0; i < 3; ++i) {
      const std::uint8_t byte = reader_.u8();
      result = result << 7 | (byte & 0x7Fu);
      if ((byte & 0x80) == 0) return result;
    }
    return result << 8 | reader_.u8();
  }

  amf::Value integer() {
    const std::uint32_t bits = u29();
    const auto extended = static_cast<std::int32_t>(bits << 3) >> 3;
    return static_cast<double>(extended);
  }

  Result<std::string> text() {
    const std::uint32_t head = u29();
    if ((head & 1) != 0) {
      auto fresh = amf::read_text(reader_, head >> 1, budget_);
      if (fresh && !fresh->empty()) texts_.push_back(*fresh);
      return fresh;
    }
    if (head >> 1 >= texts_.size()) return Error{"AMF3: string reference " + std::to_string(head >> 1) + " is unknown"};
    const std::string& known = texts_[head >> 1];
    if (const auto taken = amf::take_text(budget_, known.size()); !taken) return taken.error();
    return Result<std::string>(boost::system::in_place_value, known);
  }

  // XML and byte arrays. Like dates, arrays and objects they come as a reference when the lowest bit is clear.
  Result<amf::Value> blob(std::uint8_t marker) {
    const std::uint32_t head = u29();
    if ((head & 1) == 0) return amf::Value(amf::Undefined());
    auto bytes = amf::read_text(reader_, head >> 1, budget_);
    if (!bytes) return bytes.error();
    if (marker == kByteArray) return amf::Value(amf::Unsupported());
    return amf::Value(amf::Xml{std::move(*bytes)});
  }

  amf::Value date() {
    const std::uint32_t head = u29();
    if ((head & 1) == 0) return amf::Undefined();
    return amf::Date{std::bit_cast<double>(reader_.u64())};
  }

  // Pairs up to an empty key.
  Result<void> dynamic_properties(amf::Object& object) {
    for (;;) {
      auto key = text();
      if (!key) return key.error();
      if (!reader_.ok()) return amf::ends_early();
      if (key->empty()) return {};
      const auto added = property(object, std::move(*key));
      if (!added) return added;
    }
  }

  Result<void> property(amf::Object& object, std::string key) {
    if (const auto fits = amf::check_key(key, budget_); !fits) return fits;
    if (const auto taken = amf::take_property(budget_); !taken) return taken;
    auto decoded = value();
    if (!decoded) return decoded.error();
    object.properties.push_back({std::move(key), std::move(*decoded)});
    return {};
  }

  // An array with keyed members becomes an ECMA array, its plain items keyed by their index.
  Result<amf::Value> array() {
    const amf::Nesting nesting(budget_);
    if (!nesting.allowed()) return amf::Nesting::error();
    const std::uint32_t head = u29();
    if ((head & 1) == 0) return amf::Value(amf::Undefined());
    amf::Object keyed{amf::Object::Form::ecma_array, {}, {}};
    if (const auto read = dynamic_properties(keyed); !read) return read.error();
    amf::StrictArray plain;
    for (std::uint32_t i = 0; i < head >> 1; ++i) {
      if (const auto taken = amf::take_property(budget_); !taken) return taken.error();
      auto item = value();
      if (!item) return item;
      plain.items.push_back(std::move(*item));
    }
    if (keyed.properties.empty()) return amf::Value(std::move(plain));
    for (std::size_t i = 0; i < plain.items.size(); ++i) {
      keyed.properties.push_back({std::to_string(i), std::move(plain.items[i])});
    }
    return amf::Value(std::move(keyed));
  }

  Result<amf::Value> object() {
    const amf::Nesting nesting(budget_);
    if (!nesting.allowed()) return amf::Nesting::error();
    const std::uint32_t head = u29();
    if ((head & 1) == 0) return amf::Value(amf::Undefined());
    auto traits = read_traits(head);
    if (!traits) return traits.error();
    amf::Object object;
    object.class_name = traits->class_name;
    object.form = object.class_name.empty() ? amf::Object::Form::object : amf::Object::Form::typed;
    for (std::string& key : traits->keys) {
      if (const auto added = property(object, std::move(key)); !added) return added.error();
    }
    if (traits->dynamic) {
      if (const auto read = dynamic_properties(object); !read) return read.error();
    }
    return amf::Value(std::move(object));
  }

  Result<Traits> read_traits(std::uint32_t head) {
    if ((head & 2) == 0) {
      if (head >> 2 >= traits_.size())
        return Error{"AMF3: traits reference " + std::to_string(head >> 2) + " is unknown"};
      const Traits& known = traits_[head >> 2];
      std::size_t size = known.class_name.size();
      for (const std::string& key : known.keys) size += key.size();
      if (const auto taken = amf::take_text(budget_, size); !taken) return taken.error();
      return known;
    }
    if ((head & 4) != 0) return Error{"AMF3: an externalizable object, whose length only its class knows"};
    Traits traits;
    auto class_name = text();
    if (!class_name) return class_name.error();
    traits.class_name = std::move(*class_name);
    traits.dynamic = (head & 8) != 0;
    for (std::uint32_t i = 0; i < head >> 4; ++i) {
      if (const auto taken = amf::take_property(budget_); !taken) return taken.error();
      auto key = text();
      if (!key) return key.error();
      traits.keys.push_back(std::move(*key));
    }
    traits_.push_back(traits);
    return traits;
  }

  ByteReader& reader_;
  amf::DecodeBudget& budget_;
  std::vector<std::string> texts_;
  std::vector<Traits> traits_;
};

}  // namespace

Result<amf::Value> decode(ByteReader& reader, amf::DecodeBudget& budget) { return Decoder(reader, budget).value(); }

}  // namespace sluice::rtmp::amf3
