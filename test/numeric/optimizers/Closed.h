// The closed form of every schedule of Models.cpp, in plain C++.
#pragma once

#include <cstdint>
#include <string>

namespace sinter::test {

inline constexpr int64_t kStepsPerEpoch = 25;

/// The rate of the schedule `name` at step `t`.
double closedForm(const std::string &name, int64_t t);

} // namespace sinter::test
