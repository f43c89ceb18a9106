//===- Philox.cpp - random numbers inside kernels ---------------------------------------------===//
//
// Philox4x32-10 with the key and counter layout of <sinter/runtime.h>, on scalars or vectors. Words
// are kept in the low halves of i64 values: a 32x32-bit product is then one multiplication, which
// ignores what is in the high halves. So nothing is masked but its operands, and LLVM drops that.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Body.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

Value codegen::emitPhilox(EmitContext &k, Value seed, Value step, Value element, int64_t stream,
                          Type type) {
  OpBuilder &b = k.b;
  Location loc = k.loc;
  Type word = seed.getType(); // i64 or vector of i64
  auto constant = [&](uint64_t value) -> Value {
    auto attr = b.getIntegerAttr(b.getI64Type(), static_cast<int64_t>(value));
    if (auto vector = dyn_cast<VectorType>(word))
      return k.constant(DenseElementsAttr::get(vector, Attribute(attr)));
    return k.constant(attr);
  };
  Value mask = constant(0xffffffffu), shift = constant(32);
  auto low = [&](Value x) -> Value { return arith::AndIOp::create(b, loc, x, mask); };
  auto high = [&](Value x) -> Value { return arith::ShRUIOp::create(b, loc, x, shift); };
  auto mix = [&](Value x, Value y, Value z) -> Value {
    return arith::XOrIOp::create(b, loc, arith::XOrIOp::create(b, loc, x, y), z);
  };
  Value key = arith::XOrIOp::create(b, loc, seed, constant(static_cast<uint64_t>(stream)));
  Value k0 = low(key), k1 = high(key), c0 = low(element), c1 = high(element), c2 = low(step),
        c3 = high(step);
  Value m0 = constant(0xD2511F53u), m1 = constant(0xCD9E8D57u), w0 = constant(0x9E3779B9u),
        w1 = constant(0xBB67AE85u);
  for (int round = 0; round < 10; ++round) {
    Value p0 = arith::MulIOp::create(b, loc, low(c0), m0),
          p1 = arith::MulIOp::create(b, loc, low(c2), m1);
    c0 = mix(high(p1), c1, k0);
    c2 = mix(high(p0), c3, k1);
    c1 = p1;
    c3 = p0;
    k0 = low(arith::AddIOp::create(b, loc, k0, w0));
    k1 = low(arith::AddIOp::create(b, loc, k1, w1));
  }
  // The upper 24 bits times 2^-24: exact in f32 and f64.
  Value bits = arith::ShRUIOp::create(b, loc, low(c0), constant(8));
  Type narrow = b.getI32Type();
  if (auto vector = dyn_cast<VectorType>(word))
    narrow = vector.clone(narrow);
  bits = arith::TruncIOp::create(b, loc, narrow, bits);
  Value number = arith::SIToFPOp::create(b, loc, type, bits);
  Attribute scale = b.getFloatAttr(getElementTypeOrSelf(type), 0x1p-24);
  if (auto vector = dyn_cast<VectorType>(type))
    scale = DenseElementsAttr::get(vector, scale);
  return arith::MulFOp::create(b, loc, number, k.constant(cast<TypedAttr>(scale)));
}
