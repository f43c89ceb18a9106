// Helpers of the rule tests: what a rule gives, in one string.
#pragma once

#include "sinter/rules/type.h"

#include <gtest/gtest.h>

namespace sinter::rules {

inline std::string text(const Result<Type> &result) {
  if (result)
    return toString(*result);
  const RuleError &error = result.error();
  EXPECT_EQ(error.message.rfind("expects ", 0), 0u) << error.message;
  EXPECT_NE(error.message.find(", got "), std::string::npos) << error.message;
  return error.code + (error.operand < 0 ? "" : " at " + std::to_string(error.operand));
}

inline Type f32(std::vector<int64_t> dims) { return {ElementType::F32, std::move(dims)}; }
inline Type f64(std::vector<int64_t> dims) { return {ElementType::F64, std::move(dims)}; }
inline Type i32(std::vector<int64_t> dims) { return {ElementType::I32, std::move(dims)}; }
inline Type i64(std::vector<int64_t> dims) { return {ElementType::I64, std::move(dims)}; }
inline Type u8(std::vector<int64_t> dims) { return {ElementType::U8, std::move(dims)}; }
inline Type boolean(std::vector<int64_t> dims) { return {ElementType::Bool, std::move(dims)}; }

} // namespace sinter::rules
