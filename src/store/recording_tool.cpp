#include "sluice/store/recording_tool.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <vector>

#include "recording_text.hpp"
#include "sluice/store/recording_check.hpp"
#include "sluice/store/recording_file.hpp"
#include "sluice/store/recording_name.hpp"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int kFine = 0;
constexpr int kDamaged = 1;
constexpr int kUnusable = 2;

// What ls says of a file.
struct Listed {
  fs::path path;
  bool sealed = false;
  std::uint64_t size = 0;
  std::optional<record::FileHeader> header;
  record::Footer footer;  // of a file that has none, what it would say
  std::vector<media::Track> tracks;

  Micros duration() const { return to_micros(footer.numbering.last_time - footer.first_time); }
};

// All recordings the paths name; none when a path is of no use, which is then told.
std::optional<std::vector<fs::path>> find_all(std::span<const std::string> paths, std::ostream& err) {
  std::vector<fs::path> all;
  for (const std::string& path : paths) {
    const auto found = find_recordings(path);
    if (!found) {
      err << path << ": " << found.error().message() << "\n";
      return std::nullopt;
    }
    if (found->empty()) {
      err << path << ": no recordings (files named SESSION-INDEX.slog or .slog.open) in it or below\n";
      return std::nullopt;
    }
    all.insert(all.end(), found->begin(), found->end());
  }
  if (all.empty()) err << "no recordings named\n";
  if (all.empty()) return std::nullopt;
  return all;
}

bool is_named(const fs::path& path, std::span<const std::string> paths) {
  return std::find(paths.begin(), paths.end(), path.string()) != paths.end();
}

int cannot_read(const fs::path& path, const error_code& error, std::ostream& err) {
  err << path.string() << ": " << error.message() << "\n";
  return kUnusable;
}

Listed listed(const fs::path& path, const FileScan& scan) {
  Listed file{path, false, scan.size, scan.header, scan.ledger.footer(), scan.tracks};
  file.sealed = scan.footer_end == scan.size && scan.size > 0;
  if (scan.footer) file.footer.recovered = scan.footer->recovered;
  return file;
}

boost::system::result<Listed> list(const fs::path& path) {
  const auto summary = read_summary(path);
  if (summary && summary->footer) {
    return Listed{path, true, summary->size, summary->header, *summary->footer, summary->tracks};
  }
  const auto whole = scan(path);
  if (!whole) return whole.error();
  return listed(path, *whole);
}

std::string stream_text(const Listed& file) {
  if (file.header) return file.header->session.stream.path();
  const auto stream = stream_of(file.path);
  return stream ? stream->path() : "?";
}

std::string session_text(const Listed& file) {
  if (file.header) return file.header->session.session.text();
  const auto name = RecordingName::parse(file.path.filename().string());
  return name ? name->session.text() : "?";
}

std::uint32_t index_of(const Listed& file) {
  if (file.header) return file.header->file_index;
  const auto name = RecordingName::parse(file.path.filename().string());
  return name ? name->index : 0;
}

json::object to_json(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  json::object object{{"codec", media::to_string(config.codec)}, {"timescale", track.timescale}};
  if (!config.rfc6381.empty()) object["codecs"] = config.rfc6381;
  if (config.video.width > 0) {
    object["width"] = config.video.width;
    object["height"] = config.video.height;
  }
  if (config.audio.sample_rate > 0) {
    object["sample_rate"] = config.audio.sample_rate;
    object["channels"] = config.audio.channels;
  }
  return object;
}

json::object to_json(const Listed& file) {
  json::array tracks;
  for (const media::Track& track : file.tracks) tracks.push_back(to_json(track));
  json::object object{{"path", file.path.string()},
                      {"stream", stream_text(file)},
                      {"session", session_text(file)},
                      {"index", index_of(file)},
                      {"state", file.sealed ? "sealed" : "open"},
                      {"start", to_rfc3339(file.footer.first_wall)},
                      {"duration", static_cast<double>(file.duration().count()) / 1e6},
                      {"bytes", file.size},
                      {"packets", file.footer.packets},
                      {"first_msn", file.footer.first_msn},
                      {"last_msn", file.footer.numbering.last_msn},
                      {"entries_lost", file.footer.entries_lost},
                      {"recovered", file.footer.recovered},
                      {"ended", file.footer.ended},
                      {"tracks", std::move(tracks)}};
  if (file.header) object["epoch"] = file.header->session.epoch.text();
  return object;
}

