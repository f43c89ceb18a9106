//===- Gemm.cpp - matrix products of an MLP step in % of the FMA peak measured beside them ----===//
//
// Reading on: Bench.h, codegen/README.md for results.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

using namespace sinter;

namespace {
struct Case {
  const char *name;
  int m, n, k;
  const char *a, *b, *bLayout, *y, *yLayout, *schedule;
  bool update; ///< y -= lr * sum, in place
};
} // namespace

#define P32_0 ", #kernel.layout<[0, 1], block = [0], by = [32]>"
#define P32_1 ", #kernel.layout<[1, 0], block = [1], by = [32]>"
#define P16_1 ", #kernel.layout<[1, 0], block = [1], by = [16]>"
#define ROWS_IN "lanes = 1, rows = 0, mr = 14, nr = 32, order = 1, 0"
#define LANES_IN "lanes = 1, rows = 0, mr = 14, nr = 32, order = 0, 1"
static const Case cases[] = {
    {"fwd 256x256x784", 256, 256, 784, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"fwd lanes inside", 256, 256, 784, "mk", "kn", P32_1, "mn", "", LANES_IN, false},
    {"fwd b64 64x256x784", 64, 256, 784, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"dW+sgd 784x256x256", 784, 256, 256, "km", "kn", P32_1, "mn", P32_1, ROWS_IN, true},
    {"dW+sgd lanes inside", 784, 256, 256, "km", "kn", P32_1, "mn", P32_1, LANES_IN, true},
    {"dW b row-major", 784, 256, 256, "km", "kn", "", "mn", "", ROWS_IN, false},
    {"dX 256x784x256", 256, 784, 256, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
    {"dX lanes inside", 256, 784, 256, "mk", "kn", P32_1, "mn", "", LANES_IN, false},
    {"head 256x10x256", 256, 10, 256, "mk", "kn", P16_1, "mn", "",
     "lanes = 1, rows = 0, mr = 16, nr = 16", false},
    {"head dX 256x256x10", 256, 256, 10, "mk", "nk", P32_0, "mn", "", ROWS_IN, false},
    {"head dW 256x10x256", 256, 10, 256, "km", "kn", "", "mn", P16_1,
     "lanes = 1, rows = 0, mr = 16, nr = 16", true},
    {"512^3", 512, 512, 512, "mk", "kn", P32_1, "mn", "", ROWS_IN, false},
};

static std::string textOf(const Case &c) {
  auto buffer = [&](const char *map, const char *layout) {
    auto size = [&](char d) { return std::to_string(d == 'm' ? c.m : d == 'n' ? c.n : c.k); };
    return "!kernel.buffer<" + size(map[0]) + "x" + size(map[1]) + "xf32" + layout + ">";
  };
  auto map = [](const char *d) {
    return std::string("affine_map<(m, n, k) -> (") + d[0] + ", " + d[1] + ")>";
  };
  std::string a = buffer(c.a, ""), b = buffer(c.b, c.bLayout), y = buffer(c.y, c.yLayout);
  std::string bias =
      c.update ? "!kernel.buffer<f32>" : "!kernel.buffer<" + std::to_string(c.n) + "xf32>";
  std::string text = "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n"
                     "%a = kernel.buffer \"a\" role(input) offset(0) : " +
                     a + "\n%b = kernel.buffer \"b\" role(input) offset(16777216) : " + b +
                     "\n%y = kernel.buffer \"y\" role(param) offset(0) : " + y +
                     "\n%c = kernel.buffer \"c\" role(scalar) offset(0) : " + bias +
                     "\nkernel.contract \"k\" dims [" + std::to_string(c.m) + ", " +
                     std::to_string(c.n) + ", " + std::to_string(c.k) + "] parallel 2 a(%a : " + a +
                     ") b(%b : " + b + ") extras(%c";
  text += c.update ? ", %y : " + bias + ", " + y : " : " + bias;
  text += ") outs(%y : " + y + ") maps [" + map(c.a) + ", " + map(c.b) + ", ";
  text += c.update ? "affine_map<(m, n, k) -> ()>, " + map(c.y) : "affine_map<(m, n, k) -> (n)>";
  text += ", " + map(c.y) + "] algorithm <chain> schedule #kernel.cpu_schedule<" + c.schedule +
          "> epilogue {\n";
  if (c.update)
    text += "^bb0(%s: f32, %lr: f32, %w: f32):\n%0 = arith.mulf %s, %lr : f32\n%1 = arith.subf %w, "
            "%0 : f32\n";
  else
    text +=
        "^bb0(%s: f32, %c1: f32):\n%z = arith.constant 0.0 : f32\n%0 = arith.addf %s, %c1 : f32\n"
        "%1 = arith.maximumf %0, %z : f32\n";
  return text + "kernel.yield %1 : f32\n} } }";
}

bool bench::runGemms(const Options &options) {
  for (const Case &c : cases)
    if (!measure(options, c.name, textOf(c), 2.0 * c.m * c.n * c.k))
      return false;
  return true;
}
