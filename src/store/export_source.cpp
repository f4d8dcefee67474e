#include "sluice/store/export_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "sluice/record/reader.hpp"
#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 256 * 1024;

Error fault(const fs::path& path, const error_code& error) { return Error{path.string() + ": " + error.message()}; }

// A file that was being written may have been sealed since its name was read.
Descriptor open_file(const fs::path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid() && errno == ENOENT && path.extension() == ".open") {
    descriptor = Descriptor(::open(sealed_path(path).c_str(), O_RDONLY | O_CLOEXEC));
  }
  return descriptor;
}

// Hands what stands in a file to `visit`, until that returns false.
error_code visit_file(int fd, const std::function<bool(const record::Reader::Item&)>& visit) {
  record::Reader reader;
  const auto drain = [&] {
    while (const auto item = reader.next()) {
      if (!visit(*item)) return false;
    }
    return true;
  };
  Bytes buffer(kChunk);
  std::uint64_t offset = 0;
  while (true) {
    const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    if (got == 0) break;
    offset += static_cast<std::uint64_t>(got);
    reader.feed(ByteView(buffer).first(static_cast<std::size_t>(got)));
    if (!drain()) return {};
  }
  reader.finish();
  drain();
  return {};
}

// Adds each Period in [from, to), with its Tracks, to `periods`.
error_code read_periods(int fd, std::uint64_t from, std::uint64_t to, std::vector<record::PeriodTracks>& periods) {
  return read_range(fd, from, to, [&](const record::Reader::Item& item) {
    const auto* found = std::get_if<record::Found>(&item);
    const auto* entry = found != nullptr ? std::get_if<media::Entry>(&found->record) : nullptr;
    if (entry == nullptr) return;
    if (const auto* period = std::get_if<media::Period>(entry)) periods.push_back({period->number, {}});
    const auto* track = std::get_if<media::Track>(entry);
    if (track != nullptr && !periods.empty()) periods.back().tracks.push_back(*track);
  });
}

}  // namespace

boost::system::result<std::optional<ExportSource::File>, ExportFault> ExportSource::look_at(
    const fs::path& path, std::optional<StreamName>& stream) {
  auto summary = read_summary(path);
  if (!summary && path.extension() == ".open") summary = read_summary(sealed_path(path));
  if (!summary && summary.error() == boost::system::errc::no_such_file_or_directory) return std::optional<File>();
  if (!summary) return ExportFault{fault(path, summary.error()).message};
  const auto name = RecordingName::parse(path.filename().string());
  const auto& header = summary->header;
  const auto of = header ? std::optional(header->session.stream) : stream_of(path);
  if (!of || (!header && !name))
    return ExportFault{path.string() + ": not a recording, or its Header is damaged", true};
  if (stream && *stream != *of) {
    return ExportFault{
        "these are recordings of two streams, " + stream->path() + " and " + of->path() + ": name those of one", true};
  }
  stream = of;
  const SessionId& session = header ? header->session.session : name->session;
  // Until it is sealed, only its start is known.
  const WallTime begins = summary->footer ? summary->footer->first_wall : header ? header->session.start : WallTime();
  const WallTime ends = summary->footer ? summary->footer->last_wall : WallTime::max();
  return std::optional(File{path, session, header ? header->file_index : name->index,
                            header ? header->session.epoch : session, begins, ends});
}

boost::system::result<ExportSource, ExportFault> ExportSource::open(std::span<const std::string> paths,
                                                                    std::optional<WallTime> from,
                                                                    std::optional<WallTime> to) {
  std::optional<StreamName> stream;
  std::vector<File> files;
  for (const std::string& path : paths) {
    const auto found = find_recordings(path);
    if (!found) {
      return ExportFault{fault(path, found.error()).message,
                         found.error() == boost::system::errc::no_such_file_or_directory};
    }
    if (found->empty()) {
      return ExportFault{path + ": no recordings (files named SESSION-INDEX.slog or .slog.open) in it or below", true};
    }
    for (const fs::path& one : *found) {
      auto file = look_at(one, stream);
      if (!file) return file.error();
      if (*file) files.push_back(std::move(**file));
    }
  }
  const auto place = [](const File& file) { return std::tie(file.session, file.index); };
  std::stable_sort(files.begin(), files.end(), [&](const File& a, const File& b) { return place(a) < place(b); });
  const auto same = [&](const File& a, const File& b) { return place(a) == place(b); };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  if (from) {
    // The key frame before `from` stands in the last file that begins before it, or at the end of the one before that.
    const auto after = std::find_if(files.begin(), files.end(), [&](const File& file) { return file.begins > *from; });
    const auto needed = std::min<std::ptrdiff_t>(after - files.begin(), 2);
    files.erase(files.begin(), after - needed);
  }
  if (to) {
    // A file begins with a key frame, so the first one behind `to` says where to end.
    const auto after = std::find_if(files.begin(), files.end(), [&](const File& file) { return file.begins > *to; });
    if (after != files.end()) files.erase(after + 1, files.end());
    if (!files.empty() && files.front().begins > *to) files.clear();
  }
  if (files.empty()) return ExportFault{"nothing is recorded in that time", true};
  return ExportSource(std::move(files));
}

Result<void> ExportSource::read(const Visitor& visitor) const {
  const SessionId* epoch = nullptr;
  for (const File& file : files_) {
    const Descriptor input = open_file(file.path);
    if (!input.valid() && errno == ENOENT) {
      visitor.note(file.path.string() + ": was taken away meanwhile");
      continue;
    }
    if (!input.valid()) return fault(file.path, last_error());
    if (epoch == nullptr || *epoch != file.epoch) visitor.begin_epoch(file.epoch);
    epoch = &file.epoch;
    bool goes_on = true;
    const error_code error = visit_file(input.get(), [&](const record::Reader::Item& item) {
      const auto* damage = std::get_if<record::Damage>(&item);
      if (damage != nullptr && !(damage->at_end && file.ends == WallTime::max())) {
        visitor.note(file.path.string() + ": bytes " + std::to_string(damage->offset) + " to " +
                     std::to_string(damage->offset + damage->size - 1) + " are damaged");
      }
      const auto* found = std::get_if<record::Found>(&item);
      const auto* entry = found != nullptr ? std::get_if<media::Entry>(&found->record) : nullptr;
      if (entry != nullptr) goes_on = visitor.entry(*entry);
      return goes_on;
    });
    if (error) return fault(file.path, error);
    if (!goes_on) break;
  }
  return {};
}

Result<std::vector<record::PeriodTracks>> ExportSource::periods() const {
  std::vector<record::PeriodTracks> periods;
  for (const File& file : files_) {
    const Descriptor input = open_file(file.path);
    if (!input.valid()) continue;  // read() tells
    const auto summary = read_summary(file.path);
    const auto index = summary && summary->footer ? read_index(input.get(), *summary->footer) : std::nullopt;
    if (!index) {
      if (const error_code error = read_periods(input.get(), record::kSignature.size(), UINT64_MAX, periods))
        return fault(file.path, error);
      continue;
    }
    std::uint64_t last = 0;
    for (const record::IndexEntry& entry : index->entries) {
      if (entry.period_offset == last) continue;
      last = entry.period_offset;
      const error_code error = read_periods(input.get(), last, entry.end, periods);
      if (error) return fault(file.path, error);
    }
  }
  return periods;
}

}  // namespace sluice::store
