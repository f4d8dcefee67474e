#include "sluice/store/recording_repair.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "sluice/store/recording_check.hpp"
#include "sluice/store/recording_tool.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using record::sample::entries;
using record::sample::file;
using testing::HasSubstr;

constexpr const char* kName = "live/demo/20261121T035512Z-3f9a2c-000003.slog";
constexpr const char* kOut = "out/demo/20261121T035512Z-3f9a2c-000003.slog";

class RecordingRepairTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(path(kOut).parent_path()); }
  fs::path path(const std::string& name) const { return directory_.path() / name; }
  int repair(const std::string& from = kName, const std::string& to = kOut) {
    err_.str("");
    return recording_repair(path(from).string(), path(to).string(), out_, err_);
  }
  std::vector<std::string> faults(const std::string& name) {
    const auto checked = check_file(path(name));
    return checked ? checked->faults : std::vector<std::string>{checked.error().message()};
  }

  TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RecordingRepairTest, CopyOfAWholeFileIsTheFile) {
  const Bytes bytes = file(entries());
  write_file(path(kName), bytes);
  EXPECT_EQ(repair(), 0) << err_.str();
  EXPECT_EQ(read_file(path(kOut)), bytes);
}

// With verify: each flip is noticed, and what a repair makes of it is whole.
TEST_F(RecordingRepairTest, AnyFlippedByteIsNoticedAndTheRepairedFileIsWhole) {
  const Bytes bytes = file(entries());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes damaged = bytes;
    damaged[at] ^= 0x10;
    write_file(path(kName), damaged);
    EXPECT_FALSE(faults(kName).empty()) << at;
    ASSERT_EQ(repair(), 0) << at << err_.str();
    EXPECT_TRUE(faults(kOut).empty()) << at;
    EXPECT_EQ(read_file(path(kName)), damaged) << at;
    fs::remove(path(kOut));
  }
}

TEST_F(RecordingRepairTest, FileThatWasCutOffAnywhereIsSealedAgain) {
  const Bytes bytes = file(entries());
  const auto header = record::sample::only<record::Found>(record::sample::read(bytes))[0];
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_file(path(kName), ByteView(bytes).first(size));
    EXPECT_FALSE(faults(kName).empty()) << size;
    EXPECT_EQ(repair(), size < header.end ? 1 : 0) << size << err_.str();
    EXPECT_EQ(fs::exists(path(kOut)), size >= header.end) << size;
    EXPECT_TRUE(size < header.end || faults(kOut).empty()) << size;
    fs::remove(path(kOut));
  }
  EXPECT_EQ(directory_.files(), std::vector<std::string>{kName});
}

TEST_F(RecordingRepairTest, LostHeaderIsMadeAnewFromTheNameAndANeighbour) {
  record::SessionInfo session = record::sample::session();
  session.epoch = *SessionId::parse("20261120T000000Z-000001");
  record::Writer writer(7, {session, 4, {}}, record::Head());
  writer.seal();
  write_file(path("live/demo/20261121T035512Z-3f9a2c-000004.slog"), record::sample::take(writer.output()));
  Bytes damaged = file(entries());
  damaged[20] ^= 1;
  write_file(path(kName), damaged);
  ASSERT_EQ(repair(), 0) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("the Header is made anew: live/demo, file 3 of session 20261121T035512Z-3f9a2c, "
                                    "epoch 20261120T000000Z-000001"));
  const auto checked = check_file(path(kOut));
  EXPECT_EQ(checked->scan.header->session.start, record::sample::wall(0));
  EXPECT_TRUE(checked->notes.empty());
}

