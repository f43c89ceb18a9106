// FeedTest.cpp - batches that a thread reads ahead: the same bits as without, in any order of
// asking, and errors that are kept until their batch is asked for.
#include "OpenedData.h"
#include "TestTools.h"

extern "C" {
#include "feed.h"
}

#include <atomic>
#include <chrono>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

std::atomic<int> fills, slow;
std::atomic<uint64_t> firstBad, secondBad;

/// x f32[2] = example, example + .5; an example in a hundred takes long.
int fillSlowly(const dataset *, const split *, uint32_t field, uint64_t example, uint32_t, void *to,
               uint32_t thread, diag *d) {
  ++fills;
  EXPECT_LE(thread, 3u);
  if (slow)
    std::this_thread::sleep_for(std::chrono::microseconds(slow));
  if (example == firstBad || example == secondBad)
    return diag_error(d, 2118, "'%llu.png' is damaged\n  a detail",
                      static_cast<unsigned long long>(example));
  float values[] = {static_cast<float>(example), static_cast<float>(example) + .5f};
  memcpy(to, values, field ? 4 : 8);
  return 0;
}

/// Entries of batches 4, 2 and 1 with the inputs x f32[N,2] and y f32[N,1].
class FeedTest : public ::testing::Test {
protected:
  FeedTest() {
    fills = slow = 0;
    firstBad = secondBad = UINT64_MAX;
    slowly.fill = fillSlowly;
    data.spec = &spec;
    data.reader = &slowly;
    data.ahead = true;
    data.train.count = 19;
    for (int v = 0; v < 3; ++v) {
      inputs[v][0] = {"x", SINTER_F32, 2, nullptr, SINTER_SEG_WORK, 0, 0, 8ull * (4 >> v)};
      inputs[v][1] = {"y", SINTER_F32, 2, nullptr, SINTER_SEG_WORK, 0, 64, 4ull * (4 >> v)};
      entries[v].inputs = inputs[v];
      entries[v].input_count = 2;
      entries[v].batch = 4 >> v;
    }
    pool = sinter_pool_open(3);
    diag d = diag_make(text, sizeof text);
    EXPECT_EQ(feed_open(&feeding, pool, feed_bytes(&entries[0]), &d), 0);
  }
  ~FeedTest() override {
    feed_close(&feeding);
    sinter_pool_close(pool);
  }
  batch_fill batch(uint64_t first, uint64_t end, const uint32_t *order = nullptr, int variant = 0) {
    return {.data = &data,
            .from = &data.train,
            .entry = &entries[variant],
            .entries = entries,
            .variants = 3,
            .order = order,
            .first = first,
            .end = end};
  }
  /// The first elements of the examples of a batch as the entry gets them.
  std::vector<float> take(const batch_fill &fill) {
    diag d = diag_make(text, sizeof text);
    const fed_batch *ready = feed_take(&feeding, &fill, &d);
    if (!ready)
      return {};
    alignas(64) float work[32];
    void *segments[SINTER_SEGMENTS] = {};
    segments[SINTER_SEG_WORK] = work;
    sinter_pool_run_job(pool, feed_copy, const_cast<fed_batch *>(ready), segments);
    std::vector<float> out;
    for (int64_t i = 0; i < fill.entry->batch; ++i) {
      EXPECT_EQ(work[2 * i + 1], work[2 * i] + .5f);
      EXPECT_EQ(work[16 + i], work[2 * i]);
      out.push_back(work[2 * i]);
    }
    return out;
  }
  int64_t dims[1] = {2}, one[1] = {1};
  sinter_field fields[2] = {
      {"x", SINTER_F32, 1, dims, SINTER_DECODE_NUMBER, 0, 0, nullptr, nullptr},
      {"y", SINTER_F32, 1, one, SINTER_DECODE_NUMBER, 0, 0, nullptr, nullptr}};
  sinter_data spec = {"numbers", fields, 2, 0, 0, 0, 0};
  sinter_tensor inputs[3][2];
  sinter_entry entries[3] = {};
  struct reader slowly = {};
  dataset data = {};
  sinter_pool *pool;
  feed feeding;
  char text[4096];
};

TEST_F(FeedTest, BatchesFollowEachOther) {
  for (int delay : {0, 300}) {
    slow = delay;
    for (uint64_t first = 0; first < 16; first += 4) {
      auto f = static_cast<float>(first);
      EXPECT_THAT(take(batch(first, 16)), ElementsAre(f, f + 1, f + 2, f + 3));
    }
  }
}

TEST_F(FeedTest, TheLastBatchesAreSmaller) {
  EXPECT_THAT(take(batch(12, 19)), ElementsAre(12, 13, 14, 15));
  EXPECT_THAT(take(batch(16, 19, nullptr, 1)), ElementsAre(16, 17));
  EXPECT_THAT(take(batch(18, 19, nullptr, 2)), ElementsAre(18));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(fills, 14); // 7 examples of two fields: nothing behind the last one
}

TEST_F(FeedTest, ExamplesAreInTheOrderOfTheEpoch) {
  uint32_t order[] = {3, 1, 2, 0, 7, 6, 5, 4};
  data.train.gap_at = 4;
  data.train.gap = 10; // a part is held out
  EXPECT_THAT(take(batch(0, 8, order)), ElementsAre(3, 1, 2, 0));
  EXPECT_THAT(take(batch(4, 8, order)), ElementsAre(17, 16, 15, 14));
  EXPECT_THAT(take(batch(0, 8, order)), ElementsAre(3, 1, 2, 0));
  feed_drop(&feeding); // before orders change
  std::swap(order[4], order[7]);
  EXPECT_THAT(take(batch(4, 8, order)), ElementsAre(14, 16, 15, 17));
}

TEST_F(FeedTest, AnyBatchMayBeAskedFor) {
  slow = 100;
  EXPECT_THAT(take(batch(8, 16)), ElementsAre(8, 9, 10, 11));
  EXPECT_THAT(take(batch(0, 16)), ElementsAre(0, 1, 2, 3)); // not the one that was begun
  EXPECT_THAT(take(batch(4, 19, nullptr, 1)), ElementsAre(4, 5));
}

// It takes 4 * 2 * 3 ms to fill a batch, which the reader does while nobody asks.
TEST_F(FeedTest, OnlyTrueWaitingIsTold) {
  slow = 3000;
  take(batch(0, 16));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  take(batch(4, 16));
  EXPECT_LT(feeding.wait_ms, 3);
}

TEST_F(FeedTest, ErrorsAreThoseOfTheFirstExampleOfTheirBatch) {
  firstBad = 6;
  secondBad = 5;
  for (int i = 0; i < 20; ++i) {
    feed_drop(&feeding);
    EXPECT_EQ(take(batch(0, 16)).size(), 4u); // the next one fails meanwhile
    EXPECT_THAT(take(batch(4, 16)), ElementsAre());
    EXPECT_STREQ(text, "'5.png' is damaged\n  a detail [E2118]");
  }
  EXPECT_THAT(take(batch(8, 16)), ElementsAre(8, 9, 10, 11));
}

TEST_F(FeedTest, ItEndsInTheMiddleOfWork) {
  slow = 2000;
  take(batch(0, 16)); // the destructor ends the thread
}

} // namespace
