#include "sluice/store/session_log.hpp"

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

#include "sluice/base/check.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

using Kind = RecorderEvent::Kind;

std::uint32_t random_mark() {
  std::random_device random;
  std::uint32_t mark = 0;
  while (mark == 0) mark = random();
  return mark;
}

constexpr int kBackoffMax = 10;  // doublings; the option's limit comes sooner

}  // namespace

bool ends_segment(const media::Entry& entry) {
  if (const auto* cut = std::get_if<media::Cut>(&entry)) return cut->ends_segment;
  return std::holds_alternative<media::Gap>(entry);
}

std::uint64_t media_size(const media::Entry& entry) {
  if (const auto* packet = std::get_if<media::Packet>(&entry)) return packet->data.size();
  if (const auto* data = std::get_if<media::Data>(&entry)) return data->amf.size();
  return 0;
}

void Tally::add(const media::Entry& entry) {
  const auto* cut = std::get_if<media::Cut>(&entry);
  add({1, media_size(entry), cut != nullptr ? cut->duration : Ticks90k{}});
}

void Tally::add(const Tally& other) {
  entries += other.entries;
  media_bytes += other.media_bytes;
  span += other.span;
}

SessionLog::SessionLog(const SessionLogOptions& options, record::SessionInfo session, FileSystem& files,
                       DiskQueue& queue, RecorderStats& stats, RecorderReport report)
    : options_(options),
      session_(std::move(session)),
      files_(files),
      queue_(queue),
      stats_(stats),
      report_(std::move(report)),
      head_(session_.before) {}

void SessionLog::add(const media::Entry& entry, MonoTime now) {
  // A stream's Period is where recording can begin as well as behind the end of a segment.
  const bool period = std::holds_alternative<media::Period>(entry);
  if (state_ == State::waiting && period && may_try(now)) state_ = State::between;
  if (state_ == State::waiting) return wait_through(entry, now);
  if (state_ == State::recording && rotate_due_ && may_begin_file(entry)) seal_if_written(now);
  // Sealing may have failed.
  if (state_ == State::waiting || (state_ == State::between && !open(now))) return wait_through(entry, now);
  writer_->add(entry);
  unwritten_.add(entry);
  if (ends_segment(entry)) {
    if (!options_.has_room()) {
      seal_if_written(now);
      if (!holds()) return start_waiting(now, Millis(0));
    }
    rotate_due_ = rotation_is_due();
  } else if (const auto* packet = std::get_if<media::Packet>(&entry); packet != nullptr && !packet->hidden) {
    // The next segment has begun in this file, and stays in it.
    rotate_due_ = false;
  }
}

void SessionLog::wait_through(const media::Entry& entry, MonoTime now) {
  Tally tally;
  tally.add(entry);
  count_lost(tally, head_.numbering().last_time);
  head_.apply(entry);
  if (ends_segment(entry) && may_try(now)) state_ = State::between;
}

bool SessionLog::may_try(MonoTime now) const {
  return now >= retry_at_ && options_.has_room() && queue_.seals_waiting() < kSealsStuckMax;
}

bool SessionLog::rotation_is_due() const {
  const auto& entries = writer_->ledger().index().entries;
  if (entries.empty()) return false;
  if (writer_->ledger().index_full()) return true;
  const Ticks90k media = entries.back().start + entries.back().duration - entries.front().start;
  return media >= options_.rotate && queue_.seals_waiting() < kSealsWaitingMax;
}

// Right behind a segment: whether `entry` begins media that can be decoded without what came before.
bool SessionLog::may_begin_file(const media::Entry& entry) const {
  if (std::holds_alternative<media::Period>(entry)) return true;
  const auto* packet = std::get_if<media::Packet>(&entry);
  if (packet == nullptr || packet->hidden || !packet->key) return false;
  return head().is_video(packet->track) || !head().has_video();
}

