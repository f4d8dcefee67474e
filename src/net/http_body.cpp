#include "sluice/net/http_body.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>

#include "sluice/base/check.hpp"

namespace sluice::net {
namespace {

// zlib's window bits: the largest window, with a gzip header instead of zlib's own.
constexpr int kGzipWindow = 15 + 16;

// The first 96 bits of SHA-256, as 24 hexadecimal digits.
std::string digest_of(std::span<const Payload> pieces) {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  SLUICE_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1);
  for (const Payload& piece : pieces) EVP_DigestUpdate(context, piece.data(), piece.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  EVP_MD_CTX_free(context);

  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 12; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

Bytef* zlib_pointer(const std::uint8_t* bytes) { return const_cast<Bytef*>(bytes); }

}  // namespace

std::shared_ptr<const HttpBody> HttpBody::text(std::string_view text) {
  const std::shared_ptr<HttpBody> body(new HttpBody);
  body->pieces_.push_back(Payload::copy_of(as_bytes(text)));
  body->size_ = text.size();
  body->compressible_ = true;
  return body;
}

std::shared_ptr<const HttpBody> HttpBody::media(std::vector<Payload> pieces, std::string_view tag) {
  const std::shared_ptr<HttpBody> body(new HttpBody);
  body->pieces_ = std::move(pieces);
  for (const Payload& piece : body->pieces_) body->size_ += piece.size();
  if (!tag.empty()) body->etag_ = '"' + std::string(tag) + '"';
  return body;
}

std::shared_ptr<const HttpBody> HttpBody::compressed_text(std::string_view text, ByteView gzip) {
  const std::shared_ptr<HttpBody> body(new HttpBody);
  body->pieces_.push_back(Payload::copy_of(as_bytes(text)));
  body->size_ = text.size();
  body->compressible_ = true;
  body->gzip_ = Payload::copy_of(gzip);
  return body;
}

const std::string& HttpBody::etag() const {
  if (etag_.empty()) etag_ = '"' + digest_of(pieces_) + '"';
  return etag_;
}

const Payload* HttpBody::gzip() const {
  if (!compressible_) return nullptr;
  if (!gzip_) gzip_ = gzip_of(pieces_.front().view());
  return &*gzip_;
}

std::string HttpBody::gzip_etag() const {
  std::string tag = etag();
  tag.insert(tag.size() - 1, "-gzip");
  return tag;
}

Payload gzip_of(ByteView text) {
  z_stream stream{};
  SLUICE_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes file(deflateBound(&stream, text.size()));
  stream.next_in = zlib_pointer(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = file.data();
  stream.avail_out = static_cast<uInt>(file.size());
  SLUICE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  file.resize(stream.total_out);
  deflateEnd(&stream);
  return Payload::copy_of(file);
}

Bytes gunzip(ByteView file) {
  z_stream stream{};
  SLUICE_CHECK(inflateInit2(&stream, kGzipWindow) == Z_OK);
  stream.next_in = zlib_pointer(file.data());
  stream.avail_in = static_cast<uInt>(file.size());
  Bytes text;
  int state = Z_OK;
  while (state == Z_OK) {
    constexpr std::size_t kStep = 64 * 1024;
    text.resize(stream.total_out + kStep);
    stream.next_out = text.data() + stream.total_out;
    stream.avail_out = kStep;
    state = inflate(&stream, Z_NO_FLUSH);
  }
  SLUICE_CHECK(state == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

}  // namespace sluice::net
