//===- KernelOps.cpp - verifiers and interface methods of `kernel` ops ------------------------===//
//
// Everything that codegen relies on is checked here: counts and ranks of maps, which dims they use,
// in-bounds accesses, block arguments and yields. Reading on: Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Kernel.h"
#include "dialects/kernel/Verify.h"
#include "dialects/kernel/contract/Phase.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sinter::kernel;

#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.cpp.inc"

void YieldOp::build(OpBuilder &, OperationState &) {}

/// True when `expr` divides by something else than a positive constant: it has no range, and no
/// code.
static bool dividesBadly(AffineExpr expr) {
  bool bad = false;
  expr.walk([&](AffineExpr part) {
    if (part.getKind() != AffineExprKind::FloorDiv && part.getKind() != AffineExprKind::CeilDiv &&
        part.getKind() != AffineExprKind::Mod)
      return;
    auto divisor = dyn_cast<AffineConstantExpr>(cast<AffineBinaryOpExpr>(part).getRHS());
    bad |= !divisor || divisor.getValue() < 1;
  });
  return bad;
}

/// True when a value of the data takes part in an index.
static bool hasSymbol(AffineExpr expr) {
  bool found = false;
  expr.walk([&](AffineExpr part) { found |= isa<AffineSymbolExpr>(part); });
  return found;
}

LogicalResult sinter::kernel::verifyAccess(Operation *op, StringRef what, AffineMap map,
                                           BufferType type, ArrayRef<int64_t> dims, bool mayLeave,
                                           bool indirect) {
  if (map.getNumDims() != dims.size() || (map.getNumSymbols() != 0 && !indirect))
    return op->emitOpError() << "expects maps of " << dims.size() << " dims, got "
                             << AffineMapAttr::get(map) << " for " << what;
  if (map.getNumResults() != type.getRank())
    return op->emitOpError() << "expects a map of " << type.getRank() << " results for " << what
                             << ", got " << AffineMapAttr::get(map);
  if (llvm::any_of(map.getResults(), dividesBadly))
    return op->emitOpError() << "expects division by positive constants, got "
                             << AffineMapAttr::get(map) << " for " << what;
  if (mayLeave || llvm::is_contained(dims, 0))
    return success();
  for (auto [expr, size] : llvm::zip(map.getResults(), type.getShape())) {
    auto [low, high] = getIndexRange(expr, dims);
    if ((low < 0 || high >= size) && !hasSymbol(expr))
      return op->emitOpError() << "expects accesses inside " << type << ", got "
                               << AffineMapAttr::get(map) << " for " << what << " reaching [" << low
                               << ", " << high << "]";
  }
  return success();
}

LogicalResult sinter::kernel::verifyDims(Operation *op, ArrayRef<int64_t> dims) {
  for (int64_t size : dims)
    if (size < 0)
      return op->emitOpError() << "expects sizes of at least 0, got " << size;
  if (!getStoredBytes(dims, /*elementBytes=*/16,
                      nullptr)) // codegen counts points, flops and tiles in 64 bits
    return op->emitError() << "expects a kernel of fewer than 2^59 points, got [" << dims
                           << "] [E1021]";
  return success();
}

std::string sinter::kernel::nameFunction(Operation *op, StringRef name, IntegerAttr number) {
  auto entry = op->getParentOfType<EntryOp>();
  if (!number || !entry)
    return name.str();
  return llvm::formatv("{0}_{1,0+2}_{2}", entry.getSymName(), number.getInt(), name).str();
}

Type sinter::kernel::scalarOf(Value buffer) {
  return cast<BufferType>(buffer.getType()).getElementType();
}

LogicalResult sinter::kernel::verifyScalarCode(Operation *op, Block &block) {
  for (Operation &inside : block) {
    StringRef dialect = inside.getName().getDialectNamespace();
    if (dialect != "arith" && dialect != "math" &&
        !isa<ReduceOp, IndexOp, PhiloxOp, YieldOp>(inside))
      return inside.emitOpError()
             << "cannot stand in a kernel: expects scalar code of arith, math and kernel";
  }
  if (block.empty() || !isa<YieldOp>(block.back()))
    return op->emitOpError() << "expects its body to end in kernel.yield";
  return success();
}

