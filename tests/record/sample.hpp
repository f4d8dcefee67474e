// A small session with every kind of entry, and the two directions between entries and bytes.
#pragma once

#include <string>
#include <vector>

#include "sluice/record/reader.hpp"
#include "sluice/record/writer.hpp"

namespace sluice::record::sample {

inline constexpr std::uint32_t kMark = 0x5EC0DE51;

inline WallTime wall(std::int64_t seconds) { return WallTime(Seconds(1'795'233'312 + seconds)); }

inline Payload payload(std::string_view text) { return Payload::copy_of(as_bytes(text)); }

inline SessionInfo session() {
  return {*StreamName::make("live", "demo"), *SessionId::parse("20261121T035512Z-3f9a2c"),
          *SessionId::parse("20261121T035512Z-3f9a2c"), wall(0)};
}

inline media::Track video() {
  media::Track track;
  track.index = 0;
  track.timescale = 90000;
  track.config.codec = media::Codec::h264;
  track.config.record = payload("\x01\x64\xff\x1f");
  track.config.rfc6381 = "avc1.64001f";
  track.config.video = {.width = 1280,
                        .height = 720,
                        .frame_rate = media::FrameRate{30000, 1001},
                        .range = media::VideoRange::pq,
                        .colour = {9, 16, 9, true},
                        .pixel_width = 4,
                        .pixel_height = 3,
                        .nal_length_size = 4};
  return track;
}

inline media::Track audio() {
  media::Track track;
  track.index = 1;
  track.timescale = 44100;
  track.config.codec = media::Codec::aac;
  track.config.record = payload("\x12\x10");
  track.config.rfc6381 = "mp4a.40.2";
  track.config.audio = {44100, 2, 1024};
  return track;
}

inline media::Packet packet(media::TrackIndex track, std::int64_t dts, bool key, std::string_view data,
                            std::int32_t cts = 0, bool hidden = false) {
  return {track, key, hidden, dts, cts, payload(data)};
}

inline media::Cut cut(std::uint64_t msn, std::int64_t start, bool ends_segment = true) {
  return {msn, 0, msn - 99, ends_segment, true, Ticks90k(start), Ticks90k(180000), Seconds(2), {{0, start + 180000}}};
}

// A segment of two seconds that begins at `start` (90 kHz).
inline std::vector<media::Entry> segment(std::uint64_t msn, std::int64_t start) {
  return {packet(0, start, true, "key frame " + std::to_string(msn), 3000), packet(1, start * 49 / 100, true, "aac"),
          packet(0, start + 90000, false, "other frame", -1500), cut(msn, start)};
}

inline void append(std::vector<media::Entry>& to, std::vector<media::Entry> more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline std::vector<media::Entry> entries() {
  std::vector<media::Entry> all = {media::Period{7, media::PeriodCause::start, Ticks90k(900000), wall(1)}, video(),
                                   audio(), media::Data{Ticks90k(900000), payload("onMetaData")},
                                   packet(0, 890000, false, "before the first key frame", 0, true)};
  append(all, segment(100, 900000));
  append(all, segment(101, 1080000));
  all.push_back(media::Gap{102, Ticks90k(1260000), Ticks90k(180000), Seconds(2)});
  all.push_back(media::Period{8, media::PeriodCause::codec, Ticks90k(1440000), wall(7)});
  all.push_back(video());
  append(all, segment(103, 1440000));
  all.push_back(packet(0, 1620000, true, ""));
  all.push_back(media::End{wall(9)});
  return all;
}

inline Bytes take(Output& output) {
  Bytes bytes;
  for (const ByteView piece : output.pieces()) bytes.insert(bytes.end(), piece.begin(), piece.end());
  output.clear();
  return bytes;
}

inline Bytes file(const std::vector<media::Entry>& all, bool sealed = true) {
  Writer writer(kMark, FileHeader{session(), 3, {.last_msn = 99}}, Head());
  for (const media::Entry& entry : all) writer.add(entry);
  if (sealed) writer.seal();
  return take(writer.output());
}

// All that can be read in `bytes`, fed in pieces of `step`.
inline std::vector<Reader::Item> read(ByteView bytes, std::size_t step = SIZE_MAX) {
  Reader reader;
  std::vector<Reader::Item> items;
  const auto drain = [&] {
    while (auto item = reader.next()) items.push_back(std::move(*item));
  };
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(step, bytes.size()));
    bytes = bytes.subspan(piece.size());
    reader.feed(piece);
    drain();
  }
  reader.finish();
  drain();
  return items;
}

template <class T>
std::vector<T> only(const std::vector<Reader::Item>& items) {
  std::vector<T> result;
  for (const Reader::Item& item : items) {
    if (const auto* match = std::get_if<T>(&item)) result.push_back(*match);
  }
  return result;
}

// Everything an entry says, in one string: what two entries are compared by.
inline std::string said_by(const media::Entry& entry) {
  const Draft parts = draft(entry);
  std::string text(as_text(encode_header(parts.header)));
  text += as_text(parts.body);
  if (const auto* packet = std::get_if<media::Packet>(&entry)) text += as_text(packet->data.view());
  if (const auto* data = std::get_if<media::Data>(&entry)) text += as_text(data->amf.view());
  return text;
}

inline std::vector<std::string> said_by(const std::vector<media::Entry>& all) {
  std::vector<std::string> result;
  for (const media::Entry& entry : all) result.push_back(said_by(entry));
  return result;
}

inline std::vector<media::Entry> entries_of(const std::vector<Reader::Item>& items) {
  std::vector<media::Entry> result;
  for (const Found& found : only<Found>(items)) {
    if (const auto* entry = std::get_if<media::Entry>(&found.record)) result.push_back(*entry);
  }
  return result;
}

}  // namespace sluice::record::sample
