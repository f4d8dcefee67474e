// A packet costs no allocation beyond what its entry takes in the caller's vector.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "publisher.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace sluice::timeline {
namespace {

TEST(Allocations, NoneForAPacket) {
  Publisher publisher;
  publisher.configs();
  publisher.video(0, true);
  publisher.audio(0);
  std::vector<media::Entry> out;
  out.reserve(1000);
  std::vector<media::SourcePacket> packets;
  for (int i = 1; i < 45; ++i) {
    packets.push_back(video_frame(i * 40, false));
    packets.push_back(audio_frame(i * 40));
  }
  const std::size_t before = allocations;
  for (const media::SourcePacket& packet : packets) {
    publisher.timeline.on_packet(packet, {MonoTime(Seconds(1000)), Publisher::kWallStart}, out);
  }
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(out.size(), packets.size());
}

}  // namespace
}  // namespace sluice::timeline
