#include "sluice/net/held_requests.hpp"

#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>
#include <list>
#include <utility>

#include "media_responses.hpp"
#include "sluice/base/check.hpp"
#include "sluice/io/clock.hpp"

namespace sluice::net {
namespace {

namespace intrusive = boost::intrusive;
using Hook = intrusive::list_base_hook<intrusive::link_mode<intrusive::auto_unlink>>;

HeldKind kind_of(const Wanted& wanted) {
  if (std::holds_alternative<NextInPlaylist>(wanted)) return HeldKind::playlist;
  return std::holds_alternative<hls::PartName>(wanted) ? HeldKind::part : HeldKind::start;
}

// Whether `container` has a playlist, or is known to get none. The other one may be ready first: a low-latency playlist
// begins with fewer segments.
bool is_decided(const hls::LiveWindow& window, media::Container container) {
  if (window.playable(container)) return true;
  return !window.carries(container) &&
         (window.playable(media::Container::fmp4) || window.playable(media::Container::ts));
}

// Whether there is an answer for who waits for it: the thing itself, or that it will not come.
bool is_due(const hls::LiveWindow& window, const Wanted& wanted) {
  if (window.ended()) return true;
  if (const auto* next = std::get_if<NextInPlaylist>(&wanted)) {
    return window.is_listed(media::Container::fmp4, next->msn, next->part) != hls::Listed::not_yet;
  }
  if (const auto* part = std::get_if<hls::PartName>(&wanted)) {
    return !window.expects(part->session, part->period, part->fragment, part->added);
  }
  return is_decided(window, std::get<FirstPlaylist>(wanted).container);
}

HttpResponse too_late(HeldKind kind) {
  switch (kind) {
    case HeldKind::start:
      return unavailable("the stream is known, but there is nothing to play yet");
    case HeldKind::playlist:
      return unavailable("the playlist did not get what was asked for in three target durations");
    case HeldKind::part:
      return unavailable("the part did not come in three target durations");
  }
  return {};
}

}  // namespace

std::string_view to_string(HeldKind kind) {
  switch (kind) {
    case HeldKind::start:
      return "start";
    case HeldKind::playlist:
      return "playlist";
    case HeldKind::part:
      return "part";
  }
  return "";
}

// One request. Its links end with it, wherever it stands.
class HeldRequests::Held : public HttpHold, public Hook {
 public:
  Held(std::shared_ptr<HeldRequests> owner, Question what) : all(std::move(owner)), question(std::move(what)) {}
  ~Held() override {
    if (stream == nullptr) return;
    ++all->stats(*this).abandoned;
    all->forget(*this);
  }
  void wait(Answer who) override { answer = std::move(who); }

  const std::shared_ptr<HeldRequests> all;
  const Question question;
  HeldKind kind = HeldKind::start;
  OfStream* stream = nullptr;                         // null: answered
  std::multimap<MonoTime, Held*>::iterator deadline;  // end(): it is over
  Answer answer;
};

// Those that can be answered, or whose time is over, in the order in which that came about.
struct HeldRequests::Ready {
  using List = intrusive::list<Held, intrusive::constant_time_size<false>>;
  List requests;
  MonoTime since{};  // the first of them
};

// Those of one stream that wait, by what they wait for. Who asks for what is too far ahead is refused, so the groups
// are few.
struct HeldRequests::OfStream {
  struct Group {
    Wanted wanted;
    Ready::List waiting;
  };
  explicit OfStream(std::shared_ptr<live::Stream> which) : stream(std::move(which)) {}
  ~OfStream() { stream->changed().remove(token); }
  OfStream(const OfStream&) = delete;
  OfStream& operator=(const OfStream&) = delete;

