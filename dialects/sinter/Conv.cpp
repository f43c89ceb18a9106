//===- Conv.cpp - two-dimensional convolutions as sums of products ----------------------------===//
//
// Domains put the taps of the window outside and channels inside, so that borders drop whole taps
// and channels run in long loops. The cotangent of strided images is taken by phase: rows h =
// stride * h' + a see only the taps p that reach them, p = stride * p' + (a + low) mod stride. Few
// channels: the filter's cotangent is summed over 16 lanes of the batch (D1). Dims of groups are
// left out when there is one. Reading on: Conv.td; Interfaces.td (domains);
// codegen/interpret/Conv.cpp (the same by definition).
//
//===------------------------------------------------------------------------------------------===//
#include "sinter/rules/conv.h"
#include "dialects/sinter/GradBuilder.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::ir;

/// Channels from which they fill the lanes themselves.
static constexpr int64_t kManyInputs = 16, kManyOutputs = 32, kLanes = 16;

namespace {
/// Names for the dims of one convolution's domain, in order.
struct Dims {
  MLIRContext *context;
  SmallVector<int64_t> sizes;
  AffineExpr add(int64_t size) {
    sizes.push_back(size);
    return getAffineDimExpr(sizes.size() - 1, context);
  }
  /// A dim of groups: 0 when there is one group.
  AffineExpr addGroups(int64_t groups) {
    return groups == 1 ? getAffineConstantExpr(0, context) : add(groups);
  }
  AffineMap map(ArrayRef<AffineExpr> exprs) const {
    return AffineMap::get(sizes.size(), 0, exprs, context);
  }
};

/// What the interface asks of a convolution.
struct ContractionSpec {
  SmallVector<int64_t> domain;
  int64_t parallel = 0;
  AffineMap operands[2], result;
};
} // namespace

static ContractionSpec describe(Conv2dOp op) {
  ArrayRef<int64_t> x = shapeOf(op.getInput()), w = shapeOf(op.getFilter()),
                    y = shapeOf(op.getResult());
  int64_t groups = op.getGroups();
  ArrayRef<int64_t> s = op.getStrides(), low = op.getLow(), d = op.getDilations();
  Dims dims{op.getContext(), {}};
  AffineExpr n = dims.add(y[0]), g = dims.addGroups(groups), o = dims.add(w[0] / groups),
             i = dims.add(y[2]), j = dims.add(y[3]);
  ContractionSpec spec;
  spec.parallel = dims.sizes.size();
  AffineExpr p = dims.add(w[2]), q = dims.add(w[3]), c = dims.add(w[1]);
  AffineExpr out = g * (w[0] / groups) + o;
  spec.operands[0] = dims.map(
      {n, g * (x[1] / groups) + c, i * s[0] + p * d[0] - low[0], j * s[1] + q * d[1] - low[1]});
  spec.operands[1] = dims.map({out, c, p, q});
  spec.result = dims.map({n, out, i, j});
  spec.domain = dims.sizes;
  return spec;
}

static ContractionSpec describe(Conv2dInputGradientOp op) {
  ArrayRef<int64_t> w = shapeOf(op.getFilter()), x = shapeOf(op.getResult());
  int64_t groups = op.getGroups();
  ArrayRef<int64_t> s = op.getStrides(), low = op.getLow(), d = op.getDilations();
  Dims dims{op.getContext(), {}};
  AffineExpr n = dims.add(x[0]), g = dims.addGroups(groups), c = dims.add(w[1]);
  // Row h of the images, the tap p and the row of the cotangent that it meets: h + low = s * row +
  // d * p.
  AffineExpr at[2], tap[2], row[2], phase[2];
  for (int axis : {0, 1})
    at[axis] = dims.add(llvm::divideCeil(x[2 + axis], s[axis]));
  for (int axis : {0, 1}) {
    phase[axis] = s[axis] == 1 ? getAffineConstantExpr(0, op.getContext()) : dims.add(s[axis]);
    if (s[axis] > 1)
      at[axis] = at[axis] * s[axis] + phase[axis];
  }
  ContractionSpec spec;
  spec.parallel = dims.sizes.size();
  for (int axis : {0, 1}) {
    int64_t step = s[axis];
    AffineExpr p = dims.add(llvm::divideCeil(w[2 + axis], step));
    if (step == 1) {
      tap[axis] = p;
      row[axis] = at[axis] + low[axis] - p * d[axis];
      continue;
    }
    AffineExpr whole =
        cast<AffineBinaryOpExpr>(cast<AffineBinaryOpExpr>(at[axis]).getLHS()).getLHS();
    tap[axis] = p * step + (phase[axis] + low[axis]) % step;
    row[axis] = whole - p + (phase[axis] + low[axis]).floorDiv(step);
  }
  AffineExpr o = dims.add(w[0] / groups);
  AffineExpr out = g * (w[0] / groups) + o;
  spec.operands[0] = dims.map({n, out, row[0], row[1]});
  spec.operands[1] = dims.map({out, c, tap[0], tap[1]});
  spec.result = dims.map({n, g * w[1] + c, at[0], at[1]});
  spec.domain = dims.sizes;
  return spec;
}

