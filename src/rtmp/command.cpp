#include "sluice/rtmp/command.hpp"

#include <algorithm>
#include <utility>

#include "sluice/rtmp/amf0.hpp"
#include "sluice/rtmp/query.hpp"

namespace sluice::rtmp {
namespace {

constexpr std::uint32_t kCapsExReconnect = 1;

std::string text_field(const amf::Object& object, std::string_view key) {
  const amf::Value* value = object.find(key);
  const auto text = value == nullptr ? std::nullopt : value->text();
  return std::string(text.value_or(""));
}

// Some encoders put quotes around the URL.
std::string_view unquoted(std::string_view text) {
  while (!text.empty() && (text.front() == '"' || text.front() == '\'')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == '"' || text.back() == '\'')) text.remove_suffix(1);
  return text;
}

bool has_enhanced_field(const amf::Object& object) {
  constexpr std::string_view kFields[] = {"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"};
  return std::any_of(std::begin(kFields), std::end(kFields), [&](auto key) { return object.find(key) != nullptr; });
}

}  // namespace

std::optional<std::string_view> Command::text(std::size_t index) const {
  return index < arguments.size() ? arguments[index].text() : std::nullopt;
}

Result<Command> decode_command(const Message& message) {
  ByteReader reader(message.payload.view());
  if (message.type == message_type::kCommandAmf3 && !reader.at_end() && reader.rest().front() == 0) reader.skip(1);
  amf::DecodeBudget budget;
  Command command;
  const auto name = amf0::decode(reader, budget);
  if (!name) return name.error();
  if (!name->text()) return Error{"a command's name is not a string"};
  command.name = *name->text();
  if (reader.at_end()) return command;
  const auto transaction = amf0::decode(reader, budget);
  if (!transaction) return transaction.error();
  command.transaction = transaction->number().value_or(0);
  while (!reader.at_end()) {
    auto argument = amf0::decode(reader, budget);
    if (!argument) return argument.error();
    command.arguments.push_back(std::move(*argument));
  }
  return command;
}

ConnectRequest read_connect(const Command& command) {
  ConnectRequest request;
  const amf::Object* object = command.arguments.empty() ? nullptr : command.arguments.front().object();
  if (object == nullptr) return request;
  const std::string app = text_field(*object, "app");
  const NameAndQuery parts = split_query(app);
  request.app = parts.name;
  request.query = parts.query;
  const char* url_key = object->find("tcUrl") != nullptr ? "tcUrl" : "tcurl";
  request.tc_url = without_secrets(unquoted(text_field(*object, url_key)));
  request.client = printable(text_field(*object, "flashVer"), 64);
  request.enhanced = has_enhanced_field(*object);
  const amf::Value* caps = object->find("capsEx");
  request.supports_reconnect = caps != nullptr && (caps->whole_number().value_or(0) & kCapsExReconnect) != 0;
  return request;
}

}  // namespace sluice::rtmp
