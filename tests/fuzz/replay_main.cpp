// Runs a fuzz target without a fuzzer: every seed of a folder, every prefix of it, and variations that are the same on
// every machine and every run. So each developer's test run covers what the fuzzer found before, and a little more.
//
// Usage: fuzz_replay_TARGET FOLDER
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kPrefixesMax = 500;
constexpr int kVariations = 500;

std::size_t executions = 0;

// The input is copied to a block of exactly its size, so that the address sanitizer sees one byte too many.
void run(const Input& input) {
  const Input exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++executions;
}

void run_prefixes(const Input& seed) {
  const std::size_t step = std::max<std::size_t>(1, seed.size() / kPrefixesMax);
  for (std::size_t size = 0; size < seed.size(); size += step) run(Input(seed.begin(), seed.begin() + size));
}

void vary(Input& input, std::mt19937& random) {
  if (input.empty()) return;
  const std::size_t at = random() % input.size();
  const auto position = input.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t length = std::min<std::size_t>(1 + random() % 16, input.size() - at);
  switch (random() % 5) {
    case 0:  // one bit
      *position ^= static_cast<std::uint8_t>(1U << random() % 8);
      break;
    case 1:  // the values parsers trip over
      *position = std::array<std::uint8_t, 4>{0x00, 0x7F, 0x80, 0xFF}[random() % 4];
      break;
    case 2:
      input.erase(position, position + static_cast<std::ptrdiff_t>(length));
      break;
    case 3: {
      const Input piece(position, position + static_cast<std::ptrdiff_t>(length));
      input.insert(position, piece.begin(), piece.end());
      break;
    }
    case 4:
      *position = static_cast<std::uint8_t>(random());
      break;
  }
}

void run_variations(const Input& seed) {
  std::mt19937 random(1);
  for (int i = 0; i < kVariations; ++i) {
    Input input = seed;
    for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes) vary(input, random);
    run(input);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) {
    std::fprintf(stderr, "%s: no seeds\n", argv[1]);
    return 1;
  }
  run({});
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const Input seed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    run(seed);
    run_prefixes(seed);
    run_variations(seed);
  }
  std::printf("%zu executions of %zu seeds\n", executions, paths.size());
}
