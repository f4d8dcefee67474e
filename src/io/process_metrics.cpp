#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "sluice/io/clock.hpp"
#include "sluice/io/metrics.hpp"

namespace sluice::io {
namespace {

// proc(5), /proc/PID/stat; the fields we use, after the name in brackets.
struct ProcStat {
  double cpu_seconds = 0;
  double start_after_boot_seconds = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
};

ProcStat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The name may hold spaces and brackets itself.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  const auto skip = [&](int count) {
    while (count-- > 0) fields >> skipped;
  };
  double user = 0, system = 0, start = 0, virtual_bytes = 0, resident_pages = 0;
  skip(11);  // state to cmajflt
  fields >> user >> system;
  skip(6);  // cutime to itrealvalue
  fields >> start >> virtual_bytes >> resident_pages;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return {(user + system) / ticks, start / ticks, virtual_bytes,
          resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE))};
}

double boot_time_seconds() {
  std::ifstream file("/proc/uptime");
  double uptime = 0;
  file >> uptime;
  return std::chrono::duration<double>(wall_now().time_since_epoch()).count() - uptime;
}

double open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return 0;
  int entries = 0;
  while (::readdir(directory.get()) != nullptr) ++entries;
  return entries - 3;  // ".", ".." and the directory itself
}

}  // namespace

void collect_process_metrics(MetricsWriter& out) {
  const ProcStat stat = read_stat();
  // Computed once: the wall clock may be stepped, the start of the process may not.
  static const double start_time = boot_time_seconds() + stat.start_after_boot_seconds;
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  out.counter("process_cpu_seconds_total", "User and system CPU time spent.", stat.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory.", stat.resident_bytes);
  out.gauge("process_virtual_memory_bytes", "Virtual memory.", stat.virtual_bytes);
  out.gauge("process_open_fds", "Open file descriptors.", open_descriptors());
  out.gauge("process_max_fds", "File descriptors that may be open.", static_cast<double>(descriptors.rlim_cur));
  out.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", start_time);
}

}  // namespace sluice::io
