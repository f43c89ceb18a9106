// Rules of scan, cond and while_loop.
#include "sinter/rules/control.h"

#include "test/frontend/rules_test.h"

namespace r = sinter::rules;
using namespace sinter::rules;

static std::string text(const Result<std::vector<Type>> &result) {
  if (!result) {
    const RuleError &error = result.error();
    return text(Result<Type>(error)) + (error.other < 0 ? "" : "," + std::to_string(error.other));
  }
  std::string all;
  for (const Type &type : *result)
    all += (all.empty() ? "" : " ") + toString(type);
  return all;
}

static std::string text(const Result<Slices> &result) {
  if (!result)
    return text(Result<std::vector<Type>>(result.error()));
  return std::to_string(result->length) + ": " + text(Result<std::vector<Type>>(result->types));
}

TEST(Scan, Slices) {
  EXPECT_EQ(text(r::scan_slices({f32({5, 3}), i32({5})}, 0)), "5: f32[3] i32[]");
  EXPECT_EQ(text(r::scan_slices({f32({5, 3})}, 5)), "5: f32[3]");
  EXPECT_EQ(text(r::scan_slices({}, 7)), "7: ");
  EXPECT_EQ(text(r::scan_slices({}, 0)), "E0131");
  EXPECT_EQ(text(r::scan_slices({f32({5})}, -1)), "E0131");
  EXPECT_EQ(text(r::scan_slices({f32({5}), f32({4})}, 0)), "E0131 at 1,0");
  EXPECT_EQ(text(r::scan_slices({f32({5})}, 4)), "E0131 at 0");
  EXPECT_EQ(text(r::scan_slices({f32({0})}, 0)), "E0131 at 0");
  EXPECT_EQ(text(r::scan_slices({f32({5}), f32({})}, 0)), "E0107 at 1");
}

TEST(Scan, CarriedAndStacked) {
  EXPECT_EQ(text(r::scan({f32({3})}, {f32({3})}, {i32({2}), f32({})}, 4)),
            "f32[3] i32[4,2] f32[4]");
  EXPECT_EQ(text(r::scan({}, {}, {}, 4)), "");
  EXPECT_EQ(text(r::scan({f32({3})}, {}, {}, 4)), "E0130");
  EXPECT_EQ(text(r::scan({f32({3}), i32({})}, {f32({3}), i64({})}, {}, 4)), "E0130 at 3,1");
  EXPECT_EQ(text(r::scan({f32({3})}, {f32({4})}, {}, 4)), "E0130 at 1,0");
  EXPECT_EQ(text(r::scan({}, {}, {f32({})}, 0)), "E0131");
  EXPECT_EQ(text(r::scan({}, {}, {f32({1LL << 40})}, 1LL << 40)), "E0104");
  EXPECT_EQ(text(r::scan({}, {}, {f32(std::vector<int64_t>(16, 1))}, 2)), "E0104"); // 17 axes
}

TEST(Cond, BranchesAgree) {
  EXPECT_EQ(text(r::cond(boolean({}), {f32({3}), i32({})}, {f32({3}), i32({})})), "f32[3] i32[]");
  EXPECT_EQ(text(r::cond(boolean({1}), {}, {})), "E0132 at 0");
  EXPECT_EQ(text(r::cond(f32({}), {}, {})), "E0132 at 0");
  EXPECT_EQ(text(r::cond(boolean({}), {f32({})}, {})), "E0133");
  EXPECT_EQ(text(r::cond(boolean({}), {f32({}), f32({2})}, {f32({}), f32({3})})), "E0133 at 4,2");
}

TEST(WhileLoop, KeepsTypes) {
  EXPECT_EQ(text(r::while_loop({i64({})}, {boolean({})}, {i64({})}, 0)), "i64[]");
  EXPECT_EQ(text(r::while_loop({i64({})}, {boolean({})}, {i64({})}, -1)), "E0020");
  EXPECT_EQ(text(r::while_loop({i64({})}, {}, {i64({})}, 3)), "E0132");
  EXPECT_EQ(text(r::while_loop({i64({})}, {i64({})}, {i64({})}, 3)), "E0132 at 1");
  EXPECT_EQ(text(r::while_loop({i64({})}, {boolean({})}, {i32({})}, 3)), "E0130 at 2,0");
  EXPECT_EQ(text(r::while_loop({i64({})}, {boolean({})}, {}, 3)), "E0130");
}
