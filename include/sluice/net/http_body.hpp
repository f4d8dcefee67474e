// HttpBody: the bytes of a response, made once and shared by every request for the same thing.
//
// Immutable to its users; the entity tag and the gzip form of a text are made when first asked for and kept. Loop
// thread only.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/base/payload.hpp"

namespace sluice::net {

class HttpBody {
 public:
  // Text that may be sent compressed; its entity tag is made from its bytes.
  static std::shared_ptr<const HttpBody> text(std::string_view text);
  // Bytes sent as they are, piece after piece. `tag`: what the entity tag is to say; it must name these bytes and no
  // others, for ever (a segment's name does). Without it, the tag is made from the bytes.
  static std::shared_ptr<const HttpBody> media(std::vector<Payload> pieces, std::string_view tag = {});
  // Text whose gzip form was made beforehand.
  static std::shared_ptr<const HttpBody> compressed_text(std::string_view text, ByteView gzip);

  std::size_t size() const { return size_; }
  std::span<const Payload> pieces() const { return pieces_; }
  // Strong, with its quotes (RFC 9110 section 8.8.3).
  const std::string& etag() const;

  // Whether the representation depends on Accept-Encoding.
  bool compressible() const { return compressible_; }
  // The text as gzip; null when it is not compressible.
  const Payload* gzip() const;
  // The entity tag of the gzip form, which is another representation.
  std::string gzip_etag() const;

 private:
  HttpBody() = default;

  std::vector<Payload> pieces_;
  std::size_t size_ = 0;
  bool compressible_ = false;
  mutable std::string etag_;
  mutable std::optional<Payload> gzip_;
};

// `text` as a gzip file (RFC 1952) without name and time, so that the same text gives the same bytes.
Payload gzip_of(ByteView text);
// What a gzip file holds. It must be whole: for files of our own.
Bytes gunzip(ByteView file);

}  // namespace sluice::net
