//===- Ordered.cpp - prefix sums and sorts ----------------------------------------------------===//
//
// What goes through a row in order, along the last axis (a row is one chain) and along the first
// (rows lie side by side, a vector of them at once). Prefix sums as bytes a second, read and
// written, and as a share of what loads alone reach in the same run; sorts as elements a second and
// as time an element and level of merging.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

using namespace sinter;

namespace {
/// `rows` of `length` elements, which lie along the last axis or along the first.
struct Rows {
  int64_t rows, length;
  const char *type;
  bool last;
  int64_t bytes() const { return rows * length * (type[1] == '6' ? 8 : 4); }
  int axis() const { return last ? 1 : 0; }
  /// "<64x1024xf32>", with `length` elements a row.
  std::string buffer(int64_t length, const std::string &type) const {
    std::string sizes = last ? std::to_string(rows) + "x" + std::to_string(length)
                             : std::to_string(length) + "x" + std::to_string(rows);
    return "<" + sizes + "x" + type + ">";
  }
};
} // namespace

static std::string beginOf(const Rows &rows) {
  return "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n"
         "%x = kernel.buffer \"x\" role(input) offset(0) : " +
         rows.buffer(rows.length, rows.type) + "\n";
}

static std::string prefixOf(const Rows &rows, const char *kind) {
  std::string type = rows.buffer(rows.length, rows.type);
  return beginOf(rows) + "%y = kernel.buffer \"y\" role(state) offset(0) : " + type +
         "\nkernel.prefix \"k\" " + kind + " axis " + std::to_string(rows.axis()) +
         " in(%x : " + type + ") outs(%y : !kernel.buffer" + type + ")\n} }";
}

/// The first `count` positions of each row.
static std::string sortOf(const Rows &rows, int64_t count) {
  std::string type = rows.buffer(rows.length, rows.type), out = rows.buffer(count, "i64"),
              work =
                  "<" + std::to_string(rows.rows) + "x2x" + std::to_string(rows.length) + "xi32>";
  return beginOf(rows) + "%i = kernel.buffer \"i\" role(state) offset(0) : " + out +
         "\n%w = kernel.buffer \"w\" role(temp) offset(0) : " + work + "\nkernel.sort \"k\" axis " +
         std::to_string(rows.axis()) + " in(%x : " + rows.buffer(rows.length, rows.type) +
         ") outs(%i, %w : !kernel.buffer" + out + ", !kernel.buffer" + work + ")\n} }";
}

void bench::runPrefixes() {
  const struct {
    const char *name;
    int64_t bytes;
  } places[] = {{"L1", 16 << 10}, {"L2", 1 << 20}, {"beyond", 64 << 20}};
  for (auto [name, bytes] : places) { // half of them are read, half written
    double load = getLoadSeconds(bytes);
    std::printf("%s: loads %.1f GB/s\n", name, 1e-9 * double(bytes) / load);
    for (const char *kind : {"sum", "max"})
      for (const char *type : {"f32", "f64"})
        for (bool last : {true, false})
          for (int64_t length : {16, 256, 4096}) {
            Rows rows{1, length, type, last};
            rows.rows = bytes / 2 / rows.bytes();
            if (rows.rows == 0)
              continue;
            double seconds = getSeconds(prefixOf(rows, kind));
            std::printf("  %s %s along the %s axis, rows of %5ld: %6.1f GB/s  %3.0f %%\n", kind,
                        type, last ? "last " : "first", static_cast<long>(length),
                        1e-9 * double(2 * rows.bytes()) / seconds, 100 * load / seconds);
            std::fflush(stdout);
          }
  }
}

void bench::runSorts() {
  constexpr int64_t kElements = 1 << 18;
  for (const char *type : {"f32", "f64", "i32"})
    for (bool last : {true, false})
      for (int64_t length : {16, 256, 4096, 65536})
        for (int64_t count : {length, int64_t(8)}) {
          Rows rows{kElements / length, length, type, last};
          double seconds = getSeconds(sortOf(rows, count)), each = seconds / kElements;
          std::printf("%s along the %s axis, %5ld of rows of %5ld: %6.1f M elements/s  %5.2f ns an "
                      "element and level\n",
                      type, last ? "last " : "first", static_cast<long>(count),
                      static_cast<long>(length), 1e-6 / each,
                      1e9 * each / std::log2(static_cast<double>(length)));
          std::fflush(stdout);
        }
}
