#include "../../src/app/session_list.hpp"

#include <gtest/gtest.h>

namespace sluice::app {
namespace {

constexpr std::string_view kRecordings = R"({"recordings":[
  {"stream":"live/a","session":"S1","epoch":"S1","state":"sealed","start":"T1","duration":6.0E1,"bytes":100},
  {"stream":"live/a","session":"S1","epoch":"S1","state":"open","start":"T2","duration":5,"bytes":10},
  {"stream":"tv/b","session":"S2","epoch":"S1","state":"sealed","start":"T3","duration":1.5,"bytes":7}]})";

TEST(SessionList, FilesOfASessionAreOneObject) {
  EXPECT_EQ(
      session_list(kRecordings),
      R"({"sessions":[)"
      R"({"session":"S1","app":"live","stream":"a","epoch":"S1","state":"open","start":"T1","seconds":6.5E1,"bytes":110,"files":2},)"
      R"({"session":"S2","app":"tv","stream":"b","epoch":"S1","state":"sealed","start":"T3","seconds":1.5E0,"bytes":7,"files":1})"
      "]}\n");
}

TEST(SessionList, NoRecordingsAreAnEmptyListAndNonsenseIsNone) {
  EXPECT_EQ(session_list(R"({"recordings":[]})"), "{\"sessions\":[]}\n");
  EXPECT_EQ(session_list("nonsense"), "");
  EXPECT_EQ(session_list("[]"), "");
}

}  // namespace
}  // namespace sluice::app
