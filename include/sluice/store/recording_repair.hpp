// `sluice recording repair FILE -o OUT`: a clean copy of a recording file with everything in it that can be read.
//
// FILE is only read, and may be one that is being written. OUT ("-": `out`) must not exist; it gets its name when it is
// complete, synced, and has been checked. What was lost, and what became of the segments it is missing from, is told on
// `err`. Exit codes: 0 OUT is there; 1 it failed, or nothing can be read; 2 unusable arguments.
#pragma once

#include <ostream>
#include <string>

namespace sluice::store {

int recording_repair(const std::string& path, const std::string& out_path, std::ostream& out, std::ostream& err);

}  // namespace sluice::store
