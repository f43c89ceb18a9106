// Training steps with every optimizer and schedule, as graphs; for Optimizers.cpp and
// Schedules.cpp, which know the compiler and thus another Tensor. Reading on: Models.cpp.
#pragma once

#include "frontend/graph.pb.h"

#include <string>
#include <vector>

namespace sinter::test {

/// Names of the cases, those of goldens/optimizers.py.
std::vector<std::string> optimizerNames();
std::vector<std::string> scheduleNames();
std::vector<std::string> averageNames();
/// The training step, `train_step_b1`, of a small perceptron with inputs x f32[4,5] and
/// target f32[4,2].
proto::Module optimizerModel(const std::string &name);
/// One that keeps averages "average.a.weight" … beside the weights.
proto::Module averageModel(const std::string &name);
/// Centered RMSProp of w f32[64] whose gradient is the input x.
proto::Module centeredModel();
/// One whose output `lr` is the rate.
proto::Module scheduleModel(const std::string &name);

} // namespace sinter::test
