#include "fmp4.hpp"

#include <algorithm>
#include <climits>
#include <optional>
#include <string>
#include <vector>

#include "muxer.hpp"
#include "sluice/mux/boxes.hpp"
#include "stream_parameters.hpp"

namespace sluice::mux {
namespace {

using media::Codec;
using media::Container;

// A packaged track and its place in the file: stream i is track_ID i + 1.
struct Lane {
  const media::Track* track = nullptr;
  Payload first_frame;
};

// Video first, whichever the publisher began with: Shaka Player takes a segment's first decode time for one in the
// timescale of the video track.
std::vector<Lane> lanes_of(const hls::PeriodInfo& period) {
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < period.tracks.size(); ++i) {
    if (!hls::is_packaged(Container::fmp4, period.tracks[i])) continue;
    lanes.push_back({&period.tracks[i], i < period.first_frames.size() ? period.first_frames[i] : Payload()});
  }
  std::stable_partition(lanes.begin(), lanes.end(), [](const Lane& lane) {
    return media::kind_of(lane.track->config.codec) == media::TrackKind::video;
  });
  return lanes;
}

// dac3 and dec3 are made from a frame, so moov can only be written behind one.
bool needs_frame(const Lane& lane) {
  return lane.track->config.codec == Codec::ac3 || lane.track->config.codec == Codec::eac3;
}

constexpr const char* kOptions = ":use_editlist=0:brand=iso6:video_track_timescale=90000";
// Not negative_cts_offsets: that moves decode times by the first packet's composition offset, in each part anew.
constexpr const char* kFlags = "movflags=frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer";

Result<Muxer> open(const std::vector<Lane>& lanes) {
  if (lanes.empty()) return Error{"fMP4: the period has no track it can carry"};
  return Muxer::open("mp4");
}

Result<Muxer> open_init(const std::vector<Lane>& lanes) {
  auto muxer = open(lanes);
  if (!muxer) return muxer;
  std::string options = kFlags;
  for (const Lane& lane : lanes) {
    if (needs_frame(lane) && lane.first_frame.empty()) {
      return Error{"fMP4: no frame tells what the " + std::string(media::to_string(lane.track->config.codec)) +
                   " track is like"};
    }
    if (needs_frame(lane) && !options.ends_with("+delay_moov")) options += "+delay_moov";
    const auto stream = muxer->add_stream(*lane.track, mp4_record(lane.track->config));
    if (!stream) return stream.error();
  }
  if (const auto written = muxer->write_header(options + kOptions); !written) return written.error();
  return muxer;
}

Result<Muxer> open_part(const std::vector<Lane>& lanes, std::uint64_t fragment) {
  auto muxer = open(lanes);
  if (!muxer) return muxer;
  for (const Lane& lane : lanes) {
    media::Track track = *lane.track;
    // What stands before moof is thrown away, and a part may have no frame of this track: any codec that needs none.
    if (needs_frame(lane)) track.config.codec = Codec::mp3;
    const auto stream = muxer->add_stream(track, mp4_record(track.config));
    if (!stream) return stream.error();
  }
  // sequence_number has 32 bits; libavformat takes 31.
  const std::string sequence = ":fragment_index=" + std::to_string((fragment - 1) % INT_MAX + 1);
  if (const auto written = muxer->write_header(kFlags + sequence + kOptions); !written) return written.error();
  return muxer;
}

// libavformat refuses presentation before decoding: a track with negative composition offsets is written with all of
// them raised by this much, and they are lowered again afterwards.
std::int32_t composition_shift(const hls::Part& part, media::TrackIndex track) {
  std::int32_t lowest = 0;
  for (const media::Packet& packet : part.packets) {
    if (packet.track == track) lowest = std::min(lowest, packet.cts);
  }
  return -lowest;
}

// The duration of packet `i`: up to the track's next one, or to its end in this part.
std::int64_t duration_of(const hls::Part& part, std::size_t i) {
  const media::Packet& packet = part.packets[i];
  for (std::size_t next = i + 1; next < part.packets.size(); ++next) {
    if (part.packets[next].track == packet.track) return part.packets[next].dts - packet.dts;
  }
  for (const media::TrackEnd& end : part.cut.ends) {
    if (end.track == packet.track) return std::max<std::int64_t>(end.end - packet.dts, 0);
  }
  return 0;
}

Result<void> write_part(Muxer& muxer, const hls::Part& part, const std::vector<Lane>& lanes,
                        const std::vector<std::int32_t>& shifts) {
  for (std::size_t i = 0; i < part.packets.size(); ++i) {
    const media::Packet& packet = part.packets[i];
    const auto lane =
        std::find_if(lanes.begin(), lanes.end(), [&](const Lane& one) { return one.track->index == packet.track; });
    if (lane == lanes.end()) continue;
    const auto stream = static_cast<std::size_t>(lane - lanes.begin());
    const auto written = muxer.write({static_cast<int>(stream), packet.dts, packet.dts + packet.cts + shifts[stream],
                                      duration_of(part, i), packet.key, packet.data.view()});
    if (!written) return written;
  }
  return {};
}

}  // namespace

Result<Payload> render_fmp4_init(const hls::PeriodInfo& period) {
  const std::vector<Lane> lanes = lanes_of(period);
  auto muxer = open_init(lanes);
  if (!muxer) return muxer.error();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (!needs_frame(lanes[i])) continue;
    const auto written = muxer->write({static_cast<int>(i), 0, 0, 0, true, lanes[i].first_frame.view()});
    if (!written) return written.error();
  }
  if (const auto flushed = muxer->flush(); !flushed) return flushed.error();
  const ByteView output = muxer->output();
  const auto moov = find_box(output, "moov");
  if (!moov) return Error{"fMP4: libavformat wrote no moov box"};
  return Payload::copy_of(output.first(moov->offset + moov->size));
}

Result<Payload> render_fmp4_part(const hls::Part& part) {
  const std::vector<Lane> lanes = lanes_of(*part.period);
  std::vector<std::int32_t> shifts;
  for (const Lane& lane : lanes) shifts.push_back(composition_shift(part, lane.track->index));
  auto muxer = open_part(lanes, part.cut.fragment);
  if (!muxer) return muxer.error();
  if (const auto written = write_part(*muxer, part, lanes, shifts); !written) return written.error();
  if (const auto flushed = muxer->flush(); !flushed) return flushed.error();
  const ByteView output = muxer->output();
  const auto moof = find_box(output, "moof");
  if (!moof) return Error{"fMP4: libavformat wrote no moof box"};
  if (std::all_of(shifts.begin(), shifts.end(), [](std::int32_t shift) { return shift == 0; })) {
    return Payload::copy_of(output.subspan(moof->offset));
  }
  Bytes bytes(output.begin() + static_cast<std::ptrdiff_t>(moof->offset), output.end());
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    shift_composition(std::span(bytes).first(moof->size), static_cast<std::uint32_t>(i + 1), shifts[i]);
  }
  return Payload::copy_of(bytes);
}

}  // namespace sluice::mux
