#include "sluice/store/recording_check.hpp"

#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

std::string_view name_of(record::RecordType type) {
  switch (type) {
    case record::RecordType::header:
      return "Header";
    case record::RecordType::period:
      return "Period";
    case record::RecordType::track:
      return "Track";
    case record::RecordType::packet:
      return "Packet";
    case record::RecordType::cut:
      return "Cut";
    case record::RecordType::gap:
      return "Gap";
    case record::RecordType::data:
      return "Data";
    case record::RecordType::end:
      return "End";
    case record::RecordType::lost:
      return "Lost";
    case record::RecordType::index:
      return "Index";
    case record::RecordType::footer:
      return "Footer";
  }
  return "unknown";
}

std::string range(const record::Damage& damage) {
  return "bytes " + std::to_string(damage.offset) + " to " + std::to_string(damage.offset + damage.size - 1) + " (" +
         std::to_string(damage.size) + ")";
}

std::string describe(const DamagedSpan& span) {
  std::string text = range(span.damage) + ": " + to_string(span.damage.reason);
  if (const auto& header = span.damage.header) {
    text += "; a " + std::string(name_of(header->type)) + " record";
    if (header->type == record::RecordType::packet) text += " of track " + std::to_string(header->track);
    text += " is lost";
  }
  const std::string from = span.after ? to_rfc3339(*span.after) : "the start of the file";
  const std::string to = span.before ? to_rfc3339(*span.before) : "its end";
  return text + "; between " + from + " and " + to;
}

void check_damage(const RecordingName* name, CheckedFile& file) {
  const bool open = name != nullptr && !name->sealed;
  for (const DamagedSpan& span : file.scan.damages) {
    if (open && span.damage.at_end) {
      file.notes.push_back(range(span.damage) + ": torn tail of a file that was not sealed");
    } else {
      file.faults.push_back(describe(span));
    }
  }
}

void check_header(const RecordingName* name, CheckedFile& file) {
  const auto& header = file.scan.header;
  if (!header || name == nullptr) return;
  if (header->session.session != name->session || header->file_index != name->index) {
    file.faults.push_back("the Header says file " + std::to_string(header->file_index) + " of session " +
                          header->session.session.text() + ", the name something else");
  }
}

void check_seal(CheckedFile& file) {
  const FileScan& scan = file.scan;
  if (!scan.footer || scan.footer_end != scan.size) {
    file.faults.push_back("no Footer at the end: the file was cut off or not written to its end");
    return;
  }
  if (!scan.damages.empty() || !file.faults.empty()) return;  // then nothing below can agree
  record::Footer footer = scan.ledger.footer();
  footer.index_offset = scan.footer->index_offset;
  footer.recovered = scan.footer->recovered;
  if (!scan.index || *scan.index != scan.ledger.index() || footer.index_offset != scan.entries_end) {
    file.faults.push_back("the Index does not match the records");
  }
  if (footer != *scan.footer) {
    file.faults.push_back("the digest or the sums in the Footer do not match: records are missing or were exchanged");
  }
}

}  // namespace

boost::system::result<CheckedFile> check_file(const fs::path& path) {
  auto scanned = scan(path);
  if (!scanned) return scanned.error();
  CheckedFile file;
  file.path = path;
  file.scan = std::move(*scanned);
  const auto parsed = RecordingName::parse(path.filename().string());
  const RecordingName* name = parsed ? &*parsed : nullptr;
  if (file.scan.newer_version) {
    file.faults.push_back("format version " + std::to_string(*file.scan.newer_version) + "; this program reads up to " +
                          std::to_string(record::kVersion));
    return file;
  }
  check_damage(name, file);
  check_header(name, file);
  // A recovered file keeps the damage it had; its digest was made without it.
  const bool sealed = name == nullptr || name->sealed || file.scan.footer_end == file.scan.size;
  if (sealed) check_seal(file);
  if (file.scan.lost) {
    file.notes.push_back("up to " + std::to_string(file.scan.lost->entries) +
                         " entries before this file were not recorded");
  }
  if (file.scan.left_out > 0) {
    file.notes.push_back("a repair left out what was damaged, in " + std::to_string(file.scan.left_out) +
                         (file.scan.left_out == 1 ? " place" : " places"));
  }
  return file;
}

std::optional<std::string> check_numbers(const CheckedFile& before, const CheckedFile& after) {
  const auto& left = before.scan;
  const auto& right = after.scan;
  if (!left.header || !right.header || left.header->session.epoch != right.header->session.epoch) return std::nullopt;
  const auto& cuts = right.ledger.index().entries;
  const std::uint64_t last = left.ledger.head().numbering().last_msn;
  if (cuts.empty() || cuts.front().msn > last) return std::nullopt;
  return "begins with segment " + std::to_string(cuts.front().msn) + ", but " + before.path.filename().string() +
         " before it ends with segment " + std::to_string(last);
}

std::optional<std::string> find_missing(const CheckedFile& before, const CheckedFile& after) {
  const auto left = RecordingName::parse(before.path.filename().string());
  const auto right = RecordingName::parse(after.path.filename().string());
  if (!left || !right || left->session != right->session || before.path.parent_path() != after.path.parent_path() ||
      right->index <= left->index + 1 || !after.scan.header) {
    return std::nullopt;
  }
  // The recorder itself skips numbers while the disk fails. Then what is missing was never written, and the Lost record
  // of the next file begins where this one ends.
  const record::Numbering& reached = before.scan.ledger.head().numbering();
  const record::Numbering& due = after.scan.header->before;
  if (after.scan.lost ? after.scan.lost->since <= reached.last_time : due.last_msn <= reached.last_msn) {
    return std::nullopt;
  }
  const bool one = right->index == left->index + 2;
  std::string text = before.path.parent_path().string() + ": " + (one ? "file " : "files ") +
                     std::to_string(left->index + 1) + (one ? "" : " to " + std::to_string(right->index - 1)) +
                     " of session " + left->session.text() + (one ? " is" : " are") + " missing: segments " +
                     std::to_string(reached.last_msn + 1) + " to " + std::to_string(due.last_msn);
  const record::Footer ends = before.scan.ledger.footer();
  const record::Footer begins = after.scan.ledger.footer();
  return text + ", between " + to_rfc3339(ends.last_wall) + " and " + to_rfc3339(begins.first_wall);
}

}  // namespace sluice::store
