// Whether a recording file is whole: every record, the index, the digest, and its numbers.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sluice/store/recording_file.hpp"

namespace sluice::store {

struct CheckedFile {
  std::filesystem::path path;
  FileScan scan;
  std::vector<std::string> faults;  // a sentence each; none: the file is whole
  std::vector<std::string> notes;   // worth knowing, no damage: a torn tail of an open file, entries never recorded
};

// An open file may end anywhere; a sealed one must have everything. Fails when the file cannot be read.
boost::system::result<CheckedFile> check_file(const std::filesystem::path& path);

// The fault, if the segments of one playlist (an epoch) go back in numbers from one file to the next; files in the
// order of their names.
std::optional<std::string> check_numbers(const CheckedFile& before, const CheckedFile& after);

// Which files between two that follow one another in a directory are missing, and the segments and the time they had;
// nothing when there is no hole, or one that the recorder left because the disk failed.
std::optional<std::string> find_missing(const CheckedFile& before, const CheckedFile& after);

}  // namespace sluice::store
