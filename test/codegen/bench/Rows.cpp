//===- Rows.cpp - row reductions against the bandwidth of loads -------------------------------===//
//
// Sums of rows, in 16 canonical lanes and in as many as long rows have, where the rows lie in L1,
// in L2 and beyond; as a share of what loads alone reach there in the same run.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

#include <cstdint>
#include <cstdio>

using namespace sinter;

/// `rows` of `size` elements: the sum of each, or of the squares of what is left of their mean.
static std::string textOf(int64_t rows, int64_t size, const char *type, const std::string &order,
                          bool variance) {
  std::string t = type,
              x = "!kernel.buffer<" + std::to_string(rows) + "x" + std::to_string(size) + "x" + t +
                  ">",
              y = "!kernel.buffer<" + std::to_string(rows) + "x" + t + ">";
  std::string sum = "%s = kernel.reduce sum %v : " + t + " -> " + t + "\n";
  if (variance)
    sum = "%c = arith.constant " + std::to_string(1.0 / static_cast<double>(size)) + " : " + t +
          "\n%a = kernel.reduce sum %v : " + t + " -> " + t + "\n%m = arith.mulf %a, %c : " + t +
          "\n%d = arith.subf %v, %m : " + t + "\n%q = arith.mulf %d, %d : " + t +
          "\n%s = kernel.reduce sum %q : " + t + " -> " + t + "\n";
  return "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n"
         "%x = kernel.buffer \"x\" role(input) offset(0) : " +
         x + "\n%y = kernel.buffer \"y\" role(state) offset(0) : " + y +
         "\nkernel.map \"k\" dims [" + std::to_string(rows) + ", " + std::to_string(size) +
         "] inner [1] ins(%x : " + x + ") outs(%y : " + y +
         ") maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>] algorithm <" + order +
         "> {\n^bb0(%v: " + t + "):\n" + sum + "kernel.yield %s : " + t + "\n} } }";
}

void bench::runRows() {
  struct Place {
    const char *name;
    int64_t bytes;
  };
  for (Place place : {Place{"L1", 16 << 10}, Place{"L2", 1 << 20}, Place{"beyond", 64 << 20}}) {
    double load = getLoadSeconds(place.bytes);
    std::printf("%s: loads %.1f GB/s\n", place.name, 1e-9 * double(place.bytes) / load);
    for (const char *type : {"f32", "f64"})
      for (bool variance : {false, true})
        for (int64_t size : {64, 256, 1024, 4096, 65536}) {
          int64_t each = type[1] == '3' ? 4 : 8, rows = place.bytes / (size * each);
          if (rows == 0)
            continue;
          std::string wide = type[1] == '3' ? "lanes 64" : "lanes 32";
          double passes = variance ? 2 : 1;
          std::printf("  %s %s of rows of %6ld:", type, variance ? "variance" : "sum     ",
                      static_cast<long>(size));
          for (const std::string &order : {std::string("lanes 16"), wide})
            std::printf("  %s %3.0f %%", order.c_str(),
                        100 * passes * load /
                            getSeconds(textOf(rows, size, type, order, variance)));
          std::printf("\n");
        }
  }
}