static LogicalResult verifyYield(Operation *op, Block &block, OperandRange outs) {
  if (failed(verifyScalarCode(op, block)))
    return failure();
  auto yield = cast<YieldOp>(block.back());
  if (yield.getValues().size() != outs.size())
    return op->emitOpError() << "expects one yielded value an out (" << outs.size() << "), got "
                             << yield.getValues().size();
  for (auto [value, out] : llvm::zip(yield.getValues(), outs))
    if (value.getType() != scalarOf(out))
      return op->emitOpError() << "expects to yield " << scalarOf(out) << ", got "
                               << value.getType();
  return success();
}

//===--- entries, buffers ---------------------------------------------------------------------===//

LogicalResult EntryOp::verify() {
  for (Operation &op : getBody().front())
    if (!isa<BufferOp, ViewOp, SlotOp, LaunchOp, LoopOp, IfOp, KernelOpInterface>(op) &&
        op.getName().getDialectNamespace() != arith::ArithDialect::getDialectNamespace())
      return op.emitOpError()
             << "cannot stand in kernel.entry: expects buffers, kernels, launches, loops and ifs";
  size_t outputs = getOutputs() ? getOutputs()->size() : 0;
  if (getLoss() && *getLoss() >= outputs)
    return emitOpError() << "expects `loss` to be the place of one of its " << outputs
                         << " outputs, got " << int64_t(*getLoss());
  return success();
}

Segment sinter::kernel::getSegment(Role role) {
  switch (role) {
  case Role::Param:
  case Role::Form:
    return Segment::Params;
  case Role::State:
    return Segment::State;
  case Role::Scalar:
    return Segment::Scalars;
  case Role::Logical:
    return Segment::Logical;
  case Role::Constant:
    return Segment::Object;
  case Role::Input:
  case Role::Output:
  case Role::Temp:
    return Segment::Work;
  }
  llvm_unreachable("a role without a segment");
}

void BufferOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), getBufferName());
}

/// Bytes of the segment that `buffer` lies in; nothing where the text around it does not say.
static std::optional<int64_t> getSegmentBytes(BufferOp buffer) {
  auto entry = buffer->getParentOfType<EntryOp>();
  auto module = buffer->getParentOfType<ModuleOp>();
  auto sizes = module ? module->getAttrOfType<SegmentBytesAttr>("sinter.segment_bytes") : nullptr;
  Segment segment = buffer.getSegment();
  if (segment == Segment::Work && entry && entry.getWorkBytes()) // the module's is of another entry
    return *entry.getWorkBytes();
  if (!sizes || segment == Segment::Object)
    return std::nullopt;
  return sizes.getAll()[static_cast<int>(segment)];
}

/// A place lies inside its segment: code reads and writes there without asking.
static LogicalResult verifyPlace(BufferOp op) {
  if (!op.getOffset())
    return success();
  int64_t offset = *op.getOffset(), bytes = op.getResult().getType().getBytes(), end = 0;
  if (offset < 0)
    return op.emitOpError() << "expects an offset of 0 or more, got " << offset;
  bool far = __builtin_add_overflow(offset, bytes, &end);
  std::optional<int64_t> size = getSegmentBytes(op);
  if (!far && (!size || end <= *size))
    return success();
  auto error = op.emitOpError() << "'" << op.getBufferName() << "' expects to end ";
  if (size)
    error << "inside its segment of " << *size << " bytes";
  else
    error << "below 2^63 bytes";
  return error << ", got offset " << offset << " and " << bytes << " bytes";
}

LogicalResult BufferOp::verify() {
  if (failed(verifyPlace(*this)))
    return failure();
  bool constant = getRole() == Role::Constant;
  if (constant != getValue().has_value())
    return emitOpError() << "expects elements with role constant and with no other, got role '"
                         << stringifyRole(getRole()) << "' " << (constant ? "without" : "with")
                         << " elements";
  if (constant && (getValue()->getShapedType().getShape() != getResult().getType().getShape() ||
                   getValue()->getElementType() != getResult().getType().getElementType()))
    return emitOpError() << "expects elements of the buffer's shape and type, got "
                         << getValue()->getShapedType();
  return success();
}

LogicalResult IfOp::verify() {
  auto type = getPredicate().getType();
  if (type.getElementType().isInteger(1) && type.getPhysicalElements() == 1)
    return success();
  return emitOpError() << "expects a buffer of one i1, got " << type;
}

