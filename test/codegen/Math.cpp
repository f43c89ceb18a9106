//===- Math.cpp - accuracy and special values of our own functions ----------------------------===//
//
// Sweeps the floats (a dense walk over their bit patterns) and compares every function of the table
// (codegen/loops/Math.h) with libm in units in the last place: no error may be larger than the
// table says. The vector form must equal the scalar form on every input.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "codegen/loops/Math.h"

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstring>

using namespace sinter::test;
using namespace sinter;

/// y = f(x, z) over `count` elements of `type`.
static std::string textOf(const std::string &function, const std::string &type, size_t count) {
  std::string buffer = "!kernel.buffer<" + std::to_string(count) + "x" + type + ">";
  std::string id = "affine_map<(i) -> (i)>";
  bool binary = llvm::any_of(codegen::mathFunctions(), [&](const codegen::MathFunction &known) {
    return known.name == function && known.operands == 2;
  });
  std::string call = function + (binary ? " %a, %b" : " %a");
  return "module @m { kernel.entry @e name(\"e\") kind(predict) batch(1) {\n"
         "%x = kernel.buffer \"x\" role(param) offset(0) : " +
         buffer + "\n%z = kernel.buffer \"z\" role(state) offset(0) : " + buffer +
         "\n%y = kernel.buffer \"y\" role(output) offset(0) : " + buffer +
         "\nkernel.map \"k\" dims [" + std::to_string(count) + "] inner [] ins(%x, %z : " + buffer +
         ", " + buffer + ") outs(%y : " + buffer + ") maps [" + id + ", " + id + ", " + id +
         "] {\n^bb0(%a: " + type + ", %b: " + type + "):\n%0 = " + call + " : " + type +
         "\nkernel.yield %0 : " + type + "\n} } }";
}

template <typename T>
static std::vector<T> compute(const std::string &function, const char *type, std::vector<T> x,
                              std::vector<T> z, bool naive, const char *target) {
  Program program(textOf(function, type, x.size()), target);
  if (naive)
    program.naive();
  std::vector<T> y(x.size());
  auto jit = codegen::Jit::create(program.module(), program.target);
  EXPECT_TRUE(bool(jit));
  void *segments[SINTER_SEGMENTS] = {x.data(), z.data(), y.data()};
  EXPECT_FALSE(bool((*jit)->run("e", segments, 1)));
  return y;
}

/// The functions of so many operands.
static std::vector<codegen::MathFunction> functionsOf(unsigned operands) {
  std::vector<codegen::MathFunction> functions;
  for (const codegen::MathFunction &function : codegen::mathFunctions())
    if (function.operands == operands)
      functions.push_back(function);
  return functions;
}

/// Distance of `got` from `wanted` in units in the last place of a float around `wanted`.
template <typename T> static double ulps(T got, long double wanted) {
  if (std::isnan(got) != std::isnan(wanted))
    return 1e30;
  T rounded = static_cast<T>(wanted);
  if (std::isnan(wanted) || std::isinf(rounded) || wanted == 0)
    return (std::isnan(got) && std::isnan(wanted)) || got == rounded ? 0 : 1e30;
  T next = std::nextafter(std::fabs(rounded), std::numeric_limits<T>::infinity());
  long double unit = static_cast<long double>(next) - std::fabs(rounded);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - wanted) /
                             (std::isfinite(unit) ? unit : 1e292L));
}

static std::vector<float> sweep() {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < (1ull << 32); bits += 40503)
    x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  for (float value = -110; value < 100; value += 0.00390625f * 1.37f)
    x.push_back(value);
  for (float value = 0.5f; value < 2; value += 0.0001f)
    x.push_back(value);
  for (float value : {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY, NAN, 1e-45f, 1.17549435e-38f,
                      88.72284f, 88.72283f, -103.97f, -87.4f, 0.55f, -0.55f})
    x.push_back(value);
  return x;
}

TEST(Math, SingleIsAccurate) {
  std::vector<float> x = sweep();
  for (const codegen::MathFunction &function : functionsOf(1))
    for (const char *target : {"cpu:native", "cpu:x86-64-v2"}) {
      std::string name = function.name.str();
      std::vector<float> y = compute(name, "f32", x, x, false, target);
      std::vector<float> scalar = compute(name, "f32", x, x, true, target);
      EXPECT_EQ(std::memcmp(y.data(), scalar.data(), 4 * y.size()), 0)
          << name << ": vectors differ from scalars";
      double worst = 0;
      float where = 0;
      for (size_t i = 0; i < x.size(); ++i)
        if (double error = ulps<float>(y[i], function.reference(x[i], 0)); error > worst) {
          worst = error;
          where = x[i];
        }
      EXPECT_LE(worst, function.ulpsSingle) << name << "(" << where << ") on " << target;
      RecordProperty(name, std::to_string(worst));
      std::printf("%-12s f32 %.3f ulp at %g on %s\n", name.c_str(), worst, where, target);
    }
}

