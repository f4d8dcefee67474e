#include "sluice/store/recording_repair.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "sluice/base/compact_time.hpp"
#include "sluice/record/repair.hpp"
#include "sluice/store/partial_path.hpp"
#include "sluice/store/recording_check.hpp"
#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kFine = 0;
constexpr int kFailed = 1;
constexpr int kUnusable = 2;
constexpr std::size_t kChunk = 1 << 20;

using Write = std::function<error_code(ByteView)>;

int say(int exit_code, const std::string& path, const std::string& what, std::ostream& err) {
  err << path << ": " << what << "\n";
  return exit_code;
}

// A temporary file that is gone unless it is published.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& final_path)
      : final_path_(final_path),
        path_(partial_path(final_path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_.valid() && !published_) ::unlink(path_.c_str());
  }

  bool valid() const { return file_.valid(); }
  int fd() const { return file_.get(); }
  const fs::path& path() const { return path_; }
  error_code publish() {
    if (::fdatasync(file_.get()) != 0) return last_error();
    const error_code error = posix_file_system().publish(path_, final_path_);
    published_ = !error;
    return error;
  }

 private:
  fs::path final_path_;
  fs::path path_;
  Descriptor file_;
  bool published_ = false;
};

std::optional<RecordingName> name_of(const fs::path& file) { return RecordingName::parse(file.filename().string()); }

// The epoch that another file of this session states; the session itself when there is none.
SessionId epoch_of(const fs::path& file, const SessionId& session) {
  const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const auto name = name_of(it->path());
    if (!name || name->session != session || it->path().filename() == file.filename()) continue;
    const auto summary = read_summary(it->path());
    if (summary && summary->header) return summary->header->session.epoch;
  }
  return session;
}

// The Header of a file whose own cannot be read, from its name and place; or from the name it is to have.
std::optional<record::FileHeader> restore_header(const fs::path& path, const fs::path& out_path,
                                                 const record::RepairPlan& plan) {
  for (const fs::path& file : {path, out_path}) {
    const auto name = name_of(file);
    const auto stream = stream_of(file);
    if (!name || !stream) continue;
    const std::string& session = name->session.text();
    const auto start = parse_compact_utc(std::string_view(session).substr(0, session.find('-')));
    record::FileHeader header{
        {*stream, name->session, epoch_of(file, name->session), start.value_or(WallTime())}, name->index, {}};
    // Of a file without a Cut the Footer says what the Header said.
    if (plan.footer() && plan.footer()->first_msn == 0) header.before = plan.footer()->numbering;
    return header;
  }
  return std::nullopt;
}

