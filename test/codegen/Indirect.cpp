//===- Indirect.cpp - map kernels that read and add where values say --------------------------===//
//
// Rows of a table by ids, as they are and summed, and rows added to a table: naive and fast
// emitters agree to the bit, for any number of threads, any layout of the table, with ids that come
// again (of ten values, KernelTest.h) and with ids that name no row.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

static std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// %y: rows times 2. %s: their sum over the ids. %t: a table with rows of %x added at %ids.
static const char *const kKernels = R"(
#at = affine_map<(i, j) -> (i)>
#own = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j)[s] -> (s, j)>
#sum = affine_map<(i, j) -> (j)>
module @m {
  kernel.entry @e name("e") kind(predict) batch(9) {
    %w = kernel.buffer "w" role(input) offset(0) : <ROWSxNxTYPELAYOUT>
    %t = kernel.buffer "t" role(input) offset(65536) : <ROWSxNxTYPELAYOUT>
    %ids = kernel.buffer "ids" role(input) offset(131072) : <37xINDEX>
    %x = kernel.buffer "x" role(input) offset(135168) : <37xNxTYPE>
    %y = kernel.buffer "y" role(output) offset(262144) : <37xNxTYPE>
    %s = kernel.buffer "s" role(output) offset(393216) : <NxTYPE>
    kernel.map "rows" dims [37, N] inner [] ins(%ids, %w : !kernel.buffer<37xINDEX>, !kernel.buffer<ROWSxNxTYPELAYOUT>)
      outs(%y : !kernel.buffer<37xNxTYPE>) maps [#at, #row, #own] {
      ^bb0(%at: INDEX, %v: TYPE):
        %two = arith.addf %v, %v : TYPE
        kernel.yield %two : TYPE
    }
    kernel.map "sum" dims [37, N] inner [0] ins(%ids, %w : !kernel.buffer<37xINDEX>, !kernel.buffer<ROWSxNxTYPELAYOUT>)
      outs(%s : !kernel.buffer<NxTYPE>) maps [#at, #row, #sum] algorithm <chain> {
      ^bb0(%at: INDEX, %v: TYPE):
        %total = kernel.reduce sum %v : TYPE -> TYPE
        kernel.yield %total : TYPE
    }
    kernel.map "add" dims [37, N] inner [0] ins(%ids, %x : !kernel.buffer<37xINDEX>, !kernel.buffer<37xNxTYPE>)
      outs(%t : !kernel.buffer<ROWSxNxTYPELAYOUT>) maps [#at, #own, #row] algorithm <chain> attributes {adds = array<i1: true>} {
      ^bb0(%at: INDEX, %v: TYPE):
        kernel.yield %v : TYPE
    }
  }
})";

static void check(const std::string &text, bool known, double relative) {
  Program fast(text), naive(text);
  naive.naive();
  Contents slow = naive.run(1);
  if (known)
    expectClose(slow, naive.oracle(), relative);
  for (unsigned threads : {1, 2, 3, 7}) {
    expectSame(naive.run(threads), slow);
    expectSame(fast.run(threads), slow);
  }
}

TEST(Indirect, RowsOfATable) {
  for (const char *type : {"f32", "f64"})
    for (const char *index : {"i32", "i64"})
      for (const char *columns : {"1", "5", "16", "33", "64"})
        for (const char *layout :
             {"", ", #kernel.layout<[1, 0]>", ", #kernel.layout<[0, 1], block = [1], by = [16]>",
              ", #kernel.layout<[0, 1], block = [0], by = [16]>"})
          for (const char *rows : {"10", "7"}) {
            SCOPED_TRACE(std::string(type) + " " + index + " x" + columns + layout + " " + rows);
            std::string text = replaced(replaced(kKernels, "TYPE", type), "LAYOUT", layout);
            text = replaced(replaced(replaced(text, "INDEX", index), "ROWS", rows), "N", columns);
            // Sums of up to 37 terms: 37 roundings of 2^-24 or 2^-53, and as a rule √37.
            check(text, std::string(rows) == "10", std::string(type) == "f64" ? 1e-14 : 1e-6);
          }
}