//===--- scalar code --------------------------------------------------------------------------===//

LogicalResult ReduceOp::verify() {
  if (!isa_and_nonnull<MapOp>((*this)->getParentOp()))
    return emitOpError() << "expects to stand in kernel.map";
  Type expected =
      getKind() == ReduceKind::Argmax ? IntegerType::get(getContext(), 32) : getInput().getType();
  if (getResult().getType() != expected)
    return emitOpError() << "expects a result of type " << expected << ", got "
                         << getResult().getType();
  return success();
}

LogicalResult IndexOp::verify() {
  auto kernel = dyn_cast_or_null<KernelOpInterface>((*this)->getParentOp());
  if (!kernel)
    return emitOpError() << "expects to stand in a kernel";
  auto stream = dyn_cast<StreamOp>(kernel.getOperation());
  size_t dims = stream ? stream.getColumns() + 1 : kernel.getDomain().size();
  if (getDim() >= dims)
    return emitOpError() << "expects a dim below " << dims << ", got " << int64_t(getDim());
  auto contract = dyn_cast<ContractOp>(kernel.getOperation());
  if (contract && getDim() >= contract.getParallel())
    return emitOpError() << "expects a parallel dim, got " << getDim();
  return success();
}

//===--- contract -----------------------------------------------------------------------------===//

/// True when each index that leaves `type` is also an index of an out of that size or less, where
/// the point is skipped.
static bool isGuarded(ContractOp op, AffineMap map, BufferType type) {
  if (map.getNumResults() != type.getRank() || map.getNumDims() != op.getDims().size())
    return false;
  size_t firstOut = 2 + op.getExtras().size();
  for (auto [expr, size] : llvm::zip(map.getResults(), type.getShape())) {
    if (dividesBadly(expr))
      return false;
    auto [low, high] = getIndexRange(expr, op.getDims());
    bool inside = low >= 0 && high < size;
    for (auto [o, out] : llvm::enumerate(op.getOuts()))
      for (auto [other, limit] : llvm::zip(op.getAccess(firstOut + o).getResults(),
                                           cast<BufferType>(out.getType()).getShape()))
        inside |= other == expr && limit <= size;
    if (!inside)
      return false;
  }
  return true;
}

LogicalResult ContractOp::verify() {
  ArrayRef<int64_t> dims = getDims();
  int64_t parallel = getParallel();
  if (failed(verifyDims(*this, dims)))
    return failure();
  if (parallel < 0 || parallel > int64_t(dims.size()))
    return emitOpError() << "expects at most " << dims.size() << " parallel dims, got " << parallel;
  if (getOuts().empty())
    return emitOpError() << "expects at least one out";
  if (getMaps().size() != 2 + getExtras().size() + getOuts().size())
    return emitOpError() << "expects one map a buffer ("
                         << 2 + getExtras().size() + getOuts().size() << "), got "
                         << getMaps().size();
  if (!getSums().empty() && getSums().size() != getOuts().size())
    return emitOpError() << "expects one 'sums' flag an out, got " << getSums().size();
  SmallVector<Value> buffers{getA(), getB()};
  llvm::append_range(buffers, getExtras());
  llvm::append_range(buffers, getOuts());
  size_t firstOut = 2 + getExtras().size();
  for (auto [i, buffer] : llvm::enumerate(buffers)) {
    AffineMap map = getAccess(i);
    auto type = cast<BufferType>(buffer.getType());
    // Points outside an out are skipped; an extra leaves its shape at such points only.
    bool mayLeave = getPadded() && (i < 2 || i >= firstOut || isGuarded(*this, map, type));
    if (failed(verifyAccess(*this, "buffer " + std::to_string(i), map, type, dims, mayLeave)))
      return failure();
    for (int64_t dim = parallel; i >= 2 && dim < int64_t(dims.size()); ++dim)
      if (map.isFunctionOfDim(dim))
        return emitOpError() << "expects extras and outs to use parallel dims only, got "
                             << AffineMapAttr::get(map);
  }
  if (failed(verifyAlgorithm(*this, getAlgorithmAttr(), dims.drop_front(parallel))))
    return failure();
  if (getAlgorithmAttr().isCut())
    return emitOpError() << "expects a chain or lanes: chunks of a sum of products are a parallel "
                            "dim and a kernel that joins them; got "
                         << getAlgorithmAttr();
  Block &block = getEpilogue().front();
  if (block.getNumArguments() != 1 + getExtras().size())
    return emitOpError() << "expects " << 1 + getExtras().size() << " epilogue arguments, got "
                         << block.getNumArguments();
  for (auto [argument, extra] : llvm::zip(block.getArguments().drop_front(), getExtras()))
    if (argument.getType() != scalarOf(extra))
      return emitOpError() << "expects an epilogue argument of type " << scalarOf(extra) << ", got "
                           << argument.getType();
  return verifyYield(*this, block, getOuts());
}

