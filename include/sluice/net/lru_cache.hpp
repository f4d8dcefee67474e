// LruCache: values by name within a limit; what was not asked for the longest makes room.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sluice::net {

template <class Value>
class LruCache {
 public:
  explicit LruCache(std::size_t cost_max) : cost_max_(cost_max) {}

  // Null when there is none. Only until the next put().
  Value* find(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->value;
  }

  // In the place of what had that name. A value that costs more than there is room for is not kept.
  void put(std::string_view name, Value value, std::size_t cost) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) drop(found->second);
    if (cost > cost_max_) return;
    while (cost_ > cost_max_ - cost) drop(std::prev(entries_.end()));
    entries_.push_front({std::string(name), std::move(value), cost});
    by_name_.emplace(entries_.front().name, entries_.begin());
    cost_ += cost;
  }

  std::size_t cost() const { return cost_; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string name;
    Value value;
    std::size_t cost = 0;
  };
  using Entries = std::list<Entry>;

  void drop(typename Entries::iterator entry) {
    cost_ -= entry->cost;
    by_name_.erase(entry->name);
    entries_.erase(entry);
  }

  std::size_t cost_max_;
  std::size_t cost_ = 0;
  Entries entries_;                                                           // asked for last first
  std::unordered_map<std::string_view, typename Entries::iterator> by_name_;  // names of entries_
};

}  // namespace sluice::net
