// PoolTest.cpp - thread pool: every thread runs, barriers hold, results do not depend on the number
// of threads.
#include <sinter/runtime.h>

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

struct Phases {
  std::atomic<int> arrived{0};
  std::atomic<int> wrong{0};
  int rounds = 0;
};

// After barrier k every thread must see all arrivals of rounds 0..k.
void countArrivals(const sinter_spmd *s, void *argument) {
  auto *p = static_cast<Phases *>(argument);
  for (int k = 1; k <= p->rounds; ++k) {
    p->arrived.fetch_add(1);
    s->barrier(s);
    if (p->arrived.load() < k * static_cast<int>(s->threads))
      p->wrong.fetch_add(1);
    s->barrier(s);
  }
}

class PoolTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(PoolTest, BarriersSeparatePhases) {
  sinter_pool *pool = sinter_pool_open(GetParam());
  ASSERT_NE(pool, nullptr);
  EXPECT_EQ(sinter_pool_threads(pool), GetParam());
  for (int run = 0; run < 20; ++run) {
    Phases p;
    p.rounds = 20;
    sinter_pool_run_job(pool, countArrivals, &p, nullptr);
    EXPECT_EQ(p.wrong, 0);
    EXPECT_EQ(p.arrived, 20 * static_cast<int>(GetParam()));
  }
  sinter_pool_close(pool);
}

// One thread works between `enter_serial` and `leave_serial`: it sees all that was done before, the
// others see what it did.
TEST_P(PoolTest, LastThreadWorksAlone) {
  sinter_pool *pool = sinter_pool_open(GetParam());
  ASSERT_NE(pool, nullptr);
  struct Sums {
    std::vector<int> shares; // plain memory: the meeting orders it
    int sum = 0, wrong = 0;
  } sums{std::vector<int>(GetParam())};
  auto run = [](const sinter_spmd *s, void *argument) {
    auto *sums = static_cast<Sums *>(argument);
    for (int k = 1; k <= 50; ++k) {
      sums->shares[s->thread] = k;
      if (s->enter_serial(s)) {
        sums->sum = 0;
        for (int share : sums->shares)
          sums->sum += share;
        s->leave_serial(s);
      }
      if (sums->sum != k * static_cast<int>(s->threads))
        sums->wrong = 1;
      s->barrier(s);
    }
  };
  sinter_pool_run_job(pool, run, &sums, nullptr);
  EXPECT_EQ(sums.wrong, 0);
  sinter_pool_close(pool);
}

TEST_P(PoolTest, SleepingThreadsWakeUp) {
  sinter_pool *pool = sinter_pool_open(GetParam());
  ASSERT_NE(pool, nullptr);
  for (int run = 0; run < 3; ++run) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5)); // longer than the spin: workers park
    Phases p;
    p.rounds = 1;
    sinter_pool_run_job(
        pool,
        [](const sinter_spmd *s, void *argument) {
          if (s->thread == 0) // the others wait in the barrier until they park
            std::this_thread::sleep_for(std::chrono::milliseconds(3));
          countArrivals(s, argument);
        },
        &p, nullptr);
    EXPECT_EQ(p.wrong, 0);
    EXPECT_EQ(p.arrived, static_cast<int>(GetParam()));
  }
  sinter_pool_close(pool);
}

TEST_P(PoolTest, EntriesGetSegmentsAndTheirOwnThreadNumber) {
  sinter_pool *pool = sinter_pool_open(GetParam());
  ASSERT_NE(pool, nullptr);
  std::vector<int> seen(64, 0);
  void *segments[SINTER_SEGMENTS] = {seen.data()};
  sinter_pool_run(
      pool, [](const sinter_spmd *s) { static_cast<int *>(s->segments[0])[s->thread] += 1; },
      segments);
  for (uint32_t i = 0; i < 64; ++i)
    EXPECT_EQ(seen[i], i < GetParam() ? 1 : 0) << i;
  sinter_pool_close(pool);
}

INSTANTIATE_TEST_SUITE_P(Threads, PoolTest, ::testing::Values(1u, 2u, 3u, 7u));

TEST(Pool, DefaultIsTheUsableCores) {
  EXPECT_GE(sinter_usable_cores(), 1u);
  sinter_pool *pool = sinter_pool_open(0);
  ASSERT_NE(pool, nullptr);
  EXPECT_EQ(sinter_pool_threads(pool), sinter_usable_cores());
  sinter_pool_close(pool);
  sinter_pool_close(nullptr);
}

} // namespace
