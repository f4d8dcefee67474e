// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "sluice/base/bytes.hpp"
#include "sluice/record/format.hpp"

namespace sluice::record {

class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void update(ByteView bytes);
  // The digest of what came so far; more may follow.
  std::array<std::uint8_t, kDigestSize> value() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace sluice::record
