// Names of recording files: DIRECTORY/APP/STREAM/SESSION-INDEX.slog, with ".open" behind it until it is sealed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/base/ids.hpp"

namespace sluice::store {

struct RecordingName {
  SessionId session;
  std::uint32_t index = 0;
  bool sealed = false;

  // Accepts what filename() writes.
  static std::optional<RecordingName> parse(std::string_view filename);
  std::string filename() const;
  friend auto operator<=>(const RecordingName&, const RecordingName&) = default;
};

inline constexpr std::uint32_t kFileIndexMax = 999'999;

std::filesystem::path stream_directory(const std::filesystem::path& directory, const StreamName& stream);
// The stream that a file in its place belongs to, by the two directories above it.
std::optional<StreamName> stream_of(const std::filesystem::path& file);
// The final name of a file called ….slog.open.
std::filesystem::path sealed_path(const std::filesystem::path& open_path);

}  // namespace sluice::store
