#include "sluice/app/recording_export.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "export_file.hpp"
#include "sluice/base/compact_time.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/mux/exporter.hpp"
#include "sluice/record/selection.hpp"
#include "sluice/store/export_source.hpp"

namespace sluice::app {
namespace {

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr Millis kProgressOnTerminal{200};
constexpr Millis kProgressLines{1000};

// Set by SIGINT and SIGTERM.
volatile std::sig_atomic_t interrupted = 0;

// "20261121T035512.345Z", rounded up: the last key frame at or before it is the one that is shown at `time`.
std::string point_text(WallTime time) {
  const auto millis = std::chrono::ceil<Millis>(time.time_since_epoch());
  const std::string whole = to_compact_utc(WallTime(millis));
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>((millis % Seconds(1)).count()));
  return whole.substr(0, whole.size() - 1) + fraction;
}

// A time as URLs have it, with up to six digits of a second if need be.
std::optional<WallTime> parse_point(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) return parse_compact_utc(text);
  std::string digits = text.substr(dot + 1);
  if (digits.size() < 2 || digits.size() > 7 || digits.back() != 'Z') return std::nullopt;
  digits.pop_back();
  if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const auto whole = parse_compact_utc(text.substr(0, dot) + "Z");
  if (!whole) return std::nullopt;
  digits.resize(6, '0');
  return *whole + Micros(std::stoi(digits));
}

Result<std::optional<WallTime>> parse_option(const char* name, const std::string& text) {
  if (text.empty()) return std::optional<WallTime>();
  const auto time = parse_point(text);
  if (!time) {
    return Error{std::string(name) + ": '" + text + "' is not a time: YYYYMMDDThhmmssZ, UTC, as in 20261121T035512Z"};
  }
  return std::optional(*time);
}

Result<mux::ExportFormat> format_of(const ExportRequest& request) {
  std::string name = request.format;
  if (name.empty() && request.output != "-") name = std::filesystem::path(request.output).extension().string();
  if (!name.empty() && name.front() == '.') name.erase(0, 1);
  if (const auto format = mux::parse_export_format(name)) return *format;
  if (request.output == "-" && name.empty())
    return Error{"--format: a pipe has no name to tell it by: mp4, ts, flv or mkv"};
  return Error{"--format: '" + name + "' is none of mp4, ts, flv, mkv"};
}

std::string seconds_text(Ticks90k time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 90000);
  return text;
}

std::string megabytes_text(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / 1048576);
  return text;
}

class Export {
 public:
  Export(const ExportRequest& request, mux::ExportFormat format, record::Selection::Options options, std::ostream& err)
      : request_(request),
        format_(format),
        selection_(std::move(options)),
        err_(err),
        terminal_(::isatty(STDERR_FILENO) == 1) {}

  int run(const store::ExportSource& source);

 private:
  bool drain();
  bool write(const record::Selected& selected);
  bool begin(const record::Selected& first);
  bool finish();
  bool fail(const std::string& message);
  void tell_left_out();
  void tell_progress(const record::Selected& selected);
  void clear_line();
  void say(const std::string& message);
  std::string resume_hint() const;

  const ExportRequest& request_;
  mux::ExportFormat format_;
  record::Selection selection_;
  std::ostream& err_;
  bool terminal_;

  std::uint32_t number_ = 0;
  std::optional<ExportFile> file_;
  std::optional<mux::Exporter> exporter_;
  std::uint64_t frames_ = 0;
  Ticks90k reached_{};
  // The last key frames that were handed over: what came after the one before the last may still be on its way.
  std::array<std::optional<WallTime>, 2> points_;
  std::uint32_t files_ = 0;
  std::string finished_;  // their names
  bool failed_ = false;
  MonoTime told_at_;
  bool line_open_ = false;
};

int Export::run(const store::ExportSource& source) {
  const auto periods = source.periods();
  if (!periods) return fail(periods.error().message), kFailed;
  selection_.expect(*periods);
  store::ExportSource::Visitor visitor;
  visitor.begin_epoch = [this](const SessionId&) { selection_.begin_epoch(); };
  visitor.entry = [this](const media::Entry& entry) {
    selection_.add(entry);
    return drain() && !selection_.is_over();
  };
  visitor.note = [this](const std::string& note) { say("note: " + note); };
  const auto read = source.read(visitor);
  if (!read) fail(read.error().message);
  if (!failed_) selection_.finish();
  if (!failed_) drain();
  tell_left_out();
  if (interrupted != 0) fail("interrupted" + resume_hint());
  if (!failed_) finish();
  if (!failed_ && files_ == 0) fail("nothing to export: no key frame is recorded in that time");
  return failed_ ? kFailed : kFine;
}

// False: no more.
bool Export::drain() {
  tell_left_out();
  while (const auto selected = selection_.next()) {
    if (interrupted != 0 || !write(*selected)) return false;
  }
  return interrupted == 0;
}

