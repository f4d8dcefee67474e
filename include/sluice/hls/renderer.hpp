// Renderer: media to container bytes. A pure function of its arguments: the same parts give the same bytes on every
// process, now and after a restart (no state is kept from one call to the next). mux implements it with libavformat.
#pragma once

#include <memory>
#include <span>

#include "sluice/base/payload.hpp"
#include "sluice/base/result.hpp"
#include "sluice/hls/part.hpp"

namespace sluice::hls {

class Renderer {
 public:
  virtual ~Renderer() = default;

  // The fMP4 initialisation section (ftyp, moov) for the tracks of `period` that fMP4 can carry.
  virtual Result<Payload> fmp4_init(const PeriodInfo& period) = 0;
  // One moof and one mdat. The fMP4 segment is the concatenation of its parts.
  virtual Result<Payload> fmp4_part(const Part& part) = 0;
  // A whole MPEG-TS segment from its parts, with the tracks TS can carry.
  virtual Result<Payload> ts_segment(std::span<const std::shared_ptr<const Part>> parts) = 0;
};

}  // namespace sluice::hls
