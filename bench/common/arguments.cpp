#include "common/arguments.hpp"

#include <cstdio>
#include <cstdlib>

#include "common/process.hpp"

namespace sluice::bench {
namespace {

template <typename Number>
void check_range(const std::string& name, Number value, bool is_number, Number from, Number to) {
  if (is_number && value >= from && value <= to) return;
  die("--" + name + " takes a number from " + std::to_string(from) + " to " + std::to_string(to));
}

}  // namespace

void Arguments::add(const std::string& name, const std::string& initial, const std::string& help) {
  order_.push_back(name);
  options_[name] = {initial, help};
}

void Arguments::parse(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") print_help();
    if (!argument.starts_with("--")) die("unexpected argument " + argument);
    const auto equals = argument.find('=');
    const auto name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto option = options_.find(name);
    if (option == options_.end()) die("unknown option --" + name + " (see --help)");
    if (equals != std::string::npos) {
      option->second.value = argument.substr(equals + 1);
    } else if (++i < argc) {
      option->second.value = argv[i];
    } else {
      die("option --" + name + " needs a value");
    }
  }
}

std::int64_t Arguments::whole(const std::string& name, std::int64_t from, std::int64_t to) const {
  char* end = nullptr;
  const std::int64_t value = std::strtoll(text(name).c_str(), &end, 10);
  check_range(name, value, end != text(name).c_str() && *end == 0, from, to);
  return value;
}

double Arguments::real(const std::string& name, double from, double to) const {
  char* end = nullptr;
  const double value = std::strtod(text(name).c_str(), &end);
  check_range(name, value, end != text(name).c_str() && *end == 0, from, to);
  return value;
}

void Arguments::print_help() const {
  std::printf("%s\n", usage_.c_str());
  for (const auto& name : order_) {
    const auto& option = options_.at(name);
    std::printf("  --%-10s %s [%s]\n", name.c_str(), option.help.c_str(), option.value.c_str());
  }
  std::exit(0);
}

}  // namespace sluice::bench
