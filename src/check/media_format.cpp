// What kind of media bytes are, by how they begin.
#include "sluice/check/media_judge.hpp"

namespace sluice::check {
namespace {

constexpr std::uint8_t kTsSync = 0x47;
constexpr std::size_t kTsPacketSize = 188;

bool begins_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && as_text(bytes.first(text.size())) == text;
}

bool is_webvtt(ByteView bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (begins_with(bytes, kByteOrderMark)) bytes = bytes.subspan(kByteOrderMark.size());
  return begins_with(bytes, "WEBVTT");
}

// One sync byte is no proof: a second must stand where the next packet begins, when there is one.
bool is_ts(ByteView bytes) {
  return !bytes.empty() && bytes[0] == kTsSync && (bytes.size() <= kTsPacketSize || bytes[kTsPacketSize] == kTsSync);
}

bool is_mp4(ByteView bytes) {
  constexpr std::string_view kFirstBoxes[] = {"ftyp", "styp", "moof", "moov", "sidx", "prft", "emsg", "free", "mdat"};
  if (bytes.size() < 8) return false;
  const std::string_view type = as_text(bytes.subspan(4, 4));
  for (const std::string_view known : kFirstBoxes) {
    if (type == known) return true;
  }
  return false;
}

// ADTS and MP3 begin with eleven ones, AC-3 with 0B 77.
bool is_packed_audio(ByteView bytes) {
  if (begins_with(bytes, "ID3")) return true;
  if (bytes.size() < 2) return false;
  return (bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0) || (bytes[0] == 0x0B && bytes[1] == 0x77);
}

}  // namespace

std::string_view to_string(MediaFormat format) {
  switch (format) {
    case MediaFormat::unknown:
      return "an unknown format";
    case MediaFormat::ts:
      return "MPEG-TS";
    case MediaFormat::mp4:
      return "fragmented MP4";
    case MediaFormat::packed_audio:
      return "packed audio";
    case MediaFormat::webvtt:
      return "WebVTT";
  }
  return "an unknown format";
}

MediaFormat format_of(ByteView bytes) {
  if (is_webvtt(bytes)) return MediaFormat::webvtt;
  if (is_mp4(bytes)) return MediaFormat::mp4;
  if (is_ts(bytes)) return MediaFormat::ts;
  if (is_packed_audio(bytes)) return MediaFormat::packed_audio;
  return MediaFormat::unknown;
}

}  // namespace sluice::check
