#include "sluice/io/spawn.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "sluice/io/log.hpp"

namespace sluice::io {
namespace {

void report(std::string_view session, const std::exception_ptr& escaped) {
  try {
    std::rethrow_exception(escaped);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) return;
    log_event(Level::error, "session_failed", error.what(), {{"session", session}});
  } catch (const std::logic_error& error) {
    std::fprintf(stderr, "%.*s: a bug of ours: %s\n", static_cast<int>(session.size()), session.data(), error.what());
    std::abort();
  } catch (const std::exception& error) {
    log_event(Level::error, "session_failed", error.what(), {{"session", session}});
  }
}

}  // namespace

void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> body, std::string_view session) {
  boost::asio::co_spawn(executor, std::move(body), [session](const std::exception_ptr& escaped) {
    if (escaped) report(session, escaped);
  });
}

}  // namespace sluice::io
