// Metrics: what /metrics shows, gathered at the moment it is asked for.
//
// Nothing on a hot path knows of a registry: modules count in plain integers and add a collector, which writes their
// present values when somebody scrapes. Every series a module will ever have is written from the start, counters at 0.
// Names are sluice_* or process_*, in base units, counters end in _total. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/io/histogram.hpp"

namespace sluice::io {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Series of the same name may come from several collectors; help and type must be the same in each.
class MetricsWriter {
 public:
  MetricsWriter();
  ~MetricsWriter();
  MetricsWriter(const MetricsWriter&) = delete;
  MetricsWriter& operator=(const MetricsWriter&) = delete;

  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void histogram(std::string_view name, std::string_view help, const Histogram& values, Labels labels = {});

  // Text exposition format 0.0.4, families in the order of their first series.
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

class Metrics {
 public:
  using Collect = std::function<void(MetricsWriter&)>;

  // `collect` is called at each scrape for as long as this object lives.
  void add(Collect collect) { collectors_.push_back(std::move(collect)); }
  std::string text() const;

 private:
  std::vector<Collect> collectors_;
};

// process_* as other exporters have them: CPU, memory, descriptors, start time. Reads /proc.
void collect_process_metrics(MetricsWriter& out);
// sluice_log_lines_total, sluice_log_dropped_total.
void collect_log_metrics(MetricsWriter& out);

}  // namespace sluice::io
