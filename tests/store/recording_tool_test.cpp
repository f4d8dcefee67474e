#include "sluice/store/recording_tool.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "sluice/store/recording_file.hpp"
#include "sluice/store/recovery.hpp"
#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

using record::sample::entries;
using record::sample::file;
using testing::HasSubstr;

constexpr const char* kSealed = "live/demo/20261121T035512Z-3f9a2c-000003.slog";
constexpr const char* kOpen = "live/demo/20261121T035512Z-3f9a2c-000003.slog.open";

// The reader is tested at every byte; here a step that meets every field of every kind of record is enough.
constexpr std::size_t kStride = 3;

class RecordingToolTest : public testing::Test {
 protected:
  std::string path(const std::string& name = "") const { return (directory_.path() / name).string(); }
  void put(const std::string& name, ByteView bytes) { write_file(directory_.path() / name, bytes); }
  int verify(const std::string& one) {
    const std::string paths[] = {one};
    out_.str("");
    return recording_verify(paths, out_, err_);
  }
  int ls(bool json = false) {
    const std::string paths[] = {path()};
    return recording_ls(paths, json, out_, err_);
  }
  // The output, with the directory's random name out of the way.
  std::string printed() const {
    std::string text = out_.str();
    for (std::size_t at = 0; (at = text.find(directory_.path().string())) != std::string::npos;) {
      text.replace(at, directory_.path().string().size(), "DIR");
    }
    return text;
  }

  TemporaryDirectory directory_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RecordingToolTest, ListIsATable) {
  put(kSealed, file(entries()));
  put("live/other/20261121T035512Z-3f9a2c-000004.slog.open", file(entries(), false));
  EXPECT_EQ(ls(), 0);
  EXPECT_EQ(printed(),
            "STREAM     SESSION                  FILE  STATE   START                     DURATION     SIZE  TRACKS\n"
            "live/demo  20261121T035512Z-3f9a2c     3  sealed  2026-11-21T03:55:12.888Z      8.1s  1.7 KiB  "
            "h264 1280x720, aac 44100 Hz\n"
            "live/demo  20261121T035512Z-3f9a2c     3  open    2026-11-21T03:55:12.888Z      8.1s  1.3 KiB  "
            "h264 1280x720, aac 44100 Hz\n");
}

TEST_F(RecordingToolTest, ListAsJsonIsOneDocument) {
  put(kSealed, file(entries()));
  EXPECT_EQ(ls(true), 0);
  EXPECT_EQ(printed(),
            R"({"recordings":[{"path":"DIR/live/demo/20261121T035512Z-3f9a2c-000003.slog","stream":"live/demo",)"
            R"("session":"20261121T035512Z-3f9a2c","index":3,"state":"sealed","start":"2026-11-21T03:55:12.888Z",)"
            R"("duration":8.111111E0,"bytes":1785,"packets":11,"first_msn":100,"last_msn":103,"entries_lost":0,)"
            R"("recovered":false,"ended":true,"tracks":[)"
            R"({"codec":"h264","timescale":90000,"codecs":"avc1.64001f","width":1280,"height":720},)"
            R"({"codec":"aac","timescale":44100,"codecs":"mp4a.40.2","sample_rate":44100,"channels":2},)"
            R"({"codec":"h264","timescale":90000,"codecs":"avc1.64001f","width":1280,"height":720}],)"
            R"("epoch":"20261121T035512Z-3f9a2c"}]})"
            "\n");
}

TEST_F(RecordingToolTest, InfoTellsAllOfAFile) {
  put(kSealed, file(entries()));
  const std::string paths[] = {path(kSealed)};
  EXPECT_EQ(recording_info(paths, false, out_, err_), 0);
  EXPECT_EQ(printed(),
            "DIR/live/demo/20261121T035512Z-3f9a2c-000003.slog\n"
            "  stream    live/demo\n"
            "  session   20261121T035512Z-3f9a2c, file 3\n"
            "  state     sealed, the session ended in it\n"
            "  time      2026-11-21T03:55:12.888Z to 2026-11-21T03:55:21.000Z\n"
            "  duration  8.1s\n"
            "  size      1.7 KiB, media 107 B\n"
            "  records   23, packets 11\n"
            "  segments  100 to 103\n"
            "  periods   2\n"
            "  tracks    h264 1280x720, aac 44100 Hz\n");
}

TEST_F(RecordingToolTest, InfoTellsThatAFileWasRecovered) {
  put(kOpen, file({media::Period{}, record::sample::video()}, false));
  recover({directory_.path(), {}, {}, {}}, [](const Recovery&, const RecoveryProgress&) {});
  const std::string paths[] = {path(kSealed)};
  EXPECT_EQ(recording_info(paths, false, out_, err_), 0);
  EXPECT_THAT(printed(), HasSubstr("sealed, recovered after a crash"));
  EXPECT_EQ(recording_info(paths, true, out_, err_), 0);
  EXPECT_THAT(printed(), HasSubstr(R"("recovered":true,"ended":false)"));
}

