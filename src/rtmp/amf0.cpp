#include "sluice/rtmp/amf0.hpp"

#include <bit>
#include <utility>

#include "amf_decode.hpp"
#include "sluice/rtmp/amf3.hpp"

namespace sluice::rtmp::amf0 {
namespace {

enum Marker : std::uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kMovieClip = 0x04,
  kNull = 0x05,
  kUndefined = 0x06,
  kReference = 0x07,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0A,
  kDate = 0x0B,
  kLongString = 0x0C,
  kUnsupported = 0x0D,
  kRecordSet = 0x0E,
  kXml = 0x0F,
  kTypedObject = 0x10,
  kAvmPlus = 0x11,
};

Result<amf::Value> to_value(Result<std::string> text) {
  if (!text) return text.error();
  return amf::Value(std::move(*text));
}

// Pairs up to the end marker 00 00 09. Some encoders leave the marker out at the end of the message.
Result<amf::Value> decode_properties(ByteReader& reader, amf::DecodeBudget& budget, amf::Object object) {
  const amf::Nesting nesting(budget);
  if (!nesting.allowed()) return amf::Nesting::error();
  while (!reader.at_end()) {
    auto key = amf::read_text(reader, reader.u16(), budget);
    if (!key) return key.error();
    if (key->empty() && !reader.at_end() && reader.rest().front() == kObjectEnd) {
      reader.skip(1);
      break;
    }
    if (const auto fits = amf::check_key(*key, budget); !fits) return fits.error();
    if (const auto taken = amf::take_property(budget); !taken) return taken.error();
    auto value = decode(reader, budget);
    if (!value) return value;
    object.properties.push_back({std::move(*key), std::move(*value)});
  }
  return amf::Value(std::move(object));
}

Result<amf::Value> decode_strict_array(ByteReader& reader, amf::DecodeBudget& budget) {
  const amf::Nesting nesting(budget);
  if (!nesting.allowed()) return amf::Nesting::error();
  amf::StrictArray array;
  for (std::uint32_t left = reader.u32(); left > 0; --left) {
    if (const auto taken = amf::take_property(budget); !taken) return taken.error();
    auto item = decode(reader, budget);
    if (!item) return item;
    array.items.push_back(std::move(*item));
  }
  return amf::Value(std::move(array));
}

Result<amf::Value> decode_typed_object(ByteReader& reader, amf::DecodeBudget& budget) {
  auto class_name = amf::read_text(reader, reader.u16(), budget);
  if (!class_name) return class_name.error();
  return decode_properties(reader, budget, {amf::Object::Form::typed, std::move(*class_name), {}});
}

Result<amf::Value> decode_xml(ByteReader& reader, amf::DecodeBudget& budget) {
  auto text = amf::read_text(reader, reader.u32(), budget);
  if (!text) return text.error();
  return amf::Value(amf::Xml{std::move(*text)});
}

amf::Value decode_date(ByteReader& reader) {
  const double milliseconds = std::bit_cast<double>(reader.u64());
  reader.skip(2);  // a time zone, which the specification says to ignore
  return amf::Date{milliseconds};
}

Result<amf::Value> decode_marked(std::uint8_t marker, ByteReader& reader, amf::DecodeBudget& budget) {
  switch (marker) {
    case kNumber:
      return amf::Value(std::bit_cast<double>(reader.u64()));
    case kBoolean:
      return amf::Value(reader.u8() != 0);
    case kString:
      return to_value(amf::read_text(reader, reader.u16(), budget));
    case kLongString:
      return to_value(amf::read_text(reader, reader.u32(), budget));
    case kObject:
      return decode_properties(reader, budget, {});
    case kEcmaArray:
      reader.skip(4);
      return decode_properties(reader, budget, {amf::Object::Form::ecma_array, {}, {}});
    case kTypedObject:
      return decode_typed_object(reader, budget);
    case kStrictArray:
      return decode_strict_array(reader, budget);
    case kNull:
      return amf::Value(amf::Null());
    case kUndefined:
      return amf::Value(amf::Undefined());
    case kUnsupported:
      return amf::Value(amf::Unsupported());
    case kDate:
      return decode_date(reader);
    case kXml:
      return decode_xml(reader, budget);
    case kAvmPlus:
      return amf3::decode(reader, budget);
    default:  // a byte of the wire, not an enumerator; movie clips, record sets and references among them
      return Error{"AMF0: marker " + std::to_string(marker) + " is not one that a publisher sends"};
  }
}

void encode_short_text(ByteWriter& writer, std::string_view text) {
  const std::string_view fitting = text.substr(0, 0xFFFF);
  writer.u16(static_cast<std::uint16_t>(fitting.size()));
  writer.append(fitting);
}

void encode_properties(ByteWriter& writer, const amf::Object& object) {
  for (const amf::Property& property : object.properties) {
    encode_short_text(writer, property.key);
    encode(writer, property.value);
  }
  writer.u24(kObjectEnd);
}

struct Encoder {
  ByteWriter& writer;

  void operator()(amf::Undefined) const { writer.u8(kUndefined); }
  void operator()(amf::Null) const { writer.u8(kNull); }
  void operator()(amf::Unsupported) const { writer.u8(kUnsupported); }
  void operator()(bool value) const {
    writer.u8(kBoolean);
    writer.u8(value ? 1 : 0);
  }
  void operator()(double value) const {
    writer.u8(kNumber);
    writer.u64(std::bit_cast<std::uint64_t>(value));
  }
  void operator()(const std::string& text) const {
    if (text.size() <= 0xFFFF) {
      writer.u8(kString);
      encode_short_text(writer, text);
      return;
    }
    writer.u8(kLongString);
    writer.u32(static_cast<std::uint32_t>(text.size()));
    writer.append(text);
  }
  void operator()(const amf::Object& object) const {
    switch (object.form) {
      case amf::Object::Form::object:
        writer.u8(kObject);
        break;
      case amf::Object::Form::ecma_array:
        writer.u8(kEcmaArray);
        writer.u32(static_cast<std::uint32_t>(object.properties.size()));
        break;
      case amf::Object::Form::typed:
        writer.u8(kTypedObject);
        encode_short_text(writer, object.class_name);
        break;
    }
    encode_properties(writer, object);
  }
  void operator()(const amf::StrictArray& array) const {
    writer.u8(kStrictArray);
    writer.u32(static_cast<std::uint32_t>(array.items.size()));
    for (const amf::Value& item : array.items) encode(writer, item);
  }
  void operator()(const amf::Date& date) const {
    writer.u8(kDate);
    writer.u64(std::bit_cast<std::uint64_t>(date.milliseconds));
    writer.u16(0);
  }
  void operator()(const amf::Xml& xml) const {
    writer.u8(kXml);
    writer.u32(static_cast<std::uint32_t>(xml.text.size()));
    writer.append(xml.text);
  }
};

}  // namespace

Result<amf::Value> decode(ByteReader& reader, amf::DecodeBudget& budget) {
  if (reader.at_end()) return amf::ends_early();
  auto value = decode_marked(reader.u8(), reader, budget);
  if (value && !reader.ok()) return amf::ends_early();
  return value;
}

void encode(ByteWriter& writer, const amf::Value& value) { std::visit(Encoder{writer}, value.variant()); }

}  // namespace sluice::rtmp::amf0
