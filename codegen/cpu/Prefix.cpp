//===- Prefix.cpp - prefix sums, products, maxima and minima ----------------------------------===//
//
// Every row is one chain, in the order of its elements (D1): threads share rows, lanes and chains
// that run side by side are rows of their own. Where the axis is the innermost dim a chain is a
// scalar, else a vector of neighbouring rows. Reading on: dialects/kernel/Prefix.cpp (schedules).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Lanes.h"
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/CpuTarget.h"
#include "dialects/kernel/Rows.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

namespace {
/// Rows that neighbour each other: a vector of `valid` of them from an address on; 0: one, a
/// scalar.
struct Chain {
  Value first;
  int64_t valid = 0;
};

class PrefixEmitter {
public:
  PrefixEmitter(EmitContext &k, kernel::PrefixOp op);
  void run();

private:
  void runScalars(int64_t group);
  void runVectors(int64_t width);
  void emitChains(ArrayRef<Chain> chains);
  Value start(const Chain &chain);
  Value load(const Chain &chain, Value address);
  void store(const Chain &chain, Value address, Value value);

  EmitContext &k;
  kernel::PrefixOp op;
  kernel::RowExtents extents;
  kernel::CpuScheduleAttr schedule;
  Value from, to;
  Type element, total; ///< of the buffers; of the chains
  int64_t lanes;
};
} // namespace

PrefixEmitter::PrefixEmitter(EmitContext &k, kernel::PrefixOp op)
    : k(k), op(op), extents(kernel::getRowExtents(op.getDomain(), op.getAxis())),
      schedule(kernel::getSchedule(getCpu(k), op)), from(k.memory.lookup(op.getIn())),
      to(k.memory.lookup(op.getOuts()[0])), element(op.getIn().getType().getElementType()),
      total(op.getChainType()), lanes(getCpu(k).getVectorLanes(element)) {}

void PrefixEmitter::run() {
  if (op.getIn().getType().getPhysicalElements() == 0)
    return;
  if (extents.inner == 1)
    runScalars(schedule.getMr());
  else
    runVectors(static_cast<int64_t>(llvm::alignTo(schedule.getNr(), lanes)));
}

/// Rows one by one, `group` of them side by side.
void PrefixEmitter::runScalars(int64_t group) {
  int64_t rows = extents.outer * extents.inner;
  auto [begin, end] = k.part(llvm::divideCeil(rows, group));
  k.forEach(begin, end, 1, [&](Value block) {
    k.branch(block, rows / group, llvm::divideCeil(rows, group), [&](bool whole) {
      SmallVector<Chain> chains;
      for (int64_t i = 0; i < (whole ? group : rows % group); ++i) {
        Value row = k.add(k.mul(block, group), k.index(i));
        SmallVector<Value> at = k.decode(row, {extents.outer, extents.inner});
        chains.push_back({k.add(k.mul(at[0], extents.length * extents.inner), at[1])});
      }
      emitChains(chains);
    });
  });
}

/// `width` neighbouring rows at a time.
void PrefixEmitter::runVectors(int64_t width) {
  int64_t blocks = llvm::divideCeil(extents.inner, width);
  auto [begin, end] = k.part(extents.outer * blocks);
  k.forEach(begin, end, 1, [&](Value unit) {
    SmallVector<Value> at = k.decode(unit, {extents.outer, blocks});
    Value first = k.add(k.mul(at[0], extents.length * extents.inner), k.mul(at[1], width));
    k.branch(at[1], extents.inner / width, blocks, [&](bool whole) {
      SmallVector<Chain> chains;
      int64_t rows = whole ? width : extents.inner % width;
      for (int64_t i = 0; i < rows; i += lanes)
        chains.push_back({k.add(first, k.index(i)), std::min(lanes, rows - i)});
      emitChains(chains);
    });
  });
}

Value PrefixEmitter::start(const Chain &chain) {
  Value value = getReduceStart(k, op.getKind(), total);
  return chain.valid ? splat(k, value, lanes) : value;
}

Value PrefixEmitter::load(const Chain &chain, Value address) {
  Value value = chain.valid
                    ? loadVector(k, VectorType::get({lanes}, element), from, address, chain.valid)
                    : memref::LoadOp::create(k.b, k.loc, from, address).getResult();
  return k.widen(value, total);
}

void PrefixEmitter::store(const Chain &chain, Value address, Value value) {
  value = k.widen(value, element);
  if (chain.valid)
    storeVector(k, value, to, address, chain.valid);
  else
    memref::StoreOp::create(k.b, k.loc, value, to, address);
}

/// The chains from end to end. An element is read before it is written: in and out may be one.
void PrefixEmitter::emitChains(ArrayRef<Chain> chains) {
  SmallVector<Value> totals(llvm::map_range(chains, [&](const Chain &c) { return start(c); }));
  k.loop(0, extents.length, totals, [&](Value i, ValueRange carried) {
    Value at = op.getReverse()
                   ? arith::SubIOp::create(k.b, k.loc, k.index(extents.length - 1), i).getResult()
                   : i;
    SmallVector<Value> next;
    for (auto [chain, before] : llvm::zip_equal(chains, carried)) {
      Value address = k.add(chain.first, k.mul(at, extents.inner));
      next.push_back(combineReduce(k, op.getKind(), before, load(chain, address)));
      store(chain, address, op.getExclusive() ? before : next.back());
    }
    return next;
  });
}

void codegen::emitPrefix(EmitContext &k, kernel::PrefixOp op) { PrefixEmitter(k, op).run(); }
