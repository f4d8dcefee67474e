#include "libav_log.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include <cstdarg>
#include <string>
#include <utility>

namespace sluice::mux {
namespace {

// The last error libavformat spoke of on this thread, for the Error that its return code becomes.
thread_local std::string last_log_line;

void on_log(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  char line[512];
  int print_prefix = 1;
  av_log_format_line2(context, level, format, arguments, line, sizeof line, &print_prefix);
  last_log_line = line;
  while (!last_log_line.empty() && last_log_line.back() == '\n') last_log_line.pop_back();
}

}  // namespace

void capture_libav_log() { av_log_set_callback(on_log); }

void forget_libav_log() { last_log_line.clear(); }

Error libav_fault(std::string_view what, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  std::string message = std::string("libavformat: ").append(what).append(": ").append(text);
  if (!last_log_line.empty()) message += " (" + std::exchange(last_log_line, {}) + ")";
  return Error{std::move(message)};
}

}  // namespace sluice::mux
