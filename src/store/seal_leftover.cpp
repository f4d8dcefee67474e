#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "sluice/record/writer.hpp"
#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"
#include "sluice/store/recovery.hpp"

namespace sluice::store {
namespace {

using Outcome = SealedLeftover::Outcome;

// A crash between sealing and renaming leaves a file with nothing wrong but its name.
bool is_sealed(const FileScan& scan) { return scan.index && scan.footer_end == scan.size; }

error_code cut_and_seal(int fd, FileScan& scan) {
  if (::ftruncate(fd, static_cast<off_t>(scan.entries_end)) != 0) return last_error();
  if (::lseek(fd, 0, SEEK_END) < 0) return last_error();
  Bytes end;
  if (const auto cut = scan.open_part.closing()) {
    end = record::encode_added(scan.mark, scan.entries_end, scan.ledger, *cut);
  }
  const Bytes seal = record::encode_seal(scan.mark, scan.entries_end + end.size(), scan.ledger, true);
  const ByteView pieces[] = {end, seal};
  return write_all(fd, pieces);
}

SealedLeftover& failed(SealedLeftover& result, error_code error) {
  result.outcome = Outcome::failed;
  result.error = error;
  return result;
}

}  // namespace

SealedLeftover seal_leftover(const std::filesystem::path& path) {
  SealedLeftover result;
  result.path = path;
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return failed(result, last_error());
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(result, last_error());
    result.outcome = Outcome::in_use;
    return result;
  }
  auto scanned = scan(file.get());
  if (!scanned) return failed(result, scanned.error());
  result.size = scanned->size;
  if (scanned->size == 0) {
    result.outcome = Outcome::removed;
    if (::unlink(path.c_str()) != 0) return failed(result, last_error());
    return result;
  }
  if (scanned->entries_end == 0) {
    result.outcome = Outcome::unreadable;
    return result;
  }
  for (const DamagedSpan& span : scanned->damages) {
    if (span.damage.offset < scanned->entries_end) result.bytes_damaged += span.damage.size;
  }
  if (!is_sealed(*scanned)) {
    result.bytes_cut_off = scanned->size - scanned->entries_end;
    // An index or footer that was read counts into the digest; the new one must not contain it.
    if (scanned->index || scanned->footer) {
      if (::ftruncate(file.get(), static_cast<off_t>(scanned->entries_end)) != 0) return failed(result, last_error());
      scanned = scan(file.get());
      if (!scanned) return failed(result, scanned.error());
    }
    if (const error_code error = cut_and_seal(file.get(), *scanned)) return failed(result, error);
  }
  if (::fdatasync(file.get()) != 0) return failed(result, last_error());
  if (const error_code error = posix_file_system().publish(path, sealed_path(path))) return failed(result, error);
  result.outcome = Outcome::sealed;
  return result;
}

}  // namespace sluice::store