int64_t ContractOp::getFlops() {
  int64_t points = 1;
  for (int64_t size : getDims().take_front(getParallel()))
    points *= size;
  return 2 * countTerms(getContraction(*this)) +
         points * (int64_t(getEpilogue().front().getOperations().size()) - 1);
}

//===--- map ----------------------------------------------------------------------------------===//

/// An index that names a value is that value alone: of an in, integers, that is read directly.
static LogicalResult verifySymbols(MapOp op, AffineMap map) {
  for (AffineExpr expr : map.getResults()) {
    if (!hasSymbol(expr))
      continue;
    auto symbol = dyn_cast<AffineSymbolExpr>(expr);
    if (!symbol)
      return op.emitOpError() << "expects a symbol to be an index alone, got "
                              << AffineMapAttr::get(map);
    unsigned in = symbol.getPosition();
    if (in >= op.getIns().size() || op.getAccess(in).getNumSymbols() != 0 ||
        !scalarOf(op.getIns()[in]).isInteger())
      return op.emitOpError() << "expects symbol " << in
                              << " to be an in of integers that is read directly, got "
                              << AffineMapAttr::get(map);
  }
  return success();
}

/// An index alone walks its axis: two of one dim would be a diagonal, and the rest never written.
static LogicalResult verifyOuts(MapOp op) {
  for (size_t i = op.getIns().size(); i < op.getMaps().size(); ++i) {
    ArrayRef<AffineExpr> results = op.getAccess(i).getResults();
    for (auto [at, expr] : llvm::enumerate(results))
      if (isa<AffineDimExpr>(expr) && llvm::is_contained(results.drop_front(at + 1), expr))
        return op.emitOpError() << "expects the map of an out to name each dim once, got "
                                << AffineMapAttr::get(op.getAccess(i)) << " for buffer " << i;
  }
  return success();
}

/// What one row adds to, no other does.
static LogicalResult verifyAdds(MapOp op) {
  if (!op.getAdds().empty() && op.getAdds().size() != op.getOuts().size())
    return op.emitOpError() << "expects one 'adds' flag an out, got " << op.getAdds().size();
  for (size_t i = 0; i < op.getOuts().size(); ++i) {
    AffineMap map = op.getAccess(op.getIns().size() + i);
    if (!op.addsTo(i)) {
      if (map.getNumSymbols() != 0)
        return op.emitOpError()
               << "expects an out that is not added to to be written directly, got "
               << AffineMapAttr::get(map);
      continue;
    }
    for (auto [d, size] : llvm::enumerate(op.getDims()))
      if (size != 1 && !llvm::is_contained(op.getInner(), static_cast<int64_t>(d)) &&
          !llvm::is_contained(map.getResults(), getAffineDimExpr(d, op.getContext())))
        return op.emitOpError() << "expects an out that is added to to have dim " << d
                                << " as an index, got " << AffineMapAttr::get(map);
  }
  return success();
}

bool MapOp::varies(unsigned i, int64_t dim) {
  AffineMap map = getAccess(i);
  return map.isFunctionOfDim(dim) || llvm::any_of(map.getResults(), [&](AffineExpr expr) {
           auto symbol = dyn_cast<AffineSymbolExpr>(expr);
           return symbol && getAccess(symbol.getPosition()).isFunctionOfDim(dim);
         });
}

SmallVector<Location> MapOp::getIndirectLocs() {
  SmallVector<Location> locs;
  for (size_t i = 0; i < getMaps().size(); ++i)
    if (getAccess(i).getNumSymbols() != 0)
      locs.push_back(i < getIns().size() ? getBody().front().getArgument(i).getLoc() : getLoc());
  return locs;
}

