#include "sluice/store/recorder.hpp"

#include <utility>

#include "sluice/base/check.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

// After so many rounds without an entry the writer sleeps until one comes. Sleeping at once would cost a wake-up call
// from the loop for every packet of a lone stream.
constexpr int kQuietRounds = 10;
// The writer does not wait for its next round once this share of the queue is full.
constexpr std::uint64_t kHurryShare = 16;
constexpr std::uint64_t kBehindShare = 4;
// A batch that grew behind a slow disk gives its memory back.
constexpr std::size_t kBatchKept = 16 * 1024;

// Of the entries a stream missed, only the last Period, its Tracks and the last Cut or Gap matter to what follows.
void remember(std::vector<media::Entry>& missed, const media::Entry& entry) {
  const auto is_cut = [](const media::Entry& one) {
    return std::holds_alternative<media::Cut>(one) || std::holds_alternative<media::Gap>(one);
  };
  if (std::holds_alternative<media::Packet>(entry) || std::holds_alternative<media::Data>(entry)) return;
  if (is_cut(entry)) std::erase_if(missed, is_cut);
  if (std::holds_alternative<media::Period>(entry)) {
    std::erase_if(missed, [&](const media::Entry& one) { return !is_cut(one); });
  }
  missed.push_back(entry);
}

// Players are told of it at once: it should be in the file by then.
bool is_listed(const media::Entry& entry) {
  return std::holds_alternative<media::Cut>(entry) || std::holds_alternative<media::Gap>(entry);
}

}  // namespace

Recorder::Recorder(RecorderOptions options, RecorderReport report, FileSystem& files)
    : options_(std::move(options)),
      report_([this, report = std::move(report)](const RecorderEvent& event) {
        const std::lock_guard lock(report_mutex_);
        report(event);
      }),
      files_(files),
      queue_(files, stats_, report_),
      thread_([this] { run(); }) {}

Recorder::~Recorder() { stop(); }

record::Sink::Lane Recorder::begin(const record::SessionInfo& info) {
  const Lane id{next_lane_++};
  lanes_.try_emplace(id);
  push(id, info, 0);
  return id;
}

void Recorder::append(Lane id, const media::Entry& entry) {
  const auto found = lanes_.find(id);
  SLUICE_CHECK(found != lanes_.end());
  LoopLane& lane = found->second;
  const std::size_t bytes = sizeof(Item) + media_size(entry);
  const std::uint64_t waiting = stats_.queue_bytes.load(std::memory_order_relaxed);
  const std::uint64_t max = lane.shedding ? options_.queue_bytes_max / 2 : options_.queue_bytes_max;
  if (waiting + bytes > max) return shed(lane, entry);
  if (lane.shedding) stop_shedding(id, lane);
  push(id, entry, bytes);
}

void Recorder::end(Lane id) {
  const auto found = lanes_.find(id);
  SLUICE_CHECK(found != lanes_.end());
  if (found->second.shedding) stop_shedding(id, found->second);
  push(id, Finish{}, 0);
  lanes_.erase(found);
}

void Recorder::stop() {
  if (std::exchange(stopped_, true)) return;
  while (!lanes_.empty()) end(lanes_.begin()->first);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  queue_.stop();
}

void Recorder::seal_later(const std::filesystem::path& path) {
  const auto stream = stream_of(path);
  const auto name = RecordingName::parse(path.filename().string());
  if (!stream || !name) return;
  auto file = std::make_shared<OpenFile>(*stream, name->session, path);
  file->final_path = sealed_path(path);
  queue_.push({DiskJob::Kind::recover, std::move(file)});
}

bool Recorder::is_behind() const {
  return stats_.queue_bytes.load(std::memory_order_relaxed) > options_.queue_bytes_max / kBehindShare;
}

void Recorder::shed(LoopLane& lane, const media::Entry& entry) {
  if (!std::exchange(lane.shedding, true)) {
    ++stats_.sessions_failing;
    ++stats_.sessions_shedding;
  }
  Tally tally;
  tally.add(entry);
  ++stats_.entries_lost;
  stats_.ticks_lost += static_cast<std::uint64_t>(tally.span.count());
  ++lane.lost.entries;
  lane.lost.media_bytes += tally.media_bytes;
  remember(lane.missed, entry);
}

void Recorder::stop_shedding(Lane id, LoopLane& lane) {
  lane.shedding = false;
  --stats_.sessions_failing;
  --stats_.sessions_shedding;
  push(id, Shed{std::exchange(lane.lost, {}), std::exchange(lane.missed, {})}, 0);
}

