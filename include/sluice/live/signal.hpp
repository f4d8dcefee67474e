// Signal: tells whoever waits that something changed. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace sluice::live {

class Signal {
 public:
  using Token = std::uint64_t;

  // Calls `listener` at each notify() until it is removed. A listener may remove itself or others while it is called.
  Token add(std::function<void()> listener) {
    listeners_.emplace(++last_, std::move(listener));
    return last_;
  }
  void remove(Token token) { listeners_.erase(token); }
  std::size_t size() const { return listeners_.size(); }

  void notify() {
    // A listener added meanwhile has a higher token than `last` and waits for the next change.
    const Token last = last_;
    for (auto next = listeners_.begin(); next != listeners_.end() && next->first <= last;) {
      const Token token = next->first;
      const std::function<void()> listener = next->second;
      listener();
      next = listeners_.upper_bound(token);
    }
  }

 private:
  std::map<Token, std::function<void()>> listeners_;
  Token last_ = 0;
};

}  // namespace sluice::live
