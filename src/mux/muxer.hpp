// Muxer: libavformat's muxing context with its output in memory.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <string>

#include "sluice/base/bytes.hpp"
#include "sluice/base/payload.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/codec.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::mux {

// A packet for the muxer. `data` is only read, and not after write() has returned.
struct Sample {
  int stream = 0;
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  bool key = false;
  ByteView data;
};

class Muxer {
 public:
  // `format` is the name libavformat has for the muxer.
  static Result<Muxer> open(const char* format);
  Muxer(Muxer&& other) noexcept;
  Muxer& operator=(Muxer&&) = delete;
  ~Muxer();

  AVFormatContext* context() { return context_; }
  // A stream whose parameters describe `track`; `record` is what stands in its extradata.
  Result<AVStream*> add_stream(const media::Track& track, ByteView record);
  // `options` of the muxer, "key=value:key=value"; one it does not know is an Error.
  Result<void> write_header(const std::string& options);
  Result<void> write(const Sample& sample);
  // Ends the fragment, or writes out what is buffered.
  Result<void> flush();
  // The trailer is written and the output ends.
  Result<void> finish();
  // Everything written so far; valid until the next call.
  ByteView output();

 private:
  explicit Muxer(AVFormatContext* context) : context_(context), packet_(av_packet_alloc()) {}

  AVFormatContext* context_;
  AVPacket* packet_;
};

}  // namespace sluice::mux
