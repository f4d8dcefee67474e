#include "sluice/timeline/track_state.hpp"

namespace sluice::timeline {

bool TrackState::is_main() const {
  return source_id == 0 && config &&
         (media::can_carry(media::Container::fmp4, config->codec) ||
          media::can_carry(media::Container::ts, config->codec));
}

}  // namespace sluice::timeline
