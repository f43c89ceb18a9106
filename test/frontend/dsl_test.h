// Builds a model inside the test: what it wrote, what it said, how it ended.
#pragma once

#include "test/frontend/GraphText.h"

#include <sinter/sinter.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace sinter::test {

/// The outcome of a model program.
struct Built {
  int code = -1;        ///< what write() returned
  std::string bytes;    ///< the container
  std::string said;     ///< JSON diagnostics
  proto::Module module; ///< parsed, when code is 0
  std::string text;     ///< the module as text

  /// The lines of the entry `name` at `batch`.
  std::string entry(const std::string &name, int64_t batch) const;
  const proto::Entry *find(const std::string &name, int64_t batch) const;
};

/// Runs `program` as the body of main with the environment that `sinter build` gives.
Built build(const std::function<void(Model &)> &program, const std::string &set = "",
            const std::string &batch = "");
/// A model of one predict entry.
Built predict(const std::function<void(Entry)> &body, const std::string &batch = "");
/// A model with mnist data (batch 32) and a training step.
Built train(const std::function<void(Step)> &body);

} // namespace sinter::test