bool SessionLog::open(MonoTime now) {
  SLUICE_CHECK(!writer_);
  if (!may_try(now)) {
    start_waiting(now, Millis(0));
    return false;
  }
  if (next_index_ > kFileIndexMax) {
    fail("create", make_error_code(boost::system::errc::value_too_large));
    start_waiting(now, options_.retry_interval);
    return false;
  }
  const RecordingName name{session_.session, next_index_, false};
  auto file = std::make_shared<OpenFile>(session_.stream, session_.session,
                                         stream_directory(options_.directory, session_.stream) / name.filename());
  file->final_path = sealed_path(file->path);
  auto created = files_.create(file->path, file->final_path);
  // A name that is taken is passed over; one that could not be made is free, and a hole in the numbers would look like
  // a file that was lost.
  if (created || created.error().value() == EEXIST) ++next_index_;
  if (!created) {
    fail("create", created.error());
    start_waiting(now, options_.retry_interval);
    return false;
  }
  file->file = std::move(*created);
  file->quiet = sync_doubted_;
  file_ = std::move(file);
  writer_.emplace(random_mark(), record::FileHeader{session_, name.index, head_.numbering()}, head_, lost_);
  state_ = State::recording;
  rotate_due_ = false;
  flushed_ = false;
  told_lost_ = {};
  written_ = {};
  begun_at_ = written_to_ = head_.numbering().last_time;
  return true;
}

void SessionLog::flush(MonoTime now) { write(now, true); }

void SessionLog::write(MonoTime now, bool may_hold) {
  if (state_ != State::recording) return;
  if (file_->sync_failed) return give_up(now);
  if (writer_->output().empty() || (holds() && may_hold && now < retry_at_)) return;
  bool undone = false;
  if (!write_output(undone) && (!undone || !may_hold || !hold(now))) give_up(now);
}

bool SessionLog::write_output(bool& undone) {
  const MonoTime start = io::mono_now();
  stats_.write_since = std::max<std::int64_t>(start.time_since_epoch().count(), 1);
  const error_code error = file_->file->write(writer_->output().pieces());
  stats_.write_since = 0;
  stats_.write_micros += static_cast<std::uint64_t>((io::mono_now() - start).count());
  ++stats_.writes;
  if (!error) {
    on_written();
    return true;
  }
  fail("write", error);
  // In any case: what is given up is counted as lost, and should not be half there.
  undone = !file_->file->undo_write();
  return false;
}

// Whether what could not be written is kept, to be written later.
bool SessionLog::hold(MonoTime now) {
  if (!held_since_) held_since_ = now;
  if (now - *held_since_ >= options_.hold || unwritten_.media_bytes >= options_.hold_bytes_max) return false;
  retry_at_ = now + options_.retry_interval;
  return true;
}

void SessionLog::on_written() {
  record::Output& output = writer_->output();
  stats_.bytes_written += output.size();
  stats_.entries_written += unwritten_.entries;
  written_.add(std::exchange(unwritten_, {}));
  written_to_ = head().numbering().last_time;
  file_->bytes += output.size();
  output.clear();
  held_since_.reset();
  dirty_ = true;
  if (!std::exchange(flushed_, true)) on_begun();
  if (sync_doubted_ && file_->synced == 0) return;
  sync_doubted_ = false;
  syncs_failed_ = 0;
  told_.reset();
  if (failing_ || missing_.entries > 0) {
    RecorderEvent resumed = event(Kind::resumed);
    resumed.entries = missing_.entries;
    resumed.media_bytes = missing_.media_bytes;
    report_(resumed);
    missing_ = {};
  }
  if (std::exchange(failing_, false)) --stats_.sessions_failing;
}

// The file's head is written, and tells what was lost before it.
void SessionLog::on_begun() {
  told_lost_ = std::exchange(lost_, {});
  missing_.entries += told_lost_.entries;
  missing_.media_bytes += told_lost_.media_bytes;
}

bool SessionLog::sync() {
  if (state_ != State::recording || !std::exchange(dirty_, false)) return false;
  queue_.push({DiskJob::Kind::sync, file_});
  return true;
}

