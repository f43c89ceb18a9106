//===- Lanes.cpp - vector loads and stores of accesses ----------------------------------------===//
//
// See Lanes.h. Reading on: dialects/kernel/Affine.h (how strides are proven).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Lanes.h"
#include "codegen/loops/Reduce.h"
#include "dialects/kernel/Cost.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

LaneAccess codegen::makeLaneAccess(const EmitContext &k, const Access &access, int64_t dim,
                                   int64_t lanes) {
  LaneAccess result{access, dim, lanes, LaneKind::Scattered, std::nullopt, std::nullopt};
  // Each lane has an index of its own, wherever it points.
  if (llvm::any_of(access.indices, [&](const Access &index) { return index.isFunctionOfDim(dim); }))
    return result;
  if (!access.address.isFunctionOfDim(dim) &&
      !(access.padded && access.logical.isFunctionOfDim(dim))) {
    result.kind = LaneKind::Uniform;
    return result;
  }
  std::optional<int64_t> stride = kernel::getStride(access.address, dim, lanes, k.dims);
  if (access.padded)
    for (auto [i, expr] : llvm::enumerate(access.logical.getResults())) {
      auto [low, high] = getBounds(expr, k.dims);
      if (!expr.isFunctionOfDim(dim) || (low >= 0 && high < access.type.getShape()[i]))
        continue;
      // Neighbours that leave the shape along one index are masked, others read one by one.
      if (stride == 1 && !result.border && kernel::getStride(expr, dim, lanes, k.dims) == 1) {
        result.border = i;
        continue;
      }
      result.border = std::nullopt;
      return result;
    }
  if (result.border)
    return result;
  if (!access.padded)
    result.stride = stride;
  // A dim of one point has no neighbours to be apart from.
  if (stride && (*stride == 1 || k.dims[dim] == 1))
    result.kind = LaneKind::Contiguous;
  return result;
}

Value codegen::splat(EmitContext &k, Value value, int64_t lanes) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(k.b, k.loc, VectorType::get({lanes}, value.getType()), value);
}

Value codegen::maskLanes(EmitContext &k, int64_t lanes, int64_t valid) {
  return vector::ConstantMaskOp::create(k.b, k.loc, VectorType::get({lanes}, k.b.getI1Type()),
                                        ArrayRef<int64_t>{valid});
}

Value codegen::loadVector(EmitContext &k, VectorType type, Value memory, Value address,
                          int64_t valid) {
  int64_t lanes = type.getNumElements();
  if (valid == lanes)
    return vector::LoadOp::create(k.b, k.loc, type, memory, address);
  return vector::MaskedLoadOp::create(k.b, k.loc, type, memory, ValueRange(address),
                                      maskLanes(k, lanes, valid), k.zero(type));
}

void codegen::storeVector(EmitContext &k, Value value, Value memory, Value address, int64_t valid) {
  int64_t lanes = cast<VectorType>(value.getType()).getNumElements();
  if (valid == lanes)
    vector::StoreOp::create(k.b, k.loc, value, memory, address);
  else
    vector::MaskedStoreOp::create(k.b, k.loc, memory, ValueRange(address),
                                  maskLanes(k, lanes, valid), value);
}

static SmallVector<Value> lanePoint(EmitContext &k, ArrayRef<Value> point, int64_t dim,
                                    int64_t lane) {
  SmallVector<Value> result(point);
  result[dim] = k.add(point[dim], k.index(lane));
  return result;
}

/// Which of `count` lanes from `begin` on are inside the shape along the index that they step.
static Value lanesInside(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point,
                         int64_t begin, int64_t count) {
  AffineExpr expr = lane.access.logical.getResult(*lane.border);
  int64_t size = lane.access.type.getShape()[*lane.border];
  auto [low, high] = getBounds(expr, k.dims);
  bool narrow = llvm::isInt<32>(low) && llvm::isInt<32>(high + lane.lanes) && llvm::isInt<32>(size);
  IntegerType element = narrow ? k.b.getI32Type() : k.b.getI64Type();
  SmallVector<Attribute> numbers;
  for (int64_t i = 0; i < count; ++i)
    numbers.push_back(k.b.getIntegerAttr(element, begin + i));
  auto type = VectorType::get({count}, element);
  Value first =
      arith::IndexCastOp::create(k.b, k.loc, element, k.indexOf(lane.access, *lane.border, point));
  Value at = arith::AddIOp::create(k.b, k.loc, splat(k, first, count),
                                   k.constant(DenseElementsAttr::get(type, numbers)));
  Value limit = k.constant(DenseElementsAttr::get(type, k.b.getIntegerAttr(element, size)));
  // Unsigned: a negative index is a huge one.
  return arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ult, at, limit);
}

