// TestTools.h - a scratch folder, files in it, and trainers run in a process of their own.
#pragma once

#include "FakeModule.h"

#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/types.h>
#include <vector>

/// A folder that is removed with the object.
class Scratch {
public:
  Scratch();
  ~Scratch();
  /// Path of a file in the folder.
  std::string operator/(const std::string &name) const { return path + "/" + name; }
  std::string path;
};

/// Whole contents of a file; fails the test when there is none.
std::string readFile(const std::string &path);
void writeFile(const std::string &path, const std::string &contents);
bool exists(const std::string &path);
/// Whether two byte strings are equal; says where they first differ, without printing them.
::testing::AssertionResult sameBytes(const std::string &a, const std::string &b);

/// A data set of labelled images, as the compiler writes it; stays in place.
struct ImageSpec {
  ImageSpec(uint32_t classes, const char *name, int64_t channels, int64_t height, int64_t width)
      : dims{channels, height, width},
        fields{
            {"image", SINTER_F32, 3, dims, SINTER_DECODE_UNIT, 0, 0, nullptr, nullptr},
            {"label", SINTER_I32, 0, nullptr, SINTER_DECODE_CLASS, 0, classes, nullptr, nullptr}},
        data{name, fields, 2, 0, 0, 0, 0} {}
  ImageSpec(const ImageSpec &) = delete;
  int64_t dims[3];
  sinter_field fields[2];
  sinter_data data;
};

/// How a process ended and what it said.
struct Outcome {
  int code = -1; // exit code, or 128 + the signal that ended it
  std::string out, err;
};

/// Runs `body` in a child process with its output captured; its result is the exit code.
Outcome inChild(const std::function<int()> &body);
/// Runs the trainer of a module in a child process.
Outcome train(const sinter_module *module, std::vector<std::string> arguments);
/// Starts the same without waiting; for tests that kill it.
pid_t startTrainer(const sinter_module *module, std::vector<std::string> arguments);
/// Calls the trainer in this process.
int callTrainer(const sinter_module *module, std::vector<std::string> arguments);

/// Big-endian IDX bytes: magic 0x08 << 8 | sizes.size(), sizes, data.
std::string idx(const std::vector<uint32_t> &sizes, const std::string &data);
/// Writes a small data set of n train and m test images of h x w with labels i % 10.
void writeDataset(const Scratch &folder, uint32_t n, uint32_t m, uint32_t height = 28,
                  uint32_t width = 28);
/// The same bytes as gzip.
std::string gzip(const std::string &bytes);