error_code copy_range(int from, record::CopiedRange range, const Write& write) {
  Bytes buffer(std::min<std::uint64_t>(range.end - range.offset, kChunk));
  while (range.offset < range.end) {
    const std::size_t wanted = std::min<std::uint64_t>(range.end - range.offset, buffer.size());
    const ssize_t got = ::pread(from, buffer.data(), wanted, static_cast<off_t>(range.offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    if (got == 0) return make_error_code(boost::system::errc::io_error);
    if (const error_code error = write(ByteView(buffer).first(static_cast<std::size_t>(got)))) return error;
    range.offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

error_code write_pieces(int from, record::Repair& repair, const Write& write) {
  for (const record::RepairPiece& piece : repair.take()) {
    const auto* range = std::get_if<record::CopiedRange>(&piece);
    const error_code error = range != nullptr ? copy_range(from, *range, write) : write(std::get<Bytes>(piece));
    if (error) return error;
  }
  return {};
}

struct Repaired {
  const record::RepairPlan& plan;
  record::Repair repair;
  bool restored_header = false;
};

// The second reading, up to where the first one came.
error_code write_copy(int from, std::uint64_t size, Repaired& repaired, bool recovered, const Write& write) {
  const auto read = read_all(
      from, [&](const record::Reader::Item& item) { repaired.repair.pass(item); }, size);
  if (!read) return read.error();
  repaired.repair.seal(recovered);
  return write_pieces(from, repaired.repair, write);
}

void tell(const CheckedFile& before, const Repaired& repaired, const record::FileHeader& header, std::ostream& err) {
  for (const std::string& fault : before.faults) err << "  " << fault << "\n";
  for (const std::string& note : before.notes) err << "  note: " << note << "\n";
  if (repaired.restored_header) {
    err << "  the Header is made anew: " << header.session.stream.path() << ", file " << header.file_index
        << " of session " << header.session.session.text() << ", epoch " << header.session.epoch.text() << "\n";
  }
  err << "  packets " << before.scan.ledger.footer().packets << ", records given up " << repaired.repair.entries_lost()
      << ", incomplete segments " << repaired.plan.marked_segments() << ", segments that became gaps "
      << repaired.plan.gap_segments() << "\n";
}

error_code write_to(std::ostream& out, ByteView bytes) {
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return out.good() ? error_code() : make_error_code(boost::system::errc::io_error);
}

int repair_to_file(int from, const CheckedFile& before, Repaired& repaired, bool recovered, const std::string& out_path,
                   std::ostream& err) {
  TemporaryFile file(out_path);
  if (!file.valid()) return say(kFailed, file.path().string(), last_error().message(), err);
  const Write write = [&file](ByteView bytes) { return write_all(file.fd(), {&bytes, 1}); };
  if (const error_code error = write_copy(from, before.scan.size, repaired, recovered, write)) {
    return say(kFailed, out_path, error.message(), err);
  }
  const auto checked = check_file(file.path());
  if (!checked) return say(kFailed, out_path, checked.error().message(), err);
  if (!checked->faults.empty()) return say(kFailed, out_path, "is not whole: " + checked->faults.front(), err);
  if (const error_code error = file.publish()) return say(kFailed, out_path, error.message(), err);
  return kFine;
}

// Why OUT cannot be written; empty when it can.
std::string fault_of_out(const std::string& out_path, const std::optional<RecordingName>& name) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(out_path, ignored))) return "exists; nothing is written over";
  if (fs::path(out_path).extension() == ".open") return "a name that ends in .open is for files that are being written";
  const auto out_name = name_of(out_path);
  if (out_name && name && (out_name->session != name->session || out_name->index != name->index)) {
    return "is the name of another file; this one is file " + std::to_string(name->index) + " of session " +
           name->session.text();
  }
  return {};
}

}  // namespace

int recording_repair(const std::string& path, const std::string& out_path, std::ostream& out, std::ostream& err) {
  const bool to_stream = out_path == "-";
  const Descriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.valid()) return say(kUnusable, path, last_error().message(), err);
  const auto before = check_file(path);
  if (!before) return say(kUnusable, path, before.error().message(), err);
  if (before->scan.newer_version) return say(kFailed, path, before->faults.front(), err);
  record::RepairPlan plan;
  const auto read = read_all(
      input.get(), [&plan](const auto& item) { plan.look(item); }, before->scan.size);
  if (!read) return say(kFailed, path, read.error().message(), err);
  if (!plan.any_record()) return say(kFailed, path, "not one record in it can be read", err);

  const std::optional<record::FileHeader> header = plan.header() ? plan.header() : restore_header(path, out_path, plan);
  if (!header) {
    return say(kUnusable, path,
               "its Header is damaged, and its name does not say what it is: it must be called "
               "APP/STREAM/SESSION-INDEX.slog as it was recorded",
               err);
  }
  if (!to_stream) {
    const RecordingName name{header->session.session, header->file_index, true};
    if (const std::string fault = fault_of_out(out_path, name); !fault.empty()) {
      return say(kUnusable, out_path, fault, err);
    }
  }
  plan.decide(*header);
  Repaired repaired{plan, record::Repair(plan, *header), !plan.header()};
  const bool recovered = !before->faults.empty() || !plan.footer() || plan.footer()->recovered;
  int exit_code = kFine;
  if (to_stream) {
    const Write write = [&out](ByteView bytes) { return write_to(out, bytes); };
    const error_code error = write_copy(input.get(), before->scan.size, repaired, recovered, write);
    if (error) exit_code = say(kFailed, out_path, error.message(), err);
  } else {
    exit_code = repair_to_file(input.get(), *before, repaired, recovered, out_path, err);
  }
  if (exit_code != kFine) return exit_code;
  err << path << ": " << (before->faults.empty() ? "whole" : "DAMAGED") << "\n";
  tell(*before, repaired, *header, err);
  return kFine;
}

}  // namespace sluice::store
