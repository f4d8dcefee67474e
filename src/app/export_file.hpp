// Where an export goes: a file that has its name only when it is complete, or standard output.
#pragma once

#include <string>

#include "sluice/base/result.hpp"
#include "sluice/mux/exporter.hpp"
#include "sluice/store/export_source.hpp"
#include "sluice/store/file_system.hpp"

namespace sluice::app {

class ExportFile : public mux::ExportTarget {
 public:
  // "-" is standard output. Error when the file exists and `replace` is not set, or cannot be made.
  static boost::system::result<ExportFile, store::ExportFault> open(const std::string& path, bool replace);
  ExportFile(ExportFile&& other) noexcept;
  ExportFile& operator=(ExportFile&&) = delete;
  // Without publish() nothing is left.
  ~ExportFile() override;

  bool is_pipe() const override { return path_ == "-"; }
  boost::system::error_code write(std::uint64_t offset, ByteView bytes) override;
  boost::system::result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> bytes) override;
  const std::string& path() const { return path_; }
  // The file is synced and gets its name.
  Result<void> publish();

 private:
  ExportFile(std::string path, std::string partial, bool replace, store::Descriptor descriptor)
      : path_(std::move(path)), partial_(std::move(partial)), replace_(replace), descriptor_(std::move(descriptor)) {}

  std::string path_;
  std::string partial_;  // the name it has until then; empty for standard output
  bool replace_;
  store::Descriptor descriptor_;
};

// FILE.mp4, FILE-2.mp4, FILE-3.mp4 … for 0, 1, 2 …
std::string numbered_path(const std::string& path, std::uint32_t number);

}  // namespace sluice::app
