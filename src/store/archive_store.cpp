#include "archive_store.hpp"

#include <algorithm>
#include <utility>

#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

// Of the memory limit; the rest is for files.
constexpr std::size_t kListingShare = 4;

std::filesystem::path path_of(const ArchiveStore::Stream& stream, const SessionId& session, std::uint32_t index,
                              bool sealed) {
  return stream.listing.directory() / RecordingName{session, index, sealed}.filename();
}

std::string key_of(const ArchiveStore::Stream& stream, const SessionId& session, std::uint32_t index) {
  return stream.name.path() + "/" + RecordingName{session, index, true}.filename();
}

bool is_listed(ArchiveStore::Stream& stream, const ArchiveStore::FileId& id) {
  const ListedSession* session = stream.listing.find(id.first);
  return session != nullptr && std::any_of(session->files.begin(), session->files.end(),
                                           [&id](const ListedFile& one) { return one.index == id.second; });
}

// Those that were sealed or deleted are not read on.
void drop_closed(ArchiveStore::Stream& stream) {
  std::erase_if(stream.faults, [&stream](const auto& one) { return !is_listed(stream, one.first); });
  std::erase_if(stream.open_files, [&stream](const auto& open) {
    const auto& [session_id, index] = open.first;
    const ListedSession* session = stream.listing.find(session_id);
    if (session == nullptr) return true;
    const auto file = std::find_if(session->files.begin(), session->files.end(),
                                   [index = index](const ListedFile& one) { return one.index == index; });
    return file == session->files.end() || file->sealed;
  });
}

std::size_t memory_of(const ArchiveStore::Stream& stream) {
  std::size_t bytes = sizeof stream + stream.listing.memory_bytes();
  for (const auto& [name, scan] : stream.open_files) bytes += sizeof scan + scan.contents()->memory_bytes();
  for (const auto& [name, fault] : stream.faults) bytes += sizeof name + sizeof fault + fault.error.message.capacity();
  return bytes;
}

}  // namespace

ArchiveStore::ArchiveStore(ArchiveReaderOptions options)
    : options_(std::move(options)),
      streams_(options_.memory_max / kListingShare),
      files_(options_.memory_max - options_.memory_max / kListingShare) {}

void ArchiveStore::begin_question() {
  ++question_;
  fault_.reset();
}

Result<ArchiveStore::Stream*> ArchiveStore::known(const StreamName& name) {
  auto* kept = streams_.find(name.path());
  return kept != nullptr ? Result<Stream*>(kept->get()) : current(name);
}

Result<ArchiveStore::Stream*> ArchiveStore::current(const StreamName& name) {
  auto* kept = streams_.find(name.path());
  auto stream = kept != nullptr ? nullptr : std::make_unique<Stream>(name, stream_directory(options_.directory, name));
  Stream& read = kept != nullptr ? **kept : *stream;
  if (const auto done = read.listing.refresh(options_.wall_now(), counts_); !done) return done.error();
  if (read.listing.sessions().empty()) {
    streams_.erase(name.path());
    return static_cast<Stream*>(nullptr);
  }
  drop_closed(read);
  if (kept != nullptr) {
    streams_.resize_newest(memory_of(read));
  } else {
    streams_.put(name.path(), std::move(stream), memory_of(read));
  }
  return &read;
}

Result<ArchiveStore::Contents> ArchiveStore::load(Stream& stream, const ListedSession& session,
                                                  const ListedFile& file) {
  const FileId id(session.id, file.index);
  const auto known = stream.faults.find(id);
  if (known != stream.faults.end() && known->second.question == question_) return known->second.error;
  auto contents = file.sealed ? load_sealed(stream, session.id, file) : load_open(stream, session.id, file);
  if (contents) {
    if (known != stream.faults.end()) stream.faults.erase(known);
    return contents;
  }
  if (!fault_) fault_ = contents.error();
  if (known == stream.faults.end()) options_.on_unreadable(contents.error());
  stream.faults.insert_or_assign(id, Fault{question_, contents.error()});
  return contents;
}

ArchiveStore::Contents ArchiveStore::load_readable(Stream& stream, const ListedSession& session,
                                                   const ListedFile& file) {
  const auto contents = load(stream, session, file);
  return contents ? *contents : nullptr;
}

Result<ArchiveStore::Contents> ArchiveStore::load_sealed(Stream& stream, const SessionId& session,
                                                         const ListedFile& file) {
  std::string key = key_of(stream, session, file.index);
  const Kept* kept = files_.find(key);
  if (kept != nullptr && kept->listed_inode == file.inode) return kept->contents;
  auto input = ArchiveInput::open(path_of(stream, session, file.index, true), true, counts_);
  if (!input) return input.error();
  if (!*input) {
    stream.listing.distrust();
    return Contents();
  }
  auto contents = read_sealed(**input, session);
  if (!contents) return contents;
  if (*contents == nullptr) {
    ArchiveScan scan(session);
    if (const auto done = scan.read_on(**input); !done) return done.error();
    scan.finish();
    contents = scan.contents();
  }
  files_.put(std::move(key), {*contents, file.inode}, (*contents)->memory_bytes());
  return contents;
}

Result<ArchiveStore::Contents> ArchiveStore::load_open(Stream& stream, const SessionId& session,
                                                       const ListedFile& file) {
  auto input = ArchiveInput::open(path_of(stream, session, file.index, false), false, counts_);
  if (!input) return input.error();
  if (!*input) {
    // It was sealed since it was listed, or is gone.
    stream.listing.distrust();
    return load_sealed(stream, session, file);
  }
  auto scan = stream.open_files.find({session, file.index});
  if (scan == stream.open_files.end() || scan->second.contents()->inode != (*input)->inode() ||
      scan->second.contents()->size > (*input)->size()) {
    if (scan != stream.open_files.end()) stream.open_files.erase(scan);
    scan = stream.open_files.emplace(std::pair(session, file.index), ArchiveScan(session)).first;
  }
  if (const auto done = scan->second.read_on(**input); !done) {
    stream.open_files.erase(scan);
    return done.error();
  }
  return scan->second.contents();
}

Result<std::optional<ArchiveInput>> ArchiveStore::open(Stream& stream, const ListedSession& session,
                                                       const ListedFile& file) {
  if (!file.sealed) {
    auto input = ArchiveInput::open(path_of(stream, session.id, file.index, false), false, counts_);
    if (!input || *input) return input;
  }
  auto input = ArchiveInput::open(path_of(stream, session.id, file.index, true), true, counts_);
  if (input && !*input) stream.listing.distrust();
  return input;
}

void ArchiveStore::forget(Stream& stream, const ListedSession& session, const ListedFile& file) {
  files_.erase(key_of(stream, session.id, file.index));
  stream.open_files.erase({session.id, file.index});
}

}  // namespace sluice::store