LogicalResult MapOp::verify() {
  ArrayRef<int64_t> dims = getDims();
  if (failed(verifyDims(*this, dims)))
    return failure();
  int64_t last = -1;
  for (int64_t dim : getInner()) {
    if (dim <= last || dim >= int64_t(dims.size()))
      return emitOpError() << "expects 'inner' to list dims of the domain in rising order, got "
                           << dim;
    last = dim;
  }
  if (getMaps().size() != getIns().size() + getOuts().size())
    return emitOpError() << "expects one map a buffer (" << getIns().size() + getOuts().size()
                         << "), got " << getMaps().size();
  for (auto [i, buffer] : llvm::enumerate(getOperands()))
    if (failed(verifyAccess(*this, "buffer " + std::to_string(i), getAccess(i),
                            cast<BufferType>(buffer.getType()), dims,
                            i < getIns().size() && getPadded(), /*indirect=*/true)) ||
        failed(verifySymbols(*this, getAccess(i))))
      return failure();
  if (failed(verifyOuts(*this)) || failed(verifyAdds(*this)))
    return failure();
  Block &block = getBody().front();
  SmallVector<int64_t> row;
  for (int64_t dim : getInner())
    row.push_back(dims[dim]);
  bool reduces =
      !block.getOps<ReduceOp>().empty() || (!row.empty() && llvm::is_contained(getAdds(), true));
  if (failed(verifyAlgorithm(*this, getAlgorithmAttr(),
                             reduces ? std::optional(ArrayRef(row)) : std::nullopt)))
    return failure();
  if (block.getNumArguments() != getIns().size())
    return emitOpError() << "expects one block argument an input (" << getIns().size() << "), got "
                         << block.getNumArguments();
  for (auto [argument, input] : llvm::zip(block.getArguments(), getIns()))
    if (argument.getType() != scalarOf(input))
      return emitOpError() << "expects a block argument of type " << scalarOf(input) << ", got "
                           << argument.getType();
  return verifyYield(*this, block, getOuts());
}

int64_t MapOp::getFlops() {
  int64_t points = 1, ops = 0;
  for (int64_t size : getDims())
    points *= size;
  for (Operation &op : getBody().front())
    ops += !isa<YieldOp, IndexOp>(op) && !op.hasTrait<OpTrait::ConstantLike>();
  return points * ops;
}

//===--- views, loops -------------------------------------------------------------------------===//

LogicalResult ViewOp::verify() {
  BufferType from = getSource().getType(), to = getResult().getType();
  for (BufferType type : {from, to})
    if (type.getLayout() && !type.getLayout().isRowMajor())
      return emitOpError() << "expects row-major buffers, got " << type;
  if (from.getElementType() != to.getElementType() ||
      from.getPhysicalElements() != to.getPhysicalElements())
    return emitOpError() << "expects equal element types and counts, got " << from << " and " << to;
  return success();
}

LogicalResult SlotOp::verify() {
  BufferType from = getSource().getType(), to = getResult().getType();
  if (from.getRank() == 0 || from.getShape().drop_front() != to.getShape() ||
      from.getElementType() != to.getElementType())
    return emitOpError() << "expects the source's shape without its leading dim, got " << from
                         << " and " << to;
  return success();
}

LogicalResult LoopOp::verify() {
  if (getCarried().size() % 2)
    return emitOpError() << "expects pairs of carried buffers, got " << getCarried().size();
  size_t pairs = getCarried().size() / 2;
  if (getResults().size() != pairs)
    return emitOpError() << "expects one result a pair (" << pairs << "), got "
                         << getResults().size();
  Block &block = getBody().front();
  if (block.getNumArguments() != 1 + 2 * pairs || !block.getArgument(0).getType().isIndex())
    return emitOpError() << "expects an index and two block arguments a pair";
  for (size_t i = 0; i < pairs; ++i)
    for (Type type : {getCarried()[2 * i + 1].getType(), block.getArgument(1 + 2 * i).getType(),
                      block.getArgument(2 + 2 * i).getType(), getResults()[i].getType()})
      if (type != getCarried()[2 * i].getType())
        return emitOpError() << "expects one type for carried pair " << i << ", got " << type;
  if (!getTrip() &&
      (pairs == 0 || !cast<BufferType>(getCarried()[0].getType()).getElementType().isInteger(1)))
    return emitOpError() << "expects 'trip', or an i1 predicate as its first carried pair";
  return success();
}
