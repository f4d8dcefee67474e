// Playlists of anybody, and the next version of them: whatever they say, they are read, judged and compared.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sluice/base/bytes.hpp"
#include "sluice/check/playlist_judge.hpp"
#include "sluice/check/succession.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string text(as_text({data, size}));
  const check::Report report = [](const check::Finding&) {};
  // Two versions, where a line of its own parts them.
  const std::size_t border = std::min(text.find("\n----\n"), text.size());
  const check::Playlist first = check::parse_playlist(text.substr(0, border), "http://h/a/b.m3u8?c=d", {{"v", "w"}});
  const check::Playlist second = check::parse_playlist(text.substr(border), "http://h/a/c.m3u8");
  if (first.multivariant) check::judge_multivariant(*first.multivariant, report);
  if (!first.media) return 0;
  check::judge_media_playlist(*first.media, false, report);
  if (!second.media) return 0;
  const check::PresentedPlaylist both[] = {{&*first.media, false}, {&*second.media, true}};
  check::judge_renditions(both, report);
  check::Succession succession;
  succession.add(*first.media, {MonoTime(Seconds(1)), MonoTime(Seconds(1)), false}, report);
  succession.add(*second.media, {MonoTime(Seconds(9)), MonoTime(Seconds(9)), true}, report);
  if (const auto merged = check::merge_delta(*first.media, *second.media)) check::difference(*first.media, *merged);
  return 0;
}