TEST_F(RecordingRepairTest, FileWithoutHeaderAndWithoutItsNameIsOfNoUse) {
  Bytes damaged = file(entries());
  damaged[20] ^= 1;
  write_file(path("x.slog"), damaged);
  EXPECT_EQ(repair("x.slog", "y.slog"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("its Header is damaged, and its name does not say what it is"));
  // The name it is to have says it as well.
  EXPECT_EQ(repair("x.slog", kOut), 0) << err_.str();
}

TEST_F(RecordingRepairTest, TellsWhatWasLost) {
  Bytes damaged = file(entries());
  const auto found = record::sample::only<record::Found>(record::sample::read(damaged));
  damaged[found[10].end - 1] ^= 1;  // the key frame of segment 101
  write_file(path(kName), damaged);
  ASSERT_EQ(repair(), 0);
  EXPECT_THAT(err_.str(), HasSubstr("a Packet record of track 0 is lost; between"));
  EXPECT_THAT(err_.str(),
              HasSubstr("packets 10, records given up 1, incomplete segments 0, segments that became gaps 1"));
  EXPECT_EQ(check_file(path(kOut))->notes, std::vector<std::string>{"a repair left out what was damaged, in 1 place"});
}

TEST_F(RecordingRepairTest, FileBeingWrittenIsCopiedAsFarAsItGoes) {
  const std::string open = std::string(kName) + ".open";
  const Bytes bytes = file(entries(), false);
  write_file(path(open), ByteView(bytes).first(bytes.size() - 5));
  ASSERT_EQ(repair(open), 0) << err_.str();
  EXPECT_TRUE(faults(kOut).empty());
}

TEST_F(RecordingRepairTest, CopyGoesToAPipe) {
  const Bytes bytes = file(entries());
  write_file(path(kName), bytes);
  ASSERT_EQ(recording_repair(path(kName).string(), "-", out_, err_), 0);
  EXPECT_EQ(out_.str(), as_text(bytes));
}

TEST_F(RecordingRepairTest, RefusesWhatItMustNotWrite) {
  write_file(path(kName), file(entries()));
  EXPECT_EQ(repair("nowhere.slog"), 2);
  EXPECT_EQ(repair(kName, kName), 2);
  EXPECT_THAT(err_.str(), HasSubstr("exists; nothing is written over"));
  EXPECT_EQ(repair(kName, "out/x.slog.open"), 2);
  EXPECT_EQ(repair(kName, "out/demo/20261121T035512Z-3f9a2c-000004.slog"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("is the name of another file; this one is file 3"));
  write_file(path("noise.slog"), Bytes(5000, 'x'));
  EXPECT_EQ(repair("noise.slog"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("not one record in it can be read"));
}

TEST_F(RecordingRepairTest, VerifyNamesFilesThatAreMissingInTheMiddle) {
  const auto put = [this](std::uint32_t index, std::uint64_t msn, const record::Lost& lost) {
    const auto start = static_cast<std::int64_t>(msn) * 180000;
    record::Head head({.last_msn = msn - 1, .last_time = Ticks90k(start)});
    head.apply(media::Period{7, media::PeriodCause::start, Ticks90k(0), record::sample::wall(0)});
    head.apply(record::sample::video());
    record::Writer writer(9, {record::sample::session(), index, head.numbering()}, head, lost);
    for (const media::Entry& entry : record::sample::segment(msn, start)) writer.add(entry);
    writer.seal();
    char name[64];
    std::snprintf(name, sizeof name, "live/demo/20261121T035512Z-3f9a2c-%06u.slog", index);
    write_file(path(name), record::sample::take(writer.output()));
  };
  const std::string paths[] = {path("live").string()};
  put(3, 10, {});
  put(4, 11, {});
  // A number that the recorder left out, and says so.
  put(6, 20, {Ticks90k(12 * 180000), 5, 100});
  EXPECT_EQ(recording_verify(paths, out_, err_), 0) << out_.str();
  out_.str("");
  put(9, 30, {});
  EXPECT_EQ(recording_verify(paths, out_, err_), 1);
  EXPECT_THAT(out_.str(), HasSubstr("files 7 to 8 of session 20261121T035512Z-3f9a2c are missing: segments 21 to 29, "
                                    "between 2026-11-21T03:55:54.000Z and 2026-11-21T03:56:12.000Z"));
  EXPECT_THAT(out_.str(), HasSubstr("4 files, 0 damaged, missing ones in 1 place\n"));
}

}  // namespace
}  // namespace sluice::store