TEST_F(RecordingToolTest, VerifySaysWholeOfAWholeFileAndOfOneBeingWritten) {
  put(kSealed, file(entries()));
  EXPECT_EQ(verify(path()), 0);
  EXPECT_EQ(printed(),
            "DIR/live/demo/20261121T035512Z-3f9a2c-000003.slog: whole, 11 packets, 8.1s\n"
            "1 file, 0 damaged\n");
  fs::remove(path(kSealed));
  const Bytes bytes = file(entries(), false);
  put(kOpen, ByteView(bytes).first(bytes.size() - 5));
  EXPECT_EQ(verify(path(kOpen)), 0);
  EXPECT_THAT(printed(), HasSubstr("note: bytes"));
}

TEST_F(RecordingToolTest, VerifyNamesBytesAndTimeSpanOfDamage) {
  Bytes bytes = file(entries());
  const auto found = record::sample::only<record::Found>(record::sample::read(bytes));
  const auto& key = found[10];  // the key frame of segment 101
  ASSERT_EQ(key.header.time, 1080000);
  bytes[key.end - 1] ^= 1;
  put(kSealed, bytes);
  EXPECT_EQ(verify(path()), 1);
  EXPECT_EQ(printed(), "DIR/live/demo/20261121T035512Z-3f9a2c-000003.slog: DAMAGED, 10 packets, 8.1s\n  bytes " +
                           std::to_string(key.offset) + " to " + std::to_string(key.end - 1) +
                           " (45): the checksum of a record is wrong; a Packet record of track 0 is lost; between "
                           "2026-11-21T03:55:15.000Z and 2026-11-21T03:55:15.000Z\n"
                           "1 file, 1 damaged\n");
}

TEST_F(RecordingToolTest, AnyFlippedByteOfASealedFileIsFound) {
  const Bytes bytes = file(entries());
  for (std::size_t at = 0; at < bytes.size(); at += kStride) {
    Bytes damaged = bytes;
    damaged[at] ^= 0x10;
    put(kSealed, damaged);
    EXPECT_EQ(verify(path(kSealed)), 1) << at;
  }
}

TEST_F(RecordingToolTest, SealedFileThatWasCutOffAnywhereIsDamaged) {
  const Bytes bytes = file(entries());
  for (std::size_t size = 0; size < bytes.size(); size += kStride) {
    put(kSealed, ByteView(bytes).first(size));
    EXPECT_EQ(verify(path(kSealed)), 1) << size;
  }
}

TEST_F(RecordingToolTest, RecordTakenOutCleanlyIsFoundByTheDigest) {
  Bytes bytes = file(entries());
  const auto found = record::sample::only<record::Found>(record::sample::read(bytes));
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(found[6].offset),
              bytes.begin() + static_cast<std::ptrdiff_t>(found[6].end));
  put(kSealed, bytes);
  EXPECT_EQ(verify(path()), 1);
  EXPECT_THAT(printed(), HasSubstr("the digest or the sums in the Footer do not match"));
}

TEST_F(RecordingToolTest, SegmentNumberThatComesTwiceInAPlaylistIsFound) {
  put(kSealed, file(entries()));
  record::Writer writer(1, {record::sample::session(), 4, {}}, record::Head());
  for (const media::Entry& entry : entries()) writer.add(entry);
  writer.seal();
  put("live/demo/20261121T035512Z-3f9a2c-000004.slog", record::sample::take(writer.output()));
  EXPECT_EQ(verify(path()), 1);
  EXPECT_THAT(printed(), HasSubstr("begins with segment 100, but 20261121T035512Z-3f9a2c-000003.slog before it ends "
                                   "with segment 103"));
}

TEST_F(RecordingToolTest, FileUnderAnotherFilesNameIsFound) {
  put("live/demo/20261121T035512Z-3f9a2c-000009.slog", file(entries()));
  EXPECT_EQ(verify(path()), 1);
  EXPECT_THAT(printed(), HasSubstr("the Header says file 3 of session"));
}

TEST_F(RecordingToolTest, PathsOfNoUseExitWith2) {
  EXPECT_EQ(verify(path("nowhere")), 2);
  EXPECT_THAT(err_.str(), HasSubstr("No such file or directory"));
  EXPECT_EQ(verify(path()), 2);
  EXPECT_THAT(err_.str(), HasSubstr("no recordings"));
  EXPECT_EQ(ls(), 2);
}

TEST_F(RecordingToolTest, FileThatTheServerSealsMeanwhileIsFoundUnderItsFinalName) {
  put(kSealed, file(entries()));
  const auto scanned = scan(directory_.path() / kOpen);
  ASSERT_TRUE(scanned);
  EXPECT_TRUE(scanned->footer);
}

}  // namespace
}  // namespace sluice::store