// Not while something is held: it still has a chance to be written, to this file.
void SessionLog::seal_if_written(MonoTime now) {
  write(now, true);
  if (state_ == State::recording && !holds()) seal(now);
}

void SessionLog::seal(MonoTime now) {
  write(now, false);
  if (state_ != State::recording) return;
  head_ = head();
  file_->entries = written_.entries;
  file_->span = written_.span;
  writer_->seal();
  // The entries are there; the end can be made anew from them.
  bool undone = false;
  const auto next = write_output(undone) ? DiskJob::Kind::seal : DiskJob::Kind::recover;
  queue_.push({next, std::exchange(file_, nullptr)});
  writer_.reset();
  dirty_ = false;
  state_ = State::between;
}

void SessionLog::finish(MonoTime now) {
  if (state_ == State::recording) seal(now);
  if (std::exchange(failing_, false)) --stats_.sessions_failing;
}

void SessionLog::lose(std::span<const media::Entry> missed, record::Lost lost, MonoTime now) {
  if (state_ == State::recording) seal(now);
  if (lost_.entries == 0) lost_.since = head_.numbering().last_time;
  lost_.entries += lost.entries;
  lost_.media_bytes += lost.media_bytes;
  for (const media::Entry& entry : missed) head_.apply(entry);
  state_ = State::waiting;
  RecorderEvent shed = event(Kind::shed);
  shed.entries = lost.entries;
  shed.media_bytes = lost.media_bytes;
  report_(shed);
}

// From here on the session is not recorded.
void SessionLog::start_waiting(MonoTime now, Millis interval) {
  if (!std::exchange(failing_, true)) ++stats_.sessions_failing;
  state_ = State::waiting;
  retry_at_ = std::max(retry_at_, now + interval);
}

void SessionLog::fail(std::string_view operation, error_code error) {
  ++stats_.errors;
  stats_.last_error = error.value();
  stats_.last_operation = operation.data();
  if (!std::exchange(failing_, true)) ++stats_.sessions_failing;
  const std::pair failure(operation, error);
  if (std::exchange(told_, failure) == failure) return;
  RecorderEvent failed = event(Kind::failed);
  failed.operation = operation;
  failed.error = error;
  report_(failed);
}

// Leaves the file as it is, if anything of it was ever written; what the writer holds is lost.
void SessionLog::give_up(MonoTime now) {
  head_ = head();
  Millis interval = options_.retry_interval;
  if (file_->sync_failed) {
    interval = std::min(interval * (1 << std::min(syncs_failed_++, kBackoffMax)), options_.retry_interval_max);
    sync_doubted_ = true;
  }
  start_waiting(now, interval);
  // A file that is gone took with it what was written to it.
  if (file_->gone) {
    lost_ = told_lost_;
    missing_.entries -= std::min(missing_.entries, told_lost_.entries);
    missing_.media_bytes -= std::min(missing_.media_bytes, told_lost_.media_bytes);
    count_lost(written_, begun_at_);
  }
  count_lost(std::exchange(unwritten_, {}), written_to_);
  // A disk that stays full would otherwise collect an empty file with each attempt.
  if (!flushed_) files_.remove(file_->path);
  // One that is gone may come back, with its disk.
  if (flushed_) queue_.push({DiskJob::Kind::recover, file_});
  file_.reset();
  writer_.reset();
  held_since_.reset();
  dirty_ = false;
}

void SessionLog::count_lost(const Tally& tally, Ticks90k since) {
  if (tally.entries == 0) return;
  if (lost_.entries == 0) lost_.since = since;
  lost_.entries += tally.entries;
  lost_.media_bytes += tally.media_bytes;
  stats_.entries_lost += tally.entries;
  stats_.ticks_lost += static_cast<std::uint64_t>(tally.span.count());
}

RecorderEvent SessionLog::event(Kind kind) const {
  return {kind, session_.stream, session_.session, file_ ? file_->path : std::filesystem::path(), {}, {}, 0, 0};
}

}  // namespace sluice::store
