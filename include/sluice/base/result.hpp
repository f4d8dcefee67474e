// Result: the value of an operation on input we do not control, or the Error that says what is wrong with it.
//
// Errors carry a whole sentence that names the thing, the value and the limit. Faults of the world (sockets, disks) are
// boost::system::error_code in the shells; our own bugs are SLUICE_CHECK.
#pragma once

#include <boost/system/result.hpp>
#include <boost/throw_exception.hpp>
#include <stdexcept>
#include <string>

namespace sluice {

struct Error {
  std::string message;
  friend bool operator==(const Error&, const Error&) = default;
};

// What Result::value() throws when there is none; only tests and start-up code call it without asking first.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace sluice
