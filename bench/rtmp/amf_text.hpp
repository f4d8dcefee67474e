// As much of AMF0 as a publisher's commands need, written to and found in strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::bench {

void put_big_endian(std::string& out, std::uint64_t value, int bytes);
std::uint32_t big_endian(std::string_view bytes);

void put_amf_key(std::string& out, std::string_view key);
void put_amf_string(std::string& out, std::string_view value);
void put_amf_number(std::string& out, double value);
void put_amf_null(std::string& out);
void put_amf_object_begin(std::string& out);
void put_amf_object_end(std::string& out);

/// A command's name and transaction number; what follows is appended.
std::string amf_command(std::string_view name, double transaction);

/// The head of a command message, and where its further values begin.
struct AmfCommand {
  std::string_view name;
  double transaction = 0;
  std::string_view rest;
};
/// An empty name when `message` is no command.
AmfCommand parse_amf_command(std::string_view message);

/// The number `data` begins with; 0 when it begins otherwise.
double leading_amf_number(std::string_view data);

/// The value of a string property anywhere in `data`, found without decoding all of it.
std::string find_amf_string(std::string_view data, std::string_view key);

}  // namespace sluice::bench
