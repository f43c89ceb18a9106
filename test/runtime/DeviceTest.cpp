// DeviceTest.cpp - what the detached device promises to the tests that run on it.
#include "DetachedDevice.h"
#include "TestTools.h"

#include <cstring>
#include <gtest/gtest.h>
#include <memory>

extern "C" {
#include "device.h"
}

namespace {

class DeviceTest : public testing::Test {
protected:
  void SetUp() override {
    setenv("SINTER_TEST_DEVICE", "detached", 1);
    module = std::make_unique<FakeModule>();
    if (before.empty())
      unsetenv("SINTER_TEST_DEVICE");
    diag d = diag_make(text, sizeof text);
    ASSERT_EQ(device_open(module->get(), nullptr, &opened, &d), 0) << text;
    ASSERT_EQ(opened->allocate(opened, 4096, true, &memory, &d), 0) << text;
  }
  void TearDown() override {
    opened->release(opened, memory, 4096);
    opened->close(opened);
  }
  std::string before = isDetached() ? "detached" : "";
  std::unique_ptr<FakeModule> module;
  char text[1024] = "";
  device *opened = nullptr;
  void *memory = nullptr;
};

TEST_F(DeviceTest, CopiesGoThereAndBack) {
  char out[16] = "";
  opened->upload(opened, static_cast<char *>(memory) + 100, "what is written", 16);
  opened->read(opened, out, static_cast<char *>(memory) + 100, 16);
  EXPECT_STREQ(out, "what is written");
  EXPECT_FALSE(opened->shares_memory);
}

using DeviceDeathTest = DeviceTest;
TEST_F(DeviceDeathTest, NobodyElseReachesItsMemory) {
  EXPECT_DEATH(*static_cast<volatile char *>(memory) = 1, "");
  EXPECT_DEATH((void)*static_cast<volatile char *>(memory), "");
  EXPECT_ANY_THROW(opened->read(opened, text, static_cast<char *>(memory) + 4090, 7));
}

} // namespace
