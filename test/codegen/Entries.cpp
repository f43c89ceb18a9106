//===- Entries.cpp - kernel lists: constants, views, slots, loops, ifs, random numbers --------===//
//
// Whole entries against the oracle on 1, 2 and 5 threads: barriers stand where they must, all
// threads go one way.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include <sinter/abi.h>

using namespace sinter::test;

static void check(const std::string &text, double tolerance) {
  Program program(text), naive(text);
  Contents wanted = program.oracle(), bits = naive.naive().run(1);
  expectClose(bits, wanted, tolerance);
  for (unsigned threads : {1u, 2u, 5u})
    expectSame(program.run(threads), bits);
  expectSame(program.run(2, {0, ""}), bits);
  expectSame(program.run(2, {1, ""}), bits);
}

/// x <- x * rate + constant, `trip` times, each state also written to its slot of `all`.
static std::string loopText(int trip) {
  std::string n = std::to_string(trip), slots = std::to_string(trip == 0 ? 1 : trip);
  return R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : <37xf32>
    %b = kernel.buffer "b" role(temp) offset(256) : <37xf32>
    %y = kernel.buffer "y" role(output) offset(512) : <37xf32>
    %all = kernel.buffer "all" role(state) offset(0) : <)" +
         slots + R"(x37xf32>
    %c = kernel.buffer "c" role(constant) value(dense<[0.5, 0.25]> : tensor<2xf32>) : <2xf32>
    %last = kernel.loop trip )" +
         n + R"( carried(%a, %b : !kernel.buffer<37xf32>, !kernel.buffer<37xf32>) {
      ^bb0(%i: index, %now: !kernel.buffer<37xf32>, %next: !kernel.buffer<37xf32>):
        %slot = kernel.slot %all[%i] : <)" +
         slots + R"(x37xf32> to <37xf32>
        kernel.map "turn" dims [37] inner [] ins(%now, %now, %c : !kernel.buffer<37xf32>, !kernel.buffer<37xf32>, !kernel.buffer<2xf32>)
          outs(%next, %slot : !kernel.buffer<37xf32>, !kernel.buffer<37xf32>)
          maps [affine_map<(i) -> (i)>, affine_map<(i) -> (-i + 36)>, affine_map<(i) -> (1)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>] {
          ^bb0(%v: f32, %mirror: f32, %k: f32):
            %0 = arith.mulf %mirror, %k : f32
            %1 = arith.addf %v, %0 : f32
            kernel.yield %1, %1 : f32, f32
        }
    } -> !kernel.buffer<37xf32>
    kernel.map "out" dims [37] inner [] ins(%last : !kernel.buffer<37xf32>) outs(%y : !kernel.buffer<37xf32>)
      maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>] {
      ^bb0(%v: f32):
        kernel.yield %v : f32
    }
  } })";
}

TEST(Entries, LoopsPingPong) {
  for (int trip : {1, 2, 5}) {
    SCOPED_TRACE(trip);
    check(loopText(trip), 1e-6);
  }
}

/// Two parts side by side, a serial section of two kernels in which the second needs the first,
/// then a reader of both.
TEST(Entries, LaunchEndsWithItsSerialSection) {
  std::string copy = " maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>] { ^bb0(%v: f32): %w = "
                     "arith.addf %v, %v : f32 "
                     "kernel.yield %w : f32 }\n";
  std::string sum = " maps [affine_map<(i) -> (i)>, affine_map<(i) -> ()>] algorithm <lanes 16> "
                    "{ ^bb0(%v: f32): "
                    "%r = kernel.reduce sum %v : f32 -> f32 kernel.yield %r : f32 }\n";
  std::string full = "!kernel.buffer<1037xf32>", one = "!kernel.buffer<f32>";
  auto map = [&](const char *name, const char *in, const char *out, bool sums) {
    return "kernel.map \"" + std::string(name) + "\" dims [1037] inner [" + (sums ? "0" : "") +
           "] ins(%" + in + " : " + full + ") outs(%" + out + " : " + (sums ? one : full) + ")" +
           (sums ? sum : copy);
  };
  check(R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : <1037xf32>
    %a = kernel.buffer "a" role(temp) offset(4224) : <1037xf32>
    %b = kernel.buffer "b" role(temp) offset(8448) : <1037xf32>
    %c = kernel.buffer "c" role(temp) offset(12672) : <1037xf32>
    %s = kernel.buffer "s" role(output) offset(16896) : <f32>
    %t = kernel.buffer "t" role(output) offset(16960) : <f32>
    %y = kernel.buffer "y" role(output) offset(17024) : <1037xf32>
    kernel.launch {)" +
            map("a", "x", "a", false) + map("b", "x", "b", false) + "} serial {" +
            map("c", "a", "c", false) + map("s", "b", "s", true) + map("t", "c", "t", true) + "}" +
            map("y", "c", "y", false) + "} }",
        1e-5);
}

