//===- Convolutions.cpp - convolutions in all directions, layouts and schedules keep bits -----===//
//
// Random sizes, strides, paddings, dilations and groups; blocks of 16 channels, batches on the
// lanes, row-major; borders on tile rows and on the grid; stride phases; 16-lane sums; partial sums
// and epilogue operands in blocked layouts. The naive loops give the bits (D1); they must be near
// the oracle. `SINTER_RANDOM_KERNELS=n` runs n seeds instead of a few.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <random>

using namespace sinter::test;

namespace {
/// One random convolution.
class Net {
public:
  explicit Net(unsigned seed) : random(seed) {
    n = pick({1, 2, 3, 16, 17, 32});
    c = pick({1, 3, 6, 16, 20, 33});
    o = pick({1, 4, 6, 16, 21, 40});
    kh = pick({1, 2, 3, 5});
    kw = pick({1, 3, 4, 5});
    stride = pick({1, 1, 2, 3});
    dilation = stride == 1 ? pick({1, 1, 2}) : 1;
    pad = pick({0, 1, 2});
    h = pick({5, 6, 7, 9}) + (kh - 1) * (dilation - 1);
    w = pick({5, 7, 8, 16}) + (kw - 1) * (dilation - 1);
    oh = (h + 2 * pad - dilation * (kh - 1) - 1) / stride + 1;
    ow = (w + 2 * pad - dilation * (kw - 1) - 1) / stride + 1;
  }
  /// A layer of equal sides, with the layouts that the compiler asks for.
  Net(int n, int c, int size, int o, int k, int stride, int pad, bool lanes)
      : n(n), c(c), o(o), kh(k), kw(k), stride(stride), dilation(1), pad(pad), h(size), w(size),
        oh((size + 2 * pad - k) / stride + 1), ow(oh), fixed(true), lanes(lanes) {}
  std::string forward();
  std::string inputGradient();
  std::string filterGradient(bool across);
  std::string depthwise();
  std::string schedule(int parallel);

private:
  int pick(std::initializer_list<int> from) { return from.begin()[random() % from.size()]; }
  bool once(int of) { return !fixed && random() % of == 0; }
  std::string image() {
    return fixed                  ? (lanes ? batched() : blocked())
           : pick({0, 1, 2}) == 0 ? blocked()
           : once(2)              ? batched()
                                  : "";
  }
  static std::string blocked() { return ", #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>"; }
  static std::string batched() { return ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>"; }
  std::string filter() {
    return fixed     ? (lanes ? "" : ", #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>")
           : once(3) ? ""
           : once(2) ? ", #kernel.layout<[0, 2, 3, 1], block = [0], by = [32]>"
                     : ", #kernel.layout<[1, 2, 3, 0], block = [1], by = [32]>";
  }
  static std::string list(std::initializer_list<int> values, const char *between = ", ") {
    return llvm::join(llvm::map_range(values, [](int v) { return std::to_string(v); }), between);
  }
  static std::string type(std::initializer_list<int> shape, const std::string &layout) {
    return "!kernel.buffer<" + list(shape, "x") + "xf32" + layout + ">";
  }
  static std::string window(const char *at, const char *tap, int stride, int dilation, int pad) {
    return llvm::formatv("{0} * {1} + {2} * {3} - {4}", at, stride, tap, dilation, pad).str();
  }
  std::string kernel(const std::string &dims, int parallel, const std::string &vars,
                     const std::string &a, const std::string &aMap, const std::string &b,
                     const std::string &bMap, const std::string &y, const std::string &yMap,
                     const std::string &bias, const std::string &biasMap, const std::string &sums,
                     const std::string &sumsMap,
                     const std::string &algorithm = "algorithm <chain>");

  std::mt19937 random;
  int n, c, o, kh, kw, stride, dilation, pad, h, w, oh, ow;
  bool fixed = false, lanes = false;
};
} // namespace

/// y = max(sum + bias, 0), in place of nothing; with `sums` also sums of y.
std::string Net::kernel(const std::string &dims, int parallel, const std::string &vars,
                        const std::string &a, const std::string &aMap, const std::string &b,
                        const std::string &bMap, const std::string &y, const std::string &yMap,
                        const std::string &bias, const std::string &biasMap,
                        const std::string &sums, const std::string &sumsMap,
                        const std::string &algorithm) {
  auto map = [&](const std::string &results) {
    return "affine_map<(" + vars + ") -> (" + results + ")>";
  };
  auto place = [](const char *name, int at, const std::string &of) {
    return llvm::formatv("%{0} = kernel.buffer \"{0}\" role({1}) offset({2}) : {3}\n", name,
                         name[0] == 'y' ? "output" : "input", at << 22, of)
        .str();
  };
  bool two = !sums.empty();
  return "module @m { kernel.entry @e name(\"e\") kind(train) batch(1) {\n" + place("a", 0, a) +
         place("b", 1, b) + place("c", 2, bias) + place("y", 3, y) +
         (two ? place("ysum", 4, sums) : "") + "kernel.contract \"k\" dims [" + dims +
         "] parallel " + std::to_string(parallel) + " padded a(%a : " + a + ") b(%b : " + b +
         ") extras(%c : " + bias + ") outs(%y" +
         (two ? ", %ysum : " + y + ", " + sums : " : " + y) + ") maps [" + map(aMap) + ", " +
         map(bMap) + ", " + map(biasMap) + ", " + map(yMap) + (two ? ", " + map(sumsMap) : "") +
         "] " + algorithm + (two ? " attributes {sums = array<i1: false, true>}" : "") +
         " epilogue {\n^bb0(%acc: f32, %e: f32):\n" +
         "%zero = arith.constant 0.0 : f32\n%s = arith.addf %acc, %e : f32\n%r = arith.maximumf "
         "%s, %zero : f32\n" +
         "kernel.yield %r" + (two ? ", %s : f32, f32" : " : f32") + "\n} } }";
}

std::string Net::forward() {
  std::string layout = image(), bias = once(2) ? type({o}, "") : type({n, o, oh, ow}, layout);
  bool two = once(3);
  return kernel(list({n, o, oh, ow, kh, kw, c}), 4, "n, o, h, w, p, q, c",
                type({n, c, h, w}, once(3) ? image() : layout),
                "n, c, " + window("h", "p", stride, dilation, pad) + ", " +
                    window("w", "q", stride, dilation, pad),
                type({o, c, kh, kw}, filter()), "o, c, p, q", type({n, o, oh, ow}, layout),
                "n, o, h, w", bias, bias == type({o}, "") ? "o" : "n, o, h, w",
                two ? type({n, o}, "") : "", "n, o");
}

std::string Net::inputGradient() {
  std::string layout = image(), dx = type({n, c, h, w}, layout), dy = type({n, o, oh, ow}, layout),
              filters = type({o, c, kh, kw}, filter());
  if (stride == 1)
    return kernel(list({n, c, h, w, kh, kw, o}), 4, "n, c, h, w, p, q, o", dy,
                  "n, o, " + window("h", "p", 1, -dilation, -pad) + ", " +
                      window("w", "q", 1, -dilation, -pad),
                  filters, "o, c, p, q", dx, "n, c, h, w", dx, "n, c, h, w",
                  once(2) ? type({n, c}, "") : "", "n, c");
  int s = stride;
  auto up = [&](int x) { return (x + s - 1) / s; };
  auto row = [&](const char *at, const char *tap, const char *phase) {
    return llvm::formatv("{0} - {1} + ({2} + {3}) floordiv {4}", at, tap, phase, pad, s).str();
  };
  auto tap = [&](const char *t, const char *phase) {
    return llvm::formatv("{0} * {1} + ({2} + {3}) mod {1}", t, s, phase, pad).str();
  };
  std::string out = llvm::formatv("n, c, h * {0} + i, w * {0} + j", s).str();
  return kernel(list({n, c, up(h), up(w), s, s, up(kh), up(kw), o}), 6, "n, c, h, w, i, j, p, q, o",
                dy, "n, o, " + row("h", "p", "i") + ", " + row("w", "q", "j"), filters,
                "o, c, " + tap("p", "i") + ", " + tap("q", "j"), dx, out, dx, out, "", "");
}

std::string Net::filterGradient(bool across) {
  std::string rows = window("h", "p", stride, dilation, pad),
              columns = window("w", "q", stride, dilation, pad),
              dw = type({o, c, kh, kw}, filter());
  if (across) {
    n = fixed ? n : pick({16, 32, 48});
    std::string layout = once(3) ? "" : batched();
    return kernel(list({o, c, kh, kw, n / 16, oh, ow, 16}), 4, "o, c, p, q, m, h, w, l",
                  type({n, o, oh, ow}, layout), "m * 16 + l, o, h, w", type({n, c, h, w}, layout),
                  "m * 16 + l, c, " + rows + ", " + columns, dw, "o, c, p, q", dw, "o, c, p, q", "",
                  "", "algorithm <lanes 16>");
  }
  return kernel(list({o, c, kh, kw, n, oh, ow}), 4, "o, c, p, q, n, h, w",
                type({n, o, oh, ow}, image()), "n, o, h, w", type({n, c, h, w}, image()),
                "n, c, " + rows + ", " + columns, dw, "o, c, p, q", dw, "o, c, p, q", "", "");
}

std::string Net::depthwise() {
  std::string layout = image(), images = type({n, c, h, w}, layout),
              results = type({n, c, oh, ow}, layout);
  return kernel(list({n, c, oh, ow, kh, kw}), 4, "n, g, h, w, p, q", images,
                "n, g, " + window("h", "p", stride, dilation, pad) + ", " +
                    window("w", "q", stride, dilation, pad),
                type({c, kh, kw}, once(2) ? "" : ", #kernel.layout<[1, 2, 0]>"), "g, p, q", results,
                "n, g, h, w", type({c}, ""), "g", once(2) ? type({n, c}, "") : "", "n, g");
}

std::string Net::schedule(int parallel) {
  std::vector<int> order;
  for (int d = 0; d < parallel; ++d)
    order.insert(order.begin() + random() % (order.size() + 1), d);
  int lanes = static_cast<int>(random() % parallel),
      rows = static_cast<int>((lanes + 1 + random() % (parallel - 1)) % parallel);
  int rows2 = static_cast<int>(random() % parallel);
  std::string text =
      llvm::formatv("lanes = {0}, rows = {1}, mr = {2}, nr = {3}, kc = {4}, rows2 = {5}, mr2 = "
                    "{6}, group = {7}, order = ",
                    lanes, rows, pick({1, 2, 3, 5, 7, 8}), pick({8, 16, 32}), pick({0, 7, 30, 200}),
                    rows2 == lanes || once(2) ? -1 : rows2, pick({1, 2, 4}), pick({0, 1, 2, 3}))
          .str();
  return text + llvm::join(llvm::map_range(order, [](int d) { return std::to_string(d); }), ", ");
}

static void check(const std::string &text, std::initializer_list<std::string> schedules) {
  SCOPED_TRACE(text);
  Program naive(text);
  Contents bits = naive.naive().run(1);
  expectClose(bits, naive.oracle(), 1e-5);
  Program plain(text);
  expectSame(plain.run(2), bits);
  for (const std::string &schedule : schedules) {
    SCOPED_TRACE("schedule " + schedule);
    Program forced(text);
    expectSame(forced.schedule(schedule).run(3), bits);
  }
}

static unsigned countSeeds(unsigned usual) {
  const char *wanted = std::getenv("SINTER_RANDOM_KERNELS");
  return wanted ? static_cast<unsigned>(std::atoi(wanted)) : usual;
}

TEST(Convolutions, Forward) {
  for (unsigned seed = 1; seed <= countSeeds(6) && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Net net(seed);
    std::string text = net.forward();
    check(text, {net.schedule(4), "lanes = 1, rows = 3, mr = 7, nr = 32, order = 0, 2, 1, 3",
                 "lanes = 0, rows = 3, mr = 5, nr = 16, rows2 = 1, mr2 = 4, order = 0, 2, 1, 3"});
  }
}

TEST(Convolutions, InputGradient) {
  for (unsigned seed = 1; seed <= countSeeds(6) && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Net net(seed);
    std::string text = net.inputGradient();
    check(text, {net.schedule(4), "lanes = 1, rows = 3, mr = 4, nr = 16, order = 1, 0, 2, 3"});
  }
}

TEST(Convolutions, FilterGradient) {
  for (unsigned seed = 1; seed <= countSeeds(8) && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Net net(seed);
    bool across = seed % 2;
    std::string text = net.filterGradient(across);
    check(text,
          {net.schedule(4),
           across
               ? "lanes = -1, rows = 3, mr = 5, nr = 16, kc = 500, rows2 = 0, mr2 = 3, group = 3, "
                 "order = 0, 1, 2, 3"
               : "lanes = 0, rows = 1, mr = 8, nr = 32, kc = 50, group = 3, order = 0, 1, 2, 3"});
  }
}

TEST(Convolutions, Depthwise) {
  for (unsigned seed = 1; seed <= countSeeds(4) && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Net net(seed);
    std::string text = net.depthwise();
    check(text, {net.schedule(4), "lanes = 1, rows = 3, mr = 8, nr = 16, order = 0, 2, 1, 3"});
  }
}

// What the cost model chooses for layers of nets is vectors on all lanes, and keeps every sum in a
// register.
TEST(Convolutions, NoSpills) {
  struct Row {
    const char *name;
    std::string text;
  } rows[] = {{"lenet1 fwd", Net(256, 1, 28, 6, 5, 1, 2, true).forward()},
              {"lenet1 dw", Net(256, 1, 28, 6, 5, 1, 2, true).filterGradient(true)},
              {"lenet2 fwd", Net(256, 6, 14, 16, 5, 1, 0, true).forward()},
              {"lenet2 dx", Net(256, 6, 14, 16, 5, 1, 0, true).inputGradient()},
              {"lenet2 dw", Net(256, 6, 14, 16, 5, 1, 0, true).filterGradient(true)},
              {"64@56 fwd", Net(8, 64, 56, 64, 3, 1, 1, false).forward()},
              {"64@56 dw", Net(8, 64, 56, 64, 3, 1, 1, false).filterGradient(false)},
              {"512@7 fwd", Net(8, 512, 7, 512, 3, 1, 1, false).forward()},
              {"128@56 s2 fwd", Net(8, 64, 56, 128, 3, 2, 1, false).forward()},
              {"1x1 fwd", Net(8, 256, 28, 64, 1, 1, 0, false).forward()}};
  for (const char *target : {"cpu:x86-64-v4", "cpu:x86-64-v3"})
    for (const Row &row : rows) {
      SCOPED_TRACE(std::string(row.name) + " " + target);
      Program program(row.text, target);
      bool wide = std::string(target) == "cpu:x86-64-v4";
      auto [multiplications, touches] =
          countInLoops(program.assembly(), "vfmadd", wide ? "%zmm" : "%ymm", "(%rsp)", true);
      EXPECT_GE(multiplications, wide ? 12 : 6);
      EXPECT_EQ(touches, 0);
    }
}

namespace {
/// The schedule that the cost model chooses, and what it lives in.
struct Choice {
  std::unique_ptr<Program> program;
  sinter::kernel::CpuScheduleAttr schedule;
  const sinter::kernel::CpuScheduleAttr *operator->() const { return &schedule; }
};
} // namespace

static Choice choose(const std::string &text) {
  Choice choice{std::make_unique<Program>(text, "cpu:x86-64-v4"), {}};
  choice.schedule = choice.program->chooseSchedule();
  return choice;
}

TEST(Convolutions, SchedulesFollowLayouts) {
  // The batch on the lanes: images are vectors along the columns, filters are broadcast.
  auto few = choose(Net(256, 6, 14, 16, 5, 1, 0, true).forward());
  EXPECT_EQ(few->getLanes(), 0);
  EXPECT_EQ(few->getRows(), 3);
  EXPECT_EQ(few->getRows2(), 1);
  EXPECT_GE(few->getMr() * few->getMr2(), 12);
  // Blocks of channels: filters are vectors, columns the rows.
  auto many = choose(Net(8, 64, 56, 64, 3, 1, 1, false).forward());
  EXPECT_EQ(many->getLanes(), 1);
  EXPECT_EQ(many->getRows(), 3);
  EXPECT_EQ(many->getMr(), 14);
  EXPECT_EQ(many->getKc(), 0);
  // Small maps without borders fill their tiles by merging rows and columns.
  EXPECT_GT(choose(Net(8, 64, 7, 64, 1, 1, 0, false).forward())->getMr(), 7);
  EXPECT_EQ(choose(Net(8, 64, 7, 64, 3, 1, 1, false).forward())->getMr(), 7);
  // Filters beyond L2 go by once: their panels are outermost.
  EXPECT_EQ(choose(Net(8, 512, 7, 512, 3, 1, 1, false).forward())->getOrder().front(), 1);
  // Gradients of filters are chunked: all taps and channels take turns with what is in L1.
  auto filters = choose(Net(8, 64, 56, 64, 3, 1, 1, false).filterGradient(false));
  EXPECT_GT(filters->getKc(), 0);
  EXPECT_EQ(filters->getGroup(), 3);
  EXPECT_EQ(filters->getRows(), 1); // channels, not taps: those would have borders of their own
  auto across = choose(Net(256, 1, 28, 6, 5, 1, 2, true).filterGradient(true));
  EXPECT_EQ(across->getLanes(), -1);
  EXPECT_GE(across->getMr() * across->getMr2(), 12);
  EXPECT_GT(across->getKc(), 0);
}
