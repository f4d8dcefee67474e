// `sluice recording ls | info | verify`: what they print and what they exit with.
//
// `paths` are recording files or directories of them, sealed or still being written. Exit codes: 0 fine; 2 a path that
// does not exist, cannot be read or holds no recording, with a line on `err`.
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace sluice::store {

// One line a file: what it is, when, how long, how large. Sealed files cost two small reads each. With `json` one
// document: {"recordings": [...]}.
int recording_ls(std::span<const std::string> paths, bool json, std::ostream& out, std::ostream& err);

// All a file says of itself; reads it whole. Exits with 1 when any is damaged.
int recording_info(std::span<const std::string> paths, bool json, std::ostream& out, std::ostream& err);

// Reads every byte. Exits with 1 when anything is damaged, and says which bytes and which time span; also when files in
// the middle of a session are missing, unless the disk failed then.
int recording_verify(std::span<const std::string> paths, std::ostream& out, std::ostream& err);

}  // namespace sluice::store
