// Refusals: everything sluice says no to, and the answer that clients understand. One table, one place that writes it.
//
// OBS looks at the code, FFmpeg at level "error" and, for connect, at a non-empty description, HaishinKit at the level,
// RootEncoder at some codes: so each refusal has all three, and then the connection is closed, because OBS waits for
// that. BadName is the one publish code they all know.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::rtmp {

enum class Refusal : std::uint8_t {
  app_missing,         // connect without an application
  draining,            // this process takes no more publishes
  bad_name,            // the application or stream name is not allowed
  already_publishing,  // a second publish on one connection
  name_in_use,         // the stream is live already
  busy,                // no publisher slot is free
  denied,              // the stream key is missing or wrong
  failed,              // our own fault
  ended,               // an accepted publish is ended from here
  playback,            // play and its like: sluice serves no RTMP players
};

// "app_missing", …: for logs and metric labels.
std::string_view to_string(Refusal refusal);

// The code that answers a refused publish. A refused connect is NetConnection.Connect.Rejected, whatever the reason.
std::string_view status_code(Refusal refusal);

// What the human at the encoder reads when nothing better is known. No description may hold "authmod=", "code=403" or
// "reason=": these switch clients into an authentication dialogue.
std::string_view default_description(Refusal refusal);

}  // namespace sluice::rtmp
