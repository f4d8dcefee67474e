#include "sluice/store/recording_name.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace sluice::store {
namespace {

constexpr std::string_view kSealedEnding = ".slog";
constexpr std::string_view kOpenEnding = ".slog.open";
constexpr std::size_t kIndexDigits = 6;

}  // namespace

std::optional<RecordingName> RecordingName::parse(std::string_view filename) {
  const bool open = filename.ends_with(kOpenEnding);
  if (!open && !filename.ends_with(kSealedEnding)) return std::nullopt;
  filename.remove_suffix(open ? kOpenEnding.size() : kSealedEnding.size());
  if (filename.size() < kIndexDigits + 1) return std::nullopt;
  const std::string_view digits = filename.substr(filename.size() - kIndexDigits);
  filename.remove_suffix(kIndexDigits);
  if (filename.back() != '-') return std::nullopt;
  filename.remove_suffix(1);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  std::uint32_t index = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const Result<SessionId> session = SessionId::parse(filename);
  if (!session) return std::nullopt;
  return RecordingName{*session, index, !open};
}

std::string RecordingName::filename() const {
  char digits[16];
  std::snprintf(digits, sizeof digits, "-%06u", index);
  return session.text() + digits + std::string(sealed ? kSealedEnding : kOpenEnding);
}

std::filesystem::path stream_directory(const std::filesystem::path& directory, const StreamName& stream) {
  return directory / stream.app() / stream.stream();
}

std::optional<StreamName> stream_of(const std::filesystem::path& file) {
  const std::filesystem::path directory = std::filesystem::absolute(file).parent_path();
  const Result<StreamName> stream =
      StreamName::make(directory.parent_path().filename().string(), directory.filename().string());
  if (!stream) return std::nullopt;
  return *stream;
}

std::filesystem::path sealed_path(const std::filesystem::path& open_path) {
  std::filesystem::path path = open_path;
  return path.replace_extension();
}

}  // namespace sluice::store
