#include <algorithm>
#include <map>
#include <set>

#include "note.hpp"
#include "sluice/check/codecs.hpp"
#include "sluice/check/playlist_judge.hpp"

namespace sluice::check {
namespace {

std::string named(const Variant& variant) { return variant.url.empty() ? std::string("a variant") : variant.url; }

void judge_codecs(const Variant& variant, const Note& note) {
  const Attribute* codecs = variant.attributes.find("CODECS");
  if (codecs == nullptr) {
    note(rule("MV-05"), variant.line, named(variant) + " has none");
    return;
  }
  if (!codecs->quoted) note(rule("MV-08"), variant.line, "it is not quoted");
  for (const std::string& name : split_codecs(codecs->value)) {
    if (!is_codec_name(name)) note(rule("MV-08"), variant.line, "'" + name.substr(0, 40) + "' is none");
  }
}

bool is_resolution(std::string_view text) {
  const std::size_t x = text.find('x');
  return x != std::string_view::npos && parse_integer(text.substr(0, x)) && parse_integer(text.substr(x + 1));
}

void judge_video(const Variant& variant, const Note& note) {
  const AttributeList& attributes = variant.attributes;
  const std::string_view range = attributes.text("VIDEO-RANGE");
  if (attributes.has("VIDEO-RANGE") && range != "SDR" && range != "HLG" && range != "PQ") {
    note(rule("MV-11"), variant.line, "it is '" + std::string(range.substr(0, 40)) + "'");
  }
  if (!names_video(attributes.text("CODECS"))) return;
  if (!is_resolution(attributes.text("RESOLUTION"))) {
    note(rule("MV-06"), variant.line,
         named(variant) + " has " +
             (attributes.has("RESOLUTION") ? std::string(attributes.text("RESOLUTION").substr(0, 40)) : "none"));
  }
  if (!attributes.number("FRAME-RATE")) note(rule("MV-07"), variant.line, named(variant) + " has none");
  if (!attributes.has("CLOSED-CAPTIONS")) note(rule("MV-12"), variant.line, named(variant) + " does not");
}

void judge_groups(const MultivariantPlaylist& playlist, const Variant& variant, const Note& note) {
  for (const std::string_view type : {"AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"}) {
    const Attribute* group = variant.attributes.find(type);
    if (group == nullptr || (type == "CLOSED-CAPTIONS" && !group->quoted && group->value == "NONE")) continue;
    const auto in_group = [&](const AttributeList& media) {
      return media.text("TYPE") == type && media.text("GROUP-ID") == group->value;
    };
    if (std::none_of(playlist.renditions.begin(), playlist.renditions.end(), in_group)) {
      note(rule("MV-09"), variant.line,
           std::string(type) + "=\"" + group->value.substr(0, 40) + "\" has no EXT-X-MEDIA");
    }
  }
}

void judge_variant(const MultivariantPlaylist& playlist, const Variant& variant, const Note& note) {
  const auto bandwidth = variant.attributes.integer("BANDWIDTH");
  const auto average = variant.attributes.integer("AVERAGE-BANDWIDTH");
  if (bandwidth.value_or(0) == 0) note(rule("MV-02"), variant.line, named(variant) + " has none");
  if (!average) note(rule("MV-03"), variant.line, named(variant) + " has none");
  if (bandwidth && average && *average > *bandwidth) {
    note(rule("MV-04"), variant.line, std::to_string(*average) + " is above " + std::to_string(*bandwidth));
  }
  judge_codecs(variant, note);
  judge_video(variant, note);
  judge_groups(playlist, variant, note);
}

void judge_media(const MultivariantPlaylist& playlist, const Note& note) {
  std::set<std::string> names;
  std::map<std::string, int> defaults;
  for (const AttributeList& media : playlist.renditions) {
    const std::string_view type = media.text("TYPE");
    if (type != "AUDIO" && type != "VIDEO" && type != "SUBTITLES" && type != "CLOSED-CAPTIONS") {
      note(rule("MV-10"), media.line, "TYPE '" + std::string(type.substr(0, 40)) + "'");
      continue;
    }
    for (const std::string_view attribute : {"GROUP-ID", "NAME"}) {
      if (!media.has(attribute)) note(rule("MV-10"), media.line, "it has no " + std::string(attribute));
    }
    const std::string group = std::string(type) + " " + std::string(media.text("GROUP-ID"));
    if (media.has("NAME") && !names.insert(group + " " + std::string(media.text("NAME"))).second) {
      note(rule("MV-10"), media.line, "NAME stands twice in " + group);
    }
    if (media.text("DEFAULT") == "YES" && ++defaults[group] == 2)
      note(rule("MV-10"), media.line, "a second DEFAULT in " + group);
    if (media.text("DEFAULT") == "YES" && media.text("AUTOSELECT") == "NO") {
      note(rule("MV-10"), media.line, "DEFAULT=YES with AUTOSELECT=NO");
    }
    if (type == "SUBTITLES" && !media.has("URI")) note(rule("MV-10"), media.line, "SUBTITLES without URI");
    if (type == "CLOSED-CAPTIONS" && (media.has("URI") || !media.has("INSTREAM-ID"))) {
      note(rule("MV-10"), media.line,
           media.has("URI") ? "CLOSED-CAPTIONS with URI" : "CLOSED-CAPTIONS without INSTREAM-ID");
    }
  }
}

// Section 8.
void judge_version(const MultivariantPlaylist& playlist, const Note& note) {
  std::uint64_t needed = 1;
  for (const AttributeList& media : playlist.renditions) {
    if (media.text("INSTREAM-ID").starts_with("SERVICE")) needed = std::max<std::uint64_t>(needed, 7);
  }
  if (playlist.line_of("EXT-X-DEFINE") > 0) needed = std::max<std::uint64_t>(needed, 8);
  if (playlist.takes_query) needed = std::max<std::uint64_t>(needed, 11);
  const std::uint64_t stated = playlist.version.value_or(1);
  if (stated < needed) {
    note(rule("PL-10"), playlist.line_of("EXT-X-VERSION"),
         "it is " + std::to_string(stated) + ", and " + std::to_string(needed) + " is needed");
  }
}

}  // namespace

void judge_multivariant(const MultivariantPlaylist& playlist, const Report& report) {
  const Note note(report, playlist.url);
  for (const Fault& fault : playlist.faults) note(*fault.rule, fault.line, fault.what);
  if (playlist.variants.empty()) note(rule("MV-01"), 0, "there is none");
  for (const Variant& variant : playlist.variants) judge_variant(playlist, variant, note);
  judge_media(playlist, note);
  for (const AttributeList& variant : playlist.i_frame_variants) {
    if (!variant.has("URI")) note(rule("MV-13"), variant.line, "it has no URI");
    if (variant.integer("BANDWIDTH").value_or(0) == 0) note(rule("MV-13"), variant.line, "it has no BANDWIDTH");
  }
  judge_version(playlist, note);
}

}  // namespace sluice::check
