#include "sluice/net/archive_handler.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <variant>

#include "archive_job.hpp"
#include "media_responses.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/log.hpp"

namespace sluice::net {
namespace asio = boost::asio;
namespace {

// Playlists whose numbers are remembered.
constexpr std::size_t kMemoriesMax = 1024;
// Answers that something is not there, kept for a second.
constexpr std::size_t kFaultsMax = 4096;
// What an answer takes beside its body, about.
constexpr std::size_t kEntryBytes = 1024;
// How long after its end the last segment of a publish may come to the disk.
constexpr Micros kSettled = Seconds(3);

class Waiting {
 public:
  explicit Waiting(ArchiveStats& stats) : stats_(stats) { ++stats_.waiting; }
  ~Waiting() { --stats_.waiting; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  ArchiveStats& stats_;
};

std::size_t cost_of(const HttpResponse& response) {
  return kEntryBytes + (response.body ? bytes_of(*response.body) : 0);
}

bool is_playlist(const hls::Resource& resource) {
  return std::holds_alternative<hls::ArchiveMultivariantName>(resource) ||
         std::holds_alternative<hls::ArchivePlaylistName>(resource);
}

// Leaves the job when nobody has it any more. The caller has joined.
template <class Job>
std::shared_ptr<Job> waiting_for(const std::shared_ptr<Job>& job) {
  return {job.get(), [job](Job* one) { one->waiters->leave(); }};
}

// A range that no playlist can show.
std::optional<HttpResponse> range_fault(const hls::Resource& resource, WallTime now) {
  const hls::ArchiveView* view = nullptr;
  if (const auto* name = std::get_if<hls::ArchiveMultivariantName>(&resource)) view = &name->view;
  if (const auto* name = std::get_if<hls::ArchivePlaylistName>(&resource)) view = &name->view;
  const auto* range = view != nullptr ? std::get_if<hls::RangeView>(view) : nullptr;
  if (range == nullptr) return std::nullopt;
  if (range->to && *range->to - range->from > hls::ArchiveViews::kSpanMax) {
    return http_error(400, "a range spans 24 hours at most: ask for several", CacheClass::error);
  }
  if (range->from > now) return not_found("this range has not begun");
  return std::nullopt;
}

}  // namespace

struct ArchiveHandler::Job {
  explicit Job(const asio::any_io_executor& executor) : began(io::mono_now()), done(executor, kWait) {}
  MonoTime began;
  asio::steady_timer done;  // runs out when there is an answer, or nobody shall wait any longer
  std::optional<Answer> answer;
  bool refused = false;  // with `answer`
  bool lists = false;    // is for a playlist
  std::shared_ptr<ArchiveWaiters> waiters = std::make_shared<ArchiveWaiters>();
};

ArchiveHandler::ArchiveHandler(asio::any_io_executor executor, Options options, hls::ArchiveViews& views,
                               io::WorkerPool& worker, live::Hub& hub)
    : executor_(std::move(executor)),
      options_(options),
      views_(views),
      worker_(worker),
      hub_(hub),
      cache_(options.cache_bytes),
      faults_(kFaultsMax),
      memories_(kMemoriesMax),
      seconds_({0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}) {}

HttpReply ArchiveHandler::playlist(const hls::Route& route) {
  if (std::optional<HttpResponse> fault = range_fault(route.resource, io::wall_now())) return std::move(*fault);
  return reply(route, std::nullopt);
}

HttpReply ArchiveHandler::media(const hls::Route& route, HttpResponse otherwise) {
  return reply(route, std::move(otherwise));
}

HttpReply ArchiveHandler::reply(const hls::Route& route, std::optional<HttpResponse> otherwise) {
  const std::string name = hls::path_of(route);
  if (const Cached* cached = kept(name)) {
    ++stats_->hits;
    return choose(cached->answer, otherwise);
  }
  std::shared_ptr<Job> job;
  if (stats_->waiting < options_.waiting_max) {
    job = join(name);
    if (job == nullptr) job = begin(name, route);
  }
  if (job == nullptr) {
    ++stats_->refused;
    return unavailable("too much is being read from the recordings at once");
  }
  return wait(std::move(job), stats_, std::move(otherwise));
}

// Null when there is none that will be done. Whoever has what is returned waits for the job.
std::shared_ptr<ArchiveHandler::Job> ArchiveHandler::join(const std::string& name) {
  const auto running = jobs_.find(name);
  if (running == jobs_.end() || !running->second->waiters->join()) return nullptr;
  ++stats_->shared;
  return waiting_for(running->second);
}

// Null when it must be asked for.
const ArchiveHandler::Cached* ArchiveHandler::kept(const std::string& name) {
  const MonoTime now = io::mono_now();
  for (LruCache<Cached>* cache : {&cache_, &faults_}) {
    const Cached* cached = cache->find(name);
    if (cached != nullptr && now < cached->fresh_until) return cached;
  }
  return nullptr;
}

// Null when the worker has enough to do. As join().
std::shared_ptr<ArchiveHandler::Job> ArchiveHandler::begin(const std::string& name, const hls::Route& route) {
  const bool lists = is_playlist(route.resource);
  if (lists && playlist_jobs_ >= options_.playlist_jobs_max) return nullptr;
  auto job = std::make_shared<Job>(executor_);
  job->waiters->join();
  job->lists = lists;
  ArchiveQuestion question{route,   options_.default_container, growth(route.stream), {}, nullptr,
                           bodies_, options_.bodies_max,        job->waiters};
  if (const hls::ArchiveMemory* memory = memories_.find(name)) question.memory = *memory;
  if (const Cached* before = cache_.find(name)) question.before = before->answer.response.body;
  const bool begun = worker_.run(
      [&views = views_, question = std::move(question)]() mutable { return ask_archive(views, std::move(question)); },
      [this, name, job](ArchiveOutcome outcome) { finish(name, *job, std::move(outcome)); });
  if (!begun) return nullptr;
  if (lists) ++playlist_jobs_;
  jobs_.insert_or_assign(name, job);
  return waiting_for(job);
}

void ArchiveHandler::finish(const std::string& name, Job& job, ArchiveOutcome outcome) {
  const MonoTime now = io::mono_now();
  seconds_.observe(std::chrono::duration<double>(now - job.began).count());
  count(outcome);
  job.refused = outcome.refused;
  if (outcome.memory) memories_.put(name, std::move(*outcome.memory), 1);
  job.answer = Answer{std::move(outcome.response), outcome.missing};
  if (!job.refused) {
    const HttpResponse& response = job.answer->response;
    const bool good = response.status == 200;
    (good ? cache_ : faults_).put(name, {*job.answer, now + outcome.fresh}, good ? name.size() + cost_of(response) : 1);
  }
  job.done.expires_at(asio::steady_timer::time_point::min());
  if (job.lists) --playlist_jobs_;
  // There is another when this one was given up.
  const auto running = jobs_.find(name);
  if (running != jobs_.end() && running->second.get() == &job) jobs_.erase(running);
}

void ArchiveHandler::count(const ArchiveOutcome& outcome) {
  if (!outcome.fault.empty()) {
    ++stats_->faults;
    io::log_event(io::Level::error, outcome.render_failed ? "render_failed" : "archive_failed", outcome.fault);
  }
  if (outcome.response.status != 200) return;
  if (outcome.response.kind == ResourceKind::init) ++stats_->inits;
  if (outcome.response.kind == ResourceKind::segment) ++stats_->segments;
  if (outcome.response.kind == ResourceKind::part) ++stats_->parts;
  if (outcome.response.kind == ResourceKind::playlist) ++stats_->playlists;
}

hls::Growth ArchiveHandler::growth(const StreamName& name) const {
  hls::Growth growth;
  growth.now = io::wall_now();
  growth.unknown = !recovered_;
  const std::shared_ptr<live::Stream> stream = hub_.find(name);
  if (stream == nullptr) return growth;
  const bool settles = io::mono_now() - stream->state_since() < kSettled;
  if (settles || stream->state() != live::StreamState::ended) growth.epoch = stream->epoch();
  if (settles || stream->state() == live::StreamState::publishing) growth.session = stream->session();
  return growth;
}

HttpResponse ArchiveHandler::choose(const Answer& answer, const std::optional<HttpResponse>& otherwise) {
  return answer.missing && otherwise ? *otherwise : answer.response;
}

asio::awaitable<HttpResponse> ArchiveHandler::wait(std::shared_ptr<Job> job, std::shared_ptr<ArchiveStats> stats,
                                                   std::optional<HttpResponse> otherwise) {
  const Waiting waiting(*stats);
  if (!job->answer) {
    boost::system::error_code ignored;
    co_await job->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (job->answer) {
    if (job->refused) ++stats->refused;
    co_return choose(*job->answer, otherwise);
  }
  // Else the client has gone.
  if (job->done.expiry() <= asio::steady_timer::clock_type::now()) ++stats->timed_out;
  co_return unavailable("the recording does not answer");
}

void ArchiveHandler::collect(io::MetricsWriter& out) const {
  const auto number = [](auto value) { return static_cast<double>(value); };
  const std::pair<std::string_view, std::uint64_t> made[] = {
      {"init", stats_->inits}, {"segment", stats_->segments}, {"part", stats_->parts}, {"playlist", stats_->playlists}};
  for (const auto& [kind, value] : made) {
    out.counter("sluice_archive_made_total", "What was made from recordings, by kind.", number(value),
                {{"kind", kind}});
  }
  const std::pair<std::string_view, std::uint64_t> requests[] = {{"cached", stats_->hits},
                                                                 {"shared", stats_->shared},
                                                                 {"refused", stats_->refused},
                                                                 {"timeout", stats_->timed_out}};
  for (const auto& [outcome, value] : requests) {
    out.counter("sluice_archive_requests_total",
                "Requests to recordings that began no job: answered from memory, waited for another's job, or turned "
                "away.",
                number(value), {{"outcome", outcome}});
  }
  out.counter("sluice_archive_failures_total", "What could not be read from a recording or made of it.",
              number(stats_->faults));
  out.histogram("sluice_archive_job_seconds", "From the beginning of a job to its answer, its wait included.",
                seconds_);
  out.gauge("sluice_archive_jobs", "Jobs that wait or run.", number(jobs_.size()));
  out.gauge("sluice_archive_waiting_requests", "Requests that wait for a job.", number(stats_->waiting));
  out.gauge("sluice_archive_cache_bytes", "What is kept of what was made.", number(cache_.cost()));
  out.gauge("sluice_archive_body_bytes", "What was made and is in memory: kept, or being sent.", number(body_bytes()));
}

}  // namespace sluice::net
