//===- RandomKernels.cpp - random accesses, layouts and schedules keep bits -------------------===//
//
// Contractions and row kernels over random domains: permuted, blocked and padded buffers, sums of
// dims (convolutions), strides, partial sums. Every emitter, schedule and number of threads must
// give the bits of the naive loops, and those must be near the oracle. `SINTER_RANDOM_KERNELS=n`
// runs n seeds instead of a few, `=m-n` those from m to n.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

using namespace sinter::test;

/// Points of a domain at most, and the bytes a buffer may take: each of four dims strided, one
/// padded, 8 bytes.
static constexpr int kPoints = 8000;
static constexpr int64_t kSpace = 16 * 2 * 8 * kPoints / 64 * 64;

namespace {
/// One random kernel.
class Maker {
public:
  explicit Maker(unsigned seed) : random(seed) {}
  std::string contract();
  std::string order(const std::vector<int> &inner);
  std::string map();
  std::string elementwise();
  std::string schedule();

private:
  /// A buffer, its access and its block argument.
  struct Buffer {
    std::string name, type, element, access;
  };

  int below(int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }
  bool once(int n) { return below(n) == 0; }
  std::string dimsText() const {
    return llvm::join(llvm::map_range(dims, [](int d) { return std::to_string(d); }), ", ");
  }
  void chooseDims();
  std::vector<int> shuffled(std::vector<int> items) {
    for (size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[static_cast<size_t>(below(static_cast<int>(i)))]);
    return items;
  }
  std::string layout(const std::vector<int> &shape);
  Buffer make(const std::string &name, const std::vector<std::string> &indices,
              const std::vector<int> &shape, const std::string &element);
  Buffer over(const std::string &name, std::vector<int> used, const std::string &element,
              bool mayMix);
  /// Operands [from, to) of `all`, with their types; the accesses of a kernel's operands.
  static std::string operands(const std::vector<Buffer> &all, size_t from, size_t to);
  static std::string maps(const std::vector<Buffer> &operands);
  std::string module(const std::vector<Buffer> &buffers, const std::string &kernel) const;

  std::mt19937 random;
  std::vector<int> dims;
  int parallel = 0;
  bool padded = false;
};
} // namespace

void Maker::chooseDims() {
  static const int sizes[] = {1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 40};
  int count = 2 + below(3);
  do {
    dims.clear();
    for (int i = 0; i < count; ++i)
      dims.push_back(sizes[below(13)]);
  } while (std::accumulate(dims.begin(), dims.end(), 1, std::multiplies<>()) > kPoints);
}

std::string Maker::layout(const std::vector<int> &shape) {
  if (shape.empty() || once(2))
    return "";
  std::vector<int> perm(shape.size());
  std::iota(perm.begin(), perm.end(), 0);
  auto text = [](const std::vector<int> &v) {
    return llvm::join(llvm::map_range(v, [](int i) { return std::to_string(i); }), ", ");
  };
  std::string result = ", #kernel.layout<[" + text(once(2) ? shuffled(perm) : perm) + "]";
  static const int sizes[] = {2, 8, 16, 32};
  int dim = below(static_cast<int>(shape.size())), by = sizes[below(4)];
  if (by < 2 * shape[static_cast<size_t>(dim)]) // a buffer stays below kSpace
    result += ", block = [" + std::to_string(dim) + "], by = [" + std::to_string(by) + "]";
  return result + ">";
}

Maker::Buffer Maker::make(const std::string &name, const std::vector<std::string> &indices,
                          const std::vector<int> &shape, const std::string &element) {
  std::string names;
  for (size_t d = 0; d < dims.size(); ++d)
    names += (d ? ", d" : "d") + std::to_string(d);
  std::string type = "!kernel.buffer<";
  for (int size : shape)
    type += std::to_string(size) + "x";
  return {name, type + element + layout(shape) + ">", element,
          "affine_map<(" + names + ") -> (" + llvm::join(indices, ", ") + ")>"};
}

