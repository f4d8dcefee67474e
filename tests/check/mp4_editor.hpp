// Breaks fragmented MP4 in one place at a time. Boxes are named by their path: "moof/traf/tfhd"; "traf#1" is the second
// one of its siblings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/judged.hpp"
#include "sluice/base/bytes.hpp"

namespace sluice::check::testing {

class Mp4Editor {
 public:
  explicit Mp4Editor(Bytes bytes) : bytes_(std::move(bytes)) {}

  Bytes& bytes() { return bytes_; }

  // The content of a box, behind its size and type.
  std::uint8_t* content(const std::string& path);
  std::size_t content_size(const std::string& path);
  std::uint32_t u32(const std::string& path, std::size_t at);
  void set_u32(const std::string& path, std::size_t at, std::uint32_t value);
  void rename(const std::string& path, const std::string& type);
  // Changes what the box's header says of its size, and nothing else.
  void state_size(const std::string& path, std::uint32_t size);
  void remove(const std::string& path);
  // Puts bytes into the content of a box; all boxes around grow.
  void insert(const std::string& path, std::size_t at, const Bytes& inserted);
  // Adds to the data offset of every run, as a moof that has grown asks for.
  void shift_data(std::uint32_t bytes);
  // How many track fragments there are.
  std::size_t fragments();

 private:
  struct Found {
    std::vector<std::size_t> around;  // where the boxes that hold it begin, itself last
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  Found find(const std::string& path);
  void grow(const Found& found, std::size_t bytes);

  Bytes bytes_;
};

// A file of tests/data/segments taken apart: its initialisation section and a piece for each moof with its mdat.
Given read_fragmented(const std::string& name);

}  // namespace sluice::check::testing
