#include "export_output.hpp"

extern "C" {
#include <libavutil/mem.h>
}

#include <algorithm>
#include <cstdio>

namespace sluice::mux {
namespace {

constexpr int kBufferSize = 256 * 1024;

// Reads a target from its start, whatever is written to it meanwhile.
struct Input {
  ExportTarget& target;
  std::int64_t position = 0;
};

int read_input(void* opaque, std::uint8_t* bytes, int size) {
  Input& input = *static_cast<Input*>(opaque);
  const auto got =
      input.target.read(static_cast<std::uint64_t>(input.position), {bytes, static_cast<std::size_t>(size)});
  if (!got) return AVERROR(got.error().value());
  if (*got == 0) return AVERROR_EOF;
  input.position += static_cast<std::int64_t>(*got);
  return static_cast<int>(*got);
}

std::int64_t seek_input(void* opaque, std::int64_t offset, int whence) {
  Input& input = *static_cast<Input*>(opaque);
  if ((whence & ~AVSEEK_FORCE) != SEEK_SET) return AVERROR(ENOSYS);
  return input.position = offset;
}

void free_context(AVIOContext*& context) {
  if (context == nullptr) return;
  av_freep(&context->buffer);
  avio_context_free(&context);
}

}  // namespace

ExportOutput::ExportOutput(ExportTarget& target) : target_(target) {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferSize));
  context_ = avio_alloc_context(buffer, kBufferSize, 1, this, nullptr, write, target.is_pipe() ? nullptr : seek);
  if (context_ == nullptr) av_free(buffer);
}

ExportOutput::~ExportOutput() { free_context(context_); }

int ExportOutput::write(void* self, std::uint8_t* bytes, int size) {
  ExportOutput& out = *static_cast<ExportOutput*>(self);
  if (!out.error_) {
    out.error_ = out.target_.write(static_cast<std::uint64_t>(out.position_), {bytes, static_cast<std::size_t>(size)});
  }
  if (out.error_) return AVERROR(out.error_.value());
  out.position_ += size;
  out.size_ = std::max(out.size_, out.position_);
  return size;
}

std::int64_t ExportOutput::seek(void* self, std::int64_t offset, int whence) {
  ExportOutput& out = *static_cast<ExportOutput*>(self);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return out.size_;
    case SEEK_SET:
      return out.position_ = offset;
    case SEEK_CUR:
      return out.position_ += offset;
    case SEEK_END:
      return out.position_ = out.size_ + offset;
    default:
      return AVERROR(EINVAL);
  }
}

void ExportOutput::attach(AVFormatContext& muxer) {
  muxer.pb = context_;
  muxer.flags |= AVFMT_FLAG_CUSTOM_IO;
  muxer.opaque = this;
  muxer.io_open = open_again;
  muxer.io_close2 = close_again;
}

int ExportOutput::open_again(AVFormatContext* muxer, AVIOContext** context, const char*, int flags, AVDictionary**) {
  if ((flags & AVIO_FLAG_WRITE) != 0) return AVERROR(EPERM);
  ExportOutput& out = *static_cast<ExportOutput*>(muxer->opaque);
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferSize));
  auto* input = new Input{out.target_};
  *context = avio_alloc_context(buffer, kBufferSize, 0, input, read_input, nullptr, seek_input);
  if (*context != nullptr) return 0;
  av_free(buffer);
  delete input;
  return AVERROR(ENOMEM);
}

int ExportOutput::close_again(AVFormatContext*, AVIOContext* context) {
  delete static_cast<Input*>(context->opaque);
  free_context(context);
  return 0;
}

}  // namespace sluice::mux
