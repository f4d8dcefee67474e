#include "sluice/live/lifecycle.hpp"

#include <gtest/gtest.h>

#include "sluice/live/slots.hpp"

namespace sluice::live {
namespace {

constexpr MonoTime at(std::int64_t ms) { return MonoTime(Millis(ms)); }

Lifecycle recovered(LifecycleOptions options = {}) {
  Lifecycle lifecycle(options);
  lifecycle.on_recovered();
  return lifecycle;
}

TEST(Slots, TheLastSlotGoesToExactlyOne) {
  Slots slots(2);
  EXPECT_TRUE(slots.take());
  EXPECT_TRUE(slots.take());
  EXPECT_FALSE(slots.take());
  slots.give_back();
  EXPECT_EQ(slots.free(), 1);
  EXPECT_TRUE(slots.take());
}

TEST(Lifecycle, IsStartingUntilRecordingsAreRecovered) {
  Lifecycle lifecycle{LifecycleOptions{}};
  EXPECT_FALSE(lifecycle.accepts_publishes());
  EXPECT_EQ(lifecycle.readiness(ReadinessMeaning::serve, 1).status, "starting");
  EXPECT_FALSE(lifecycle.readiness(ReadinessMeaning::serve, 1).ok);
  EXPECT_TRUE(lifecycle.liveness(1).ok);
  lifecycle.on_recovered();
  EXPECT_TRUE(lifecycle.accepts_publishes());
  EXPECT_TRUE(lifecycle.readiness(ReadinessMeaning::ingest, 1).ok);
}

TEST(Lifecycle, BusyFailsIngestReadinessButNotServeNorLiveness) {  // HE-03
  const Lifecycle lifecycle = recovered();
  EXPECT_EQ(lifecycle.readiness(ReadinessMeaning::ingest, 0).status, "busy");
  EXPECT_FALSE(lifecycle.readiness(ReadinessMeaning::ingest, 0).ok);
  EXPECT_TRUE(lifecycle.readiness(ReadinessMeaning::serve, 0).ok);
  EXPECT_EQ(lifecycle.liveness(0).status, "busy");
  EXPECT_TRUE(lifecycle.liveness(0).ok);
}

TEST(Lifecycle, AFailingRecordingDegradesReadinessUntilItHeals) {
  Lifecycle lifecycle = recovered();
  lifecycle.on_recording_state("the disk is full");
  const ProbeReport report = lifecycle.readiness(ReadinessMeaning::serve, 1);
  EXPECT_EQ(report.status, "degraded");
  EXPECT_FALSE(report.ok);
  EXPECT_EQ(report.reasons, std::vector<std::string>{"the disk is full"});
  EXPECT_TRUE(lifecycle.liveness(1).ok);
  lifecycle.on_recording_state("");
  EXPECT_TRUE(lifecycle.readiness(ReadinessMeaning::serve, 1).ok);
}

TEST(Lifecycle, AStalledWorkerFailsBothProbes) {
  Lifecycle lifecycle = recovered();
  lifecycle.on_stalled("the recorder has not moved for 10 s");
  EXPECT_FALSE(lifecycle.liveness(1).ok);
  EXPECT_EQ(lifecycle.readiness(ReadinessMeaning::ingest, 1).status, "stalled");
  lifecycle.on_stalled("");
  EXPECT_TRUE(lifecycle.liveness(1).ok);
}

TEST(Lifecycle, RecycleFinishesAfterTheLastPublishAndItsResumeWindow) {
  Lifecycle lifecycle = recovered({.recycle = true});
  EXPECT_FALSE(lifecycle.on_time(at(0), {})) << "nothing was published yet";
  lifecycle.on_publish_started();
  EXPECT_FALSE(lifecycle.on_time(at(1), {.publishes = 1}));
  EXPECT_FALSE(lifecycle.on_time(at(2), {.publishes = 0, .resumable = 1}));
  EXPECT_TRUE(lifecycle.on_time(at(3), {}));
  EXPECT_EQ(lifecycle.phase(), Phase::finished);
  EXPECT_FALSE(lifecycle.liveness(1).ok);
  EXPECT_EQ(lifecycle.liveness(1).status, "finished");
  EXPECT_FALSE(lifecycle.accepts_publishes());
}

TEST(Lifecycle, DrainWaitsForTheGraceThenForPublishesThenForViewers) {  // SD-01
  Lifecycle lifecycle = recovered({.unready_grace = Millis(300), .linger_quiet = Millis(500)});
  lifecycle.on_publish_started();
  EXPECT_TRUE(lifecycle.drain(at(0)));
  EXPECT_EQ(lifecycle.readiness(ReadinessMeaning::serve, 1).status, "draining");
  EXPECT_TRUE(lifecycle.liveness(1).ok) << "HE-01";
  EXPECT_TRUE(lifecycle.accepts_publishes()) << "balancers hear of a falling readiness late";
  EXPECT_FALSE(lifecycle.on_time(at(299), {.publishes = 1}));
  EXPECT_TRUE(lifecycle.on_time(at(300), {.publishes = 1}));
  EXPECT_EQ(lifecycle.phase(), Phase::waiting);
  EXPECT_FALSE(lifecycle.accepts_publishes());
  EXPECT_FALSE(lifecycle.on_time(at(3'000'000), {.publishes = 1}));
  EXPECT_TRUE(lifecycle.on_time(at(3'000'001), {}));
  EXPECT_EQ(lifecycle.phase(), Phase::lingering);
  EXPECT_FALSE(lifecycle.on_time(at(3'000'400), {.last_view = at(3'000'300)}));
  EXPECT_FALSE(lifecycle.on_time(at(3'000'700), {.last_view = at(3'000'300)}));
  EXPECT_TRUE(lifecycle.on_time(at(3'000'800), {.last_view = at(3'000'300)}));
  EXPECT_EQ(lifecycle.phase(), Phase::over);
}

TEST(Lifecycle, ViewersOfLongSegmentsHaveTimeToFetchTheEnd) {
  Lifecycle lifecycle = recovered({.unready_grace = Millis(0), .linger_quiet = Millis(500)});
  lifecycle.on_publish_started();
  lifecycle.drain(at(0));
  lifecycle.on_time(at(0), {});
  lifecycle.on_time(at(0), {});
  EXPECT_EQ(lifecycle.phase(), Phase::lingering);
  EXPECT_FALSE(lifecycle.on_time(at(7999), {.target_duration = Seconds(4)}));
  EXPECT_TRUE(lifecycle.on_time(at(8000), {.target_duration = Seconds(4)}));
}

TEST(Lifecycle, WhenTheDrainTimeIsUpPublishesAreCutAtAKeyFrameOrAfterATimeout) {  // RC-04
  Lifecycle lifecycle =
      recovered({.unready_grace = Millis(0), .drain_timeout = Millis(1000), .cutting_timeout = Millis(200)});
  lifecycle.on_publish_started();
  lifecycle.drain(at(0));
  lifecycle.on_time(at(0), {.publishes = 1});
  EXPECT_FALSE(lifecycle.on_time(at(999), {.publishes = 1}));
  EXPECT_TRUE(lifecycle.on_time(at(1000), {.publishes = 1}));
  EXPECT_EQ(lifecycle.phase(), Phase::cutting);
  EXPECT_FALSE(lifecycle.must_end_publishes_now(at(1199)));
  EXPECT_TRUE(lifecycle.must_end_publishes_now(at(1200)));
}

TEST(Lifecycle, ASecondSignalLeavesOutEveryWaitAndAThirdFindsNothingToShorten) {  // SD-02
  Lifecycle lifecycle = recovered();
  lifecycle.on_publish_started();
  EXPECT_TRUE(lifecycle.drain(at(0)));
  EXPECT_TRUE(lifecycle.drain(at(1)));
  EXPECT_TRUE(lifecycle.on_time(at(1), {.publishes = 1}));
  EXPECT_TRUE(lifecycle.on_time(at(1), {.publishes = 1}));
  EXPECT_EQ(lifecycle.phase(), Phase::cutting);
  EXPECT_FALSE(lifecycle.must_end_publishes_now(at(1))) << "the last segment is to be whole";
  EXPECT_TRUE(lifecycle.must_end_publishes_now(at(10'001)));
  EXPECT_TRUE(lifecycle.on_time(at(2), {}));
  EXPECT_TRUE(lifecycle.on_time(at(2), {}));
  EXPECT_EQ(lifecycle.phase(), Phase::over);
  EXPECT_FALSE(lifecycle.drain(at(3)));
}

TEST(Lifecycle, ADrainWithoutAnyPublishDoesNotLinger) {
  Lifecycle lifecycle = recovered({.unready_grace = Millis(0)});
  lifecycle.drain(at(0));
  lifecycle.on_time(at(0), {});
  lifecycle.on_time(at(0), {});
  lifecycle.on_time(at(0), {});
  EXPECT_EQ(lifecycle.phase(), Phase::over);
}

}  // namespace
}  // namespace sluice::live