/// Neighbours of which some may be outside, register by register: LLVM 22 takes the mask of a wider
/// load apart wrongly, without AVX-512, where a part of it is known to be empty (it reads all).
static Value loadInside(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point,
                        VectorType type, int64_t valid, Value address, Value inside) {
  int64_t most = std::min(lane.lanes, getCpu(k).getVectorLanes(type.getElementType()));
  Value result;
  for (int64_t begin = 0; begin < valid; begin += most) {
    int64_t count = std::min(most, lane.lanes - begin);
    Value mask = maskLanes(k, count, std::min(count, valid - begin));
    if (inside)
      mask = arith::AndIOp::create(k.b, k.loc, mask, splat(k, inside, count));
    if (lane.border)
      mask = arith::AndIOp::create(k.b, k.loc, mask, lanesInside(k, lane, point, begin, count));
    auto part = VectorType::get({count}, type.getElementType());
    Value loaded = vector::MaskedLoadOp::create(k.b, k.loc, part, lane.access.memory,
                                                ValueRange(k.add(address, k.index(begin))), mask,
                                                k.zero(part));
    if (count == lane.lanes)
      return loaded;
    result = vector::InsertStridedSliceOp::create(k.b, k.loc, loaded,
                                                  result ? result : Value(k.zero(type)),
                                                  ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{1});
  }
  return result;
}

Value codegen::loadLanes(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point,
                         int64_t valid, Value address) {
  const Access &access = lane.access;
  Type element = access.type.getElementType();
  auto type = VectorType::get({lane.lanes}, element);
  if (lane.kind == LaneKind::Uniform) {
    if (!address || access.padded || element.isInteger(1))
      return k.load(access, point);
    return memref::LoadOp::create(k.b, k.loc, access.memory, address);
  }
  if (lane.kind == LaneKind::Scattered && !lane.border) {
    bool steps = address && lane.stride && !element.isInteger(1);
    Value result = k.zero(type);
    for (int64_t i = 0; i < valid; ++i) {
      Value value = steps ? memref::LoadOp::create(k.b, k.loc, access.memory,
                                                   k.add(address, k.index(i * *lane.stride)))
                                .getResult()
                          : k.load(access, lanePoint(k, point, lane.dim, i));
      result = vector::InsertOp::create(k.b, k.loc, value, result, i);
    }
    return result;
  }
  if (!address || lane.border)
    address = k.address(access, point);
  auto stored = VectorType::get({lane.lanes}, getStoredType(element));
  Value inside = k.inside(access, point, lane.border);
  Value value = inside || lane.border ? loadInside(k, lane, point, stored, valid, address, inside)
                                      : loadVector(k, stored, access.memory, address, valid);
  if (element.isInteger(1))
    value = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::ne, value, k.zero(stored));
  return value;
}

void codegen::storeLanes(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point, Value value,
                         int64_t valid, Value address) {
  const Access &access = lane.access;
  if (lane.kind == LaneKind::Uniform) {
    if (isa<VectorType>(value.getType()))
      value = vector::ExtractOp::create(k.b, k.loc, value, 0);
    if (address && !value.getType().isInteger(1))
      memref::StoreOp::create(k.b, k.loc, value, access.memory, address);
    else
      k.store(access, point, value);
    return;
  }
  value = splat(k, value, lane.lanes);
  if (lane.kind == LaneKind::Scattered) {
    for (int64_t i = 0; i < valid; ++i)
      k.store(access, lanePoint(k, point, lane.dim, i),
              vector::ExtractOp::create(k.b, k.loc, value, i));
    return;
  }
  if (access.type.getElementType().isInteger(1))
    value =
        arith::ExtUIOp::create(k.b, k.loc, VectorType::get({lane.lanes}, k.b.getI8Type()), value);
  if (!address)
    address = k.apply(access.address, point);
  storeVector(k, value, access.memory, address, valid);
}

void codegen::addLanes(EmitContext &k, const LaneAccess &lane, ArrayRef<Value> point, Value value,
                       int64_t valid) {
  const Access &access = lane.access;
  value = splat(k, value, lane.lanes);
  if (lane.kind != LaneKind::Contiguous) {
    for (int64_t i = 0; i < (lane.kind == LaneKind::Uniform ? 1 : valid); ++i)
      k.accumulate(access, lanePoint(k, point, lane.dim, i),
                   vector::ExtractOp::create(k.b, k.loc, value, i));
    return;
  }
  k.where(k.inside(access, point), [&] {
    Value address = k.address(access, point);
    Value old = loadVector(k, cast<VectorType>(value.getType()), access.memory, address, valid);
    Value sum = combineReduce(k, kernel::ReduceKind::Sum, old, value);
    storeVector(k, sum, access.memory, address, valid);
  });
}
