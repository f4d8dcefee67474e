// Request paths from anybody. What is understood must be spelt so again, and mean the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/base/bytes.hpp"
#include "sluice/hls/route.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const auto parsed = hls::parse_route(as_text({data, size}));
  if (!parsed) return 0;
  const std::string path = hls::path_of(*parsed);
  const auto again = hls::parse_route(path);
  if (!again || *again != *parsed || path.find("/.") != std::string::npos) std::abort();
  return 0;
}
