#include "sluice/io/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "sluice/base/check.hpp"
#include "sluice/io/log.hpp"

namespace sluice::io {

struct MetricsWriter::Families {
  prometheus::ClientMetric& add(std::string_view name, std::string_view help, prometheus::MetricType type,
                                Labels labels) {
    SLUICE_CHECK(name.starts_with("sluice_") || name.starts_with("process_"));
    SLUICE_CHECK(name.ends_with("_total") == (type == prometheus::MetricType::Counter));
    prometheus::MetricFamily& family = find_or_add(name, help, type);
    SLUICE_CHECK(family.type == type);
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({std::string(label), std::string(value)});
    return metric;
  }

  prometheus::MetricFamily& find_or_add(std::string_view name, std::string_view help, prometheus::MetricType type) {
    // Series of one family are mostly written one after the other.
    for (auto family = all.rbegin(); family != all.rend(); ++family) {
      if (family->name == name) return *family;
    }
    return all.emplace_back(prometheus::MetricFamily{std::string(name), std::string(help), type, {}});
  }

  std::vector<prometheus::MetricFamily> all;
};

MetricsWriter::MetricsWriter() : families_(std::make_unique<Families>()) {}
MetricsWriter::~MetricsWriter() = default;

void MetricsWriter::counter(std::string_view name, std::string_view help, double value, Labels labels) {
  families_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricsWriter::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  families_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricsWriter::histogram(std::string_view name, std::string_view help, const Histogram& values, Labels labels) {
  prometheus::ClientMetric& metric = families_->add(name, help, prometheus::MetricType::Histogram, labels);
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < values.bounds().size(); ++i) {
    cumulated += values.counts()[i];
    metric.histogram.bucket.push_back({cumulated, values.bounds()[i]});
  }
  // The serializer writes the bucket of +Inf itself, from the count.
  metric.histogram.sample_count = cumulated + values.counts().back();
  metric.histogram.sample_sum = values.sum();
}

std::string MetricsWriter::text() const { return prometheus::TextSerializer().Serialize(families_->all); }

std::string Metrics::text() const {
  MetricsWriter writer;
  for (const Collect& collect : collectors_) collect(writer);
  return writer.text();
}

void collect_log_metrics(MetricsWriter& out) {
  const LogStats stats = log_stats();
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    out.counter("sluice_log_lines_total", "Log lines by level, repeats that were counted instead of written included.",
                static_cast<double>(stats.lines[static_cast<std::size_t>(level)]), {{"level", to_string(level)}});
  }
  out.counter("sluice_log_dropped_total", "Log lines lost because standard output was slow or failed.",
              static_cast<double>(stats.dropped));
}

}  // namespace sluice::io
