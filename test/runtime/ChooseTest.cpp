// sinter_choose: the first module whose instructions this CPU has.
#include <sinter/runtime.h>

#include <gtest/gtest.h>

TEST(Choose, TheFirstThatRunsElseTheLast) {
  sinter_module plain = {}, absent = {}, other = {};
  plain.features = "";
  absent.features = "no-such-feature";
  other.features = "neither-this-one";
  const sinter_module *all[] = {&absent, &plain, &other};
  EXPECT_EQ(sinter_choose(all, 3), &plain);
  const sinter_module *none[] = {&absent, &other};
  EXPECT_EQ(sinter_choose(none, 2), &other); // which then says what it lacks
  EXPECT_EQ(sinter_choose(none, 1), &absent);
}
