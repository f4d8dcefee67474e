// The samples of a fragment against their bytes: where they lie, and what is in them.
#pragma once

#include "mp4_fragment.hpp"
#include "sluice/check/media_judge.hpp"

namespace sluice::check::mp4 {

// A moof and the mdat behind it, in one piece.
struct FragmentData {
  ByteView piece;
  std::size_t moof = 0;        // where the moof box begins
  std::size_t data_begin = 0;  // the mdat's content
  std::size_t data_end = 0;
};

// Reports samples outside of the mdat, and bytes of it that belong to none or two of them.
void judge_placement(const Fragment& fragment, const FragmentData& data, PieceFindings& findings);

// The bytes of a sample; empty when it does not lie in the mdat.
ByteView bytes_of(const Sample& sample, const FragmentData& data);

// Reports what is wrong within a sample, and whether a decoder can start with it.
bool judge_sample(const Track& track, const Sample& sample, ByteView bytes, PieceFindings& findings);

// A hash of a sample's times and bytes, to be summed up.
std::uint64_t digest_of(const Sample& sample, ByteView bytes);

}  // namespace sluice::check::mp4
