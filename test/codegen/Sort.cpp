//===- Sort.cpp - kernels that order the elements of rows -------------------------------------===//
//
// Rows with equal elements (of ten values, KernelTest.h), along every axis, whole and in part:
// equal to the oracle, for any number of threads.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

TEST(Sort, RowsAxesThreads) {
  for (auto [type, shape, axis, out, work] : {std::tuple("f32", "9x33", "1", "9x33", "9x2x33"),
                                              {"f32", "9x33", "0", "4x33", "33x2x9"},
                                              {"f64", "3x20x5", "1", "3x7x5", "15x2x20"},
                                              {"i32", "64", "0", "64", "1x2x64"},
                                              {"i64", "2x100", "1", "2x3", "2x2x100"},
                                              {"f32", "3x1", "1", "3x1", "3x2x1"},
                                              {"f32", "3x0", "1", "3x0", "3x2x0"}})
    for (const char *how : {"", " descending"}) {
      std::string in = std::string("<") + shape + "x" + type + ">";
      std::string text = R"(module @m {
  kernel.entry @e name("e") kind(predict) batch(9) {
    %x = kernel.buffer "x" role(input) offset(0) : )" +
                         in + R"(
    %i = kernel.buffer "i" role(output) offset(65536) : <)" +
                         out + R"(xi64>
    %w = kernel.buffer "w" role(temp) offset(131072) : <)" +
                         work + R"(xi32>
    kernel.sort "k" axis )" +
                         axis + how + " in(%x : " + in + ") outs(%i, %w : !kernel.buffer<" + out +
                         "xi64>, !kernel.buffer<" + work + R"(xi32>)
  }
})";
      SCOPED_TRACE(text);
      Program program(text);
      Contents wanted = program.oracle();
      for (unsigned threads : {1, 2, 3, 7})
        expectSame(program.run(threads), wanted);
    }
}
