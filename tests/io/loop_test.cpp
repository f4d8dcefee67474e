// Deadline, WorkerPool, LoopMonitor and spawn on a real loop that runs until it has nothing left to do.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "io/log_capture.hpp"
#include "sluice/io/clock.hpp"
#include "sluice/io/deadline.hpp"
#include "sluice/io/loop_monitor.hpp"
#include "sluice/io/spawn.hpp"
#include "sluice/io/worker_pool.hpp"

namespace sluice::io {
namespace {

TEST(Deadline, FiresOnceWhenItsMomentHasCome) {
  boost::asio::io_context loop;
  int fired = 0;
  Deadline deadline(loop.get_executor(), [&] { ++fired; });
  deadline.set(mono_now());
  loop.run();
  EXPECT_EQ(fired, 1);
}

TEST(Deadline, MovedLaterItFiresLater) {
  boost::asio::io_context loop;
  MonoTime fired;
  Deadline deadline(loop.get_executor(), [&] { fired = mono_now(); });
  const MonoTime later = mono_now() + Millis(5);
  deadline.set(mono_now());
  deadline.set(later);
  loop.run();
  EXPECT_GE(fired, later);
}

TEST(Deadline, MovedEarlierItDoesNotWaitForTheOldMoment) {
  boost::asio::io_context loop;
  int fired = 0;
  Deadline deadline(loop.get_executor(), [&] { ++fired; });
  deadline.set(mono_now() + Seconds(3600));
  deadline.set(mono_now());
  loop.run();
  EXPECT_EQ(fired, 1);
}

TEST(Deadline, ClearedOrDestroyedItIsSilent) {
  boost::asio::io_context loop;
  int fired = 0;
  Deadline cleared(loop.get_executor(), [&] { ++fired; });
  cleared.set(mono_now());
  cleared.clear();
  {
    Deadline destroyed(loop.get_executor(), [&] { ++fired; });
    destroyed.set(mono_now());
  }
  loop.run();
  EXPECT_EQ(fired, 0);
}

TEST(Deadline, MayBeSetAgainFromItsOwnExpiry) {
  boost::asio::io_context loop;
  int fired = 0;
  std::unique_ptr<Deadline> deadline;
  deadline = std::make_unique<Deadline>(loop.get_executor(), [&] {
    if (++fired < 3) deadline->set(mono_now());
  });
  deadline->set(mono_now());
  loop.run();
  EXPECT_EQ(fired, 3);
}

TEST(WorkerPool, ResultsComeBackOnTheLoop) {
  boost::asio::io_context loop;
  auto keep_running = boost::asio::make_work_guard(loop);
  WorkerPool pool(loop.get_executor(), 2, 10);
  const std::thread::id loop_thread = std::this_thread::get_id();
  std::thread::id worked, done;
  ASSERT_TRUE(pool.run(
      [&] {
        worked = std::this_thread::get_id();
        return 42;
      },
      [&](int result) {
        EXPECT_EQ(result, 42);
        done = std::this_thread::get_id();
        keep_running.reset();
      }));
  loop.run();
  EXPECT_NE(worked, loop_thread);
  EXPECT_EQ(done, loop_thread);
}

TEST(WorkerPool, RefusesBeyondItsLimitAndTellsHowLongAJobRuns) {
  boost::asio::io_context loop;
  std::promise<void> started, release;
  std::shared_future<void> released = release.get_future().share();
  WorkerPool pool(loop.get_executor(), 1, 2);
  const MonoTime before = mono_now();
  const auto job = [&, first = true]() mutable {
    if (std::exchange(first, false)) started.set_value();
    released.wait();
    return 0;
  };
  EXPECT_FALSE(pool.oldest_start());
  ASSERT_TRUE(pool.run(job, [](int) {}));
  started.get_future().wait();
  ASSERT_TRUE(pool.run([&] { return 0; }, [](int) {}));
  EXPECT_FALSE(pool.run([] { return 0; }, [](int) {}));
  ASSERT_TRUE(pool.oldest_start());
  EXPECT_GE(*pool.oldest_start(), before);
  release.set_value();
}

TEST(LoopMonitor, MeasuresWhatABlockedLoopIsLateBy) {
  boost::asio::io_context loop;
  LoopMonitor monitor(loop.get_executor());
  const MonoTime start = mono_now();
  monitor.start();
  boost::asio::post(loop, [&] {
    while (mono_now() < start + LoopMonitor::kInterval + Millis(20)) {
    }
  });
  while (monitor.lag().sum() == 0) loop.run_one();
  EXPECT_GE(monitor.last_lag(), Millis(15));
  EXPECT_GT(monitor.last_progress(), start);
  monitor.stop();
}

boost::asio::awaitable<void> fail_with(std::exception_ptr what) {
  co_await boost::asio::this_coro::executor;
  std::rethrow_exception(what);
}

void run_session(std::exception_ptr what) {
  boost::asio::io_context loop;
  spawn(loop.get_executor(), fail_with(std::move(what)), "test");
  loop.run();
}

TEST(Spawn, AnEscapedExceptionIsLoggedOnce) {
  const LogCapture capture;
  run_session(std::make_exception_ptr(std::runtime_error("the disk is gone")));
  ASSERT_EQ(capture.lines().size(), 1u);
  EXPECT_TRUE(capture.contains(R"("event":"session_failed","message":"the disk is gone","session":"test")"));
}

TEST(Spawn, ACancelledSessionIsNoFailure) {
  const LogCapture capture;
  run_session(std::make_exception_ptr(boost::system::system_error(boost::asio::error::operation_aborted)));
  EXPECT_TRUE(capture.lines().empty());
}

TEST(SpawnDeathTest, OurOwnBugAborts) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(run_session(std::make_exception_ptr(std::logic_error("impossible"))), "a bug of ours: impossible");
}

}  // namespace
}  // namespace sluice::io
