// The promise of docs/recording-format.md, "What is promised", against a disk that may lose all that it may lose: the
// recorder's own logic, run by a seeded schedule, has its power cut at any system call; then what is left is read, and
// recovered as at the next start.
#include <gmock/gmock.h>

#include <cstdlib>
#include <deque>

#include "record/sample.hpp"
#include "sluice/store/recording_check.hpp"
#include "sluice/store/recording_name.hpp"
#include "sluice/store/recovery.hpp"
#include "sluice/store/session_log.hpp"
#include "store/faulty_disk.hpp"
#include "store/model_disk.hpp"

namespace sluice::store {
namespace {

const fs::path kRoot = "/disk";

// The jobs of the sync thread, done when the schedule says so. Notes what is durable by their word.
class ScheduledQueue : public DiskQueue {
 public:
  ScheduledQueue(FileSystem& files, RecorderStats& stats, const RecorderReport& report) : work_(files, stats, report) {}
  void push(DiskJob job) override { jobs_.push_back(std::move(job)); }
  std::size_t seals_waiting() const override { return jobs_.size(); }

  void run_one(MonoTime now) {
    if (jobs_.empty()) {
      work_.retry(now);
      return;
    }
    const DiskJob job = std::move(jobs_.front());
    jobs_.pop_front();
    work_.run(job, now);
    durable_[job.file->final_path] = job.file->synced;
  }
  // Bytes of each file, by its final name.
  const std::map<fs::path, std::uint64_t>& durable() const { return durable_; }

 private:
  DiskWork work_;
  std::deque<DiskJob> jobs_;
  std::map<fs::path, std::uint64_t> durable_;
};

class Schedule {
 public:
  explicit Schedule(std::uint64_t seed) : random_(seed), disk_(kRoot, seed + 1), files_(disk_) {
    options_.directory = kRoot / "recordings";
    options_.rotate = Millis(3000 + static_cast<std::int64_t>(any(4)) * 1000);
    options_.hold = Millis(2000);
    disk_.cut_power_after(1 + any(any(3) == 0 ? 40 : 300));
    if (any(3) == 0) disk_.fail(5 + any(40));
    while (!disk_.is_off()) step();
  }

  ModelDisk& disk() { return disk_; }
  const std::map<fs::path, std::uint64_t>& durable() const { return queue_.durable(); }
  const std::vector<fs::path>& sealed() const { return sealed_; }

 private:
  struct Live {
    std::unique_ptr<SessionLog> log;
    std::uint64_t msn;
    std::int64_t time;
  };

  std::uint64_t any(std::uint64_t below) { return random_() % below; }

  void step() {
    now_ += Millis(static_cast<std::int64_t>(any(300)));
    if (lives_.empty() || (lives_.size() < 3 && any(30) == 0)) return begin();
    Live& live = lives_[any(lives_.size())];
    switch (any(8)) {
      case 0:
      case 1:
      case 2:
        return add_some(live);
      case 3:
      case 4:
        return live.log->flush(now_);
      case 5:
        live.log->sync();
        return;
      case 6:
        return queue_.run_one(now_);
      default:
        if (any(12) == 0) end(live);
    }
  }

  void begin() {
    record::SessionInfo info = record::sample::session();
    info.stream = *StreamName::make("app" + std::to_string(any(2)), "stream" + std::to_string(any(2)));
    info.session = SessionId::make(info.start, static_cast<std::uint32_t>(++sessions_));
    const RecorderReport report = [this](const RecorderEvent& event) { note(event); };
    lives_.push_back({std::make_unique<SessionLog>(options_, info, files_, queue_, stats_, report), 100, 0});
    SessionLog& log = *lives_.back().log;
    log.add(media::Period{1, media::PeriodCause::start, Ticks90k(0), record::sample::wall(1)}, now_);
    log.add(record::sample::video(), now_);
    log.add(record::sample::audio(), now_);
  }

  void end(Live& live) {
    live.log->finish(now_);
    std::swap(live, lives_.back());
    lives_.pop_back();
  }

  void add_some(Live& live) {
    for (std::uint64_t count = 1 + any(4); count > 0; --count) {
      const bool key = live.time % 180000 == 0;
      if (key && live.time > 0) live.log->add(record::sample::cut(live.msn++, live.time - 180000), now_);
      std::string media(any(4) == 0 ? 1000 + any(3000) : any(300), static_cast<char>('a' + any(26)));
      live.log->add(record::sample::packet(0, live.time, key, media), now_);
      live.time += 22500;
    }
  }

  void note(const RecorderEvent& event) {
    if (event.kind == RecorderEvent::Kind::sealed) sealed_.push_back(event.path);
  }

