//===- Conv.cpp - convolutions in three directions in % of the FMA peak measured beside them --===//
//
// LeNet with the batch on the lanes, ResNet in blocks of 16 channels; weights packed as an
// optimizer would leave them. Reading on: Bench.h, codegen/README.md for results.
//
//===------------------------------------------------------------------------------------------===//
#include "Bench.h"

#include "llvm/Support/FormatVariadic.h"

#include <vector>

using namespace sinter;

namespace {
struct Layer {
  const char *name;
  int n, c, h, w, o, k, stride, pad;
  int outH() const { return (h + 2 * pad - k) / stride + 1; }
  int outW() const { return (w + 2 * pad - k) / stride + 1; }
  /// Products that are summed: those with padding are left out.
  double flops() const {
    auto inside = [&](int size, int out) {
      double count = 0;
      for (int i = 0; i < out; ++i)
        for (int t = 0; t < k; ++t)
          count += i * stride + t - pad >= 0 && i * stride + t - pad < size;
      return count;
    };
    return 2.0 * n * c * o * inside(h, outH()) * inside(w, outW());
  }
};
} // namespace

#define BLOCK16 ", #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>"
#define BATCH16 ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>"

static std::string buffer(std::initializer_list<int> shape, const std::string &layout) {
  std::string text = "!kernel.buffer<";
  for (int size : shape)
    text += std::to_string(size) + "x";
  return text + "f32" + layout + ">";
}

/// One kernel: a, b -> y, optionally with a bias.
static std::string kernel(const std::string &dims, int parallel, bool padded, const std::string &a,
                          const std::string &b, const std::string &y, const std::string &vars,
                          const std::string &aMap, const std::string &bMap, const std::string &yMap,
                          const std::string &tail, const std::string &order = "chain") {
  auto map = [&](const std::string &results) {
    return "affine_map<(" + vars + ") -> (" + results + ")>";
  };
  return "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n"
         "%a = kernel.buffer \"a\" role(input) offset(0) : " +
         a + "\n%b = kernel.buffer \"b\" role(param) offset(0) : " + b +
         "\n%y = kernel.buffer \"y\" role(state) offset(0) : " + y +
         "\nkernel.contract \"k\" dims [" + dims + "] parallel " + std::to_string(parallel) +
         (padded ? " padded" : "") + " a(%a : " + a + ") b(%b : " + b + ") outs(%y : " + y +
         ") maps [" + map(aMap) + ", " + map(bMap) + ", " + map(yMap) + "] algorithm <" + order +
         "> " + tail + " epilogue {\n^bb0(%s: f32):\nkernel.yield %s : f32\n} } }";
}

static std::string list(std::initializer_list<int> values) {
  std::string text;
  for (int v : values)
    text += (text.empty() ? "" : ", ") + std::to_string(v);
  return text;
}

static std::string index(const char *out, const char *tap, int stride, int pad) {
  return llvm::formatv("{0} * {1} + {2} - {3}", out, stride, tap, pad).str();
}

static std::string schedule(const char *text) {
  return *text ? std::string("schedule #kernel.cpu_schedule<") + text + ">" : "";
}

/// y[n,o,h,w] = sum over p, q, c.
static std::string forward(const Layer &l, const char *layout, const std::string &weights,
                           const char *how) {
  return kernel(list({l.n, l.o, l.outH(), l.outW(), l.k, l.k, l.c}), 4, l.pad > 0,
                buffer({l.n, l.c, l.h, l.w}, layout), buffer({l.o, l.c, l.k, l.k}, weights),
                buffer({l.n, l.o, l.outH(), l.outW()}, l.c < 4 && *layout == 0 ? BLOCK16 : layout),
                "n, o, h, w, p, q, c",
                "n, c, " + index("h", "p", l.stride, l.pad) + ", " +
                    index("w", "q", l.stride, l.pad),
                "o, c, p, q", "n, o, h, w", schedule(how));
}

