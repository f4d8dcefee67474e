#include "log_writer.hpp"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <vector>

namespace sluice::io {

// Used by the one thread of the pool; only the counters are read by others.
class DescriptorSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}

  std::uint64_t finished() const { return finished_; }
  std::uint64_t failed() const { return failed_; }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    if (!write_all(line_)) ++failed_;
    ++finished_;
  }
  void flush_() override {}

 private:
  bool write_all(std::string_view rest) {
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written >= 0) {
        rest.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) {
        // Whoever started us may have made the pipe non-blocking.
        pollfd wanted{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        ::poll(&wanted, 1, -1);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  int descriptor_;
  std::string line_;
  std::atomic<std::uint64_t> finished_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
};

LogWriter::LogWriter(int descriptor, std::size_t queue_lines)
    : pool_(std::make_shared<spdlog::details::thread_pool>(queue_lines, 1)),
      sink_(std::make_shared<DescriptorSink>(descriptor)),
      logger_(std::make_shared<spdlog::async_logger>("sluice", sink_, pool_,
                                                     spdlog::async_overflow_policy::overrun_oldest)) {
  logger_->set_level(spdlog::level::trace);
}

LogWriter::~LogWriter() = default;

void LogWriter::write(std::string_view line) {
  ++posted_;
  logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

bool LogWriter::drained() const { return sink_->finished() + pool_->overrun_counter() >= posted_; }

void LogWriter::drain(Millis patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!drained() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(Millis(1));
  if (drained()) return;
  // The destructor of the pool would wait for a thread that hangs in write(). So this one is never destroyed.
  static auto* const left_behind = new std::vector<std::shared_ptr<spdlog::details::thread_pool>>;
  left_behind->push_back(pool_);
}

std::uint64_t LogWriter::dropped() const { return pool_->overrun_counter() + sink_->failed(); }

}  // namespace sluice::io
