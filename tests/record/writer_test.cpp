#include "sluice/record/writer.hpp"

#include <gmock/gmock.h>

#include "record/sample.hpp"

namespace sluice::record {
namespace {

using sample::read;
using sample::said_by;

TEST(RecordWriter, EveryKindOfEntryComesBackAsItWas) {
  const std::vector<media::Entry> all = sample::entries();
  const auto items = read(sample::file(all));
  EXPECT_TRUE(sample::only<Damage>(items).empty());
  EXPECT_EQ(said_by(sample::entries_of(items)), said_by(all));
}

TEST(RecordWriter, EveryFieldOfATrackComesBack) {
  const auto items = read(sample::file({sample::video(), sample::audio()}));
  const auto all = sample::entries_of(items);
  ASSERT_EQ(all.size(), 2U);
  const auto& config = std::get<media::Track>(all[0]).config;
  EXPECT_EQ(config.codec, media::Codec::h264);
  EXPECT_EQ(config.video.width, 1280U);
  EXPECT_EQ(config.video.height, 720U);
  EXPECT_EQ(config.video.frame_rate, (media::FrameRate{30000, 1001}));
  EXPECT_EQ(config.video.range, media::VideoRange::pq);
  EXPECT_EQ(config.video.colour, (media::Colour{9, 16, 9, true}));
  EXPECT_EQ(config.video.pixel_width, 4U);
  EXPECT_EQ(config.video.pixel_height, 3U);
  EXPECT_EQ(config.video.nal_length_size, 4);
  EXPECT_EQ(config.rfc6381, "avc1.64001f");
  EXPECT_TRUE(media::same_config(config, sample::video().config));
  const auto& second = std::get<media::Track>(all[1]);
  EXPECT_EQ(second.timescale, 44100U);
  EXPECT_EQ(second.config.audio.sample_rate, 44100U);
  EXPECT_EQ(second.config.audio.channels, 2U);
  EXPECT_EQ(second.config.audio.samples_per_frame, 1024U);
  EXPECT_FALSE(second.config.video.frame_rate);
}

TEST(RecordWriter, ThePartTargetOfACutComesBackAndOneRecordedBeforeThereWereAnyHasNone) {
  media::Cut cut = sample::cut(100, 900000);
  cut.part_target = Millis(501);
  const Draft parts = draft(media::Entry(cut));
  const auto read_back = [&](std::size_t size) {
    RecordHeader header = parts.header;
    header.body_size = static_cast<std::uint32_t>(size);
    return decode_record(header, ByteView(parts.body).first(size));
  };
  const auto target_of = [](const Result<Record>& record) {
    return std::get<media::Cut>(std::get<media::Entry>(*record)).part_target;
  };
  EXPECT_EQ(target_of(read_back(parts.body.size())), Millis(501));
  const auto older = read_back(parts.body.size() - 4);
  EXPECT_EQ(target_of(older), Millis(0));
  EXPECT_EQ(std::get<media::Cut>(std::get<media::Entry>(*older)).ends.size(), 1U);
  for (const std::size_t missing : {1U, 2U, 3U}) EXPECT_TRUE(read_back(parts.body.size() - missing).has_error());
}

TEST(RecordWriter, HeaderNamesSessionAndNumbers) {
  const auto found = sample::only<Found>(read(sample::file({})));
  ASSERT_FALSE(found.empty());
  const auto& header = std::get<FileHeader>(found[0].record);
  EXPECT_EQ(header.session.stream.path(), "live/demo");
  EXPECT_EQ(header.session.session.text(), "20261121T035512Z-3f9a2c");
  EXPECT_EQ(header.session.epoch.text(), "20261121T035512Z-3f9a2c");
  EXPECT_EQ(header.session.start, sample::wall(0));
  EXPECT_EQ(header.file_index, 3U);
  EXPECT_EQ(header.before.last_msn, 99U);
}

TEST(RecordWriter, LargePayloadsAreReferredToAndNotCopied) {
  Writer writer(sample::kMark, FileHeader{sample::session(), 0, {}}, Head());
  const Payload large = Payload::copy_of(Bytes(Output::kCopyMax, 0x55));
  const Payload small = Payload::copy_of(Bytes(Output::kCopyMax - 1, 0x55));
  writer.add(media::Packet{0, true, false, 0, 0, large});
  writer.add(media::Packet{0, true, false, 1, 0, small});
  const auto pieces = writer.output().pieces();
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].data(), large.data());
  EXPECT_EQ(pieces[2].size(), kHeaderSize + small.size());
  EXPECT_EQ(writer.output().size(), writer.size());
}

