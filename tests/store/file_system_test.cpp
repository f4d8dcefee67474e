#include "sluice/store/file_system.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>

#include "store/faulty_disk.hpp"

namespace sluice::store {
namespace {

TEST(FileSystem, RewriteThatIsCutShortIsAnErrorAndNotDone) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "20261121T035512Z-3f9a2c-000000.slog.open";
  const Bytes bytes = record::sample::file(record::sample::entries());
  write_file(path, bytes);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit half{bytes.size() / 2, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &half), 0);
  errno = 0;
  const auto recovered = posix_file_system().recover(path, 0);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error(), boost::system::errc::io_error);
  EXPECT_TRUE(fs::exists(path));
}

TEST(FileSystem, FileIsTakenForGoneOnlyWhereItsDirectoryCanBeAsked) {
  const TemporaryDirectory directory;
  const std::string name = "20261121T035512Z-3f9a2c-000000.slog.open";
  const auto there = posix_file_system().recover(directory.path() / name, {});
  ASSERT_TRUE(there);
  EXPECT_EQ(*there, Recovered::nothing);
  // As when the disk is not mounted.
  EXPECT_EQ(posix_file_system().recover(directory.path() / "stream" / name, {}).error().value(), ENOENT);
  write_file(directory.path() / "stream", Bytes(1));
  EXPECT_EQ(posix_file_system().recover(directory.path() / "stream" / name, {}).error().value(), ENOTDIR);
}

}  // namespace
}  // namespace sluice::store