json::array to_json(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::object to_json(const CheckedFile& file) {
  json::object object = to_json(listed(file.path, file.scan));
  json::array periods;
  for (const media::Period& period : file.scan.periods) {
    periods.push_back(json::object{{"number", period.number}, {"start", to_rfc3339(period.wall_start)}});
  }
  const auto& parts = file.scan.ledger.index().entries;
  object["periods"] = std::move(periods);
  object["parts"] = parts.size();
  object["faults"] = to_json(file.faults);
  object["notes"] = to_json(file.notes);
  return object;
}

std::string info_text(const CheckedFile& checked) {
  const Listed file = listed(checked.path, checked.scan);
  const record::Footer& footer = file.footer;
  std::vector<std::vector<std::string>> rows = {
      {"  stream", stream_text(file)},
      {"  session", session_text(file) + ", file " + std::to_string(index_of(file))},
      {"  state", std::string(file.sealed ? "sealed" : "open") + (footer.recovered ? ", recovered after a crash" : "") +
                      (footer.ended ? ", the session ended in it" : "")},
      {"  time", to_rfc3339(footer.first_wall) + " to " + to_rfc3339(footer.last_wall)},
      {"  duration", duration_text(file.duration())},
      {"  size", size_text(file.size) + ", media " + size_text(footer.media_bytes)},
      {"  records", std::to_string(footer.records) + ", packets " + std::to_string(footer.packets)},
      {"  segments", std::to_string(footer.first_msn) + " to " + std::to_string(footer.numbering.last_msn)},
      {"  periods", std::to_string(checked.scan.periods.size())},
      {"  tracks", tracks_text(file.tracks)}};
  for (const std::string& fault : checked.faults) rows.push_back({"  fault", fault});
  for (const std::string& note : checked.notes) rows.push_back({"  note", note});
  return checked.path.string() + "\n" + table(rows, {false, false});
}

}  // namespace

int recording_ls(std::span<const std::string> paths, bool as_json, std::ostream& out, std::ostream& err) {
  const auto found = find_all(paths, err);
  if (!found) return kUnusable;
  json::array array;
  std::vector<std::vector<std::string>> rows = {
      {"STREAM", "SESSION", "FILE", "STATE", "START", "DURATION", "SIZE", "TRACKS"}};
  for (const fs::path& path : *found) {
    const auto file = list(path);
    if (!file) return cannot_read(path, file.error(), err);
    if (as_json) {
      array.push_back(to_json(*file));
    } else {
      rows.push_back({stream_text(*file), session_text(*file), std::to_string(index_of(*file)),
                      file->sealed ? "sealed" : "open", to_rfc3339(file->footer.first_wall),
                      duration_text(file->duration()), size_text(file->size), tracks_text(file->tracks)});
    }
  }
  if (as_json) {
    out << json::serialize(json::object{{"recordings", std::move(array)}}) << "\n";
  } else {
    out << table(rows, {false, false, true, false, false, true, true, false});
  }
  return kFine;
}

int recording_info(std::span<const std::string> paths, bool as_json, std::ostream& out, std::ostream& err) {
  const auto found = find_all(paths, err);
  if (!found) return kUnusable;
  json::array array;
  bool damaged = false;
  for (const fs::path& path : *found) {
    const auto file = check_file(path);
    if (!file) return cannot_read(path, file.error(), err);
    damaged = damaged || !file->faults.empty();
    if (as_json) {
      array.push_back(to_json(*file));
    } else {
      out << info_text(*file);
    }
  }
  if (as_json) out << json::serialize(json::object{{"recordings", std::move(array)}}) << "\n";
  return damaged ? kDamaged : kFine;
}

int recording_verify(std::span<const std::string> paths, std::ostream& out, std::ostream& err) {
  const auto found = find_all(paths, err);
  if (!found) return kUnusable;
  std::size_t checked = 0;
  std::size_t damaged = 0;
  std::size_t holes = 0;
  std::optional<CheckedFile> last;
  for (const fs::path& path : *found) {
    auto file = check_file(path);
    // Retention or a collector may take a file between the listing and now.
    if (!file && file.error() == boost::system::errc::no_such_file_or_directory && !is_named(path, paths)) continue;
    if (!file) return cannot_read(path, file.error(), err);
    ++checked;
    if (last) {
      if (auto fault = check_numbers(*last, *file)) file->faults.push_back(std::move(*fault));
      if (const auto missing = find_missing(*last, *file)) {
        out << *missing << "\n";
        ++holes;
      }
    }
    const record::Footer footer = file->scan.ledger.footer();
    out << path.string() << ": " << (file->faults.empty() ? "whole" : "DAMAGED") << ", " << footer.packets
        << " packets, " << duration_text(to_micros(footer.numbering.last_time - footer.first_time)) << "\n";
    for (const std::string& fault : file->faults) out << "  " << fault << "\n";
    for (const std::string& note : file->notes) out << "  note: " << note << "\n";
    if (!file->faults.empty()) ++damaged;
    last = std::move(*file);
  }
  out << checked << (checked == 1 ? " file, " : " files, ") << damaged << " damaged";
  if (holes > 0) out << ", missing ones in " << holes << (holes == 1 ? " place" : " places");
  out << "\n";
  return damaged + holes == 0 ? kFine : kDamaged;
}

}  // namespace sluice::store
