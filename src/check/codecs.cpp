#include "sluice/check/codecs.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::check {
namespace {

constexpr std::string_view kVideo[] = {"avc1", "avc3", "hvc1", "hev1", "dvh1", "dvhe", "av01",
                                       "vp09", "vp08", "vvc1", "vvi1", "mp4v", "dvc1", "dav1"};
// These are whole names.
constexpr std::string_view kPlain[] = {"ac-3", "ec-3", "ac-4", "fLaC", "flac", "opus",
                                       "Opus", "alac", "stpp", "wvtt", "mp3",  "vp08"};

bool is_one_of(std::string_view name, const auto& list) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool is_hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view field(std::string_view name, std::size_t number) {
  while (number-- > 0) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return {};
    name.remove_prefix(dot + 1);
  }
  return name.substr(0, name.find('.'));
}

// Four characters, and what its registration asks for behind a dot each: nobody knows all that are registered.
bool has_shape(std::string_view name) {
  if (field(name, 0).size() != 4) return false;
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '+' || c == '.'; };
  return !name.ends_with('.') && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

std::vector<std::string> split_codecs(std::string_view codecs) {
  std::vector<std::string> names;
  while (!codecs.empty()) {
    const std::size_t comma = std::min(codecs.find(','), codecs.size());
    std::string_view name = codecs.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    names.emplace_back(name);
    codecs.remove_prefix(std::min(comma + 1, codecs.size()));
  }
  return names;
}

bool is_codec_name(std::string_view name) {
  const std::string_view family = field(name, 0);
  if (is_one_of(family, kPlain) && name == family) return true;
  if (family == "avc1" || family == "avc3") return field(name, 1).size() == 6 && is_hex(field(name, 1));
  // Profile (with its space A to C), compatibility flags, tier and level.
  if (family == "hvc1" || family == "hev1") {
    std::string_view profile = field(name, 1);
    if (!profile.empty() && profile.front() >= 'A' && profile.front() <= 'C') profile.remove_prefix(1);
    const std::string_view level = field(name, 3);
    return is_digits(profile) && is_hex(field(name, 2)) && (level.starts_with('L') || level.starts_with('H')) &&
           is_digits(level.substr(1));
  }
  if (family == "av01") {
    const std::string_view level = field(name, 2);
    return is_digits(field(name, 1)) && level.size() == 3 && is_digits(level.substr(0, 2)) &&
           (level.back() == 'M' || level.back() == 'H') && is_digits(field(name, 3));
  }
  if (family == "vp09") return is_digits(field(name, 1)) && is_digits(field(name, 2)) && is_digits(field(name, 3));
  if (family == "mp4a") return is_hex(field(name, 1)) && (field(name, 2).empty() || is_digits(field(name, 2)));
  if (is_one_of(family, kVideo)) return !field(name, 1).empty();
  return has_shape(name);
}

bool names_video(std::string_view codecs) {
  const std::vector<std::string> names = split_codecs(codecs);
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return is_one_of(field(name, 0), kVideo); });
}

}  // namespace sluice::check