TEST(Math, DoubleIsAccurate) {
  std::vector<double> x;
  for (float value : sweep())
    x.push_back(static_cast<double>(value) * 1.0000000123);
  for (double value = -750; value < 715; value += 0.0371)
    x.push_back(value);
  for (double value : {4.9e-324, 1e-310, 2.2250738585072014e-308, 1e308, 710.4, -710.45, 26.5, 27.2,
                       6381956970095103.0 * 0x1p797}) // nearest of all to a multiple of pi/2
    x.push_back(value);
  for (uint64_t bits = 0; bits < (1ull << 63); bits += 0x7ffffffffffffull / 13)
    x.push_back(std::bit_cast<double>(bits)); // all magnitudes
  for (const codegen::MathFunction &function : functionsOf(1)) {
    std::vector<double> y = compute(function.name.str(), "f64", x, x, false, "cpu:native");
    double worst = 0, where = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      if (double error = ulps<double>(y[i], function.reference(x[i], 0)); error > worst) {
        worst = error;
        where = x[i];
      }
    }
    EXPECT_LE(worst, function.ulpsDouble) << function.name.str() << "(" << where << ")";
    std::printf("%-12s f64 %.3f ulp at %.17g\n", function.name.str().c_str(), worst, where);
  }
}

// A product that underflows takes many times as long, and masked attention is full of e^-infinity.
template <typename T> static void expectNoUnderflow(const char *type, T lowest) {
  std::vector<T> x(37, -std::numeric_limits<T>::infinity());
  for (size_t i = 0; i < x.size(); i += 2)
    x[i] = i % 4 ? lowest : static_cast<T>(-1e9);
  for (bool naive : {false, true}) {
    std::feclearexcept(FE_ALL_EXCEPT);
    std::vector<T> y = compute("math.exp", type, x, x, naive, "cpu:native");
    EXPECT_FALSE(std::fetestexcept(FE_UNDERFLOW)) << type;
    EXPECT_EQ(y, std::vector<T>(x.size(), 0)) << type;
  }
}
TEST(Math, ExponentialOfMasksDoesNotUnderflow) {
  expectNoUnderflow<float>("f32", -176);
  expectNoUnderflow<double>("f64", -1418);
}

/// Pairs of operands: special values, ordinary ones, whole powers, all magnitudes.
template <typename T> static std::pair<std::vector<T>, std::vector<T>> pairs() {
  std::vector<T> x, z;
  constexpr T infinity = std::numeric_limits<T>::infinity(),
              nan = std::numeric_limits<T>::quiet_NaN();
  constexpr T least = std::numeric_limits<T>::denorm_min(), most = std::numeric_limits<T>::max();
  const T special[] = {0,         -T(0),  1,       -1,      2,        -2,        T(0.5),   T(-0.5),
                       3,         -3,     least,   -most,   infinity, -infinity, nan,      T(1e-40),
                       T(-1e-40), T(2.5), T(-2.5), T(1e30), T(-1e30), 16777216,  16777215, most};
  for (T a : special)
    for (T b : special) {
      x.push_back(a);
      z.push_back(b);
    }
  for (int i = 0; i < 20000; ++i) {
    x.push_back(static_cast<T>(startValue("base", {}, i) * 4));
    z.push_back(static_cast<T>(i % 2 ? i % 13 - 6 : startValue("power", {}, i) * 20));
  }
  for (int i = 0; i < 20000; ++i) {
    x.push_back(static_cast<T>(std::exp(startValue("base", {}, i) * 80)));
    z.push_back(static_cast<T>(startValue("sign", {}, i)) *
                static_cast<T>(std::exp(startValue("power", {}, i) * 20)));
  }
  return {x, z};
}

template <typename T> static void expectAccuratePairs(const char *type) {
  auto [x, z] = pairs<T>();
  for (const codegen::MathFunction &function : functionsOf(2)) {
    std::string name = function.name.str();
    std::vector<T> y = compute(name, type, x, z, false, "cpu:native");
    std::vector<T> scalar = compute(name, type, x, z, true, "cpu:native");
    EXPECT_EQ(std::memcmp(y.data(), scalar.data(), sizeof(T) * y.size()), 0)
        << name << ": vectors differ from scalars";
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      long double wanted = function.reference(x[i], z[i]);
      double error = ulps<T>(y[i], wanted);
      worst = std::max(worst, error);
      ASSERT_LE(error, sizeof(T) == 4 ? function.ulpsSingle : function.ulpsDouble)
          << name << "(" << x[i] << ", " << z[i] << ") expects " << wanted << ", got " << y[i];
      if (wanted == 0)
        ASSERT_EQ(std::signbit(y[i]), std::signbit(wanted))
            << name << "(" << x[i] << ", " << z[i] << ")";
    }
    std::printf("%-12s %s %.3f ulp\n", name.c_str(), type, worst);
  }
}
TEST(Math, FunctionsOfTwoAreAccurate) {
  expectAccuratePairs<float>("f32");
  expectAccuratePairs<double>("f64");
}

// LLVM knows shorter ways for some constants, with other bits.
TEST(Math, PowerOfConstantsKeepsBits) {
  for (const char *pair : {"%c, %a", "%a, %c"})
    for (const char *constant : {"0.5", "2.0", "-1.0", "10.0", "4.0", "3.0"}) {
      SCOPED_TRACE(std::string(pair) + " " + constant);
      std::string text = textOf("math.powf", "f64", 4099), plain = "%0 = math.powf %a, %b";
      text.replace(text.find(plain), plain.size(),
                   std::string("%c = arith.constant ") + constant + " : f64\n%0 = math.powf " +
                       pair);
      expectSame(Program(text).run(2, {.level = 3}), Program(text).run(1, {.level = 0}));
    }
}
