// make-recordings: hours of recordings in seconds, from one real one whose media is repeated without a seam.
//
// They are written by the recorder's own SessionLog, so they are what a server would have left; with --thin a part has
// one frame of one byte, for directories of many files where the media does not matter.
#include <fcntl.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "common/arguments.hpp"
#include "common/json.hpp"
#include "common/process.hpp"
#include "sluice/store/recording_file.hpp"
#include "sluice/store/session_log.hpp"

using namespace sluice;
using bench::die;

namespace {

// Some segments in a row of one Period, with the Period and its Tracks.
struct Template {
  media::Period period;
  std::vector<media::Track> tracks;
  std::vector<media::Entry> entries;  // Packets and Cuts
  std::uint64_t first_msn = 0;
  std::uint64_t segments = 0;
  std::uint64_t parts = 0;
  Ticks90k duration{};

  std::uint32_t timescale_of(media::TrackIndex index) const {
    for (const media::Track& track : tracks) {
      if (track.index == index) return track.timescale;
    }
    die("a packet of no track");
  }
};

// The entries of a file from its `skip`th segment on, `count` segments of them.
class Taker {
 public:
  Taker(Template& taken, std::uint64_t skip, std::uint64_t count) : taken_(taken), skip_(skip), count_(count) {}

  void take(const media::Entry& entry) {
    if (const auto* period = std::get_if<media::Period>(&entry)) taken_.period = *period;
    if (const auto* track = std::get_if<media::Track>(&entry)) taken_.tracks.push_back(*track);
    if (seen_ >= skip_ && taken_.segments < count_ && is_media(entry)) taken_.entries.push_back(entry);
    const auto* cut = std::get_if<media::Cut>(&entry);
    if (cut == nullptr) return;
    if (seen_ >= skip_ && taken_.segments < count_) {
      if (taken_.parts++ == 0) taken_.first_msn = cut->msn;
      taken_.duration += cut->duration;
      if (cut->ends_segment) ++taken_.segments;
    }
    if (cut->ends_segment) ++seen_;
  }

 private:
  static bool is_media(const media::Entry& entry) {
    const auto* packet = std::get_if<media::Packet>(&entry);
    return packet != nullptr ? !packet->hidden : std::holds_alternative<media::Cut>(entry);
  }

  Template& taken_;
  std::uint64_t skip_;
  std::uint64_t count_;
  std::uint64_t seen_ = 0;
};

Template load(const std::string& path, std::uint64_t skip, std::uint64_t count) {
  Template taken;
  Taker taker(taken, skip, count);
  const store::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) die("cannot open " + path);
  const auto size = store::read_all(file.get(), [&taker](const record::Reader::Item& item) {
    const auto* found = std::get_if<record::Found>(&item);
    const auto* entry = found != nullptr ? std::get_if<media::Entry>(&found->record) : nullptr;
    if (entry != nullptr) taker.take(*entry);
  });
  if (!size || taken.segments < count) {
    die(path + " has " + std::to_string(taken.segments) + " segments behind the first " + std::to_string(skip) + ", " +
        std::to_string(count) + " are needed");
  }
  return taken;
}

// One frame of one byte a part.
void thin_out(Template& source) {
  std::vector<media::Entry> kept;
  bool part_begins = true;
  for (media::Entry& entry : source.entries) {
    if (auto* packet = std::get_if<media::Packet>(&entry)) {
      if (!std::exchange(part_begins, false)) continue;
      packet->data = packet->data.slice(0, 1);
    } else {
      part_begins = true;
    }
    kept.push_back(std::move(entry));
  }
  source.entries = std::move(kept);
}

// The template's entries the `pass`th time round.
media::Entry shifted(const Template& source, const media::Entry& entry, std::uint64_t pass) {
  media::Entry result = entry;
  const Ticks90k by = source.duration * static_cast<std::int64_t>(pass);
  if (auto* packet = std::get_if<media::Packet>(&result)) {
    packet->dts += ticks_in(by, source.timescale_of(packet->track));
  } else if (auto* cut = std::get_if<media::Cut>(&result)) {
    cut->start += by;
    cut->msn += pass * source.segments;
    cut->fragment += pass * source.parts;
    for (media::TrackEnd& end : cut->ends) end.end += ticks_in(by, source.timescale_of(end.track));
  }
  return result;
}

// Leaves it to the kernel when anything reaches the disk.
class UnsyncedFiles : public store::FileSystem {
 public:
  boost::system::result<std::unique_ptr<store::File>> create(const std::filesystem::path& path,
                                                             const std::filesystem::path& final_path) override {
    auto file = store::posix_file_system().create(path, final_path);
    if (!file) return file.error();
    return std::make_unique<UnsyncedFile>(std::move(*file));
  }
  store::error_code publish(const std::filesystem::path& path, const std::filesystem::path& final_path) override {
    return ::rename(path.c_str(), final_path.c_str()) == 0 ? store::error_code() : store::last_error();
  }
  store::error_code remove(const std::filesystem::path& path) override {
    return store::posix_file_system().remove(path);
  }
  store::error_code make_directories(const std::filesystem::path& path) override {
    return store::posix_file_system().make_directories(path);
  }
  boost::system::result<store::Recovered> recover(const std::filesystem::path& path,
                                                  std::optional<std::uint64_t> unsynced_from) override {
    return store::posix_file_system().recover(path, unsynced_from);
  }

