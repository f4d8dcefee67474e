// An ExportTarget as libavformat's output.
#pragma once

extern "C" {
#include <libavformat/avformat.h>
}

#include <boost/system/error_code.hpp>
#include <cstdint>

#include "sluice/mux/exporter.hpp"

namespace sluice::mux {

class ExportOutput {
 public:
  explicit ExportOutput(ExportTarget& target);
  ExportOutput(const ExportOutput&) = delete;
  ExportOutput& operator=(const ExportOutput&) = delete;
  ~ExportOutput();

  // Null when there is no memory.
  AVIOContext* context() { return context_; }
  const boost::system::error_code& error() const { return error_; }
  // Of the file so far.
  std::uint64_t size() const { return static_cast<std::uint64_t>(size_); }

  // Lets `muxer` read what was written, which moving the index to the front needs.
  void attach(AVFormatContext& muxer);

 private:
  static int write(void* self, std::uint8_t* bytes, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
  static int open_again(AVFormatContext* muxer, AVIOContext** context, const char* url, int flags,
                        AVDictionary** options);
  static int close_again(AVFormatContext* muxer, AVIOContext* context);

  ExportTarget& target_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  boost::system::error_code error_;
  AVIOContext* context_ = nullptr;
};

}  // namespace sluice::mux