TEST(Entries, IfTakesOneSide) {
  for (const char *limit : {"-100.0", "100.0"}) {
    SCOPED_TRACE(limit);
    check(std::string(R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
      %a = kernel.buffer "a" role(input) offset(0) : <4x5xf32>
      %go = kernel.buffer "go" role(temp) offset(128) : <i1>
      %y = kernel.buffer "y" role(output) offset(192) : <20xf32>
      %flat = kernel.view %a : <4x5xf32> to <20xf32>
      kernel.map "ask" dims [20] inner [0] ins(%flat : !kernel.buffer<20xf32>) outs(%go : !kernel.buffer<i1>)
        maps [affine_map<(i) -> (i)>, affine_map<(i) -> ()>] algorithm <lanes 16> {
        ^bb0(%v: f32):
          %limit = arith.constant )") +
              limit + R"( : f32
          %sum = kernel.reduce sum %v : f32 -> f32
          %0 = arith.cmpf ogt, %sum, %limit : f32
          kernel.yield %0 : i1
      }
      kernel.if %go : <i1> then {
        kernel.map "yes" dims [20] inner [] ins(%flat : !kernel.buffer<20xf32>) outs(%y : !kernel.buffer<20xf32>)
          maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>] {
          ^bb0(%v: f32):
            kernel.yield %v : f32
        }
      } else {
        kernel.map "no" dims [20] inner [] outs(%y : !kernel.buffer<20xf32>) maps [affine_map<(i) -> (i)>] {
            %0 = kernel.index 0 : i32
            %1 = arith.sitofp %0 : i32 to f32
            kernel.yield %1 : f32
        }
      }
    } })",
          1e-6);
  }
}

TEST(Entries, RandomNumbersAreTheRuntimes) {
  for (const char *type : {"f32", "f64"}) {
    std::string text = R"(module @m { kernel.entry @e name("e") kind(train) batch(1) {
      %step = kernel.buffer "step" role(scalar) offset(0) : <i64>
      %seed = kernel.buffer "seed" role(scalar) offset(8) : <i64>
      %y = kernel.buffer "y" role(output) offset(0) : <3x21xT>
      kernel.map "k" dims [3, 21] inner [] ins(%seed, %step : !kernel.buffer<i64>, !kernel.buffer<i64>)
        outs(%y : !kernel.buffer<3x21xT>) maps [affine_map<(i, j) -> ()>, affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)>] {
        ^bb0(%s: i64, %t: i64):
          %c = arith.constant 21 : i64
          %i = kernel.index 0 : i64
          %j = kernel.index 1 : i64
          %0 = arith.muli %i, %c : i64
          %1 = arith.addi %0, %j : i64
          %2 = kernel.philox %s, %t, %1 stream -77777777777 : T
          kernel.yield %2 : T
      }
    } })";
    for (size_t at; (at = text.find("xT")) != std::string::npos;)
      text.replace(at, 2, std::string("x") + type);
    for (size_t at; (at = text.find(": T")) != std::string::npos;)
      text.replace(at, 3, std::string(": ") + type);
    check(text, 0); // exact: three implementations of one function
  }
}

TEST(Entries, TransposedAndOddElements) {
  check(R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %a = kernel.buffer "a" role(input) offset(0) : <19x23xf64>
    %m = kernel.buffer "m" role(input) offset(4096) : <23xi1>
    %n = kernel.buffer "n" role(input) offset(4224) : <19xi64>
    %y = kernel.buffer "y" role(output) offset(8192) : <23x19xf64, #kernel.layout<[1, 0], block = [0], by = [8]>>
    %p = kernel.buffer "p" role(output) offset(16384) : <23x19xi1>
    kernel.map "k" dims [23, 19] inner [] ins(%a, %m, %n : !kernel.buffer<19x23xf64>, !kernel.buffer<23xi1>, !kernel.buffer<19xi64>)
      outs(%y, %p : !kernel.buffer<23x19xf64, #kernel.layout<[1, 0], block = [0], by = [8]>>, !kernel.buffer<23x19xi1>)
      maps [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>] {
      ^bb0(%v: f64, %on: i1, %k: i64):
        %zero = arith.constant 0.0 : f64
        %0 = arith.sitofp %k : i64 to f64
        %1 = arith.mulf %v, %0 : f64
        %2 = arith.select %on, %1, %zero : f64
        %3 = arith.cmpf olt, %2, %zero : f64
        kernel.yield %2, %3 : f64, i1
    }
  } })",
        1e-15);
}
