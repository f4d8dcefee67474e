#include "sluice/check/agenda.hpp"

#include <algorithm>

#include "sluice/base/check.hpp"
#include "sluice/check/url.hpp"

namespace sluice::check {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

void Agenda::ask(Request request, Then then) { add({std::move(request), std::move(then), false, 0}); }

void Agenda::ask_for_media(Request request, Then then) { add({std::move(request), std::move(then), true, 0}); }

void Agenda::add(Pending pending) {
  pending.request.id = next_id_++;
  if (pending.media && media_out_ >= kMediaAtOnce) {
    waiting_.push_back(std::move(pending));
    return;
  }
  if (pending.media) ++media_out_;
  queue_.push_back(std::move(pending));
}

void Agenda::at(MonoTime time, std::function<void()> then) { timers_.emplace(time, std::move(then)); }

std::vector<Request> Agenda::take_requests(MonoTime now) {
  now_ = now;
  std::vector<Request> requests;
  while (!queue_.empty()) {
    Pending pending = std::move(queue_.front());
    queue_.pop_front();
    requests.push_back(pending.request);
    out_.emplace(pending.request.id, std::move(pending));
  }
  return requests;
}

void Agenda::answer(std::uint64_t id, Answer answer, MonoTime now) {
  now_ = now;
  const auto found = out_.find(id);
  SLUICE_CHECK(found != out_.end());
  Pending pending = std::move(found->second);
  out_.erase(found);

  answer.redirects = pending.redirects;
  answer.url = pending.request.url;
  const std::string location = answer.field("location");
  if (is_redirect(answer.status) && !location.empty()) {
    const std::string target = resolve(pending.request.url, location);
    if (pending.redirects < kRedirectsMax && parse_url(target)) {
      pending.request.url = target;
      ++pending.redirects;
      pending.request.id = next_id_++;
      queue_.push_back(std::move(pending));
      return;
    }
    answer.status = 0;
    answer.error = pending.redirects < kRedirectsMax
                       ? "it is redirected to '" + location.substr(0, 80) + "', which is no http or https address"
                       : "it is redirected more than " + std::to_string(kRedirectsMax) + " times";
  }
  if (pending.media) {
    --media_out_;
    if (!waiting_.empty()) {
      ++media_out_;
      queue_.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  pending.then(answer);
}

void Agenda::run_timers(MonoTime now) {
  now_ = now;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::function<void()> then = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    then();
  }
}

std::optional<MonoTime> Agenda::next_timer() const {
  if (timers_.empty()) return end_;
  return end_ ? std::min(*end_, timers_.begin()->first) : timers_.begin()->first;
}

}  // namespace sluice::check
