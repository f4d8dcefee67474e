#include "sluice/record/digest.hpp"

#include <openssl/evp.h>

#include "sluice/base/check.hpp"

namespace sluice::record {

struct Digest::Context {
  Context() : state(EVP_MD_CTX_new()) { SLUICE_CHECK(state != nullptr); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(state); }

  EVP_MD_CTX* state;
};

Digest::Digest() : context_(std::make_unique<Context>()) {
  SLUICE_CHECK(EVP_DigestInit_ex(context_->state, EVP_sha256(), nullptr) == 1);
}

Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::update(ByteView bytes) {
  SLUICE_CHECK(EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1);
}

std::array<std::uint8_t, kDigestSize> Digest::value() const {
  const Context copy;
  SLUICE_CHECK(EVP_MD_CTX_copy_ex(copy.state, context_->state) == 1);
  std::array<std::uint8_t, kDigestSize> result{};
  unsigned int size = 0;
  SLUICE_CHECK(EVP_DigestFinal_ex(copy.state, result.data(), &size) == 1 && size == kDigestSize);
  return result;
}

}  // namespace sluice::record