/// True when the filter's cotangent is summed over lanes of the batch: no other dim fills vectors.
static bool sumsOverLanes(Conv2dFilterGradientOp op) {
  ArrayRef<int64_t> w = shapeOf(op.getResult());
  int64_t groups = op.getGroups(), outputs = w[0] / groups;
  // Groups of few channels are many channels together. Where channels lie side by side, those of a
  // group fill half a vector, and groups of one channel follow each other.
  bool many = groups == 1 ? outputs >= kManyOutputs
                          : outputs >= kLanes / 2 || (outputs == 1 && groups >= kLanes / 2);
  return shapeOf(op.getInput())[0] % kLanes == 0 && w[1] < kManyInputs && !many;
}

static ContractionSpec describe(Conv2dFilterGradientOp op) {
  ArrayRef<int64_t> x = shapeOf(op.getInput()), w = shapeOf(op.getResult()),
                    y = shapeOf(op.getCotangent());
  int64_t groups = op.getGroups();
  ArrayRef<int64_t> s = op.getStrides(), low = op.getLow(), d = op.getDilations();
  Dims dims{op.getContext(), {}};
  AffineExpr g = dims.addGroups(groups), o = dims.add(w[0] / groups), c = dims.add(w[1]),
             p = dims.add(w[2]), q = dims.add(w[3]);
  ContractionSpec spec;
  spec.parallel = dims.sizes.size();
  bool lanes = sumsOverLanes(op);
  AffineExpr n = dims.add(lanes ? x[0] / kLanes : x[0]), i = dims.add(y[2]), j = dims.add(y[3]);
  if (lanes)
    n = n * kLanes + dims.add(kLanes);
  AffineExpr out = g * (w[0] / groups) + o;
  spec.operands[0] = dims.map({n, out, i, j});
  spec.operands[1] =
      dims.map({n, g * w[1] + c, i * s[0] + p * d[0] - low[0], j * s[1] + q * d[1] - low[1]});
  spec.result = dims.map({out, c, p, q});
  spec.domain = dims.sizes;
  return spec;
}

//===--- interface ----------------------------------------------------------------------------===//

#define SINTER_CONV_INTERFACE(Op)                                                                  \
  SmallVector<int64_t> Op::getContractionDomain() { return describe(*this).domain; }               \
  int64_t Op::getParallelDims() { return describe(*this).parallel; }                               \
  AffineMap Op::getOperandAccess(unsigned i) { return describe(*this).operands[i]; }               \
  AffineMap Op::getResultAccess() { return describe(*this).result; }

SINTER_CONV_INTERFACE(Conv2dOp)
SINTER_CONV_INTERFACE(Conv2dInputGradientOp)
SINTER_CONV_INTERFACE(Conv2dFilterGradientOp)

int64_t Conv2dOp::getSumLanes() { return 1; }
int64_t Conv2dInputGradientOp::getSumLanes() { return 1; }
int64_t Conv2dFilterGradientOp::getSumLanes() { return sumsOverLanes(*this) ? kLanes : 1; }

/// Some tap falls outside the images at some position.
static bool hasBorders(rules::Sliding s) { return s.low[0] || s.low[1] || s.high[0] || s.high[1]; }
bool Conv2dOp::readsPadded() { return hasBorders(getSliding()); }
bool Conv2dFilterGradientOp::readsPadded() { return hasBorders(getSliding()); }
/// Rows of the cotangent begin and end inside the images unless the window is one point at every
/// position; by phase, some taps are behind the window.
bool Conv2dInputGradientOp::readsPadded() {
  ArrayRef<int64_t> w = shapeOf(getFilter()), x = shapeOf(getResult()), y = shapeOf(getCotangent()),
                    s = getStrides();
  return w[2] > 1 || w[3] > 1 || s[0] > 1 || s[1] > 1 || x[2] != y[2] || x[3] != y[3] ||
         hasBorders(getSliding());
}

//===--- gradients ----------------------------------------------------------------------------===//

