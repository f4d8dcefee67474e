// A disk in memory that keeps apart what a program sees and what is durable. When its power is cut, every byte that was
// not synced is there or not, page by page, and every name that was not synced is there or not, in any combination that
// real file systems allow: see survivors().
#pragma once

#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sluice/store/system_calls.hpp"

namespace sluice::store {

class ModelDisk : public SystemCalls {
 public:
  using Random = std::mt19937_64;

  // `root` exists and is durable.
  ModelDisk(const Path& root, std::uint64_t seed) : random_(seed), root_(root) { directories_[root]; }

  // From this call on nothing happens any more.
  void cut_power_after(std::uint64_t calls) { calls_left_ = calls; }
  bool is_off() const { return calls_left_ == 0; }
  // One call in `one_in` fails; 0: none.
  void fail(std::uint64_t one_in) { fail_one_in_ = one_in; }

  error_code look_up(const Path& path) override {
    if (is_off()) return error_of(EIO);
    return directories_.contains(path) || find(path) != nullptr ? error_code() : error_of(ENOENT);
  }

  error_code make_directory(const Path& path) override {
    if (const error_code error = refused()) return error;
    if (exists(path)) return error_of(EEXIST);
    Directory* parent = directory_of(path);
    if (parent == nullptr) return error_of(ENOENT);
    directories_[path];
    parent->pending.push_back({Change::Kind::make, path.filename(), {}, nullptr});
    return {};
  }

  boost::system::result<int> create(const Path& path) override {
    if (const error_code error = refused()) return error;
    Directory* parent = directory_of(path);
    if (parent == nullptr) return error_of(ENOENT);
    if (exists(path)) return error_of(EEXIST);
    const auto file = std::make_shared<Inode>();
    give_name(path, file);
    parent->seen[path.filename()] = file;
    parent->pending.push_back({Change::Kind::create, path.filename(), {}, file});
    open_.push_back(file);
    return static_cast<int>(open_.size() - 1);
  }

  void close(int) override {}