/// A buffer indexed by the dims `used` in a random order; `mayMix`: also sums, strides and reads
/// outside.
Maker::Buffer Maker::over(const std::string &name, std::vector<int> used,
                          const std::string &element, bool mayMix) {
  used = shuffled(used);
  std::vector<std::string> indices;
  std::vector<int> shape;
  for (size_t i = 0; i < used.size(); ++i) {
    int d = used[i], size = dims[static_cast<size_t>(d)];
    std::string index = "d" + std::to_string(d);
    if (mayMix && once(4)) { // a stride
      index = index + " * 2";
      size = 2 * size - 1;
    }
    if (mayMix && once(4) && i + 1 < used.size()) { // a window
      index += " + d" + std::to_string(used[++i]);
      size += dims[static_cast<size_t>(used[i])] - 1;
    }
    if (mayMix && padded && once(2) && size > 2) { // borders that are not there
      index += " - 1";
      size -= 2;
    }
    indices.push_back(index);
    shape.push_back(size);
  }
  return make(name, indices, shape, element);
}

std::string Maker::operands(const std::vector<Buffer> &all, size_t from, size_t to) {
  auto join = [&](const std::function<std::string(const Buffer &)> &text) {
    return llvm::join(llvm::map_range(llvm::ArrayRef(all).slice(from, to - from), text), ", ");
  };
  return join([](const Buffer &b) { return "%" + b.name; }) + " : " +
         join([](const Buffer &b) { return b.type; });
}

std::string Maker::maps(const std::vector<Buffer> &operands) {
  return " maps [" +
         llvm::join(llvm::map_range(operands, [](const Buffer &b) { return b.access; }), ", ") +
         "] ";
}

std::string Maker::module(const std::vector<Buffer> &buffers, const std::string &kernel) const {
  std::string text = "module @m { kernel.entry @e name(\"e\") kind(predict) batch(1) {\n";
  int64_t offset = 0;
  for (const Buffer &b : buffers) {
    text += "  %" + b.name + " = kernel.buffer \"" + b.name + "\" role(" +
            (b.name[0] == 'y' ? "output" : "input") + ") offset(" + std::to_string(offset) +
            ") : " + b.type + "\n";
    offset += kSpace;
  }
  return text + kernel + "} }";
}

std::string Maker::contract() {
  chooseDims();
  padded = once(3);
  int count = static_cast<int>(dims.size());
  parallel = 1 + below(count);
  std::string type = once(4) ? "f64" : "f32";
  std::vector<int> a, b, outs;
  for (int d = 0; d < count; ++d) {
    int who = below(3);
    if (who != 0)
      a.push_back(d);
    if (who != 1)
      b.push_back(d);
    if (d < parallel)
      outs.push_back(d);
  }
  std::vector<int> extra;
  for (int d : outs)
    if (once(2))
      extra.push_back(d);
  std::vector<Buffer> all{over("a", a, type, true), over("b", b, type, true),
                          over("c", extra, type, false), over("y", outs, type, false),
                          over("ymask", outs, "i1", false)};
  std::string sums;
  if (once(4)) { // partial sums, one a chunk of a dim
    int lanes = below(parallel), chunked = below(parallel), by = 1 + below(4);
    std::string index = "d" + std::to_string(lanes),
                chunk = "d" + std::to_string(chunked) + " floordiv " + std::to_string(by);
    int size = dims[static_cast<size_t>(lanes)],
        chunks = (dims[static_cast<size_t>(chunked)] - 1) / by + 1;
    all[4] = lanes == chunked ? make("ysum", {once(2) ? index : chunk}, {size}, type)
             : once(2)        ? make("ysum", {index, chunk}, {size, chunks}, type)
                              : make("ysum", {chunk, index}, {chunks, size}, type);
    sums = "attributes {sums = array<i1: false, true>} ";
  }
  std::string last = sums.empty() ? "%positive" : "%sum", lastType = sums.empty() ? "i1" : type;
  return module(
      all, "kernel.contract \"k\" dims [" + dimsText() + "] parallel " + std::to_string(parallel) +
               (padded ? " padded" : "") + " a(%a : " + all[0].type + ") b(%b : " + all[1].type +
               ") extras(%c : " + all[2].type + ") outs(" + operands(all, 3, 5) + ")" + maps(all) +
               (once(4) ? "algorithm <lanes 16> " : "algorithm <chain> ") + sums +
               "epilogue {\n  ^bb0(%acc: " + type + ", %e: " + type +
               "):\n    %zero = arith.constant 0.0 : " + type +
               "\n    %sum = arith.addf %acc, %e : " + type +
               "\n    %positive = arith.cmpf ogt, %sum, %zero : " + type +
               "\n    kernel.yield %sum, " + last + " : " + type + ", " + lastType + "\n}\n");
}

