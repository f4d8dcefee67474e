// Commands (RTMP 1.0, 7.2): a name, a transaction and values, and what is read from `connect`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/base/result.hpp"
#include "sluice/rtmp/amf_value.hpp"
#include "sluice/rtmp/message.hpp"

namespace sluice::rtmp {

struct Command {
  std::string name;
  double transaction = 0;             // echoed in the answer, whatever it is
  std::vector<amf::Value> arguments;  // from the command object on

  // The argument at `index`, or none when it is missing or no string.
  std::optional<std::string_view> text(std::size_t index) const;
};

// Decodes a message of type 20, or of type 17, whose first byte 0 is skipped.
Result<Command> decode_command(const Message& message);

struct ConnectRequest {
  std::string app;  // without query and outer slashes
  std::string query;
  std::string tc_url;               // without_secrets()
  std::string client;               // flashVer, printable
  bool enhanced = false;            // the client sent a field of Enhanced RTMP
  bool supports_reconnect = false;  // capsEx bit 0
};

// Reads the command object of `connect`. Missing fields, and fields of another type than expected, stay empty.
ConnectRequest read_connect(const Command& command);

}  // namespace sluice::rtmp
