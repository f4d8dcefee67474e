#include "sluice/store/recording_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sluice/base/crc32c.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kHeadMax = 64 * 1024;

// Fills `buffer` from `offset` on. The result views what was read, less than the buffer only at the end of the file.
boost::system::result<ByteView> read_at(int fd, std::uint64_t offset, Bytes& buffer) {
  std::size_t got = 0;
  while (got < buffer.size()) {
    const ssize_t count = ::pread(fd, buffer.data() + got, buffer.size() - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  return ByteView(buffer).first(got);
}

std::optional<record::Footer> decode_footer(ByteView bytes) {
  if (bytes.size() != record::kFooterSize) return std::nullopt;
  const auto header = record::decode_header(bytes);
  const ByteView body = bytes.subspan(record::kHeaderSize);
  if (!header || header->type != record::RecordType::footer || header->body_size != body.size() ||
      header->body_crc != crc32c(body)) {
    return std::nullopt;
  }
  auto decoded = record::decode_record(*header, body);
  if (!decoded) return std::nullopt;
  return std::get<record::Footer>(*decoded);
}

void note_entry(const media::Entry& entry, FileSummary& summary) {
  if (const auto* period = std::get_if<media::Period>(&entry)) {
    if (!summary.period) summary.period = *period;
  } else if (const auto* track = std::get_if<media::Track>(&entry)) {
    summary.tracks.push_back(*track);
  }
}

void note_head(ByteView bytes, FileSummary& summary) {
  record::Reader reader;
  reader.feed(bytes);
  while (auto item = reader.next()) {
    const auto* found = std::get_if<record::Found>(&*item);
    if (found == nullptr) continue;
    if (const auto* header = std::get_if<record::FileHeader>(&found->record)) summary.header = *header;
    if (const auto* entry = std::get_if<media::Entry>(&found->record)) note_entry(*entry, summary);
  }
}

// Sorts each record of a file into a FileScan.
class Scanner {
 public:
  explicit Scanner(FileScan& scan) : scan_(scan) {}

  void operator()(const record::Reader::Item& item) {
    if (const auto* damage = std::get_if<record::Damage>(&item)) {
      scan_.damages.push_back({*damage, time_reached(), std::nullopt});
      return;
    }
    const auto& found = std::get<record::Found>(item);
    found_ = &found;
    scan_.mark = found.header.mark;
    std::visit(*this, found.record);
  }

  void operator()(const record::FileHeader& header) {
    if (!scan_.header) scan_.header = header;
    scan_.open_part.apply(header);
    pass(header);
  }
  void operator()(const media::Entry& entry) {
    pass(entry);
    scan_.open_part.apply(entry);
    note_time(entry);
    if (const auto* period = std::get_if<media::Period>(&entry)) scan_.periods.push_back(*period);
    if (const auto* track = std::get_if<media::Track>(&entry)) scan_.tracks.push_back(*track);
  }
  void operator()(const record::Lost& lost) {
    pass(lost);
    if (scan_.periods.empty() && !scan_.lost) {
      scan_.lost = lost;
    } else {
      ++scan_.left_out;
    }
  }
  void operator()(const record::UnknownRecord& unknown) { pass(unknown); }
  void operator()(const record::Index& index) {
    scan_.index = index;
    scan_.ledger.pass_index(found_->header_bytes);
  }
  void operator()(const record::Footer& footer) {
    scan_.footer = footer;
    scan_.footer_end = found_->end;
  }
  void operator()(const record::NewerVersion& newer) { scan_.newer_version = newer.version; }

 private:
  template <class T>
  void pass(const T& value) {
    scan_.ledger.pass({found_->offset, found_->end, found_->header_bytes}, value);
    scan_.entries_end = found_->end;
  }

  std::optional<WallTime> time_reached() const {
    const record::Head& head = scan_.ledger.head();
    if (!head.period()) return std::nullopt;
    return head.wall_of(std::max(head.numbering().last_time, head.period()->media_start));
  }

  // Completes the damaged spans that lie right before `entry`, if that has a time.
  void note_time(const media::Entry& entry) {
    const record::Head& head = scan_.ledger.head();
    if (timed_ == scan_.damages.size() || !head.period()) return;
    std::optional<Ticks90k> time;
    if (const auto* packet = std::get_if<media::Packet>(&entry)) time = head.time_of(packet->track, packet->dts);
    if (const auto* cut = std::get_if<media::Cut>(&entry)) time = cut->start + cut->duration;
    if (const auto* gap = std::get_if<media::Gap>(&entry)) time = gap->start;
    if (!time) return;
    while (timed_ < scan_.damages.size()) scan_.damages[timed_++].before = head.wall_of(*time);
  }

  FileScan& scan_;
  const record::Found* found_ = nullptr;
  std::size_t timed_ = 0;  // damaged spans whose `before` is known
};

boost::system::result<Descriptor> open_to_read(const fs::path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) return last_error();
  return descriptor;
}

}  // namespace

