// What libavformat reads from bytes or a file: the other side of what the renderer writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/base/bytes.hpp"

namespace sluice::mux::testing {

struct DemuxedPacket {
  int stream = 0;
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  bool key = false;
  Bytes data;
};

struct DemuxedStream {
  std::string codec;  // libavcodec's name
  std::int64_t timescale = 0;
  Bytes extradata;
  int profile = 0;
  int level = 0;
  int width = 0;
  int height = 0;
  int sample_rate = 0;
  int channels = 0;
};

struct Demuxed {
  std::vector<DemuxedStream> streams;
  std::vector<DemuxedPacket> packets;

  std::vector<DemuxedPacket> packets_of(int stream) const;
};

// `format` is libavformat's name of the demuxer.
Demuxed demux(const std::string& format, ByteView bytes);
Bytes read_file(const std::string& path);

}  // namespace sluice::mux::testing