  ModelDisk::Random random_;
  ModelDisk disk_;
  RecordingFiles files_;
  RecorderStats stats_;
  std::vector<fs::path> sealed_;
  ScheduledQueue queue_{files_, stats_, [this](const RecorderEvent& event) { note(event); }};
  SessionLogOptions options_;
  MonoTime now_{Seconds(1)};
  std::vector<Live> lives_;
  std::uint64_t sessions_ = 0;
};

fs::path final_name(const fs::path& path) { return path.extension() == ".open" ? sealed_path(path) : path; }

ByteView first(const Bytes& bytes, std::uint64_t count) {
  return ByteView(bytes).first(std::min<std::size_t>(bytes.size(), count));
}

// Everything in `bytes` that reads as a record is what was written there.
void expect_nothing_invented(const ModelDisk::Survivor& file) {
  for (const auto& found : record::sample::only<record::Found>(record::sample::read(file.bytes))) {
    ASSERT_LE(found.end, file.written.size());
    const auto begin = static_cast<std::ptrdiff_t>(found.offset);
    const auto end = static_cast<std::ptrdiff_t>(found.end);
    EXPECT_TRUE(std::equal(file.bytes.begin() + begin, file.bytes.begin() + end, file.written.begin() + begin));
  }
}

// The next start: sealed, with all that was durable whole.
void expect_recovered(const ModelDisk::Survivor& file, std::uint64_t durable, const fs::path& directory) {
  const fs::path path = directory / fs::relative(file.path, kRoot);
  write_file(path, file.bytes);
  if (file.path.extension() == ".open") {
    const SealedLeftover leftover = seal_leftover(path);
    if (durable == 0 && leftover.outcome != SealedLeftover::Outcome::sealed) return;
    ASSERT_EQ(leftover.outcome, SealedLeftover::Outcome::sealed);
  }
  const auto checked = check_file(final_name(path));
  ASSERT_TRUE(checked);
  for (const DamagedSpan& span : checked->scan.damages) EXPECT_GE(span.damage.offset + span.damage.size, durable);
  const Bytes after = read_file(final_name(path));
  EXPECT_TRUE(std::ranges::equal(first(after, durable), first(file.written, durable)));
  if (file.path.extension() == ".open") return;
  EXPECT_THAT(checked->faults, testing::IsEmpty());
  EXPECT_EQ(file.bytes, file.named_with);
}

void expect_promise_kept(Schedule& schedule, const fs::path& directory) {
  const auto survivors = schedule.disk().survivors();
  EXPECT_THAT(schedule.disk().faults(), testing::IsEmpty());
  std::map<fs::path, const ModelDisk::Survivor*> by_name;
  for (const auto& file : survivors) {
    EXPECT_TRUE(by_name.emplace(final_name(file.path), &file).second) << "both names of " << file.path;
    expect_nothing_invented(file);
    const auto durable = schedule.durable().find(final_name(file.path));
    expect_recovered(file, durable == schedule.durable().end() ? 0 : durable->second, directory);
  }
  for (const auto& [path, bytes] : schedule.durable()) {
    if (bytes == 0) continue;
    ASSERT_TRUE(by_name.contains(path)) << path << " is gone";
    EXPECT_TRUE(std::ranges::equal(first(by_name[path]->bytes, bytes), first(by_name[path]->written, bytes)));
    EXPECT_GE(by_name[path]->bytes.size(), bytes);
  }
  for (const fs::path& path : schedule.sealed()) {
    ASSERT_TRUE(by_name.contains(path)) << path << " is gone";
    EXPECT_EQ(by_name[path]->path, path) << "the final name was told and did not last";
  }
}

// Other schedules: SLUICE_POWER_CUTS is how many, SLUICE_POWER_CUT_SEED the first one's seed.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(PowerCut, LosesNothingThatWasSyncedAndInventsNothing) {
  const std::uint64_t seed = number_from("SLUICE_POWER_CUT_SEED", 1);
  std::size_t sealed = 0;
  std::size_t durable = 0;
  for (std::uint64_t i = 0; i < number_from("SLUICE_POWER_CUTS", 2000); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed + i));
    const TemporaryDirectory directory;
    Schedule schedule(seed + i);
    expect_promise_kept(schedule, directory.path());
    sealed += schedule.sealed().size();
    durable += schedule.durable().size();
    if (testing::Test::HasFailure()) break;
  }
  if (std::getenv("SLUICE_POWER_CUTS") == nullptr) {
    // The schedules are about something.
    EXPECT_GT(sealed, 1000U);
    EXPECT_GT(durable, 3000U);
  }
}

}  // namespace
}  // namespace sluice::store
