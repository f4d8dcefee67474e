// ArchiveCache: values by name, the least recently used of which go when they need more memory than there may be.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sluice::store {

template <class Value>
class ArchiveCache {
 public:
  explicit ArchiveCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null when it is not there. Until the next put() or erase().
  Value* find(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // In the place of one of the same name. What was put last stays, whatever its size.
  Value& put(std::string name, Value value, std::size_t bytes) {
    erase(name);
    const std::size_t cost = bytes + name.capacity() + sizeof(Entry) + kNodeBytes;
    entries_.push_front({std::move(name), std::move(value), cost});
    by_name_.emplace(entries_.front().name, entries_.begin());
    bytes_ += cost;
    shrink();
    return entries_.front().value;
  }
  // The one found or put last has another size now.
  void resize_newest(std::size_t bytes) {
    Entry& newest = entries_.front();
    const std::size_t cost = bytes + newest.name.capacity() + sizeof(Entry) + kNodeBytes;
    bytes_ += cost - newest.bytes;
    newest.bytes = cost;
    shrink();
  }

  void erase(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) drop(found->second);
  }

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

 private:
  // The nodes of list and map, about.
  static constexpr std::size_t kNodeBytes = 80;

  struct Entry {
    std::string name;
    Value value;
    std::size_t bytes;
  };

  void shrink() {
    while (bytes_ > bytes_max_ && entries_.size() > 1) drop(std::prev(entries_.end()));
  }
  void drop(typename std::list<Entry>::iterator entry) {
    bytes_ -= entry->bytes;
    by_name_.erase(entry->name);
    entries_.erase(entry);
  }

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_name_;
};

}  // namespace sluice::store
