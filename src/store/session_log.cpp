#include "sluice/store/session_log.hpp"

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

std::uint64_t media_size(const media::Entry& entry) {
  if (const auto* packet = std::get_if<media::Packet>(&entry)) return packet->data.size();
  if (const auto* data = std::get_if<media::Data>(&entry)) return data->amf.size();
  return 0;
}

bool ends_segment(const media::Entry& entry) {
  if (const auto* cut = std::get_if<media::Cut>(&entry)) return cut->ends_segment;
  return std::holds_alternative<media::Gap>(entry);
}

}  // namespace

SessionLog::SessionLog(const SessionLogOptions& options, record::SessionInfo session, FileSystem& files,
                       DiskQueue& queue, RecorderStats& stats, RecorderReport report)
    : options_(options),
      session_(std::move(session)),
      files_(files),
      queue_(queue),
      stats_(stats),
      report_(std::move(report)) {}

void SessionLog::add(const media::Entry& entry, MonoTime now) {
  // A stream's Period is where recording can begin as well as behind the end of a segment.
  const bool period = std::holds_alternative<media::Period>(entry);
  if (state_ == State::waiting && period && now >= retry_at_) state_ = State::between;
  if (state_ == State::waiting) return wait_through(entry, now);
  if (state_ == State::recording && rotate_due_ && may_begin_file(entry)) seal(now);
  // Sealing may have failed.
  if (state_ == State::waiting || (state_ == State::between && !open(now))) return wait_through(entry, now);
  writer_->add(entry);
  ++unwritten_entries_;
  unwritten_bytes_ += media_size(entry);
  if (ends_segment(entry)) {
    rotate_due_ = rotation_is_due();
  } else if (const auto* packet = std::get_if<media::Packet>(&entry); packet != nullptr && !packet->hidden) {
    // The next segment has begun in this file, and stays in it.
    rotate_due_ = false;
  }
}

void SessionLog::wait_through(const media::Entry& entry, MonoTime now) {
  count_lost(entry);
  head_.apply(entry);
  if (ends_segment(entry) && now >= retry_at_) state_ = State::between;
}

bool SessionLog::rotation_is_due() const {
  const auto& entries = writer_->ledger().index().entries;
  if (entries.empty()) return false;
  const Ticks90k media = entries.back().start + entries.back().duration - entries.front().start;
  return media >= options_.rotate || writer_->ledger().index_full();
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
  if (next_index_ > kFileIndexMax) {
    fail("create", make_error_code(boost::system::errc::value_too_large), now);
    return false;
  }
  const RecordingName name{session_.session, next_index_++, false};
  auto file = std::make_shared<OpenFile>(session_.stream, session_.session,
                                         stream_directory(options_.directory, session_.stream) / name.filename());
  file->final_path = sealed_path(file->path);
  auto created = files_.create(file->path, file->final_path);
  if (!created) {
    fail("create", created.error(), now);
    return false;
  }
  file->file = std::move(*created);
  file_ = std::move(file);
  writer_.emplace(random_mark(), record::FileHeader{session_, name.index, head_.numbering()}, head_, lost_);
  state_ = State::recording;
  rotate_due_ = false;
  flushed_ = false;
  return true;
}

void SessionLog::flush(MonoTime now) {
  if (state_ != State::recording) return;
  if (file_->sync_failed) return give_up(now);
  record::Output& output = writer_->output();
  if (output.empty()) return;
  const MonoTime start = io::mono_now();
  const error_code error = file_->file->write(output.pieces());
  stats_.write_micros += static_cast<std::uint64_t>((io::mono_now() - start).count());
  ++stats_.writes;
  if (error) {
    fail("write", error, now);
    return give_up(now);
  }
  stats_.bytes_written += output.size();
  stats_.entries_written += std::exchange(unwritten_entries_, 0);
  unwritten_bytes_ = 0;
  output.clear();
  dirty_ = true;
  flushed_ = true;
  if (lost_.entries > 0) {
    RecorderEvent resumed = event(Kind::resumed);
    resumed.entries = lost_.entries;
    resumed.media_bytes = lost_.media_bytes;
    report_(resumed);
    lost_ = {};
  }
  if (std::exchange(failing_, false)) --stats_.sessions_failing;
  recover_leftovers();
}

void SessionLog::recover_leftovers() {
  for (auto& leftover : leftovers_) queue_.push({DiskJob::Kind::recover, std::move(leftover)});
  leftovers_.clear();
}

bool SessionLog::sync() {
  if (state_ != State::recording || !std::exchange(dirty_, false)) return false;
  queue_.push({DiskJob::Kind::sync, file_});
  return true;
}

void SessionLog::seal(MonoTime now) {
  writer_->seal();
  flush(now);
  if (state_ != State::recording) return;
  head_ = head();
  queue_.push({DiskJob::Kind::seal, std::exchange(file_, nullptr)});
  writer_.reset();
  dirty_ = false;
  state_ = State::between;
}

void SessionLog::finish(MonoTime now) {
  if (state_ == State::recording) seal(now);
  if (std::exchange(failing_, false)) --stats_.sessions_failing;
  recover_leftovers();
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

void SessionLog::fail(std::string_view operation, error_code error, MonoTime now) {
  ++stats_.errors;
  RecorderEvent failed = event(Kind::failed);
  failed.operation = operation;
  failed.error = error;
  report_(failed);
  if (!std::exchange(failing_, true)) ++stats_.sessions_failing;
  state_ = State::waiting;
  retry_at_ = now + options_.retry_interval;
}

// Leaves the file as it is, if anything of it was ever written; what the writer holds is lost.
void SessionLog::give_up(MonoTime now) {
  if (!std::exchange(failing_, true)) ++stats_.sessions_failing;
  state_ = State::waiting;
  retry_at_ = now + options_.retry_interval;
  head_ = head();
  if (lost_.entries == 0) lost_.since = head_.numbering().last_time;
  stats_.entries_lost += unwritten_entries_;
  lost_.entries += std::exchange(unwritten_entries_, 0);
  lost_.media_bytes += std::exchange(unwritten_bytes_, 0);
  // A disk that stays full would otherwise collect an empty file with each attempt.
  if (!flushed_) files_.remove(file_->path);
  if (flushed_) leftovers_.push_back(file_);
  file_.reset();
  writer_.reset();
  dirty_ = false;
}

void SessionLog::count_lost(const media::Entry& entry) {
  if (lost_.entries == 0) lost_.since = head_.numbering().last_time;
  ++lost_.entries;
  lost_.media_bytes += media_size(entry);
  ++stats_.entries_lost;
}

RecorderEvent SessionLog::event(Kind kind) const {
  return {kind, session_.stream, session_.session, file_ ? file_->path : std::filesystem::path(), {}, {}, 0, 0};
}

}  // namespace sluice::store
