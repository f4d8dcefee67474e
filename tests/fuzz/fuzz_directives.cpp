// Queries of playlist requests from anybody. What is understood must be read so again when it is spelt as we would.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sluice/base/bytes.hpp"
#include "sluice/hls/directives.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const auto parsed = hls::parse_directives(as_text({data, size}));
  if (!parsed) {
    for (const char c : parsed.error().message) {
      if (static_cast<unsigned char>(c) < 0x20) std::abort();
    }
    return 0;
  }
  std::string query;
  if (parsed->msn) query += "&_HLS_msn=" + std::to_string(*parsed->msn);
  if (parsed->part) query += "&_HLS_part=" + std::to_string(*parsed->part);
  if (parsed->skip) query += "&_HLS_skip=YES";
  const auto again = hls::parse_directives(query);
  if (!again || *again != *parsed || (parsed->part && !parsed->msn)) std::abort();
  return 0;
}
