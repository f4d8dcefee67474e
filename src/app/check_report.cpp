#include "check_report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <ostream>

namespace sluice::app {
namespace {

constexpr std::size_t kToldMax = 3;
constexpr std::size_t kSeenMax = 10'000;
constexpr std::size_t kTextMax = 400;

std::string_view name_of(check::Severity severity) {
  switch (severity) {
    case check::Severity::must:
      return "must";
    case check::Severity::should:
      return "should";
  }
  return "must";
}

// The length of the character of UTF-8 (RFC 3629) that `text` begins with, 0 when it is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto goes_on = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return goes_on(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool is_overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool is_surrogate = first == 0xed && byte(1) >= 0xa0;
    return goes_on(1) && goes_on(2) && !is_overlong && !is_surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool is_outside = (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90);
    return goes_on(1) && goes_on(2) && goes_on(3) && !is_outside ? 4 : 0;
  }
  return 0;
}

// Both sets of control characters; the second one moves a terminal's cursor as the first does.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

// One line of a terminal, and UTF-8, whatever a server wrote.
std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    if (result.size() + character.size() > kTextMax) return result + "…";
    result += length == 0 || is_control(character) ? "?" : character;
    text.remove_prefix(character.size());
  }
  return result;
}

std::string line_of(const check::Finding& finding) {
  std::string_view text = finding.rule->text;
  if (text.ends_with('.')) text.remove_suffix(1);
  return std::string(finding.rule->id) + ' ' + std::string(name_of(finding.rule->severity)) + ' ' +
         printable(finding.url) + ": " + std::string(text) + ": " + printable(finding.what) + " (" +
         std::string(finding.rule->source) + ')';
}

// Lines of a live playlist move up: the same thing said of another line is the same.
std::string without_line(const std::string& what) {
  const std::size_t at = what.rfind(" (line ");
  return at == std::string::npos ? what : what.substr(0, at);
}

std::string amount(std::size_t count, const char* one, const char* more) {
  return std::to_string(count) + ' ' + (count == 1 ? one : more);
}

std::string size_text(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

double to_seconds(Micros time) { return static_cast<double>(time.count()) / 1e6; }

}  // namespace

void CheckReport::add(const check::Finding& finding) {
  const std::string id(finding.rule->id);
  if (ignored_.count(id) > 0) return;
  Broken& broken = broken_[id];
  broken.rule = finding.rule;
  const std::size_t hash = std::hash<std::string>()(finding.url + '\n' + without_line(finding.what));
  if (broken.seen.size() < kSeenMax && !broken.seen.insert(hash).second) return;
  ++broken.count;
  if (broken.first.size() >= kToldMax) return;
  broken.first.push_back(finding);
  if (out_ != nullptr) *out_ << line_of(finding) << '\n' << std::flush;
}

std::size_t CheckReport::count(check::Severity severity) const {
  std::size_t sum = 0;
  for (const auto& [id, broken] : broken_) sum += broken.rule->severity == severity ? 1 : 0;
  return sum;
}

bool CheckReport::fails(bool strict) const {
  return count(check::Severity::must) > 0 || (strict && count(check::Severity::should) > 0);
}

void CheckReport::finish(const std::string& url, const check::SessionSummary& summary, Micros took) const {
  if (out_ == nullptr) return;
  for (const auto& [id, broken] : broken_) {
    if (broken.count <= broken.first.size()) continue;
    *out_ << id << ' ' << name_of(broken.rule->severity) << ": and " << broken.count - broken.first.size()
          << " more like these\n";
  }
  std::string text = printable(url) + ": ";
  if (!summary.failure.empty()) {
    *out_ << text << "could not be judged: " << printable(summary.failure) << '\n';
    return;
  }
  const std::size_t musts = count(check::Severity::must);
  const std::size_t shoulds = count(check::Severity::should);
  text += musts == 0 ? "no rule is broken" : amount(musts, "rule is broken", "rules are broken");
  if (shoulds > 0) text += ", " + amount(shoulds, "recommendation is", "recommendations are") + " not followed";
  text += summary.live ? (summary.low_latency ? "; live, low latency; " : "; live; ") : "; ended; ";
  text += amount(summary.playlists, "playlist", "playlists") + " in " + amount(summary.versions, "version", "versions");
  text += ", " + amount(summary.segments, "segment", "segments");
  if (summary.parts > 0) text += ", " + amount(summary.parts, "part", "parts");
  if (summary.segments_left_out > 0) text += ", " + std::to_string(summary.segments_left_out) + " segments not read";
  if (summary.parts_left_out > 0) text += ", " + std::to_string(summary.parts_left_out) + " parts not read";
  if (summary.playlists_left_out > 0) text += ", " + std::to_string(summary.playlists_left_out) + " playlists not read";
  char end[96];
  std::snprintf(end, sizeof end, "; %zu requests, %s, %.1f s", summary.requests, size_text(summary.bytes).c_str(),
                to_seconds(took));
  *out_ << text << end << '\n';
}

std::string CheckReport::json(const std::string& url, const check::SessionSummary& summary, Micros took,
                              bool strict) const {
  boost::json::array broken_rules;
  for (const auto& [id, broken] : broken_) {
    boost::json::array findings;
    for (const check::Finding& finding : broken.first) {
      findings.push_back({{"url", printable(finding.url)}, {"what", printable(finding.what)}});
    }
    broken_rules.push_back({{"rule", id},
                            {"severity", name_of(broken.rule->severity)},
                            {"text", broken.rule->text},
                            {"source", broken.rule->source},
                            {"count", broken.count},
                            {"findings", std::move(findings)}});
  }
  boost::json::object document{{"url", printable(url)},
                               {"passed", summary.failure.empty() && !fails(strict)},
                               {"broken", std::move(broken_rules)},
                               {"live", summary.live},
                               {"low_latency", summary.low_latency},
                               {"playlists", summary.playlists},
                               {"versions", summary.versions},
                               {"segments", summary.segments},
                               {"parts", summary.parts},
                               {"playlists_not_read", summary.playlists_left_out},
                               {"segments_not_read", summary.segments_left_out},
                               {"parts_not_read", summary.parts_left_out},
                               {"requests", summary.requests},
                               {"bytes", summary.bytes},
                               {"seconds", to_seconds(took)}};
  if (!summary.failure.empty()) document["failure"] = printable(summary.failure);
  return boost::json::serialize(document) + "\n";
}

}  // namespace sluice::app