TEST(RecordWriter, FooterStandsAtTheEndAndCountsWhatIsThere) {
  const Bytes bytes = sample::file(sample::entries());
  const auto found = sample::only<Found>(read(bytes));
  const Found& last = found.back();
  EXPECT_EQ(last.end, bytes.size());
  EXPECT_EQ(last.end - last.offset, kFooterSize);
  const auto& footer = std::get<Footer>(last.record);
  EXPECT_TRUE(footer.ended);
  EXPECT_FALSE(footer.recovered);
  EXPECT_EQ(footer.records, found.size() - 2);
  EXPECT_EQ(footer.packets, 11U);
  EXPECT_EQ(footer.first_msn, 100U);
  EXPECT_EQ(footer.numbering, (Numbering{103, 8, Ticks90k(1620000), Seconds(2)}));
  EXPECT_EQ(footer.first_time, Ticks90k(890000));
  EXPECT_EQ(footer.last_wall, sample::wall(9));
  EXPECT_EQ(footer.index_offset, found[found.size() - 2].offset);
}

TEST(RecordWriter, IndexEnclosesEachPartAndPointsToItsPeriod) {
  const auto found = sample::only<Found>(read(sample::file(sample::entries())));
  const auto& index = std::get<Index>(found[found.size() - 2].record);
  ASSERT_EQ(index.entries.size(), 4U);
  std::vector<std::uint64_t> msns;
  for (const IndexEntry& entry : index.entries) {
    msns.push_back(entry.msn);
    const auto at = [&](std::uint64_t offset) {
      return *std::find_if(found.begin(), found.end(), [&](const Found& one) { return one.offset == offset; });
    };
    EXPECT_EQ(at(entry.period_offset).header.type, RecordType::period);
    const auto last = std::find_if(found.begin(), found.end(), [&](const Found& one) { return one.end == entry.end; });
    ASSERT_NE(last, found.end());
    EXPECT_EQ(last->header.type, entry.gap ? RecordType::gap : RecordType::cut);
    EXPECT_EQ(last->header.time, entry.start.count());
  }
  EXPECT_THAT(msns, testing::ElementsAre(100, 101, 102, 103));
  EXPECT_EQ(index.entries[1].offset, index.entries[0].end);
  EXPECT_TRUE(index.entries[2].gap);
  EXPECT_EQ(index.entries[3].offset, index.entries[3].period_offset);
}

TEST(RecordWriter, LaterFileRepeatsPeriodAndTracksAndSaysWhatWasLost) {
  Head head;
  for (const media::Entry& entry : sample::entries()) head.apply(entry);
  Writer writer(sample::kMark, FileHeader{sample::session(), 4, head.numbering()}, head, Lost{Ticks90k(5), 12, 3456});
  const auto found = sample::only<Found>(read(sample::take(writer.output())));
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(std::get<FileHeader>(found[0].record).before, head.numbering());
  EXPECT_EQ(std::get<Lost>(found[1].record), (Lost{Ticks90k(5), 12, 3456}));
  EXPECT_EQ(std::get<media::Period>(std::get<media::Entry>(found[2].record)).number, 8U);
  EXPECT_EQ(found[2].header.flags, flags::kRepeated);
  EXPECT_EQ(found[3].header.type, RecordType::track);
  EXPECT_EQ(found[3].header.flags, flags::kRepeated);
}

TEST(RecordLedger, ReadingAFileGivesTheIndexAndFooterThatItsWriterWrote) {
  Ledger ledger;
  for (const Found& found : sample::only<Found>(read(sample::file(sample::entries())))) {
    const Place place{found.offset, found.end, found.header_bytes};
    if (const auto* header = std::get_if<FileHeader>(&found.record)) ledger.pass(place, *header);
    if (const auto* entry = std::get_if<media::Entry>(&found.record)) ledger.pass(place, *entry);
    if (const auto* index = std::get_if<Index>(&found.record)) {
      EXPECT_EQ(*index, ledger.index());
      ledger.pass_index(found.header_bytes);
    }
    if (const auto* footer = std::get_if<Footer>(&found.record)) {
      Footer expected = ledger.footer();
      expected.index_offset = footer->index_offset;
      EXPECT_EQ(*footer, expected);
    }
  }
}

}  // namespace
}  // namespace sluice::record
