#include "muxer.hpp"

extern "C" {
#include <libavutil/dict.h>
}

#include <utility>

#include "libav_log.hpp"
#include "stream_parameters.hpp"

namespace sluice::mux {
Result<Muxer> Muxer::open(const char* format) {
  forget_libav_log();
  AVFormatContext* context = nullptr;
  int code = avformat_alloc_output_context2(&context, nullptr, format, nullptr);
  if (code < 0) return libav_fault("open", code);
  Muxer muxer(context);
  code = avio_open_dyn_buf(&context->pb);
  if (code < 0) return libav_fault("open", code);
  context->flags |= AVFMT_FLAG_BITEXACT;                        // no version strings, no random ids
  context->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // FLAC in MP4 is called so
  context->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  return muxer;
}

Muxer::Muxer(Muxer&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)), packet_(std::exchange(other.packet_, nullptr)) {}

Muxer::~Muxer() {
  av_packet_free(&packet_);
  if (context_ == nullptr) return;
  if (context_->pb != nullptr) {
    std::uint8_t* bytes = nullptr;
    avio_close_dyn_buf(std::exchange(context_->pb, nullptr), &bytes);
    av_free(bytes);
  }
  avformat_free_context(context_);
}

Result<AVStream*> Muxer::add_stream(const media::Track& track, ByteView record) {
  AVStream* stream = avformat_new_stream(context_, nullptr);
  if (stream == nullptr) return libav_fault("stream", AVERROR(ENOMEM));
  stream->time_base = {1, static_cast<int>(track.timescale)};
  set_parameters(*stream->codecpar, track, record);
  stream->sample_aspect_ratio = stream->codecpar->sample_aspect_ratio;
  return stream;
}

Result<void> Muxer::write_header(const std::string& options) {
  AVDictionary* dictionary = nullptr;
  av_dict_parse_string(&dictionary, options.c_str(), "=", ":", 0);
  const int code = avformat_write_header(context_, &dictionary);
  const bool all_known = av_dict_count(dictionary) == 0;
  av_dict_free(&dictionary);
  if (code < 0) return libav_fault("header", code);
  if (!all_known) return libav_fault("header: an option is not known", AVERROR_OPTION_NOT_FOUND);
  return {};
}

Result<void> Muxer::write(const Sample& sample) {
  packet_->stream_index = sample.stream;
  packet_->dts = sample.dts;
  packet_->pts = sample.pts;
  packet_->duration = sample.duration;
  packet_->flags = sample.key ? AV_PKT_FLAG_KEY : 0;
  // Not reference-counted: av_write_frame() keeps nothing, and copies only where a bitstream filter needs to.
  packet_->data = const_cast<std::uint8_t*>(sample.data.data());
  packet_->size = static_cast<int>(sample.data.size());
  const int code = av_write_frame(context_, packet_);
  if (code < 0) return libav_fault("packet", code);
  return {};
}

Result<void> Muxer::flush() {
  const int code = av_write_frame(context_, nullptr);
  if (code < 0) return libav_fault("flush", code);
  return {};
}

Result<void> Muxer::finish() {
  const int code = av_write_trailer(context_);
  if (code < 0) return libav_fault("trailer", code);
  return {};
}

ByteView Muxer::output() {
  avio_flush(context_->pb);
  std::uint8_t* bytes = nullptr;
  const int size = avio_get_dyn_buf(context_->pb, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace sluice::mux
