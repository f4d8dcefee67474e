#include "sluice/io/metrics.hpp"

#include <gmock/gmock.h>

namespace sluice::io {
namespace {

using testing::HasSubstr;

TEST(Metrics, TheWholeText) {
  Histogram seconds({0.1, 1});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(7);
  int count = 3;
  Metrics metrics;
  metrics.add([&](MetricsWriter& out) {
    out.counter("sluice_http_requests_total", "Requests.", count, {{"listener", "http"}, {"code", "200"}});
    out.gauge("sluice_publishers", "Publishers now.", 1);
    out.histogram("sluice_request_seconds", "Time.", seconds);
  });
  // Another module's series of the same family stands with the others.
  metrics.add([](MetricsWriter& out) {
    out.counter("sluice_http_requests_total", "Requests.", 0, {{"listener", "admin"}, {"code", "200"}});
  });
  count = 4;
  EXPECT_EQ(metrics.text(),
            R"(# HELP sluice_http_requests_total Requests.
# TYPE sluice_http_requests_total counter
sluice_http_requests_total{listener="http",code="200"} 4
sluice_http_requests_total{listener="admin",code="200"} 0
# HELP sluice_publishers Publishers now.
# TYPE sluice_publishers gauge
sluice_publishers 1
# HELP sluice_request_seconds Time.
# TYPE sluice_request_seconds histogram
sluice_request_seconds_count 3
sluice_request_seconds_sum 7.6
sluice_request_seconds_bucket{le="0.1"} 1
sluice_request_seconds_bucket{le="1"} 2
sluice_request_seconds_bucket{le="+Inf"} 3
)");
}

TEST(Metrics, ProcessAndLogMetricsAreThere) {
  Metrics metrics;
  metrics.add(collect_process_metrics);
  metrics.add(collect_log_metrics);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total "));
  EXPECT_THAT(text, HasSubstr("\nprocess_open_fds "));
  EXPECT_THAT(text, HasSubstr("sluice_log_lines_total{level=\"error\"} "));
  EXPECT_THAT(text, HasSubstr("\nsluice_log_dropped_total "));
}

TEST(MetricsDeathTest, NamesThatBreakTheRulesAreBugs) {
  EXPECT_DEATH(MetricsWriter().counter("sluice_requests", "Without _total.", 1), "check failed");
  EXPECT_DEATH(MetricsWriter().gauge("requests", "Without prefix.", 1), "check failed");
}

}  // namespace
}  // namespace sluice::io