  error_code write(int number, std::span<const ByteView> pieces) override {
    Inode& file = *open_[static_cast<std::size_t>(number)];
    const error_code error = refused();
    if (is_off()) return error;
    Bytes all;
    for (const ByteView piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
    // One that fails may have taken some bytes.
    if (error) all.resize(any(all.size() + 1));
    file.bytes.insert(file.bytes.end(), all.begin(), all.end());
    file.longest = std::max(file.longest, file.bytes.size());
    return error;
  }

  error_code truncate(int number, std::uint64_t size) override {
    if (const error_code error = refused()) return error;
    open_[static_cast<std::size_t>(number)]->bytes.resize(size);
    return {};
  }

  void begin_sync(int) override {}

  error_code sync_data(int number) override {
    Inode& file = *open_[static_cast<std::size_t>(number)];
    const error_code error = refused();
    if (is_off()) return error;
    if (error) {
      // As kernels do: what was not written is forgotten, and the next sync succeeds without it.
      file.forgotten = true;
      return error;
    }
    if (!file.forgotten) file.durable = file.longest = file.bytes.size();
    return {};
  }

  error_code sync_directory(const Path& path) override {
    if (const error_code error = refused()) return error;
    const auto found = directories_.find(path);
    if (found == directories_.end()) return error_of(ENOENT);
    for (const Change& change : found->second.pending) apply(change, found->second.durable);
    found->second.pending.clear();
    return {};
  }

  bool leads_to(const Path& path, int number) override {
    return find(path) == open_[static_cast<std::size_t>(number)].get();
  }

  error_code rename(const Path& from, const Path& to) override {
    if (const error_code error = refused()) return error;
    Directory* directory = directory_of(from);
    if (directory == nullptr || find(from) == nullptr) return error_of(ENOENT);
    if (exists(to)) return error_of(EEXIST);
    const std::shared_ptr<Inode> file = directory->seen[from.filename()];
    give_name(to, file);
    file->named_with = file->bytes;
    directory->seen.erase(from.filename());
    directory->seen[to.filename()] = file;
    directory->pending.push_back({Change::Kind::rename, from.filename(), to.filename(), file});
    return {};
  }

  error_code remove(const Path& path) override {
    if (const error_code error = refused()) return error;
    if (find(path) == nullptr) return error_of(ENOENT);
    Directory* directory = directory_of(path);
    directory->seen.erase(path.filename());
    directory->pending.push_back({Change::Kind::remove, path.filename(), {}, nullptr});
    return {};
  }

  // A file as it is after the cut, beside all that was ever written to it.
  struct Survivor {
    Path path;
    Bytes bytes;
    Bytes written;                    // what the program believed to be in it
    std::optional<Bytes> named_with;  // of one that was renamed: what was in it then
  };

  // What is on the disk when the power comes back. A name under which two files ever were is a fault of its own.
  std::vector<Survivor> survivors() {
    std::vector<Survivor> result;
    collect(root_, result);
    return result;
  }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Inode {
    Bytes bytes;
    std::size_t durable = 0;  // of them
    std::size_t longest = 0;  // since the last sync
    bool forgotten = false;
    std::optional<Bytes> named_with;
  };
  struct Change {
    enum class Kind { make, create, rename, remove };
    Kind kind;
    std::string name;
    std::string to;
    std::shared_ptr<Inode> file;
  };
  struct Entry {
    std::shared_ptr<Inode> file;  // null: a directory
  };
  struct Directory {
    std::map<std::string, std::shared_ptr<Inode>> seen;
    std::map<std::string, Entry> durable;
    std::vector<Change> pending;
  };

  static error_code error_of(int number) { return {number, boost::system::system_category()}; }

  std::uint64_t any(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }

  error_code refused() {
    if (is_off()) return error_of(EIO);
    if (--calls_left_ == 0) return error_of(EIO);
    return fail_one_in_ > 0 && any(fail_one_in_) == 0 ? error_of(any(2) == 0 ? EIO : ENOSPC) : error_code();
  }

  Directory* directory_of(const Path& path) {
    const auto found = directories_.find(path.parent_path());
    return found == directories_.end() ? nullptr : &found->second;
  }
  Inode* find(const Path& path) {
    Directory* directory = directory_of(path);
    if (directory == nullptr) return nullptr;
    const auto found = directory->seen.find(path.filename());
    return found == directory->seen.end() ? nullptr : found->second.get();
  }
  void give_name(const Path& path, const std::shared_ptr<Inode>& file) {
    const auto [named, is_new] = names_.try_emplace(path, file);
    if (!is_new && named->second != file) faults_.push_back("two files were called " + path.string());
  }

  static void apply(const Change& change, std::map<std::string, Entry>& names) {
    switch (change.kind) {
      case Change::Kind::make:
      case Change::Kind::create:
        names[change.name] = {change.file};
        return;
      case Change::Kind::rename:
        names.erase(change.name);
        names[change.to] = {change.file};
        return;
      case Change::Kind::remove:
        names.erase(change.name);
        return;
    }
  }

  void collect(const Path& path, std::vector<Survivor>& result) {
    Directory& directory = directories_[path];
    std::map<std::string, Entry> names = directory.durable;
    // Each name that was not synced came through or not; later changes of a name come after earlier ones.
    for (const Change& change : directory.pending) {
      if (any(2) == 0) apply(change, names);
    }
    for (const auto& [name, entry] : names) {
      if (entry.file == nullptr) {
        collect(path / name, result);
      } else {
        result.push_back({path / name, left_of(*entry.file), entry.file->bytes, entry.file->named_with});
      }
    }
  }

  // The synced bytes; behind them any length there has been since, and each page written or zero.
  Bytes left_of(const Inode& file) {
    const std::size_t size = file.durable + any(std::max(file.longest, file.durable) - file.durable + 1);
    Bytes bytes(size);
    const std::size_t synced = std::min(file.durable, file.bytes.size());
    std::copy_n(file.bytes.begin(), synced, bytes.begin());
    const std::size_t page = any(2) == 0 ? 512 : 4096;
    const std::uint64_t lost_one_in = 1 + any(6);
    for (std::size_t at = synced; at < std::min(size, file.bytes.size());) {
      const std::size_t end = std::min({(at / page + 1) * page, size, file.bytes.size()});
      if (any(lost_one_in) != 0) std::copy(file.bytes.begin() + at, file.bytes.begin() + end, bytes.begin() + at);
      at = end;
    }
    return bytes;
  }

  Random random_;
  Path root_;
  std::map<Path, Directory> directories_;
  std::map<Path, std::shared_ptr<Inode>> names_;
  std::vector<std::shared_ptr<Inode>> open_;
  std::vector<std::string> faults_;
  std::uint64_t calls_left_ = UINT64_MAX;
  std::uint64_t fail_one_in_ = 0;
};

}  // namespace sluice::store
