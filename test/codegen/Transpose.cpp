//===- Transpose.cpp - elementwise maps between layouts ---------------------------------------===//
//
// Images and matrices whose operands lie along one dim and results along another: whole blocks and
// tails, dims that become one, several operands; naive and fast emitters must agree to the bit.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

using namespace sinter::test;

/// x in one layout, y and its mask in another; z along the first dim only.
static std::string makeMap(const std::string &shape, const std::string &from, const std::string &to,
                           const std::string &type) {
  std::string x = "!kernel.buffer<" + shape + "x" + type + from + ">";
  std::string y = "!kernel.buffer<" + shape + "x" + type + to + ">";
  std::string m = "!kernel.buffer<" + shape + "xi1" + to + ">";
  size_t rank = std::count(shape.begin(), shape.end(), 'x') + 1;
  std::string dims = "(a", sizes = shape;
  for (size_t i = 1; i < rank; ++i)
    dims += std::string(", ") + static_cast<char>('a' + i);
  dims += ")";
  for (size_t at = sizes.find('x'); at != std::string::npos; at = sizes.find('x'))
    sizes.replace(at, 1, ", ");
  std::string whole = "affine_map<" + dims + " -> " + dims + ">",
              first = "affine_map<" + dims + " -> (a)>";
  std::string z = "!kernel.buffer<" + shape.substr(0, shape.find('x')) + "x" + type + ">";
  return R"(module @m { kernel.entry @e name("e") kind(predict) batch(1) {
    %x = kernel.buffer "x" role(input) offset(0) : )" +
         x + R"(
    %w = kernel.buffer "w" role(input) offset(262144) : )" +
         y + R"(
    %z = kernel.buffer "z" role(input) offset(524288) : )" +
         z + R"(
    %y = kernel.buffer "y" role(output) offset(786432) : )" +
         y + R"(
    %m = kernel.buffer "m" role(output) offset(1048576) : )" +
         m + R"(
    kernel.map "k" dims [)" +
         sizes + "] inner [] ins(%x, %w, %z : " + x + ", " + y + ", " + z + ") outs(%y, %m : " + y +
         ", " + m + ") maps [" + whole + ", " + whole + ", " + first + ", " + whole + ", " + whole +
         R"(] {
      ^bb0(%u: TYPE, %v: TYPE, %s: TYPE):
        %p = arith.mulf %u, %v : TYPE
        %q = arith.addf %p, %s : TYPE
        %o = arith.cmpf ogt, %q, %u : TYPE
        kernel.yield %q, %o : TYPE, i1
      }
  } })";
}

/// w is updated where it lies, and f is its value in another layout.
static std::string makeUpdate(int rows, int columns, const std::string &own,
                              const std::string &other) {
  std::string shape = std::to_string(rows) + "x" + std::to_string(columns);
  std::string w = "!kernel.buffer<" + shape + "xTYPE" + own + ">";
  std::string f = "!kernel.buffer<" + shape + "xTYPE" + other + ">";
  std::string same = "affine_map<(a, b) -> (a, b)>";
  return R"(module @m { kernel.entry @e name("e") kind(train) batch(1) {
    %w = kernel.buffer "w" role(param) offset(0) : )" +
         w + R"(
    %f = kernel.buffer "f" role(param) offset(262144) : )" +
         f + R"(
    %g = kernel.buffer "g" role(input) offset(0) : )" +
         w + R"(
    kernel.map "k" dims [)" +
         std::to_string(rows) + ", " + std::to_string(columns) + "] inner [] ins(%w, %g : " + w +
         ", " + w + ") outs(%w, %f : " + w + ", " + f + ") maps [" + same + ", " + same + ", " +
         same + ", " + same + R"(] {
      ^bb0(%u: TYPE, %v: TYPE):
        %q = arith.subf %u, %v : TYPE
        kernel.yield %q, %q : TYPE, TYPE
      }
  } })";
}

static std::string withType(std::string text, const std::string &type) {
  for (size_t at = text.find("TYPE"); at != std::string::npos; at = text.find("TYPE"))
    text.replace(at, 4, type);
  return text;
}

static void expectAgreement(const std::string &text) {
  SCOPED_TRACE(text);
  Program naive(text);
  naive.naive();
  Contents bits = naive.run(1);
  expectClose(bits, naive.oracle(), 1e-6);
  expectSame(Program(text).run(3), bits);
  expectSame(Program(text, "cpu:x86-64-v3").run(2), bits);
}

TEST(Transpose, AgreesWithPlainLoops) {
  struct {
    const char *shape, *from, *to;
  } cases[] = {
      {"32x3x5x7", "", ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>"},
      {"32x3x5x7", ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>", ""},
      {"20x16x2x9", "", ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>"},
      {"16x20x3x3", ", #kernel.layout<[0, 1, 2, 3], block = [1], by = [16]>",
       ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>"},
      {"40x84", ", #kernel.layout<[1, 0], block = [1], by = [32]>",
       ", #kernel.layout<[0, 1], block = [0], by = [32]>"},
      {"37x50", "", ", #kernel.layout<[1, 0]>"},
      {"5x16", "", ", #kernel.layout<[1, 0]>"},
      {"3x3", "", ", #kernel.layout<[1, 0]>"},
  };
  for (auto &each : cases)
    for (const char *type : {"f32", "f64"}) {
      if (type[1] == '6' && &each != cases) // eight lanes: once
        continue;
      std::string text = withType(makeMap(each.shape, each.from, each.to, type), type);
      expectAgreement(text);
    }
}

TEST(Transpose, UpdatesWriteASecondLayout) {
  const std::string byRow = ", #kernel.layout<[1, 0], block = [1], by = [32]>",
                    byColumn = ", #kernel.layout<[0, 1], block = [0], by = [32]>",
                    narrow = ", #kernel.layout<[0, 1], block = [0], by = [8]>";
  struct {
    int rows, columns;
    std::string own, other;
  } cases[] = {{64, 96, byRow, byColumn}, // squares of four blocks
               {96, 32, byColumn, byRow},
               {48, 64, byRow, ""},       // blocks one by one
               {37, 50, byRow, byColumn}, // tails on both sides
               {33, 16, "", byColumn},    //
               {24, 40, narrow, byRow},   // panels narrower than a block
               {3, 70, byRow, byColumn},  // too few points for a block
               {64, 64, byRow, ", #kernel.layout<[1, 0]>"}};
  for (auto &each : cases)
    for (const char *type : {"f32", "f64"}) {
      std::string text = withType(makeUpdate(each.rows, each.columns, each.own, each.other), type);
      expectAgreement(text);
    }
}

// Blocks are turned by shuffles of whole vectors, not element by element.
TEST(Transpose, ConversionsUseVectors) {
  Program program(withType(makeMap("32x3x28x28", "",
                                   ", #kernel.layout<[0, 1, 2, 3], block = [0], by = [16]>", "f32"),
                           "f32"),
                  "cpu:x86-64-v4");
  std::string text = program.assembly();
  EXPECT_EQ(text.find("vinsertps"), std::string::npos);
  EXPECT_NE(text.find("vunpcklpd"), std::string::npos) << text;
}
