//===- Prefix.cpp - kernels that make prefix sums, products, maxima and minima ----------------===//
//
// Every kind along every axis, in place and not: one row at a time and the fast code agree to the
// bit, for any number of threads and any schedule.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

static std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

static const char *const kVariants[] = {
    "sum",        "prod", "max", "min", "sum reverse", "prod exclusive", "sum reverse exclusive",
    "max reverse"};

/// One kernel a variant, and one that writes where it reads.
static std::string textOf(const std::string &type, const std::string &shape,
                          const std::string &axis) {
  std::string buffers, kernels;
  size_t offset = 65536;
  for (const char *variant : kVariants) {
    std::string text = variant, kind = text.substr(0, text.find(' ')),
                how = text.substr(kind.size()), y = "y" + std::to_string(offset);
    buffers += "%" + y + " = kernel.buffer \"" + y + "\" role(output) offset(" +
               std::to_string(offset) + ") : <BUFFER>\n";
    kernels += "kernel.prefix \"k" + y + "\" " + kind + " axis AXIS" + how +
               " in(%x : <BUFFER>) outs(%" + y + " : !kernel.buffer<BUFFER>)\n";
    offset += 65536;
  }
  std::string text =
      R"(module @m {
  kernel.entry @e name("e") kind(predict) batch(9) {
    %x = kernel.buffer "x" role(input) offset(0) : <BUFFER>
    %p = kernel.buffer "p" role(param) offset(0) : <BUFFER>
)" + buffers +
      kernels +
      R"(kernel.prefix "inside" sum axis AXIS in(%p : <BUFFER>) outs(%p : !kernel.buffer<BUFFER>)
  }
})";
  return replaced(replaced(text, "BUFFER", shape + "x" + type), "AXIS", axis);
}

TEST(Prefix, KindsAxesThreads) {
  for (auto [type, shape, axis] : {std::tuple("f32", "13", "0"),
                                   {"f32", "9x21", "1"},
                                   {"f32", "9x21", "0"},
                                   {"f32", "3x4x70", "1"},
                                   {"f32", "2x3x1", "1"},
                                   {"f32", "1x5x3", "2"},
                                   {"f32", "0x3", "0"},
                                   {"f64", "9x21", "1"},
                                   {"f64", "9x21", "0"},
                                   {"i32", "9x21", "1"},
                                   {"i32", "9x21", "0"},
                                   {"i64", "6x21", "0"}}) {
    SCOPED_TRACE(std::string(type) + " " + shape + " " + axis);
    std::string text = textOf(type, shape, axis);
    Program fast(text), naive(text);
    naive.naive();
    Contents slow = naive.run(1);
    // An element of f32 is rounded once, from a chain in f64; one of f64 at most 21 times.
    expectClose(slow, naive.oracle(), std::string(type) == "f32" ? 0x1p-24 : 1e-14);
    for (unsigned threads : {1, 2, 3, 7})
      expectSame(fast.run(threads), slow);
  }
}

TEST(Prefix, SchedulesKeepBits) {
  for (auto [axis, schedule] : {std::pair("1", "lanes = -1, rows = -1, mr = 1, nr = 1"),
                                {"1", "lanes = -1, rows = -1, mr = 8, nr = 1"},
                                {"0", "lanes = 1, rows = -1, mr = 1, nr = 4"},
                                {"0", "lanes = 1, rows = -1, mr = 1, nr = 64"}}) {
    std::string text = textOf("f32", "19x37", axis);
    Program plain(text), forced(text);
    forced.schedule(schedule);
    expectSame(forced.run(2), plain.run(1));
  }
}
