#include "sluice/rtmp/refusal.hpp"

#include <array>

#include "sluice/base/check.hpp"

namespace sluice::rtmp {
namespace {

struct Row {
  Refusal refusal;
  std::string_view name;
  std::string_view code;
  std::string_view description;
};

constexpr std::array kTable = {
    Row{Refusal::app_missing, "app_missing", "NetStream.Publish.BadName",
        "no application: publish to rtmp://HOST/APP/STREAM"},
    Row{Refusal::draining, "draining", "NetStream.Publish.BadName", "draining: this server takes no more publishes"},
    Row{Refusal::bad_name, "bad_name", "NetStream.Publish.BadName",
        "bad name: publish to rtmp://HOST/APP/STREAM, one segment each"},
    Row{Refusal::already_publishing, "already_publishing", "NetStream.Publish.BadName",
        "already publishing: one publish at a time on a connection"},
    Row{Refusal::name_in_use, "name_in_use", "NetStream.Publish.BadName", "in use: this stream is live already"},
    Row{Refusal::busy, "busy", "NetStream.Publish.BadName", "busy: no publisher slot is free"},
    Row{Refusal::denied, "denied", "NetStream.Publish.Denied", "denied: the stream key is missing or wrong"},
    Row{Refusal::failed, "failed", "NetStream.Publish.Failed", "failed: internal error"},
    Row{Refusal::ended, "ended", "NetStream.Publish.Failed", "ended: the server ended this publish"},
    Row{Refusal::playback, "playback", "NetStream.Play.StreamNotFound", "no playback over RTMP: use HLS"},
};

const Row& row_of(Refusal refusal) {
  const Row& row = kTable.at(static_cast<std::size_t>(refusal));
  SLUICE_CHECK(row.refusal == refusal);
  return row;
}

}  // namespace

std::string_view to_string(Refusal refusal) { return row_of(refusal).name; }
std::string_view status_code(Refusal refusal) { return row_of(refusal).code; }
std::string_view default_description(Refusal refusal) { return row_of(refusal).description; }

}  // namespace sluice::rtmp
