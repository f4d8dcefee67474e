// Exporter: packets to one MP4, MPEG-TS, FLV or Matroska file, with libavformat.
//
// The file is written as it goes, to an ExportTarget. MP4 gets its index in front when it is finished
// (it holds some 100 bytes a frame until then), FLV and Matroska get their duration. On a pipe MP4 is fragmented, a
// fragment for each key frame, and no format goes back.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/base/bytes.hpp"
#include "sluice/base/result.hpp"
#include "sluice/media/entry.hpp"

namespace sluice::mux {

enum class ExportFormat { mp4, ts, flv, mkv };

// "mp4", "ts", "flv", "mkv"; none for anything else.
std::optional<ExportFormat> parse_export_format(std::string_view name);
std::string_view to_string(ExportFormat format);
// Whether a file of this format can have this track. FLV has one track of each kind.
bool can_export(ExportFormat format, const media::Track& track);

// Where the bytes of a file go. Functions block.
class ExportTarget {
 public:
  virtual ~ExportTarget() = default;
  // Bytes can only be appended, and not be read again.
  virtual bool is_pipe() const = 0;
  // All of `bytes`, at `offset` from the start. On a pipe that is where the last call ended.
  virtual boost::system::error_code write(std::uint64_t offset, ByteView bytes) = 0;
  // What was written; how much, less than asked for only at the end. Not called for a pipe.
  virtual boost::system::result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> bytes) = 0;
};

// Times are in the track's timescale, from zero; presentation is never before decoding.
struct ExportSample {
  std::int64_t dts = 0;
  std::int64_t pts = 0;
  std::int64_t duration = 0;
  bool key = false;
  ByteView data;
};

class Exporter {
 public:
  // Begins a file in `target`, which must be empty and outlive it. `tracks` become the streams, in this order;
  // can_export() holds for each.
  static Result<Exporter> open(ExportFormat format, ExportTarget& target, std::span<const media::Track> tracks);
  Exporter(Exporter&&) noexcept;
  Exporter& operator=(Exporter&&) noexcept;
  ~Exporter();

  // Decode times of a stream must rise. Error when libavformat refuses the packet, or writing failed: write_error().
  Result<void> write(std::size_t stream, const ExportSample& sample);
  // What is not finished is of no use but on a pipe.
  Result<void> finish();

  boost::system::error_code write_error() const;
  // Bytes of the file so far.
  std::uint64_t size() const;

 private:
  struct State;
  explicit Exporter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::mux