namespace {
/// Builds members of the family with the attributes of one of them.
template <class Op> struct Family {
  GradBuilder &b;
  Op op;
  Value forward(Value x, Value w) {
    return b.make<Conv2dOp>(
        rules::conv2d(toRule(x.getType()), toRule(w.getType()), op.getSliding(), op.getGroups()),
        op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), op.getGroups(), x, w);
  }
  Value filterGradient(Value dy, Value x, ArrayRef<int64_t> window) {
    return b.make<Conv2dFilterGradientOp>(
        rules::conv2d_filter_gradient(toRule(dy.getType()), toRule(x.getType()), op.getSliding(),
                                      op.getGroups(), window.vec()),
        op.getStrides(), op.getLow(), op.getHigh(), op.getDilations(), op.getGroups(), window, dy,
        x);
  }
  Value inputGradient(Value dy, Value w, ArrayRef<int64_t> size);
};
} // namespace

/// `x` with step - 1 zeros behind each element of its last two axes, cut to `size`.
static Value interleave(GradBuilder &b, Value x, ArrayRef<int64_t> steps, ArrayRef<int64_t> size) {
  SmallVector<int64_t> shape(shapeOf(x)), apart{shape[0], shape[1], shape[2], 1, shape[3], 1};
  SmallVector<int64_t> joined{shape[0], shape[1], shape[2] * steps[0], shape[3] * steps[1]};
  x = b.pad(b.reshape(x, apart), {0, 0, 0, 0, 0, 0}, {0, 0, 0, steps[0] - 1, 0, steps[1] - 1});
  return b.slice(b.reshape(x, joined), {0, 0, 0, 0}, {shape[0], shape[1], size[0], size[1]});
}

template <class Op> Value Family<Op>::inputGradient(Value dy, Value w, ArrayRef<int64_t> size) {
  SmallVector<int64_t> strides(op.getStrides()), high(op.getHigh()), steps{1, 1},
      spread(shapeOf(dy).take_back(2));
  rules::Sliding sliding = op.getSliding();
  for (int axis : {0, 1}) {
    if (strides[axis] == 1 || sliding.dilations[axis] == 1)
      continue;
    // Not by phase: taps of a dilated window meet other rows. Zeros between the rows make the
    // stride 1.
    int64_t extent = sliding.dilations[axis] * (shapeOf(w)[2 + axis] - 1),
            least = size[axis] + sliding.low[axis] - extent;
    std::swap(steps[axis], strides[axis]);
    spread[axis] = std::max((spread[axis] - 1) * steps[axis] + 1, least);
    high[axis] = spread[axis] - least; // rows behind the last position are read by no tap
  }
  if (steps[0] > 1 || steps[1] > 1)
    dy = interleave(b, dy, steps, spread);
  sliding.strides = vec(strides);
  sliding.high = vec(high);
  return b.make<Conv2dInputGradientOp>(
      rules::conv2d_input_gradient(toRule(dy.getType()), toRule(w.getType()), sliding,
                                   op.getGroups(), size.vec()),
      ArrayRef<int64_t>(strides), op.getLow(), ArrayRef<int64_t>(high), op.getDilations(),
      op.getGroups(), size, dy, w);
}

static SmallVector<int64_t> lastTwo(Value value) {
  return SmallVector<int64_t>(shapeOf(value).take_back(2));
}

LogicalResult Conv2dOp::buildGradient(GradBuilder &b, ValueRange dy, SmallVectorImpl<Value> &dx) {
  Family<Conv2dOp> family{b, *this};
  dx[0] = family.inputGradient(dy[0], getFilter(), lastTwo(getInput()));
  dx[1] = family.filterGradient(dy[0], getInput(), lastTwo(getFilter()));
  return success();
}

// dx = T(w) dy is linear in both: its cotangent z gives dy the convolution of z, and w the filter
// gradient with z as images.
LogicalResult Conv2dInputGradientOp::buildGradient(GradBuilder &b, ValueRange dz,
                                                   SmallVectorImpl<Value> &dx) {
  Family<Conv2dInputGradientOp> family{b, *this};
  dx[0] = family.forward(dz[0], getFilter());
  dx[1] = family.filterGradient(getCotangent(), dz[0], lastTwo(getFilter()));
  return success();
}

LogicalResult Conv2dFilterGradientOp::buildGradient(GradBuilder &b, ValueRange dz,
                                                    SmallVectorImpl<Value> &dx) {
  Family<Conv2dFilterGradientOp> family{b, *this};
  dx[0] = family.forward(getInput(), dz[0]);
  dx[1] = family.inputGradient(getCotangent(), dz[0], lastTwo(getInput()));
  return success();
}
