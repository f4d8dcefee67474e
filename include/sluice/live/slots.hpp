// Slots: how many publishers this process takes at once (lifecycle.slots).
//
// A slot is taken in the same turn of the loop in which a publish is accepted, so of two publishers racing for the last
// one exactly one gets it.
#pragma once

#include "sluice/base/check.hpp"

namespace sluice::live {

class Slots {
 public:
  explicit Slots(int total) : total_(total) { SLUICE_CHECK(total > 0); }

  // False when none is free.
  [[nodiscard]] bool take() {
    if (taken_ == total_) return false;
    ++taken_;
    return true;
  }
  void give_back() {
    SLUICE_CHECK(taken_ > 0);
    --taken_;
  }

  int total() const { return total_; }
  int taken() const { return taken_; }
  int free() const { return total_ - taken_; }

 private:
  int total_;
  int taken_ = 0;
};

}  // namespace sluice::live
