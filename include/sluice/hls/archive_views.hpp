// ArchiveViews: what the recording answers to a request: the texts of playlists and the bytes of media, made anew each
// time. Whoever calls caches.
//
// Blocks on the Archive; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/hls/archive.hpp"
#include "sluice/hls/archive_playlist.hpp"
#include "sluice/hls/renderer.hpp"
#include "sluice/hls/route.hpp"

namespace sluice::hls {

// What may still be added to the recording of a stream, told by whoever knows what is live. What has an open file may
// be added to as well: ArchivedEpoch::open.
struct Growth {
  WallTime now;
  bool unknown = false;              // anything may: what an earlier process left is not put in order yet
  std::optional<SessionId> epoch;    // the playlist that goes on
  std::optional<SessionId> session;  // that is being published
};

enum class ArchiveStatus {
  found,
  nothing_recorded,  // of this stream
  nothing_there,     // of what was asked for: never recorded, or no longer there
  not_yet,           // it is live, and nothing of it is on the disk
  not_carried,       // the container has no place for any of it
  gone,              // it was recorded and is no longer there
  failed,            // `message`
};

struct ArchiveText {
  ArchiveStatus status = ArchiveStatus::found;
  std::string text;
  std::string message;
  bool ended = false;
  Seconds target_duration{};
};

struct ArchiveMedia {
  ArchiveStatus status = ArchiveStatus::found;
  std::vector<Payload> pieces;
  std::string message;
  bool render_failed = false;  // with `failed`: it was read, and could not be made into media
};

class ArchiveViews {
 public:
  // The longest span a playlist lists. A longer session, and a range that grows beyond it, is listed from so long
  // before its end on; a range that is known to be longer must not be asked for.
  static constexpr Micros kSpanMax = Seconds(24 * 60 * 60);

  struct Options {
    Micros dvr_window = std::chrono::hours(4);
    // How long a publisher may be away in the middle of a playlist.
    Micros resume_window = Seconds(60);
  };

  // The references must outlive this.
  ArchiveViews(const Options& options, Archive& archive, Renderer& renderer)
      : options_(options), archive_(archive), renderer_(renderer) {}

  // `name.container` must be given. `prefix` as in LiveWindow::multivariant().
  ArchiveText multivariant(const StreamName& stream, const ArchiveMultivariantName& name, std::string_view prefix,
                           const Growth& growth);
  ArchiveText playlist(const StreamName& stream, const ArchivePlaylistName& name, const Growth& growth,
                       ArchiveMemory& memory);
  ArchiveMedia init(const StreamName& stream, const InitName& name);
  ArchiveMedia segment(const StreamName& stream, const SegmentName& name);
  ArchiveMedia part(const StreamName& stream, const PartName& name);

 private:
  struct Found {
    ArchiveStatus status = ArchiveStatus::found;
    ArchivedSpan span;  // with `found`, never empty
    std::string message;
  };
  Found find(const StreamName& stream, const ArchiveView& view, const std::optional<SessionId>& epoch,
             const Growth& growth);
  bool goes_on(const StreamName& stream, const ArchiveView& view, const SessionId& epoch, const ArchivedSpan& span,
               const Growth& growth);
  media::FrameRate frame_rate_of(const StreamName& stream, const ArchivedSpan& span, media::Container container);

  Options options_;
  Archive& archive_;
  Renderer& renderer_;
};

}  // namespace sluice::hls
