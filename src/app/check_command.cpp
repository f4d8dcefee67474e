#include "sluice/app/check_command.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <csignal>
#include <limits>
#include <ostream>

#include "check_report.hpp"
#include "sluice/app/nearest.hpp"
#include "sluice/app/version.hpp"
#include "sluice/check/rules.hpp"
#include "sluice/check/session.hpp"
#include "sluice/check/url.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::app {
namespace {

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// Carries a session's requests to the network and their answers back, until it has no more.
class CheckRun {
 public:
  CheckRun(check::Session& session, bool insecure)
      : session_(session),
        client_(io_, {.verify_certificates = !insecure, .user_agent = "sluice-check/" + std::string(version())}),
        timer_(io_),
        signals_(io_, SIGINT, SIGTERM) {}

  void run() {
    // Whoever ends a long watch wants to see what it saw.
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      session_.stop();
      io_.stop();
    });
    session_.start(io::mono_now());
    pump();
    io_.run();
  }

 private:
  void pump() {
    check::Agenda& agenda = session_.agenda();
    agenda.run_timers(io::mono_now());
    for (check::Request& request : agenda.take_requests(io::mono_now())) send(std::move(request));
    if (session_.finished()) {
      io_.stop();
      return;
    }
    const auto next = agenda.next_timer();
    timer_.cancel();
    if (!next) return;
    timer_.expires_after(std::max(Micros(0), *next - io::mono_now()));
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) pump();
    });
  }

  void send(check::Request request) {
    const auto url = check::parse_url(request.url);
    if (!url) {
      check::Answer answer;
      answer.error = "'" + request.url.substr(0, 80) + "' is no http or https address";
      session_.agenda().answer(request.id, std::move(answer), io::mono_now());
      boost::asio::post(io_, [this] { pump(); });
      return;
    }
    net::HttpClientRequest asked;
    asked.tls = url->tls;
    asked.host = url->host;
    asked.port = url->port;
    asked.target = url->target();
    asked.head = request.head;
    asked.fields = std::move(request.fields);
    if (request.gzip) asked.fields.emplace_back("Accept-Encoding", "gzip");
    asked.timeout = request.timeout;
    asked.body_bytes_max = request.body_bytes_max;
    client_.send(std::move(asked), [this, id = request.id](net::HttpClientAnswer got) {
      session_.agenda().answer(id, to_answer(std::move(got)), io::mono_now());
      pump();
    });
  }

  static check::Answer to_answer(net::HttpClientAnswer got) {
    check::Answer answer;
    answer.status = got.status;
    answer.error = std::move(got.error);
    answer.fields = std::move(got.fields);
    answer.body = std::move(got.body);
    answer.wire_bytes = got.wire_bytes;
    answer.cut = got.cut;
    answer.incomplete = got.incomplete;
    answer.sent = got.sent;
    answer.first_byte = got.first_byte;
    answer.last_byte = got.last_byte;
    answer.received = io::wall_now();
    answer.offers_http2 = got.offers_http2;
    return answer;
  }

  boost::asio::io_context io_{1};
  check::Session& session_;
  net::HttpClient client_;
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
};

// What is wrong with the arguments; empty when nothing is.
std::string usage_fault(const CheckRequest& request, check::SessionOptions& options) {
  // It would not be sent, and must not be shown.
  if (check::has_user_info(request.url)) return "the address has a user before its host ('user@'): leave it out";
  if (!check::parse_url(request.url)) return "'" + request.url.substr(0, 80) + "' is no http or https address";
  if (request.watch_seconds) {
    if (*request.watch_seconds < 1) return "--watch: it must be at least 1 second";
    options.watch = Seconds(*request.watch_seconds);
  }
  if (request.patience_seconds) {
    if (*request.patience_seconds < 1) return "--patience: it must be at least 1 second";
    options.patience = Seconds(*request.patience_seconds);
  }
  if (request.segments == "all") {
    options.segments_max = std::numeric_limits<std::size_t>::max();
  } else {
    const char* end = request.segments.data() + request.segments.size();
    const auto [stop, error] = std::from_chars(request.segments.data(), end, options.segments_max);
    if (error != std::errc() || stop != end)
      return "--segments: '" + request.segments + "' is neither a number nor all";
  }
  std::vector<std::string> known;
  for (const check::Rule* rule : check::all_rules()) known.emplace_back(rule->id);
  for (const std::string& id : request.ignored) {
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    return "--ignore: there is no rule '" + id + "'; the nearest is " + std::string(nearest(id, known));
  }
  return {};
}

}  // namespace

int check(const CheckRequest& request, std::ostream& out, std::ostream& err) {
  check::SessionOptions options;
  if (const std::string fault = usage_fault(request, options); !fault.empty()) {
    err << "sluice check: " << fault << "\nSee sluice check --help\n";
    return kWrongUsage;
  }
  CheckReport report({request.ignored.begin(), request.ignored.end()}, request.json ? nullptr : &out);
  check::Session session(request.url, options, [&](const check::Finding& finding) { report.add(finding); });
  const MonoTime begin = io::mono_now();
  CheckRun(session, request.insecure).run();
  const Micros took = io::mono_now() - begin;
  const check::SessionSummary& summary = session.summary();
  if (request.json) {
    out << report.json(request.url, summary, took, request.strict);
  } else {
    report.finish(request.url, summary, took);
  }
  return summary.failure.empty() && !report.fails(request.strict) ? kFine : kFailed;
}

}  // namespace sluice::app
