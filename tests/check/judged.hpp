// What a MediaJudge says of pieces that follow one another.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sluice/check/media_judge.hpp"

namespace sluice::check::testing {

// A file of tests/data/segments.
Bytes read_sample(const std::string& name);

struct Judged {
  std::vector<std::string> findings;  // "TS-08 segment1: what"
  std::set<std::string> rules;        // "TS-08"
  std::vector<MediaFacts> facts;

  // A report that collects here.
  Report report();
};

// Pieces as they follow one another, from the first on.
struct Given {
  Bytes init;  // none when it is empty
  std::vector<Bytes> pieces;
  MediaPiece promise;  // what the playlist says of each; `bytes`, `url` and `follows` are filled in
};

Judged judge(const Given& given);

}  // namespace sluice::check::testing
