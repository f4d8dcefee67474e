// Repair: what a clean copy of a recording file is made of. Every good record is copied as it stands; what was damaged
// is left out, and a Lost record says so in its place.
//
//   RepairPlan: look() at everything a Reader finds in the file, then decide().
//   Repair:     pass() the same again; take() the copy piece by piece, seal() at the end.
//
// A segment that misses anything must not be served under the name of the whole one. When it still begins with its key
// frame, its Cuts are marked `added`, which gives it a name of its own; else a Gap stands instead of its Cuts, and its
// packets stay in the file in no part. docs/recording-format.md, "Repair".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "sluice/record/ledger.hpp"
#include "sluice/record/reader.hpp"

namespace sluice::record {

class RepairPlan {
 public:
  void look(const Reader::Item& item);
  // Once, when all was looked at. `header` is the file's, or what stands for it where that cannot be read.
  void decide(const FileHeader& header);

  // The Header, if it could be read.
  const std::optional<FileHeader>& header() const { return header_; }
  const std::optional<Footer>& footer() const { return footer_; }
  std::optional<std::uint16_t> newer_version() const { return newer_version_; }
  std::uint32_t mark() const { return mark_; }
  bool any_record() const { return records_ > 0; }
  // How many segments got another name, and how many became gaps.
  std::size_t marked_segments() const { return marked_segments_; }
  std::size_t gap_segments() const { return gap_segments_; }

 private:
  friend class Repair;

  // What decides about segments, in the order of the file.
  struct Event {
    enum class Kind { damage, period, track, cut, gap };
    Kind kind{};
    std::uint64_t offset = 0;
    std::uint64_t end = 0;
    std::optional<RecordHeader> lost{};  // damage that is exactly one record, whose header is good
    media::Period period{};
    media::Gap gap{};
    media::Cut cut{};           // its ends too
    bool begins_clean = false;  // cut: the first picture since the last Period, Cut or Gap is a key frame
    bool stranger = false;      // cut: something is of a track that was never announced
    bool announced = false;     // track: its index was taken already in this Period
  };
  struct Lane;

  void look_at(const Found& found, const media::Entry& entry);
  void begin_part();
  const IndexEntry* indexed(const Event& cut) const;
  std::uint64_t part_begin(const Lane& lane, const Event& cut) const;
  void find_bad_periods();
  void decide_cut(Lane& lane, const Event& cut);
  void finish_segment(Lane& lane);
  void find_lost_period(Lane& lane, const Event& event);
  bool insert_gaps(Lane& lane, const Event& before, std::uint64_t begin);
  void insert_period(Lane& lane, const Event& damage, Ticks90k start);

  std::optional<FileHeader> header_;
  std::optional<Index> index_;
  std::optional<Footer> footer_;
  std::optional<std::uint16_t> newer_version_;
  std::uint32_t mark_ = 0;
  std::uint64_t records_ = 0;
  Head head_;
  bool picture_seen_ = false;
  bool begins_clean_ = true;
  bool stranger_ = false;
  std::vector<Event> events_;
  std::set<std::uint64_t> bad_periods_;  // by offset: nothing in them can be served

  // By the offset of a Cut: what stands instead of it; none: nothing.
  std::map<std::uint64_t, std::optional<media::Entry>> changes_;
  // By the offset of a damaged span: what is put there behind the Lost record.
  std::map<std::uint64_t, std::vector<media::Entry>> insertions_;
  std::size_t marked_segments_ = 0;
  std::size_t gap_segments_ = 0;
};

// Bytes of the damaged file that are in the copy as they are.
struct CopiedRange {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
};

using RepairPiece = std::variant<CopiedRange, Bytes>;

class Repair {
 public:
  // `plan` has decided, with this `header`, and must outlive this.
  Repair(const RepairPlan& plan, const FileHeader& header);

  void pass(const Reader::Item& item);
  // Index and Footer; `recovered` as in the Footer.
  void seal(bool recovered);
  // What was made since the last call, in order.
  std::vector<RepairPiece> take();
  // Entries that were given up, at least one for each damaged span with any.
  std::uint64_t entries_lost() const { return entries_lost_; }

 private:
  template <class T>
  void copy(const Found& found, const T& value);
  template <class T>
  void write(const Draft& record, const T& value);
  void write_entry(const media::Entry& entry);
  void append(ByteView bytes);
  bool is_only_frame(const Damage& damage) const;
  void leave_out(const Damage& damage);

  const RepairPlan& plan_;
  FileHeader header_;
  Ledger ledger_;
  std::uint64_t offset_ = 0;
  std::uint64_t entries_lost_ = 0;
  std::vector<RepairPiece> pieces_;
};

}  // namespace sluice::record