/// dx[n,c,h,w] = sum over p, q, o; by phase when the stride is not 1.
static std::string dataGradient(const Layer &l, const char *layout, const std::string &weights,
                                const char *how) {
  std::string dy = buffer({l.n, l.o, l.outH(), l.outW()}, layout),
              w = buffer({l.o, l.c, l.k, l.k}, weights);
  std::string dx = buffer({l.n, l.c, l.h, l.w}, layout);
  int s = l.stride;
  auto row = [&](const char *at, const char *tap, const char *phase) {
    return s == 1 ? llvm::formatv("{0} - {1} + {2}", at, tap, l.pad).str()
                  : llvm::formatv("{0} - {1} + ({2} + {3}) floordiv {4}", at, tap, phase, l.pad, s)
                        .str();
  };
  if (s == 1)
    return kernel(list({l.n, l.c, l.h, l.w, l.k, l.k, l.o}), 4, true, dy, w, dx,
                  "n, c, h, w, p, q, o", "n, o, " + row("h", "p", "") + ", " + row("w", "q", ""),
                  "o, c, p, q", "n, c, h, w", schedule(how));
  auto up = [&](int x) { return (x + s - 1) / s; };
  auto tap = [&](const char *t, const char *phase) {
    return llvm::formatv("{0} * {1} + ({2} + {3}) mod {1}", t, s, phase, l.pad).str();
  };
  return kernel(list({l.n, l.c, up(l.h), up(l.w), s, s, up(l.k), up(l.k), l.o}), 6, true, dy, w, dx,
                "n, c, h, w, i, j, p, q, o",
                "n, o, " + row("h", "p", "i") + ", " + row("w", "q", "j"),
                "o, c, " + tap("p", "i") + ", " + tap("q", "j"),
                llvm::formatv("n, c, h * {0} + i, w * {0} + j", s).str(), schedule(how));
}

/// dw[o,c,p,q] = sum over n, h, w; `across`: 16 images on the lanes.
static std::string filterGradient(const Layer &l, const char *xLayout, const char *layout,
                                  const std::string &weights, bool across, const char *how) {
  std::string dy = buffer({l.n, l.o, l.outH(), l.outW()}, layout),
              x = buffer({l.n, l.c, l.h, l.w}, xLayout);
  std::string dw = buffer({l.o, l.c, l.k, l.k}, weights), rows = index("h", "p", l.stride, l.pad),
              columns = index("w", "q", l.stride, l.pad);
  if (!across)
    return kernel(list({l.o, l.c, l.k, l.k, l.n, l.outH(), l.outW()}), 4, l.pad > 0, dy, x, dw,
                  "o, c, p, q, n, h, w", "n, o, h, w", "n, c, " + rows + ", " + columns,
                  "o, c, p, q", schedule(how));
  return kernel(list({l.o, l.c, l.k, l.k, l.n / 16, l.outH(), l.outW(), 16}), 4, l.pad > 0, dy, x,
                dw, "o, c, p, q, m, h, w, l", "m * 16 + l, o, h, w",
                "m * 16 + l, c, " + rows + ", " + columns, "o, c, p, q", schedule(how), "lanes 16");
}

bool bench::runConvs(const Options &options) {
  const Layer lenet1{"lenet1", 256, 1, 28, 28, 6, 5, 1, 2},
      lenet2{"lenet2", 256, 6, 14, 14, 16, 5, 1, 0};
  auto run = [&](const Layer &l, const char *what, const std::string &text) {
    return measure(options, std::string(l.name) + " " + what, text, l.flops());
  };
  bool ok = run(lenet1, "fwd", forward(lenet1, BATCH16, "", "")) &&
            run(lenet1, "dw", filterGradient(lenet1, BATCH16, BATCH16, "", true, "")) &&
            run(lenet2, "fwd", forward(lenet2, BATCH16, "", "")) &&
            run(lenet2, "dx", dataGradient(lenet2, BATCH16, "", "")) &&
            run(lenet2, "dw", filterGradient(lenet2, BATCH16, BATCH16, "", true, ""));
  const Layer layers[] = {{"64@56", 8, 64, 56, 56, 64, 3, 1, 1},
                          {"128@28", 8, 128, 28, 28, 128, 3, 1, 1},
                          {"256@14", 8, 256, 14, 14, 256, 3, 1, 1},
                          {"512@7", 8, 512, 7, 7, 512, 3, 1, 1},
                          {"64@24 N64", 64, 64, 24, 24, 64, 3, 1, 1},
                          {"64->128@56 s2", 8, 64, 56, 56, 128, 3, 2, 1},
                          {"1x1 256->64@56", 8, 256, 56, 56, 64, 1, 1, 0},
                          {"1x1 512->128@28", 8, 512, 28, 28, 128, 1, 1, 0},
                          {"1x1 64->128@56 s2", 8, 64, 56, 56, 128, 1, 2, 0}};
  const std::string perO = ", #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>",
                    perC = ", #kernel.layout<[1, 2, 3, 0], block = [1], by = [32]>";
  for (const Layer &l : layers)
    ok = ok && run(l, "fwd", forward(l, BLOCK16, perO, "")) &&
         run(l, "dx", dataGradient(l, BLOCK16, perC, "")) &&
         run(l, "dw", filterGradient(l, BLOCK16, BLOCK16, perO, false, ""));
  const Layer stem{"stem", 8, 3, 224, 224, 64, 7, 2, 3};
  return ok && run(stem, "fwd", forward(stem, "", perO, "")) &&
         run(stem, "dw", filterGradient(stem, "", BLOCK16, perO, false, ""));
}
