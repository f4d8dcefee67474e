// A tool's command line: every option has a name, a default and a help line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::bench {

class Arguments {
 public:
  explicit Arguments(std::string usage) : usage_(std::move(usage)) {}

  void add(const std::string& name, const std::string& initial, const std::string& help);

  /// Takes `--name value` and `--name=value`. `--help` prints and exits; anything unknown is fatal.
  void parse(int argc, char** argv);

  const std::string& text(const std::string& name) const { return options_.at(name).value; }
  /// A number outside from..to, or text that is none, is fatal.
  std::int64_t whole(const std::string& name, std::int64_t from, std::int64_t to) const;
  double real(const std::string& name, double from, double to) const;

 private:
  struct Option {
    std::string value, help;
  };
  [[noreturn]] void print_help() const;

  std::string usage_;
  std::map<std::string, Option> options_;
  std::vector<std::string> order_;
};

}  // namespace sluice::bench