 private:
  class UnsyncedFile : public store::File {
   public:
    explicit UnsyncedFile(std::unique_ptr<store::File> file) : file_(std::move(file)) {}
    store::error_code write(std::span<const ByteView> pieces) override { return file_->write(pieces); }
    store::error_code undo_write() override { return file_->undo_write(); }
    store::error_code sync() override { return {}; }

   private:
    std::unique_ptr<store::File> file_;
  };
};

class Queue : public store::DiskQueue {
 public:
  Queue(store::FileSystem& files, store::RecorderStats& stats, const store::RecorderReport& report)
      : work_(files, stats, report) {}
  void push(store::DiskJob job) override { work_.run(job, MonoTime()); }

 private:
  store::DiskWork work_;
};

struct Job {
  std::filesystem::path directory;
  StreamName stream;
  SessionId session;
  WallTime start;
  Ticks90k length;
};

// Flushes once a part, which is about as often as a server does with many streams.
void write(const Template& source, const Job& job, store::FileSystem& files, store::RecorderStats& stats) {
  const store::RecorderReport report = [](const store::RecorderEvent& event) {
    if (event.kind != store::RecorderEvent::Kind::sealed) die("cannot record: " + event.error.message());
  };
  Queue queue(files, stats, report);
  store::SessionLogOptions options;
  options.directory = job.directory;
  options.rotate = Millis(60'000);
  store::SessionLog log(options, {job.stream, job.session, job.session, job.start}, files, queue, stats, report);
  media::Period period = source.period;
  period.wall_start = job.start;
  period.media_start = std::get<media::Cut>(source.entries.back()).start +
                       std::get<media::Cut>(source.entries.back()).duration - source.duration;
  log.add(period, MonoTime());
  for (const media::Track& track : source.tracks) log.add(track, MonoTime());
  for (std::uint64_t pass = 0; source.duration * static_cast<std::int64_t>(pass) < job.length; ++pass) {
    for (const media::Entry& entry : source.entries) {
      log.add(shifted(source, entry, pass), MonoTime());
      if (std::holds_alternative<media::Cut>(entry)) log.flush(MonoTime());
    }
  }
  log.finish(MonoTime());
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments("make-recordings: hours of recordings, made of one recording file.");
  arguments.add("from", "template.slog", "the recording whose media is repeated");
  arguments.add("skip", "2", "its segments that are left out at the start");
  arguments.add("segments", "16", "those that are repeated after them; one after the other they must have no seam");
  arguments.add("directory", "recordings", "where to");
  arguments.add("streams", "1", "live/s0, live/s1, …");
  arguments.add("hours", "8", "of each");
  arguments.add("end", "0", "when they end, in seconds since 1970");
  arguments.add("thin", "0", "1: one byte of media a part");
  arguments.parse(argc, argv);

  Template source = load(arguments.text("from"), static_cast<std::uint64_t>(arguments.whole("skip", 0, 1000)),
                         static_cast<std::uint64_t>(arguments.whole("segments", 1, 1000)));
  if (arguments.whole("thin", 0, 1) == 1) thin_out(source);
  const Ticks90k length(static_cast<std::int64_t>(arguments.real("hours", 0.001, 10'000) * 3600 * 90'000));
  const WallTime start = WallTime(Seconds(arguments.whole("end", 0, 1LL << 33))) - to_micros(length);
  UnsyncedFiles files;
  store::RecorderStats stats;
  const double cpu = bench::own_cpu_s();
  const std::int64_t streams = arguments.whole("streams", 1, 1000);
  for (std::int64_t i = 0; i < streams; ++i) {
    const Job job{arguments.text("directory"), *StreamName::make("live", "s" + std::to_string(i)),
                  SessionId::make(start, static_cast<std::uint32_t>(i)), start, length};
    write(source, job, files, stats);
  }
  const auto passes = static_cast<std::uint64_t>((length + source.duration - Ticks90k(1)) / source.duration);
  bench::Json out;
  out.add("tool", "make-recordings").add("session", SessionId::make(start, 0).text());
  out.add("first_msn", source.first_msn).add("segments", passes * source.segments);
  out.add("start", std::chrono::duration_cast<Seconds>(start.time_since_epoch()).count());
  out.add("files", stats.files_sealed.load()).add("bytes", stats.bytes_written.load());
  out.add("own_cpu_s", bench::own_cpu_s() - cpu);
  out.print();
}