bool Export::write(const record::Selected& selected) {
  if (exporter_ && selected.file != number_) {
    if (!finish()) return false;
    if (request_.output == "-") {
      return fail("a track changes, which one " + std::string(mux::to_string(format_)) +
                  " cannot hold; go on with --from " + point_text(selected.shown));
    }
  }
  if (!exporter_ && !begin(selected)) return false;
  const mux::ExportSample sample{selected.dts, selected.pts, selected.duration, selected.key, selected.data.view()};
  const auto written = exporter_->write(selected.stream, sample);
  if (!written) {
    const bool closed = exporter_->write_error() == boost::system::errc::broken_pipe;
    if (interrupted != 0) return fail("interrupted" + resume_hint());
    return fail(closed ? "whoever read the pipe has gone" + resume_hint() : written.error().message + resume_hint());
  }
  ++frames_;
  const media::Track& track = (*selected.tracks)[selected.stream];
  reached_ = std::max(reached_, ticks_from(selected.dts + selected.duration, track.timescale));
  if (selected.main && selected.key) points_ = {points_[1], selected.shown};
  tell_progress(selected);
  return true;
}

bool Export::begin(const record::Selected& first) {
  number_ = first.file;
  auto file = ExportFile::open(numbered_path(request_.output, number_), request_.force);
  if (!file) return fail(file.error().message);
  file_.emplace(std::move(*file));
  auto exporter = mux::Exporter::open(format_, *file_, *first.tracks);
  if (!exporter) return fail(exporter.error().message);
  exporter_.emplace(std::move(*exporter));
  if (number_ > 0) say("a track changes at " + point_text(first.shown) + ": " + file_->path() + " begins");
  return true;
}

bool Export::finish() {
  if (!exporter_) return true;
  const auto finished = exporter_->finish();
  const std::uint64_t bytes = exporter_->size();
  exporter_.reset();
  if (!finished) return fail(finished.error().message + resume_hint());
  if (const auto published = file_->publish(); !published) return fail(published.error().message);
  if (!file_->is_pipe()) finished_ += (finished_.empty() ? "" : ", ") + file_->path();
  say((file_->is_pipe() ? "pipe" : file_->path()) + ": " + seconds_text(std::exchange(reached_, {})) + ", " +
      std::to_string(std::exchange(frames_, 0)) + " frames, " + megabytes_text(bytes));
  file_.reset();
  ++files_;
  return true;
}

bool Export::fail(const std::string& message) {
  if (std::exchange(failed_, true)) return false;
  say(message + (finished_.empty() ? "" : "; finished before: " + finished_ + " (--force makes all of them anew)"));
  return false;
}

// Of a file that is not complete nothing is left that could be gone on with.
std::string Export::resume_hint() const {
  if (request_.output != "-") return "";
  const auto& point = points_[0] ? points_[0] : points_[1];
  return point ? "; go on with --from " + point_text(*point) : "";
}

void Export::tell_left_out() {
  for (const media::Track& track : selection_.take_left_out()) {
    const std::string name = std::string(media::to_string(track.config.codec)) + " track " +
                             std::to_string(track.source_id) + " is left out: ";
    say(mux::can_export(format_, track) ? name + "it came after the file had begun"
                                        : name + std::string(mux::to_string(format_)) + " cannot carry it");
  }
}

void Export::tell_progress(const record::Selected& selected) {
  if (!terminal_ && !request_.progress) return;
  const MonoTime now = io::mono_now();
  if (now < told_at_ + (terminal_ ? kProgressOnTerminal : kProgressLines)) return;
  told_at_ = now;
  clear_line();
  err_ << to_rfc3339(selected.shown) << "  " << seconds_text(reached_) << "  " << megabytes_text(exporter_->size());
  if (terminal_) {
    err_ << std::flush;
    line_open_ = true;
  } else {
    err_ << std::endl;
  }
}

void Export::clear_line() {
  if (std::exchange(line_open_, false)) err_ << "\r\x1b[K";
}

void Export::say(const std::string& message) {
  clear_line();
  err_ << message << std::endl;
}

// The second one may come with the first: `timeout` sends it to the process and to its group.
void note_signal(int) {
  interrupted = interrupted + 1;
  if (interrupted > 2) std::_Exit(kFailed);
}

// A broken pipe is an error like any other, and after an interrupt it says how far it came; a third one ends it at
// once.
void take_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int refuse(const store::ExportFault& fault, std::ostream& err) {
  err << "sluice recording export: " << fault.message << "\n";
  return fault.unusable ? kWrongUsage : kFailed;
}

int unusable(const Error& error, std::ostream& err) { return refuse({error.message, true}, err); }

}  // namespace

int recording_export(const ExportRequest& request, std::ostream& err) {
  const auto format = format_of(request);
  if (!format) return unusable(format.error(), err);
  const auto from = parse_option("--from", request.from);
  if (!from) return unusable(from.error(), err);
  const auto to = parse_option("--to", request.to == "now" ? "" : request.to);
  if (!to) return unusable(to.error(), err);
  if (*from && *to && **from >= **to) return unusable(Error{"--to: must be later than --from"}, err);
  const auto source = store::ExportSource::open(request.paths, *from, *to);
  if (!source) return refuse(source.error(), err);
  // What exists is told before anything is read.
  if (auto file = ExportFile::open(request.output, request.force); !file) return refuse(file.error(), err);
  take_signals();
  const auto carries = [format](const media::Track& track) { return mux::can_export(*format, track); };
  return Export(request, *format, {*from, *to, carries}, err).run(*source);
}

}  // namespace sluice::app