// The lock is held for a push_back or a swap only; the writer never works under it.
void Recorder::push(Lane lane, Message message, std::size_t bytes) {
  const std::uint64_t waiting = stats_.queue_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const bool hurry = waiting > options_.queue_bytes_max / kHurryShare;
  const auto* entry = std::get_if<media::Entry>(&message);
  const bool listed = entry != nullptr && is_listed(*entry);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    pending_.push_back({lane, static_cast<std::uint32_t>(bytes), std::move(message)});
    wake = std::exchange(asleep_, false);
    if (hurry && !std::exchange(hurry_, true)) wake = true;
    if (listed && !std::exchange(part_listed_, true)) wake = true;
  }
  if (wake) wake_.notify_one();
}

void Recorder::run() {
  MonoTime round_start = io::mono_now();
  MonoTime sync_at = round_start + options_.sync_interval;
  int quiet_rounds = 0;
  bool unsynced = false;
  std::unique_lock lock(mutex_);
  while (true) {
    const bool quiet = !unsynced && touched_.empty() && quiet_rounds >= kQuietRounds;
    const Wake wake = wait(lock, round_start, quiet);
    if (wake == Wake::stop) return;
    batch_.swap(pending_);
    lock.unlock();
    const MonoTime now = io::mono_now();
    unsynced = unsynced || !batch_.empty();
    if (wake == Wake::round) {
      round_start = now;
      quiet_rounds = batch_.empty() ? quiet_rounds + 1 : 0;
    }
    write_batch(now, wake);
    if (now >= sync_at) {
      unsynced = sync_all();
      sync_at = now + options_.sync_interval;
    }
    lock.lock();
  }
}

// Until the next round is due or a part is listed, or, when all is `quiet`, until something comes. `stop` when
// everything has been written and the recorder is to stop.
Recorder::Wake Recorder::wait(std::unique_lock<std::mutex>& lock, MonoTime round_start, bool quiet) {
  if (quiet) {
    asleep_ = pending_.empty();
    wake_.wait(lock, [this] { return !asleep_ || stopping_; });
    asleep_ = false;
  }
  const auto due = io::to_steady(round_start + options_.flush_interval);
  wake_.wait_until(lock, due, [this] { return stopping_ || hurry_ || part_listed_; });
  // Parts that end all the time do not put off the round that the others wait for.
  const bool part_only = part_listed_ && !stopping_ && !hurry_ && io::to_steady(io::mono_now()) < due;
  hurry_ = false;
  part_listed_ = false;
  if (stopping_ && pending_.empty()) return Wake::stop;
  return part_only ? Wake::part : Wake::round;
}

void Recorder::write_batch(MonoTime now, Wake wake) {
  for (Item& item : batch_) handle(item, now);
  batch_.clear();
  if (batch_.capacity() > kBatchKept) batch_ = {};
  std::erase_if(touched_, [&](WriterLane* lane) {
    if (wake == Wake::part && !lane->part_listed) return false;
    lane->part_listed = false;
    lane->log.flush(now);
    if (lane->log.holds()) return false;
    release(*lane);
    lane->touched = false;
    return true;
  });
}

// What the lane had in memory is written, or lost.
void Recorder::release(WriterLane& lane) {
  stats_.queue_bytes.fetch_sub(std::exchange(lane.bytes, 0), std::memory_order_relaxed);
}

void Recorder::handle(Item& item, MonoTime now) {
  if (const auto* info = std::get_if<record::SessionInfo>(&item.message)) {
    writer_lanes_.try_emplace(item.lane, SessionLog(options_.log, *info, files_, queue_, stats_, report_));
    return;
  }
  const auto found = writer_lanes_.find(item.lane);
  WriterLane& lane = found->second;
  lane.bytes += item.bytes;
  if (const auto* entry = std::get_if<media::Entry>(&item.message)) {
    lane.log.add(*entry, now);
    lane.part_listed = lane.part_listed || is_listed(*entry);
    if (!std::exchange(lane.touched, true)) touched_.push_back(&lane);
  } else if (const auto* shed = std::get_if<Shed>(&item.message)) {
    lane.log.lose(shed->missed, shed->lost, now);
  } else {
    lane.log.finish(now);
    release(lane);
    std::erase(touched_, &lane);
    writer_lanes_.erase(found);
  }
}

// Whether anything was left to sync.
bool Recorder::sync_all() {
  bool any = false;
  for (auto& [id, lane] : writer_lanes_) any = lane.log.sync() || any;
  return any;
}

}  // namespace sluice::store
