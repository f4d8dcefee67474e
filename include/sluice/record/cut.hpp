// What a Cut says beside its fields.
#pragma once

#include "sluice/media/entry.hpp"

namespace sluice::record {

// False for the Cut that only ends a segment: it has the fragment of the part that comes next.
inline bool is_part(const media::Cut& cut) { return cut.duration.count() > 0 || !cut.ends.empty(); }

}  // namespace sluice::record
