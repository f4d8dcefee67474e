// The responses that live and recorded media have in common: the same name gives the same response, whichever made it.
// Private to net.
#pragma once

#include <string>
#include <vector>

#include "sluice/hls/route.hpp"
#include "sluice/net/http_message.hpp"

namespace sluice::net {

inline constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";

HttpResponse media_response(const hls::InitName& name, std::vector<Payload> bytes);
HttpResponse media_response(const hls::SegmentName& name, std::vector<Payload> pieces);
HttpResponse media_response(const hls::PartName& name, std::vector<Payload> pieces);

HttpResponse not_found(std::string message);
HttpResponse gone(std::string message);
// 503, to be tried again in a second.
HttpResponse unavailable(std::string message);

}  // namespace sluice::net