/// How the sums over the dims `inner` are made.
std::string Maker::order(const std::vector<int> &inner) {
  int points = 1;
  for (int d : inner)
    points *= dims[static_cast<size_t>(d)];
  auto part = [&]() -> std::string {
    static const char *const parts[] = {"chain", "lanes 16", "lanes 16", "lanes 32", "lanes 64"};
    return parts[below(5)];
  };
  if (points < 2 || once(2))
    return part();
  // Steps of the outermost loop, or any number.
  int length = 1 + below(points - 1);
  if (int slice = points / dims[static_cast<size_t>(inner.front())]; slice < points && once(2))
    length = slice * (1 + below(points / slice - 1));
  return "chunks " + std::to_string((points + length - 1) / length) + " x " +
         std::to_string(length) + " of " + (once(2) ? "chain" : part()) + " joined " +
         (once(2) ? "chain" : part());
}

std::string Maker::map() {
  chooseDims();
  padded = once(3);
  int count = static_cast<int>(dims.size());
  parallel = count; // of a schedule
  std::vector<int> inner, rows, all, some;
  for (int d = 0; d < count; ++d) {
    (once(2) ? inner : rows).push_back(d);
    all.push_back(d);
    if (once(2))
      some.push_back(d);
  }
  std::string type = once(4) ? "f64" : "f32";
  std::vector<Buffer> buffers{over("a", all, type, true), over("b", some, type, true),
                              over("y", all, type, false), over("yrow", rows, type, false),
                              over("ybest", rows, "i32", false)};
  return module(
      buffers,
      "kernel.map \"k\" dims [" + dimsText() + "] inner [" +
          llvm::join(llvm::map_range(inner, [](int d) { return std::to_string(d); }), ", ") + "]" +
          (padded ? " padded" : "") + " ins(" + operands(buffers, 0, 2) + ") outs(" +
          operands(buffers, 2, 5) + ")" + maps(buffers) + "algorithm <" + order(inner) +
          "> {\n  ^bb0(%u: " + type + ", %v: " + type + "):\n    %x = arith.mulf %u, %v : " + type +
          "\n    %s = kernel.reduce sum %x : " + type + " -> " + type +
          "\n    %m = kernel.reduce max %u : " + type + " -> " + type +
          "\n    %t = arith.mulf %s, %m : " + type + "\n    %z = arith.subf %x, %t : " + type +
          "\n    %r = kernel.reduce sum %z : " + type + " -> " + type +
          "\n    %i = kernel.reduce argmax %u : " + type +
          " -> i32\n    kernel.yield %z, %r, %i : " + type + ", " + type + ", i32\n}\n");
}

