// ExportSource: the entries of one stream's recordings, over all its files and sessions, in order. It blocks on the
// disk and holds one record at a time. Files may be sealed meanwhile; one that grows is read as far as it goes.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/base/ids.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/entry.hpp"
#include "sluice/record/selection.hpp"

namespace sluice::store {

// Why there is no export: what was asked for cannot be, or else the disk failed.
struct ExportFault {
  std::string message;
  bool unusable = false;
};

class ExportSource {
 public:
  // The recordings at `paths` (files, or directories and all below), without those that lie wholly outside of [from,
  // to) and are not needed to find a key frame before `from`. Error when there is none, or they are of several streams.
  static boost::system::result<ExportSource, ExportFault> open(std::span<const std::string> paths,
                                                               std::optional<WallTime> from,
                                                               std::optional<WallTime> to);

  struct Visitor {
    // Before the first entry of each epoch.
    std::function<void(const SessionId& epoch)> begin_epoch;
    // False: no more.
    std::function<bool(const media::Entry&)> entry;
    // Something worth telling: a file that is gone, bytes that are damaged.
    std::function<void(const std::string&)> note;
  };
  Result<void> read(const Visitor& visitor) const;

  // The Periods that read() will come to, with the tracks announced before their first part ends, as far as the files'
  // indexes tell.
  Result<std::vector<record::PeriodTracks>> periods() const;

 private:
  struct File {
    std::filesystem::path path;
    SessionId session;
    std::uint32_t index = 0;
    SessionId epoch;
    WallTime begins;
    WallTime ends;
  };
  explicit ExportSource(std::vector<File> files) : files_(std::move(files)) {}
  // Nothing when the file is gone.
  static boost::system::result<std::optional<File>, ExportFault> look_at(const std::filesystem::path& path,
                                                                         std::optional<StreamName>& stream);

  std::vector<File> files_;  // never empty
};

}  // namespace sluice::store
