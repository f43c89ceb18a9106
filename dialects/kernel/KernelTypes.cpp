//===- KernelTypes.cpp - layouts and buffers --------------------------------------------------===//
//
// Where the elements of a shaped value lie: physical shapes and linear maps of #kernel.layout, and
// the text form of !kernel.buffer. Invariant: a linear map is injective on the logical index space.
// Reading on: Kernel.td.
//
//===------------------------------------------------------------------------------------------===//
#include "dialects/kernel/Kernel.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace sinter::kernel;

/// Elements that the blocks of a layout may hold together.
static constexpr int64_t kMaxBlock = int64_t(1) << 31;

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> perm, ArrayRef<int64_t> block,
                                 ArrayRef<int64_t> by) {
  if (perm.empty())
    return emitError() << "layout expects at least one dim: a scalar has no layout";
  SmallVector<bool> seen(perm.size(), false);
  for (int64_t dim : perm) {
    if (dim < 0 || dim >= int64_t(perm.size()) || seen[dim])
      return emitError() << "layout expects 'perm' to name each dim once, got dim " << dim;
    seen[dim] = true;
  }
  if (block.size() != by.size())
    return emitError() << "layout expects as many block sizes as blocked dims, got " << by.size()
                       << " and " << block.size();
  int64_t all = 1;
  for (auto [dim, size] : llvm::zip(block, by)) {
    if (dim < 0 || dim >= int64_t(perm.size()))
      return emitError() << "layout expects a blocked dim below " << perm.size() << ", got " << dim;
    if (size < 1)
      return emitError() << "layout expects a positive block size, got " << size;
    // So that a rounded-up size is never far from overflow.
    if (__builtin_mul_overflow(all, size, &all) || all > kMaxBlock)
      return emitError() << "layout expects blocks of at most " << kMaxBlock
                         << " elements, got more";
  }
  return success();
}

/// Product of the sizes by which `dim` is blocked at block positions >= `from`.
static int64_t blockedBy(LayoutAttr layout, int64_t dim, size_t from) {
  int64_t product = 1;
  for (size_t i = from; i < layout.getBlock().size(); ++i)
    if (layout.getBlock()[i] == dim)
      product *= layout.getBy()[i];
  return product;
}

SmallVector<int64_t> LayoutAttr::getPhysicalShape(ArrayRef<int64_t> logical) const {
  SmallVector<int64_t> shape;
  for (int64_t dim : getPerm()) {
    int64_t by = blockedBy(*this, dim, 0);
    shape.push_back((logical[dim] + by - 1) / by);
  }
  llvm::append_range(shape, getBy());
  return shape;
}

AffineMap LayoutAttr::getLinearMap(ArrayRef<int64_t> logical) const {
  MLIRContext *context = getContext();
  SmallVector<int64_t> shape = getPhysicalShape(logical);
  SmallVector<AffineExpr> index;
  for (int64_t dim : getPerm()) {
    AffineExpr d = getAffineDimExpr(dim, context);
    int64_t by = blockedBy(*this, dim, 0);
    index.push_back(by == 1 ? d : d.floorDiv(by));
  }
  for (size_t i = 0; i < getBlock().size(); ++i) {
    // A dim may be blocked more than once: this block counts what the later ones leave.
    AffineExpr d = getAffineDimExpr(getBlock()[i], context);
    int64_t inside = blockedBy(*this, getBlock()[i], i + 1);
    index.push_back((inside == 1 ? d : d.floorDiv(inside)) % getBy()[i]);
  }
  return AffineMap::get(logical.size(), 0, getRowMajor(context, index, shape));
}

bool LayoutAttr::isRowMajor() const {
  return getBlock().empty() && llvm::equal(getPerm(), llvm::seq<int64_t>(0, getPerm().size()));
}

std::optional<int64_t> sinter::kernel::getStoredBytes(ArrayRef<int64_t> shape, int64_t elementBytes,
                                                      LayoutAttr layout) {
  if (layout && layout.getPerm().size() != shape.size())
    return std::nullopt;
  // Round-ups cannot overflow: blocks are bounded.
  if (llvm::any_of(shape, [](int64_t size) { return size < 0 || size > INT64_MAX - kMaxBlock; }))
    return std::nullopt;
  if (llvm::is_contained(shape, 0)) // empty, whatever the product of the others would be
    return 0;
  int64_t bytes = elementBytes;
  for (int64_t size : layout ? layout.getPhysicalShape(shape) : llvm::to_vector(shape))
    if (__builtin_mul_overflow(bytes, size, &bytes))
      return std::nullopt;
  return bytes;
}

int64_t sinter::kernel::getElementBytes(Type element) {
  return element.isIndex() ? 8 : (element.getIntOrFloatBitWidth() + 7) / 8;
}

int64_t sinter::kernel::getBytes(RankedTensorType type) {
  return type.getNumElements() * getElementBytes(type.getElementType());
}

LogicalResult BufferType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> shape, Type element, LayoutAttr layout) {
  if (!element.isIntOrIndexOrFloat())
    return emitError() << "buffer expects a scalar element type, got " << element;
  if (layout && layout.getPerm().size() != shape.size())
    return emitError() << "buffer expects a layout of rank " << shape.size() << ", got " << layout;
  if (getStoredBytes(shape, sinter::kernel::getElementBytes(element), layout))
    return success();
  return emitError() << "buffer expects sizes of 0 or more and fewer than 2^63 bytes, got ["
                     << shape << "] of " << element;
}

int64_t BufferType::getPhysicalElements() const {
  return *getStoredBytes(getShape(), /*elementBytes=*/1, getLayout());
}

int64_t BufferType::getElementBytes() const {
  return sinter::kernel::getElementBytes(getElementType());
}

AffineMap BufferType::getLinearMap() const {
  if (LayoutAttr layout = getLayout())
    return layout.getLinearMap(getShape());
  AffineMap index = AffineMap::getMultiDimIdentityMap(getRank(), getContext());
  return AffineMap::get(getRank(), 0, getRowMajor(getContext(), index.getResults(), getShape()));
}

Type BufferType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Type element;
  LayoutAttr layout;
  if (parser.parseLess() || parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
      parser.parseType(element))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parser.parseAttribute(layout))
    return {};
  if (parser.parseGreater())
    return {};
  return BufferType::getChecked([&] { return parser.emitError(parser.getNameLoc()); },
                                parser.getContext(), ArrayRef<int64_t>(shape), element, layout);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t size : getShape())
    printer << size << "x";
  printer << getElementType();
  if (getLayout())
    printer << ", " << getLayout();
  printer << ">";
}
