#include "sluice/check/session.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "context.hpp"
#include "http_judge.hpp"
#include "note.hpp"
#include "rendition.hpp"
#include "sluice/check/playlist_judge.hpp"

namespace sluice::check {
namespace {

constexpr Seconds kWithoutWatch{30 * 60};

}  // namespace

class Session::Impl {
 public:
  Impl(std::string url, SessionOptions options, Report report) : url_(std::move(url)) {
    context.options = std::move(options);
    context.report = std::move(report);
  }

  void start() {
    context.agenda.end_at(context.agenda.now() + longest());
    context.ask_for_playlist(url_, Seconds(20), [this](const Answer& answer) { on_first(answer); });
  }

  void finish() {
    if (std::exchange(finished_, true)) return;
    for (const auto& rendition : renditions_) rendition->finish();
    compare_renditions([](const Rendition& r) { return r.last(); });
    if (context.summary.failure.empty() && context.summary.playlists == 0) {
      context.summary.failure = renditions_.empty() ? "it names no media playlist" : renditions_.front()->failure();
    }
  }

  void end_overdue() {
    context.fail("it was ended after " + std::to_string(longest().count()) + " s, before it was done");
    finish();
  }

  void stop() {
    std::string& failure = context.summary.failure;
    if (failure.empty() && context.summary.playlists == 0) failure = "it was ended before anything was loaded";
    finish();
  }

  Context context;

 private:
  void on_first(const Answer& answer) {
    if (answer.status != 200) {
      context.summary.failure = answer.status == 0 ? answer.error : "status " + std::to_string(answer.status);
      return;
    }
    if (!answer.cut && !judge_loaded(answer, "the playlist", context.report)) {
      context.summary.failure = answer.error;
      return;
    }
    const std::string text = answer.text();
    if (text.find("#EXT") == std::string::npos) {
      context.summary.failure = "it is no playlist: it begins with '" + printable(text.substr(0, 40)) + "'";
      return;
    }
    Playlist parsed = context.parse(answer);
    if (!parsed.beyond.empty()) return;
    if (parsed.multivariant) {
      begin(std::move(*parsed.multivariant), answer);
    } else {
      add(answer.url, nullptr);
      renditions_.back()->start_with(answer);
    }
  }

  void begin(MultivariantPlaylist playlist, const Answer& answer) {
    multivariant_ = std::move(playlist);
    judge_multivariant(multivariant_, context.report);
    judge_playlist_answer(answer, nullptr, context.report);
    http_probe_.ask_without_gzip(answer);
    for (const Variant& variant : multivariant_.variants) add(variant.url, &variant);
    for (const AttributeList& media : multivariant_.renditions) {
      const std::string url = multivariant_.url_of(media);
      if (media.text("TYPE") == "SUBTITLES") subtitles_.insert(url);
      add(url, nullptr);
    }
    for (const AttributeList& frames : multivariant_.i_frame_variants) {
      const std::string url = multivariant_.url_of(frames);
      if (!url.empty() && urls_.insert(url).second) ++context.summary.playlists_left_out;
    }
    for (const auto& rendition : renditions_) rendition->start();
  }

  void add(const std::string& url, const Variant* variant) {
    if (url.empty() || !urls_.insert(url).second) return;
    if (renditions_.size() >= context.options.renditions_max) {
      ++context.summary.playlists_left_out;
      return;
    }
    renditions_.push_back(std::make_unique<Rendition>(
        context, url, VariantFacts(&multivariant_, variant),
        Inherited{multivariant_.variables, multivariant_.independent_segments}, [this] { on_loaded(); }));
  }

  void on_loaded() {
    if (++loaded_ == renditions_.size()) compare_renditions([](const Rendition& r) { return r.first(); });
  }

  template <class Get>
  void compare_renditions(Get get) {
    std::vector<PresentedPlaylist> playlists;
    for (const auto& rendition : renditions_) {
      if (const MediaPlaylist* playlist = get(*rendition)) {
        playlists.push_back({playlist, subtitles_.count(rendition->url()) > 0});
      }
    }
    judge_renditions(playlists, context.report);
  }

  Seconds longest() const { return kWithoutWatch + context.options.watch.value_or(Seconds(0)); }

  static std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
  }

  std::string url_;
  HttpProbe http_probe_{context};  // of the multivariant playlist
  MultivariantPlaylist multivariant_;
  std::vector<std::unique_ptr<Rendition>> renditions_;
  std::set<std::string> urls_;
  std::set<std::string> subtitles_;  // those of them that are of EXT-X-MEDIA with that TYPE
  std::size_t loaded_ = 0;
  bool finished_ = false;
};

Session::Session(std::string url, SessionOptions options, Report report)
    : impl_(std::make_unique<Impl>(std::move(url), std::move(options), std::move(report))) {}

Session::~Session() = default;

void Session::start(MonoTime now) {
  impl_->context.agenda.run_timers(now);
  impl_->start();
}

Agenda& Session::agenda() { return impl_->context.agenda; }

bool Session::finished() {
  const Agenda& agenda = impl_->context.agenda;
  if (agenda.idle()) {
    impl_->finish();
  } else if (agenda.is_overdue()) {
    impl_->end_overdue();
  } else {
    return false;
  }
  return true;
}

void Session::stop() { impl_->stop(); }

const SessionSummary& Session::summary() const { return impl_->context.summary; }

}  // namespace sluice::check