boost::system::result<FileSummary> read_summary(const fs::path& path) {
  const auto descriptor = open_to_read(path);
  if (!descriptor) return descriptor.error();
  struct stat status {};
  if (::fstat(descriptor->get(), &status) != 0) return last_error();
  FileSummary summary;
  summary.size = static_cast<std::uint64_t>(status.st_size);
  Bytes buffer(std::min<std::uint64_t>(summary.size, kHeadMax));
  const auto head = read_at(descriptor->get(), 0, buffer);
  if (!head) return head.error();
  note_head(*head, summary);
  if (summary.size < record::kFooterSize) return summary;
  buffer.resize(record::kFooterSize);
  const auto tail = read_at(descriptor->get(), summary.size - buffer.size(), buffer);
  if (!tail) return tail.error();
  summary.footer = decode_footer(*tail);
  return summary;
}

std::optional<record::Index> read_index(int fd, const record::Footer& footer) {
  Bytes head(record::kHeaderSize);
  const auto got = read_at(fd, footer.index_offset, head);
  if (!got || got->size() != head.size()) return std::nullopt;
  const auto header = record::decode_header(head);
  if (!header || header->type != record::RecordType::index) return std::nullopt;
  Bytes body(header->body_size);
  const auto rest = read_at(fd, footer.index_offset + head.size(), body);
  if (!rest || rest->size() != body.size() || crc32c(body) != header->body_crc) return std::nullopt;
  auto decoded = record::decode_record(*header, body);
  if (!decoded) return std::nullopt;
  return std::get<record::Index>(std::move(*decoded));
}

error_code read_range(int fd, std::uint64_t from, std::uint64_t to,
                      const std::function<void(const record::Reader::Item&)>& visit) {
  record::Reader reader;
  reader.feed(record::kSignature);
  const auto drain = [&] {
    while (auto item = reader.next()) visit(*item);
  };
  Bytes buffer;
  while (from < to) {
    buffer.resize(std::min<std::uint64_t>(kChunk, to - from));
    const auto chunk = read_at(fd, from, buffer);
    if (!chunk) return chunk.error();
    if (chunk->empty()) break;
    from += chunk->size();
    reader.feed(*chunk);
    drain();
  }
  reader.finish();
  drain();
  return {};
}

boost::system::result<std::uint64_t> read_all(int fd, const std::function<void(const record::Reader::Item&)>& visit,
                                              std::uint64_t limit) {
  record::Reader reader;
  const auto drain = [&] {
    while (auto item = reader.next()) visit(*item);
  };
  Bytes buffer(kChunk);
  std::uint64_t offset = 0;
  while (true) {
    buffer.resize(std::min<std::uint64_t>(kChunk, limit - offset));
    const auto chunk = read_at(fd, offset, buffer);
    if (!chunk) return chunk.error();
    offset += chunk->size();
    reader.feed(*chunk);
    if (chunk->size() < kChunk || offset == limit) break;
    drain();
  }
  reader.finish();
  drain();
  return offset;
}

boost::system::result<FileScan> scan(int fd) {
  FileScan result;
  Scanner scanner(result);
  const auto size = read_all(fd, [&scanner](const record::Reader::Item& item) { scanner(item); });
  if (!size) return size.error();
  result.size = *size;
  return result;
}

boost::system::result<FileScan> scan(const fs::path& path) {
  auto descriptor = open_to_read(path);
  if (!descriptor && descriptor.error() == boost::system::errc::no_such_file_or_directory &&
      path.extension() == ".open") {
    descriptor = open_to_read(sealed_path(path));
  }
  if (!descriptor) return descriptor.error();
  return scan(descriptor->get());
}

boost::system::result<std::vector<fs::path>> find_recordings(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return error_code(ENOENT, boost::system::system_category());
    return std::vector<fs::path>{path};
  }
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (RecordingName::parse(it->path().filename().string())) found.push_back(it->path());
  }
  if (error) return error_code(error);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace sluice::store
