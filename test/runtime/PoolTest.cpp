// PoolTest.cpp - thread pool: every thread runs, barriers hold, results do not depend on the number
// of threads.
#include "TestTools.h"

#include <sinter/runtime.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>
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

// What shares a pool takes turns without waiting: who finds it taken runs alone.
TEST(Pool, ATakenPoolIsNotWaitedFor) {
  sinter_pool *pool = sinter_pool_open(2);
  ASSERT_NE(pool, nullptr);
  struct Inner {
    sinter_pool *pool;
    uint32_t threads = 0;
  } inner{pool};
  sinter_pool_run_job(
      pool,
      [](const sinter_spmd *s, void *argument) {
        auto *inner = static_cast<Inner *>(argument);
        EXPECT_EQ(s->threads, 2u);
        if (s->thread == 0)
          sinter_pool_run_job(
              inner->pool,
              [](const sinter_spmd *alone, void *threads) {
                *static_cast<uint32_t *>(threads) = alone->threads;
                alone->barrier(alone);
                if (alone->enter_serial(alone))
                  alone->leave_serial(alone);
              },
              &inner->threads, nullptr);
      },
      &inner, nullptr);
  EXPECT_EQ(inner.threads, 1u);
  sinter_pool_close(pool);
}

// Threads of this process; one that was joined may be listed for a moment longer than `wanted`
// says.
long countThreads(long wanted = -1) {
  long count = 0;
  for (int i = 0; i < 2000; ++i) {
    std::filesystem::directory_iterator tasks("/proc/self/task"), end;
    count = std::distance(tasks, end);
    if (wanted < 0 || count == wanted)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return count;
}

TEST(Pool, TheSharedPoolEndsWithItsLastUser) {
  long before = countThreads();
  sinter_pool *a = sinter_pool_share(3), *b = sinter_pool_share(5), *c = sinter_pool_keep(b);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a, b);
  EXPECT_EQ(sinter_pool_threads(b), 3u);
  EXPECT_EQ(countThreads(before + 2), before + 2);
  sinter_pool_close(a);
  sinter_pool_close(b);
  EXPECT_EQ(countThreads(before + 2), before + 2);
  sinter_pool_close(c);
  EXPECT_EQ(countThreads(before), before);
  sinter_pool *next = sinter_pool_share(2);
  EXPECT_EQ(sinter_pool_threads(next), 2u);
  sinter_pool_close(next);
  EXPECT_EQ(countThreads(before), before);
}

// The child of a fork has none of the pool's threads: it works alone, opens its own, and closes.
TEST(Pool, AForkedChildDoesNotWaitForThreadsItHasNot) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer does not follow a fork of threads";
#endif
  sinter_pool *pool = sinter_pool_share(3);
  ASSERT_NE(pool, nullptr);
  auto count = [](const sinter_spmd *s, void *threads) {
    if (s->thread == 0)
      *static_cast<uint32_t *>(threads) = s->threads;
    s->barrier(s);
  };
  Outcome r = inChild([&] {
    alarm(20);
    uint32_t threads = 0, own = 0;
    sinter_pool_run_job(pool, count, &threads, nullptr);
    sinter_pool *fresh = sinter_pool_share(2);
    sinter_pool_run_job(fresh, count, &own, nullptr);
    sinter_pool_close(fresh);
    sinter_pool_close(pool);
    return threads == 1 && own == 2 && fresh != pool && countThreads(1) == 1 ? 0 : 1;
  });
  EXPECT_EQ(r.code, 0);
  uint32_t threads = 0;
  sinter_pool_run_job(pool, count, &threads, nullptr);
  EXPECT_EQ(threads, 3u);
  sinter_pool_close(pool);
}

} // namespace
