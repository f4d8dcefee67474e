// Takes the RTMP messages out of received chunks. Protocol control is not acted on, except Set Chunk Size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::bench {

enum class MessageType : std::uint8_t {
  set_chunk_size = 1,
  user_control = 4,
  audio = 8,
  video = 9,
  data = 18,
  command = 20,
};

struct Message {
  MessageType type{};
  std::string body;
};

class MessageReader {
 public:
  void feed(std::string_view bytes) { input_.append(bytes); }
  std::optional<Message> next();

 private:
  struct Stream {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    bool extended = false;
    std::string body;
  };
  /// Takes one chunk, if all of it is there: the stream it belongs to.
  Stream* take_chunk();

  std::string input_;
  std::size_t chunk_size_ = 128;
  std::map<std::uint32_t, Stream> streams_;
};

}  // namespace sluice::bench
