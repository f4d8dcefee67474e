#include "mux/demux.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace sluice::mux::testing {
namespace {

struct Source {
  ByteView bytes;
  std::size_t at = 0;
};

int read_some(void* opaque, std::uint8_t* buffer, int size) {
  Source& source = *static_cast<Source*>(opaque);
  const std::size_t count = std::min(source.bytes.size() - source.at, static_cast<std::size_t>(size));
  if (count == 0) return AVERROR_EOF;
  std::copy_n(source.bytes.begin() + static_cast<std::ptrdiff_t>(source.at), count, buffer);
  source.at += count;
  return static_cast<int>(count);
}

std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
  Source& source = *static_cast<Source*>(opaque);
  if (whence == AVSEEK_SIZE) return static_cast<std::int64_t>(source.bytes.size());
  if (whence != SEEK_SET) return AVERROR(EINVAL);
  source.at = std::min(static_cast<std::size_t>(offset), source.bytes.size());
  return static_cast<std::int64_t>(source.at);
}

DemuxedStream describe(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  DemuxedStream described;
  described.codec = avcodec_get_name(parameters.codec_id);
  described.timescale = stream.time_base.den;
  if (parameters.extradata_size > 0) {
    described.extradata.assign(parameters.extradata, parameters.extradata + parameters.extradata_size);
  }
  described.profile = parameters.profile;
  described.level = parameters.level;
  described.width = parameters.width;
  described.height = parameters.height;
  described.sample_rate = parameters.sample_rate;
  described.channels = parameters.ch_layout.nb_channels;
  return described;
}

}  // namespace

std::vector<DemuxedPacket> Demuxed::packets_of(int stream) const {
  std::vector<DemuxedPacket> found;
  std::copy_if(packets.begin(), packets.end(), std::back_inserter(found),
               [stream](const DemuxedPacket& packet) { return packet.stream == stream; });
  return found;
}

Demuxed demux(const std::string& format, ByteView bytes) {
  Source source{bytes};
  constexpr int kBuffer = 4096;
  AVFormatContext* context = avformat_alloc_context();
  context->pb =
      avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(kBuffer)), kBuffer, 0, &source, read_some, nullptr, seek);
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  AVIOContext* io = context->pb;
  Demuxed demuxed;
  if (avformat_open_input(&context, "", av_find_input_format(format.c_str()), nullptr) < 0) {
    ADD_FAILURE() << "libavformat cannot open " << bytes.size() << " bytes of " << format;
  } else {
    EXPECT_GE(avformat_find_stream_info(context, nullptr), 0);
    for (unsigned i = 0; i < context->nb_streams; ++i) demuxed.streams.push_back(describe(*context->streams[i]));
    AVPacket* packet = av_packet_alloc();
    while (av_read_frame(context, packet) >= 0) {
      demuxed.packets.push_back({packet->stream_index, packet->dts, packet->pts, packet->duration,
                                 (packet->flags & AV_PKT_FLAG_KEY) != 0,
                                 Bytes(packet->data, packet->data + packet->size)});
      av_packet_unref(packet);
    }
    av_packet_free(&packet);
    avformat_close_input(&context);
  }
  av_freep(&io->buffer);
  avio_context_free(&io);
  return demuxed;
}

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return Bytes{std::istreambuf_iterator<char>(file), {}};
}

}  // namespace sluice::mux::testing
