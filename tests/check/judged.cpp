#include "check/judged.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sluice::check::testing {

Bytes read_sample(const std::string& name) {
  std::ifstream file(std::string(SLUICE_TESTS_DIR) + "data/segments/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("tests/data/segments/" + name + " is not there");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Report Judged::report() {
  return [this](Finding finding) {
    const std::string id(finding.rule->id);
    rules.insert(id);
    findings.push_back(id + " " + finding.url + ": " + finding.what);
  };
}

Judged judge(const Given& given) {
  Judged judged;
  MediaJudge judge;
  if (!given.init.empty()) judged.facts.push_back(judge.on_init("init", given.init, judged.report()));
  for (std::size_t i = 0; i < given.pieces.size(); ++i) {
    const std::string url = "segment" + std::to_string(i);
    MediaPiece piece = given.promise;
    piece.url = url;
    piece.bytes = given.pieces[i];
    piece.follows = i > 0;
    if (i == 0) piece.discontinuity = false;
    judged.facts.push_back(judge.on_piece(piece, judged.report()));
  }
  return judged;
}

}  // namespace sluice::check::testing
