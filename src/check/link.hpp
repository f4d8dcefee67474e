// Link: how a piece of media stands to the one that was judged before it.
#pragma once

namespace sluice::check {

struct Link {
  bool follows = false;   // right behind it, and no discontinuity between them: counters and times go on
  bool same_run = false;  // no discontinuity between them, though there may be pieces that were not seen
};

}  // namespace sluice::check