  const std::shared_ptr<live::Stream> stream;
  live::Signal::Token token = 0;
  std::list<Group> groups;
  std::size_t count = 0;  // those that are ready included
};

HeldRequests::HeldRequests(boost::asio::any_io_executor executor, Options options, Judge judge)
    : executor_(std::move(executor)),
      options_(options),
      judge_(std::move(judge)),
      next_deadline_(executor_, [this] { on_deadline(); }),
      ready_(std::make_unique<Ready>()),
      release_seconds_({0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1}) {}

HeldRequests::~HeldRequests() = default;

HttpReply HeldRequests::hold(Question question, Wait wait) {
  if (count_ >= options_.all_max) {
    ++stats_.refused;
    return unavailable("too many requests wait for their answer");
  }
  OfStream& stream = of(wait.stream);
  if (stream.count >= options_.of_stream_max) {
    ++stats_.refused_of_stream;
    return unavailable("too many requests wait for this stream");
  }
  auto held = std::make_unique<Held>(shared_from_this(), std::move(question));
  enter(*held, stream, wait.wanted);
  held->deadline = deadlines_.emplace(io::mono_now() + wait.patience, held.get());
  next_deadline_.set(deadlines_.begin()->first);
  return held;
}

HeldRequests::OfStream& HeldRequests::of(const std::shared_ptr<live::Stream>& stream) {
  std::unique_ptr<OfStream>& entry = streams_[stream.get()];
  if (entry == nullptr) {
    entry = std::make_unique<OfStream>(stream);
    entry->token = stream->changed().add([this, of = entry.get()] { on_change(*of); });
  }
  return *entry;
}

void HeldRequests::enter(Held& held, OfStream& stream, const Wanted& wanted) {
  held.stream = &stream;
  held.kind = kind_of(wanted);
  ++count_;
  ++stream.count;
  ++stats(held).waiting;
  auto group = stream.groups.begin();
  while (group != stream.groups.end() && group->wanted != wanted) ++group;
  if (group == stream.groups.end()) group = stream.groups.insert(group, OfStream::Group{wanted, {}});
  group->waiting.push_back(held);
}

// From the group, or from those that are ready.
void HeldRequests::leave(Held& held) {
  held.unlink();
  --stats(held).waiting;
  --count_;
  OfStream& stream = *std::exchange(held.stream, nullptr);
  if (--stream.count == 0) streams_.erase(stream.stream.get());
}

void HeldRequests::forget(Held& held) {
  if (held.deadline != deadlines_.end()) deadlines_.erase(held.deadline);
  leave(held);
}

HeldStats::OfKind& HeldRequests::stats(const Held& held) { return stats_.kinds[static_cast<std::size_t>(held.kind)]; }

// Called from within whatever changed the stream: takes note only.
void HeldRequests::on_change(OfStream& stream) {
  if (ready_->requests.empty()) ready_->since = io::mono_now();
  const hls::LiveWindow& window = stream.stream->window();
  for (auto next = stream.groups.begin(); next != stream.groups.end();) {
    const auto group = next++;
    if (!group->waiting.empty() && !is_due(window, group->wanted)) continue;
    ready_->requests.splice(ready_->requests.end(), group->waiting);
    stream.groups.erase(group);
  }
  answer_later();
}

void HeldRequests::on_deadline() {
  const MonoTime now = io::mono_now();
  if (ready_->requests.empty()) ready_->since = now;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Held& held = *deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    held.deadline = deadlines_.end();
    held.unlink();
    ready_->requests.push_back(held);
  }
  if (!deadlines_.empty()) next_deadline_.set(deadlines_.begin()->first);
  answer_later();
}

// Not from here: whoever changed the stream goes on first, and between two batches the loop does what else is due.
void HeldRequests::answer_later() {
  if (ready_->requests.empty() || std::exchange(answering_, true)) return;
  boost::asio::post(executor_, [self = shared_from_this()] { self->answer_some(); });
}

// The last verdict of a batch, within which nothing changes.
struct HeldRequests::Answered {
  std::optional<Question> question;
  Verdict verdict;
};

void HeldRequests::answer_some() {
  answering_ = false;
  if (judge_ == nullptr) return;
  Answered last;
  for (std::size_t i = 0; i < kBatch && !ready_->requests.empty(); ++i) answer(ready_->requests.front(), last);
  if (ready_->requests.empty()) {
    release_seconds_.observe(std::chrono::duration<double>(io::mono_now() - ready_->since).count());
  }
  answer_later();
}

void HeldRequests::answer(Held& held, Answered& last) {
  if (last.question != held.question) {
    last.verdict = judge_(held.question);
    last.question = held.question;
  }
  Verdict verdict = last.verdict;
  const bool late = held.deadline == deadlines_.end();
  Wait* const wait = std::get_if<Wait>(&verdict);
  if (wait != nullptr && !late) {
    leave(held);
    enter(held, of(wait->stream), wait->wanted);
    return;
  }
  ++(wait != nullptr ? stats(held).timed_out : stats(held).answered);
  HttpResponse response = wait != nullptr ? too_late(held.kind) : std::move(std::get<HttpResponse>(verdict));
  forget(held);
  SLUICE_CHECK(held.answer != nullptr);
  held.answer(std::move(response));
}

void HeldRequests::collect(io::MetricsWriter& out) const {
  const auto number = [](auto value) { return static_cast<double>(value); };
  for (std::size_t i = 0; i < kHeldKindCount; ++i) {
    const HeldStats::OfKind& of = stats_.kinds[i];
    const std::string_view kind = to_string(static_cast<HeldKind>(i));
    out.gauge("sluice_hls_held_requests", "Requests that wait for what a live stream does not have yet, by kind.",
              number(of.waiting), {{"kind", kind}});
    const std::pair<std::string_view, std::uint64_t> ends[] = {
        {"answered", of.answered}, {"timeout", of.timed_out}, {"abandoned", of.abandoned}};
    for (const auto& [outcome, value] : ends) {
      out.counter("sluice_hls_held_ended_total", "Ends of their wait, by kind and outcome.", number(value),
                  {{"kind", kind}, {"outcome", outcome}});
    }
  }
  const std::pair<std::string_view, std::uint64_t> limits[] = {{"all", stats_.refused},
                                                               {"stream", stats_.refused_of_stream}};
  for (const auto& [limit, value] : limits) {
    out.counter("sluice_hls_held_refused_total", "Requests answered with 503 because too many waited, by limit.",
                number(value), {{"limit", limit}});
  }
  out.histogram("sluice_hls_held_release_seconds",
                "From a change that lets requests be answered to the answer of the last of them.", release_seconds_);
}

}  // namespace sluice::net
