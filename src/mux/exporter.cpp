#include "sluice/mux/exporter.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/mathematics.h>
}

#include <string>
#include <utility>
#include <vector>

#include "export_output.hpp"
#include "libav_log.hpp"
#include "stream_parameters.hpp"

namespace sluice::mux {
namespace {

using media::Codec;

const char* muxer_name(ExportFormat format) {
  switch (format) {
    case ExportFormat::mp4:
      return "mp4";
    case ExportFormat::ts:
      return "mpegts";
    case ExportFormat::flv:
      return "flv";
    case ExportFormat::mkv:
      return "matroska";
  }
  return "";
}

std::string options_of(ExportFormat format, bool as_pipe) {
  switch (format) {
    case ExportFormat::mp4:
      // A fragment begins with each key frame; without pictures, where every frame is one, after two seconds.
      return as_pipe ? "movflags=frag_keyframe+delay_moov+default_base_moof:min_frag_duration=2000000"
                     : "movflags=faststart";
    case ExportFormat::ts:
      return "";
    case ExportFormat::flv:
      return as_pipe ? "flvflags=no_duration_filesize" : "";
    case ExportFormat::mkv:
      return "";
  }
  return "";
}

bool in_mp4(Codec codec) { return media::can_carry(media::Container::fmp4, codec); }

bool in_ts(Codec codec) {
  return media::can_carry(media::Container::ts, codec) || codec == Codec::hevc || codec == Codec::opus;
}

bool in_flv(Codec codec) { return codec == Codec::h264 || codec == Codec::aac || codec == Codec::mp3; }

bool in_mkv(Codec codec) { return in_mp4(codec) || codec == Codec::vp8; }

}  // namespace

std::optional<ExportFormat> parse_export_format(std::string_view name) {
  for (const ExportFormat format : {ExportFormat::mp4, ExportFormat::ts, ExportFormat::flv, ExportFormat::mkv}) {
    if (name == to_string(format)) return format;
  }
  return std::nullopt;
}

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::mp4:
      return "mp4";
    case ExportFormat::ts:
      return "ts";
    case ExportFormat::flv:
      return "flv";
    case ExportFormat::mkv:
      return "mkv";
  }
  return "unknown";
}

bool can_export(ExportFormat format, const media::Track& track) {
  const Codec codec = track.config.codec;
  switch (format) {
    case ExportFormat::mp4:
      return in_mp4(codec);
    case ExportFormat::ts:
      return in_ts(codec);
    case ExportFormat::flv:
      return in_flv(codec) && track.source_id == 0;
    case ExportFormat::mkv:
      return in_mkv(codec);
  }
  return false;
}

struct Exporter::State {
  explicit State(ExportTarget& target) : output(target) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    av_packet_free(&packet);
    if (context != nullptr) context->pb = nullptr;
    avformat_free_context(context);
  }

  ExportOutput output;
  AVFormatContext* context = nullptr;
  AVPacket* packet = av_packet_alloc();
  struct Stream {
    std::uint32_t timescale = 0;
    std::int64_t last_dts = INT64_MIN;
  };
  std::vector<Stream> streams;
};

Exporter::Exporter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Exporter::Exporter(Exporter&&) noexcept = default;
Exporter& Exporter::operator=(Exporter&&) noexcept = default;
Exporter::~Exporter() = default;

Result<Exporter> Exporter::open(ExportFormat format, ExportTarget& target, std::span<const media::Track> tracks) {
  capture_libav_log();
  forget_libav_log();
  auto state = std::make_unique<State>(target);
  if (state->output.context() == nullptr || state->packet == nullptr) return libav_fault("open", AVERROR(ENOMEM));
  const int allocated = avformat_alloc_output_context2(&state->context, nullptr, muxer_name(format), "export");
  if (allocated < 0) return libav_fault("open", allocated);
  AVFormatContext& context = *state->context;
  state->output.attach(context);
  context.flags |= AVFMT_FLAG_BITEXACT;                        // no version strings, no random ids
  context.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // FLAC in MP4 is called so
  context.avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  for (const media::Track& track : tracks) {
    AVStream* stream = avformat_new_stream(&context, nullptr);
    if (stream == nullptr) return libav_fault("stream", AVERROR(ENOMEM));
    stream->time_base = {1, static_cast<int>(track.timescale)};
    set_parameters(*stream->codecpar, track, mp4_record(track.config));
    // hvc1 is a name of MP4 alone.
    if (format != ExportFormat::mp4) stream->codecpar->codec_tag = 0;
    stream->sample_aspect_ratio = stream->codecpar->sample_aspect_ratio;
    state->streams.push_back({track.timescale});
  }
  AVDictionary* options = nullptr;
  av_dict_parse_string(&options, options_of(format, target.is_pipe()).c_str(), "=", ":", 0);
  const int code = avformat_write_header(&context, &options);
  const bool all_known = av_dict_count(options) == 0;
  av_dict_free(&options);
  if (code < 0) return libav_fault("header", code);
  if (!all_known) return libav_fault("header: an option is not known", AVERROR_OPTION_NOT_FOUND);
  return Exporter(std::move(state));
}

Result<void> Exporter::write(std::size_t stream, const ExportSample& sample) {
  State::Stream& to = state_->streams[stream];
  const AVRational from{1, static_cast<int>(to.timescale)};
  const AVRational base = state_->context->streams[stream]->time_base;
  AVPacket& packet = *state_->packet;
  packet.stream_index = static_cast<int>(stream);
  packet.dts = av_rescale_q(sample.dts, from, base);
  packet.pts = av_rescale_q(sample.pts, from, base);
  packet.duration = av_rescale_q(sample.duration, from, base);
  // FLV and Matroska count milliseconds, of which a fast track may have two frames in one.
  if (packet.dts <= to.last_dts) packet.dts = to.last_dts + 1;
  if (packet.pts < packet.dts) packet.pts = packet.dts;
  to.last_dts = packet.dts;
  packet.flags = sample.key ? AV_PKT_FLAG_KEY : 0;
  // Not reference-counted: libavformat copies it.
  packet.data = const_cast<std::uint8_t*>(sample.data.data());
  packet.size = static_cast<int>(sample.data.size());
  const int code = av_interleaved_write_frame(state_->context, &packet);
  if (state_->output.error()) return Error{state_->output.error().message()};
  if (code < 0) return libav_fault("packet", code);
  return {};
}

Result<void> Exporter::finish() {
  const int code = av_write_trailer(state_->context);
  avio_flush(state_->context->pb);
  if (state_->output.error()) return Error{state_->output.error().message()};
  if (code < 0) return libav_fault("trailer", code);
  return {};
}

boost::system::error_code Exporter::write_error() const { return state_->output.error(); }

std::uint64_t Exporter::size() const { return state_->output.size(); }

}  // namespace sluice::mux