/// Elementwise work between layouts, one of its results in place.
std::string Maker::elementwise() {
  chooseDims();
  padded = false;
  parallel = static_cast<int>(dims.size());
  std::vector<int> all, some;
  for (int d = 0; d < parallel; ++d) {
    all.push_back(d);
    if (once(2))
      some.push_back(d);
  }
  std::string type = once(4) ? "f64" : "f32";
  std::vector<Buffer> buffers{over("a", all, type, false), over("b", some, type, false),
                              over("y", all, type, false), over("yother", all, type, false)};
  std::vector<Buffer> accessed = buffers;
  accessed.insert(accessed.begin() + 2, buffers[2]); // read and written
  return module(buffers, "kernel.map \"k\" dims [" + dimsText() + "] inner [] ins(" +
                             operands(buffers, 0, 3) + ") outs(" + operands(buffers, 2, 4) + ")" +
                             maps(accessed) + "{\n  ^bb0(%u: " + type + ", %v: " + type +
                             ", %w: " + type + "):\n    %x = arith.mulf %u, %v : " + type +
                             "\n    %s = arith.addf %x, %w : " + type +
                             "\n    %r = arith.subf %x, %w : " + type +
                             "\n    kernel.yield %s, %r : " + type + ", " + type + "\n}\n");
}

std::string Maker::schedule() {
  static const int widths[] = {1, 4, 8, 16, 32, 48};
  int lanes = below(parallel),
      rows = parallel > 1 && !once(4) ? (lanes + 1 + below(parallel - 1)) % parallel : -1;
  std::vector<int> order(static_cast<size_t>(parallel));
  std::iota(order.begin(), order.end(), 0);
  order = shuffled(order);
  std::string more; // sums that pause, rows of a second dim
  if (once(3))
    more = ", kc = " + std::to_string(8 << below(4)) +
           ", group = " + std::to_string(1 + below(parallel));
  if (int second = below(parallel); rows >= 0 && second != lanes && second != rows && once(2))
    more += ", rows2 = " + std::to_string(second) + ", mr2 = " + std::to_string(1 + below(3));
  return "lanes = " + std::to_string(lanes) + ", rows = " + std::to_string(rows) + more +
         ", mr = " + std::to_string(1 + below(8)) + ", nr = " + std::to_string(widths[below(6)]) +
         ", order = " +
         llvm::join(llvm::map_range(order, [](int d) { return std::to_string(d); }), ", ");
}

/// First and last seed.
static std::pair<unsigned, unsigned> getSeeds(unsigned usual) {
  const char *wanted = std::getenv("SINTER_RANDOM_KERNELS");
  if (!wanted)
    return {1, usual};
  auto [first, last] = llvm::StringRef(wanted).split('-');
  if (last.empty())
    std::swap(first, last);
  unsigned from = 1, to = 0;
  EXPECT_FALSE((!first.empty() && first.getAsInteger(10, from)) || last.getAsInteger(10, to))
      << wanted;
  return {from, to};
}

static void check(const std::string &text, const std::string &schedule, double tolerance) {
  SCOPED_TRACE(text + "\nschedule " + schedule);
  Program naive(text);
  naive.naive();
  Contents bits = naive.run(1);
  expectClose(bits, naive.oracle(), tolerance);
  expectSame(naive.run(3), bits);
  Program plain(text), forced(text), narrow(text, "cpu:x86-64-v3"); // tests run on v3 or better
  expectSame(plain.run(2), bits);
  expectSame(forced.schedule(schedule).run(3), bits);
  expectSame(narrow.schedule(schedule).run(2), bits);
}

/// The kernels that `make` draws from the wanted seeds, `usual` when none are.
static void checkSeeds(unsigned usual, double tolerance, std::string (Maker::*make)()) {
  auto [first, last] = getSeeds(usual);
  for (unsigned seed = first; seed <= last && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Maker maker(seed);
    std::string text = (maker.*make)();
    check(text, maker.schedule(), tolerance);
  }
}

TEST(RandomKernels, Contract) { checkSeeds(6, 1e-4, &Maker::contract); }
TEST(RandomKernels, Map) { checkSeeds(6, 1e-3, &Maker::map); }
TEST(RandomKernels, Elementwise) { checkSeeds(20, 1e-6, &Maker::elementwise); }
