// spawn: starts a session's coroutine. An exception that escapes it is logged, once, here.
//
// Sessions report what goes wrong as values; what escapes nevertheless is either the world failing in a way nobody
// foresaw (logged, the session is over, the process goes on) or a bug of ours (std::logic_error: the process aborts).
// The end of a cancelled operation is neither.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string_view>

namespace sluice::io {

// `session` names the kind of session in the log line; it must be a literal.
void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> body, std::string_view session);

}  // namespace sluice::io
