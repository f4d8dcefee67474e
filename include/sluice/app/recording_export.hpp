// `sluice recording export`: recordings to MP4, MPEG-TS, FLV or Matroska, without encoding anew.
//
// What goes into the file is record::Selection's to say, how it is written mux::Exporter's. The file has a temporary
// name until it is complete. Exit codes: 0 fine; 1 it failed, or had to end early; 2 unusable arguments.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace sluice::app {

struct ExportRequest {
  std::vector<std::string> paths;
  std::string output;  // "-": standard output
  std::string format;  // empty: by the ending of `output`
  std::string from;    // YYYYMMDDThhmmss[.fff]Z; empty: the beginning
  std::string to;      // the same, or "now"; empty: the end
  bool force = false;
  bool progress = false;  // lines where there is no terminal
};

// Progress and messages go to `err`; on a terminal progress is one line that is written over.
int recording_export(const ExportRequest& request, std::ostream& err);

}  // namespace sluice::app
