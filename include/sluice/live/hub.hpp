// Hub: all streams of this process by name, and the admission of publishers.
//
// A Publish is a publisher's hold on its stream and its slot. When another publisher takes the stream over, the Publish
// that lost is detached in the same turn of the loop: what it still sends goes nowhere, and its late end tears nothing
// down.
//
// Loop thread only; told the time.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "sluice/live/end_list.hpp"
#include "sluice/live/restore.hpp"
#include "sluice/live/slots.hpp"
#include "sluice/live/stream.hpp"

namespace sluice::live {

enum class Takeover { reject, replace };
enum class PublishRefusal { busy, name_in_use };
enum class EndWish { taken_over, drained, deleted };

std::string_view to_string(EndWish wish);

class Hub;

// The session behind a Publish. Called from within the hub: it must not call back into it, only take note and end
// later.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual void on_end_wanted(EndWish wish) = 0;
};

class Publish {
 public:
  Publish(Hub& hub, Publisher& publisher, Stream& stream, SessionId session)
      : hub_(hub), publisher_(publisher), stream_(&stream), name_(stream.name()), session_(std::move(session)) {}
  Publish(const Publish&) = delete;
  Publish& operator=(const Publish&) = delete;
  ~Publish();

  void on_packet(const media::SourcePacket& packet, media::Arrival now);
  void on_data(std::uint32_t timestamp_ms, Payload amf, media::Arrival now);
  // Gives the stream and the slot back. Must be called before it is destroyed, unless it was taken over.
  void end(media::Arrival now);

  // Null once it was taken over or has ended.
  Stream* stream() { return stream_; }
  const StreamName& name() const { return name_; }
  const SessionId& session() const { return session_; }

 private:
  friend class Hub;
  Hub& hub_;
  Publisher& publisher_;
  Stream* stream_;
  StreamName name_;
  SessionId session_;
  bool end_at_segment_ = false;
};

struct HubOptions {
  int slots = 1;
  Takeover takeover = Takeover::reject;
  StreamOptions stream{};
  // What a stream is made with, by its name; none: `stream`, for all.
  std::function<StreamOptions(const StreamName&)> stream_of{};
  // Streams kept at most, ended ones included; the longest ended one makes room.
  std::size_t streams_max = 1024;
};

// Over all streams; the counts include those that are gone.
struct StreamTotals {
  int publishing = 0;
  int away = 0;
  int ended = 0;
  std::size_t memory_bytes = 0;
  StreamCounts counts;
  hls::RenderCounts renders;
  std::uint64_t repaired_timestamps = 0;
  std::uint64_t dropped_packets = 0;
  std::uint64_t timestamp_jumps = 0;
  std::uint64_t codec_changes = 0;
  std::uint64_t forced_cuts = 0;
  std::uint64_t late_frames = 0;
  std::uint64_t slow_segments = 0;
};

class Hub {
 public:
  // The references must outlive the hub; `sink` may be null. `seed` makes session names unguessable enough not to
  // collide.
  Hub(HubOptions options, hls::Renderer& renderer, record::Sink* sink, std::uint64_t seed);
  ~Hub();

  // What recordings say of a name's last stream. When its publisher may still return and there is something to play,
  // the stream is put back as it was: away, its playlist served. Else its numbers are kept, so that they never go back.
  // Nothing happens to a name that has a stream already.
  void restore(const StreamName& name, StreamTail tail, media::Arrival now);
  // While recordings are being looked for streams to restore, one that is not known may come yet.
  void set_recovering(bool recovering) { recovering_ = recovering; }
  bool recovering() const { return recovering_; }

  // Takes a slot and the stream, or neither.
  std::variant<std::unique_ptr<Publish>, PublishRefusal> begin_publish(const StreamName& name, Publisher& publisher,
                                                                       media::Arrival now);
  // A few times a second.
  void on_time(media::Arrival now);

  // Asks the publisher of `name` to end; false when there is none.
  bool end_publish(const StreamName& name, EndWish wish);
  // Asks all to end, each when its current segment is complete, or `at_once`.
  void end_all(EndWish wish, bool at_once);
  // Ends every stream whose publisher is away: nobody can return any more.
  void finish_away(media::Arrival now);

  // The newest stream of a name, ended or not; null when there is none. Whoever waits for a stream holds on to it, and
  // looks it up again afterwards: the hub may have dropped it meanwhile.
  std::shared_ptr<Stream> find(const StreamName& name);
  // The stream whose playlist is named `epoch`. A playlist this process never had is answered with the live one of that
  // name: after a move of the publisher to this process its players go on, for the numbers only grow.
  std::shared_ptr<Stream> find_playlist(const StreamName& name, const SessionId& epoch);
  std::shared_ptr<Stream> find_session(const StreamName& name, const SessionId& session);
  // The longest target duration of any playlist.
  Seconds target_duration() const;
  // There was such a stream not long ago.
  bool is_gone(const StreamName& name) const { return gone_.contains(name); }

  // The newest stream of each name, sorted by name.
  std::vector<std::shared_ptr<Stream>> list() const;
  const Slots& slots() const { return slots_; }
  // Kept by whoever ends publishes, who knows the reasons.
  EndList& ends() { return ends_; }
  const EndList& ends() const { return ends_; }
  int publishes() const { return static_cast<int>(publishes_.size()); }
  int resumable() const;
  StreamTotals totals() const;
  std::size_t stream_count() const { return stream_count_; }
  // Whenever a slot was taken or given back.
  Signal& slots_changed() { return slots_changed_; }

 private:
  friend class Publish;
  using Epochs = std::vector<std::shared_ptr<Stream>>;  // of one name, newest last

  void remove(Publish& publish);
  Publish* publish_of(const Stream& stream);
  Stream& open_stream(const StreamName& name, const SessionId& session, media::Arrival now);
  SessionId new_session(const StreamName& name, WallTime now);
  std::optional<SessionId> last_session(const StreamName& name) const;
  void make_room(const StreamName& keep, media::Arrival now);
  void drop(Epochs& epochs, Epochs::iterator stream);
  void forget(const StreamName& name);
  StreamOptions options_of(const StreamName& name) const;

  HubOptions options_;
  hls::Renderer& renderer_;
  record::Sink* sink_;
  std::mt19937_64 random_;
  Slots slots_;
  EndList ends_;
  std::unordered_map<StreamName, Epochs> streams_;
  std::size_t stream_count_ = 0;
  StreamTotals dropped_;  // the counts of streams that are gone
  std::vector<Publish*> publishes_;
  std::unordered_map<StreamName, StreamTail> tails_;
  bool recovering_ = false;
  bool finishing_ = false;  // nobody can return any more
  std::unordered_set<StreamName> gone_;
  std::vector<StreamName> gone_order_;
  Signal slots_changed_;
};

}  // namespace sluice::live
