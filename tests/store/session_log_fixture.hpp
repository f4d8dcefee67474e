// A SessionLog in a directory of its own, on a disk that fails when told to, with jobs done at once and time that the
// test moves.
#pragma once

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "sluice/store/recording_check.hpp"
#include "sluice/store/session_log.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {

inline constexpr const char* kSessionFiles = "live/demo/20261121T035512Z-3f9a2c-";

inline std::string sealed_name(int index) { return kSessionFiles + ("00000" + std::to_string(index)) + ".slog"; }
inline std::string open_name(int index) { return sealed_name(index) + ".open"; }

inline media::Period period(std::uint64_t number = 7, std::int64_t start = 0) {
  return {number, media::PeriodCause::start, Ticks90k(start), record::sample::wall(1)};
}

class SessionLogTest : public testing::Test {
 protected:
  SessionLogTest() {
    options_.directory = directory_.path();
    options_.rotate = Millis(4000);
    log_.emplace(options_, record::sample::session(), disk_, queue_, stats_, report_);
  }

  void add(const std::vector<media::Entry>& entries) {
    for (const media::Entry& entry : entries) log_->add(entry, now_);
    log_->flush(now_);
  }
  // Segments of two seconds, numbered from `first`; the first begins at (first - 100) * 2 s.
  void add_segments(std::uint64_t first, int count) {
    for (int i = 0; i < count; ++i)
      add(record::sample::segment(first + i, static_cast<std::int64_t>(first + i - 100) * 180000));
  }
  void begin() { add({period(), record::sample::video(), record::sample::audio()}); }

  Bytes bytes(const std::string& name) const { return read_file(directory_.path() / name); }
  std::vector<record::Reader::Item> items(const std::string& name) const { return record::sample::read(bytes(name)); }
  std::vector<std::uint64_t> msns(const std::string& name) const {
    std::vector<std::uint64_t> result;
    for (const media::Entry& entry : record::sample::entries_of(items(name))) {
      if (const auto* one = std::get_if<media::Cut>(&entry)) result.push_back(one->msn);
    }
    return result;
  }
  record::FileHeader header(const std::string& name) const {
    return std::get<record::FileHeader>(record::sample::only<record::Found>(items(name)).front().record);
  }
  void expect_whole(const std::string& name) const {
    const auto checked = check_file(directory_.path() / name);
    ASSERT_TRUE(checked) << name;
    EXPECT_THAT(checked->faults, testing::IsEmpty()) << name;
  }

  TemporaryDirectory directory_;
  FaultyDisk disk_;
  RecorderStats stats_;
  std::vector<std::string> events_;
  RecorderReport report_ = [this](const RecorderEvent& event) { events_.push_back(text_of(event)); };
  ImmediateQueue queue_{disk_, stats_, report_};
  SessionLogOptions options_;
  MonoTime now_{Micros(1'000'000)};
  std::optional<SessionLog> log_;
};

}  // namespace sluice::store
