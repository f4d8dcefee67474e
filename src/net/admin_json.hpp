// The documents of the admin API, from what they tell of. Described in docs/admin-api.md. Private to net.
#pragma once

#include <boost/json.hpp>
#include <vector>

#include "sluice/base/time.hpp"
#include "sluice/live/end_list.hpp"
#include "sluice/live/stream.hpp"
#include "sluice/media/codec.hpp"
#include "sluice/net/admin_handler.hpp"

namespace sluice::net {

// `container`: the one in which it must be playable to be called so.
boost::json::object stream_json(const live::Stream& stream, media::Container container, MonoTime now);
boost::json::object ends_json(const live::EndList& list);
boost::json::object listeners_json(const std::vector<Listener>& list);

}  // namespace sluice::net
