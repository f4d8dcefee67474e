#include "mux/fragment.hpp"

#include <gtest/gtest.h>

#include "sluice/mux/boxes.hpp"

namespace sluice::mux::testing {
namespace {

TrackFragment read_track(ByteView traf) {
  TrackFragment track;
  FragmentSample common;
  ByteReader header(find_box(traf, "tfhd")->content);
  track.header_flags = header.u32() & 0xffffff;
  track.track_id = header.u32();
  if ((track.header_flags & 0x01) != 0) header.skip(8);
  if ((track.header_flags & 0x02) != 0) header.skip(4);
  if ((track.header_flags & 0x08) != 0) common.duration = header.u32();
  if ((track.header_flags & 0x10) != 0) common.size = header.u32();
  if ((track.header_flags & 0x20) != 0) common.flags = header.u32();

  ByteReader time(find_box(traf, "tfdt")->content);
  track.decode_time_version = static_cast<int>(time.u32() >> 24);
  track.decode_time = track.decode_time_version == 1 ? time.u64() : time.u32();

  ByteReader run(find_box(traf, "trun")->content);
  const std::uint32_t word = run.u32();
  track.run_version = static_cast<int>(word >> 24);
  const std::uint32_t count = run.u32();
  if ((word & 0x1) != 0) track.data_offset = run.u32();
  const std::uint32_t first_flags = (word & 0x4) != 0 ? run.u32() : common.flags;
  for (std::uint32_t i = 0; i < count; ++i) {
    FragmentSample sample = common;
    if (i == 0) sample.flags = first_flags;
    if ((word & 0x100) != 0) sample.duration = run.u32();
    if ((word & 0x200) != 0) sample.size = run.u32();
    if ((word & 0x400) != 0) sample.flags = run.u32();
    if ((word & 0x800) != 0) sample.composition = static_cast<std::int32_t>(run.u32());
    track.samples.push_back(sample);
  }
  EXPECT_TRUE(header.ok() && time.ok() && run.ok() && run.at_end());
  return track;
}

}  // namespace

std::uint64_t TrackFragment::end() const {
  std::uint64_t time = decode_time;
  for (const FragmentSample& sample : samples) time += sample.duration;
  return time;
}

const TrackFragment& Fragment::track(std::uint32_t track_id) const {
  for (const TrackFragment& one : tracks) {
    if (one.track_id == track_id) return one;
  }
  ADD_FAILURE() << "the fragment has no track " << track_id;
  static const TrackFragment kNone;
  return kNone;
}

Fragment read_fragment(ByteView part) {
  Fragment fragment;
  const auto moof = box_at(part, 0);
  EXPECT_TRUE(moof && moof->type == "moof");
  fragment.moof_size = moof->size;
  const auto mdat = box_at(part, moof->size);
  EXPECT_TRUE(mdat && mdat->type == "mdat" && moof->size + mdat->size == part.size());
  ByteReader header(find_box(moof->content, "mfhd")->content);
  header.skip(4);
  fragment.sequence_number = header.u32();
  for (auto traf = box_at(moof->content, 0); traf; traf = box_at(moof->content, traf->offset + traf->size)) {
    if (traf->type == "traf") fragment.tracks.push_back(read_track(traf->content));
  }
  return fragment;
}

}  // namespace sluice::mux::testing
