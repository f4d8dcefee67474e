// LogWriter: spdlog's queue and thread, writing whole lines to a descriptor.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sluice/base/time.hpp"

namespace spdlog {
class async_logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace sluice::io {

class DescriptorSink;

class LogWriter {
 public:
  LogWriter(int descriptor, std::size_t queue_lines);
  // Waits for the writer thread, unless it is stuck: see drain().
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Never waits. Any thread.
  void write(std::string_view line);
  // Waits until all lines are written, at most so long. When they are not, the thread is left to itself for the rest of
  // the process.
  void drain(Millis patience);
  // Lines that fell out of the full queue or could not be written.
  std::uint64_t dropped() const;

 private:
  bool drained() const;

  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<DescriptorSink> sink_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::uint64_t> posted_ = 0;
};

}  // namespace sluice::io
