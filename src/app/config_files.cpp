#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "sluice/app/config_load.hpp"

extern char** environ;

namespace sluice::app {

Result<std::string> read_whole_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return Error{std::strerror(errno)};
  // One byte more than allowed tells a file that is too long from one that just fits, whatever kind of file it is.
  std::string text(kConfigFileMax + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return Error{std::strerror(errno)};
  if (text.size() > kConfigFileMax) return Error{"it is longer than " + std::to_string(kConfigFileMax) + " bytes"};
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

Environment process_environment() {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

}  // namespace sluice::app
