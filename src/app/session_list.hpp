// GET /api/v1/sessions: what is recorded, one object a publish session. Private to app.
#pragma once

#include <string>
#include <string_view>

namespace sluice::app {

// `recordings` is the document of `sluice recording ls --json`: one object a file, those of a session in their order.
// The result has `session`, `app`, `stream`, `epoch`, `state` ("open" while a file of it is), `start`, `seconds`,
// `bytes` and `files` of each session. Empty when it is no such document.
std::string session_list(std::string_view recordings);

}  // namespace sluice::app
