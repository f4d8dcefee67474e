#include "sluice/rtmp/media_sink.hpp"

namespace sluice::rtmp {

std::string_view to_string(IgnoredReason reason) {
  switch (reason) {
    case IgnoredReason::silence:
      return "silence";
    case IgnoredReason::empty:
      return "empty";
    case IgnoredReason::truncated:
      return "truncated";
    case IgnoredReason::command_frame:
      return "command_frame";
    case IgnoredReason::unknown_codec:
      return "unknown_codec";
    case IgnoredReason::unknown_fourcc:
      return "unknown_fourcc";
    case IgnoredReason::unknown_packet_type:
      return "unknown_packet_type";
    case IgnoredReason::unknown_multitrack_kind:
      return "unknown_multitrack_kind";
    case IgnoredReason::nested_multitrack:
      return "nested_multitrack";
    case IgnoredReason::channel_layout:
      return "channel_layout";
    case IgnoredReason::metadata:
      return "metadata";
    case IgnoredReason::not_publishing:
      return "not_publishing";
  }
  return "unknown";
}

}  // namespace sluice::rtmp
