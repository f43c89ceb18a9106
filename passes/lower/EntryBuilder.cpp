//===- EntryBuilder.cpp - writes one kernel.entry ---------------------------------------------===//
//
// See Lowering.h. Buffers and views stand in front of all kernels, in the order in which they were
// asked for.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Regions.h"
#include "passes/lower/Lowering.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sinter::passes {

kernel::BufferType getBufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  auto layout = dyn_cast_or_null<kernel::LayoutAttr>(type.getEncoding());
  if (layout && layout.isRowMajor())
    layout = {};
  return kernel::BufferType::get(type.getContext(), type.getShape(), type.getElementType(), layout);
}

std::string nameKernel(StringRef op, Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << op << '_' << type;
  return text;
}

EntryBuilder::EntryBuilder(OpBuilder &module, Location loc, StringRef symbol, StringRef name,
                           kernel::EntryKind kind, int64_t batch)
    : entry(kernel::EntryOp::create(module, loc, symbol, name, kind, batch, IntegerAttr(),
                                    ArrayAttr(), IntegerAttr())),
      builder(module) {
  builder.setInsertionPointToEnd(bodyOf(entry.getBody()));
}

OpBuilder EntryBuilder::atBuffers() {
  OpBuilder at = OpBuilder::atBlockBegin(&entry.getBody().front());
  if (lastBuffer)
    at.setInsertionPointAfter(lastBuffer);
  return at;
}

Value EntryBuilder::addBuffer(Location loc, StringRef name, kernel::Role role,
                              kernel::BufferType type, IntegerAttr offset, ElementsAttr value) {
  OpBuilder at = atBuffers();
  auto op = kernel::BufferOp::create(at, loc, type, name, role, offset, value);
  lastBuffer = op;
  return op;
}

Value EntryBuilder::addView(Location loc, Value source, kernel::BufferType type) {
  // What a body of a loop sees has its views there.
  if (source.getParentBlock() != &entry.getBody().front())
    return kernel::ViewOp::create(builder, loc, type, source);
  OpBuilder at = atBuffers();
  auto op = kernel::ViewOp::create(at, loc, type, source);
  lastBuffer = op;
  return op;
}

Value EntryBuilder::addTemp(Location loc, kernel::BufferType type) {
  return addBuffer(loc, llvm::formatv("t{0}", tempCount++).str(), kernel::Role::Temp, type);
}

Value EntryBuilder::getSymbolBuffer(Operation *symbol) {
  Value &place = places[symbol];
  if (!place) {
    auto stored = cast<ir::StoredOpInterface>(symbol);
    place = addBuffer(symbol->getLoc(), stored.getSymName(), stored.getRole(),
                      getBufferType(stored.getTensorType()), stored.getOffsetAttr());
  }
  return place;
}

Value EntryBuilder::getLogicalBuffer(ir::SymbolOp symbol) {
  Value &image = images[symbol];
  if (!image) {
    RankedTensorType type = cast<ir::StoredOpInterface>(*symbol).getTensorType();
    image = addBuffer(symbol.getLoc(), symbol.getSymName(), kernel::Role::Logical,
                      getBufferType(RankedTensorType::get(type.getShape(), type.getElementType())),
                      symbol.getLogicalOffsetAttr());
  }
  return image;
}

void EntryBuilder::addCopy(Location loc, StringRef what, Value from, ValueRange to) {
  auto type = cast<kernel::BufferType>(from.getType());
  AffineMap same = AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  SmallVector<AffineMap> maps(to.size() + 1, same);
  auto op = kernel::MapOp::create(
      builder, loc, nameKernel(what, type.getElementType()), numberKernel(), type.getShape(),
      ArrayRef<int64_t>{}, ValueRange{from}, to, builder.getAffineMapArrayAttr(maps),
      /*padded=*/false, kernel::AlgorithmAttr(), kernel::ScheduleInterface());
  Block *body = bodyOf(op.getBody());
  Value element = body->addArgument(type.getElementType(), loc);
  OpBuilder at = OpBuilder::atBlockBegin(body);
  kernel::YieldOp::create(at, loc, SmallVector<Value>(to.size(), element));
}

void EntryBuilder::addFill(Location loc, StringRef what, TypedAttr value, Value to) {
  auto type = cast<kernel::BufferType>(to.getType());
  AffineMap same = AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  auto op = kernel::MapOp::create(
      builder, loc, nameKernel(what, type.getElementType()), numberKernel(), type.getShape(),
      ArrayRef<int64_t>{}, ValueRange{}, to, builder.getAffineMapArrayAttr(same),
      /*padded=*/false, kernel::AlgorithmAttr(), kernel::ScheduleInterface());
  OpBuilder at = OpBuilder::atBlockEnd(bodyOf(op.getBody()));
  Value element = arith::ConstantOp::create(at, loc, value);
  kernel::YieldOp::create(at, loc, element);
}

} // namespace sinter::passes
