//===- EntryBuilder.cpp - writes one kernel.entry ---------------------------------------------===//
//
// See Lowering.h. Buffers and views stand in front of all kernels, in the order in which they were
// asked for.
//
//===------------------------------------------------------------------------------------------===//
#include "passes/Regions.h"
#include "passes/lower/Lowering.h"

#include "llvm/Support/Format.h"
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

/// "f32", "i1", "i64".
static std::string nameType(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

EntryBuilder::EntryBuilder(OpBuilder &module, Location loc, StringRef symbol, StringRef name,
                           StringRef kind, int64_t batch)
    : entry(kernel::EntryOp::create(module, loc, symbol, name, kind, batch, IntegerAttr())),
      builder(module) {
  builder.setInsertionPointToEnd(bodyOf(entry.getBody()));
}

EntryBuilder::EntryBuilder(kernel::EntryOp entry) : entry(entry), builder(entry.getContext()) {
  builder.setInsertionPointToEnd(&entry.getBody().front());
  for (Operation &op : entry.getBody().front()) {
    if (isa<kernel::KernelOpInterface>(op)) {
      if (kernelCount++ == 0)
        builder.setInsertionPoint(&op);
      continue;
    }
    lastBuffer = &op;
    // Symbols keep the place that they have here.
    if (auto buffer = dyn_cast<kernel::BufferOp>(op))
      if (llvm::is_contained({"param", "derived", "state", "scalar"}, buffer.getRole()))
        places[SymbolTable::lookupNearestSymbolFrom(entry, buffer.getBufferNameAttr())] = buffer;
  }
}

OpBuilder EntryBuilder::atBuffers() {
  OpBuilder at = OpBuilder::atBlockBegin(&entry.getBody().front());
  if (lastBuffer)
    at.setInsertionPointAfter(lastBuffer);
  return at;
}

Value EntryBuilder::addBuffer(Location loc, StringRef name, StringRef role, int64_t segment,
                              kernel::BufferType type, IntegerAttr offset, ElementsAttr value) {
  OpBuilder at = atBuffers();
  auto op = kernel::BufferOp::create(at, loc, type, at.getStringAttr(name), at.getStringAttr(role),
                                     at.getI64IntegerAttr(segment), offset, value);
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
  return addBuffer(loc, llvm::formatv("t{0}", tempCount++).str(), "temp", Work, type);
}

Value EntryBuilder::getSymbolBuffer(Operation *symbol) {
  Value &place = places[symbol];
  if (!place) {
    auto name = symbol->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    auto segment = symbol->getAttrOfType<IntegerAttr>("segment");
    StringRef role = isa<ir::ScalarOp>(symbol)    ? "scalar"
                     : isa<ir::DerivedOp>(symbol) ? "derived"
                     : segment.getInt() == Params ? "param"
                                                  : "state";
    Type type = symbol->getAttrOfType<TypeAttr>("type").getValue();
    if (!isa<RankedTensorType>(type))
      type = RankedTensorType::get({}, type);
    place = addBuffer(symbol->getLoc(), name, role, segment.getInt(), getBufferType(type),
                      symbol->getAttrOfType<IntegerAttr>("offset"));
  }
  return place;
}

Value EntryBuilder::getLogicalBuffer(Operation *symbol) {
  Value &image = images[symbol];
  if (!image) {
    auto name = symbol->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
    auto type = cast<RankedTensorType>(symbol->getAttrOfType<TypeAttr>("type").getValue());
    image = addBuffer(symbol->getLoc(), name, "logical", Logical,
                      getBufferType(RankedTensorType::get(type.getShape(), type.getElementType())),
                      symbol->getAttrOfType<IntegerAttr>("logical_offset"));
  }
  return image;
}

void EntryBuilder::addCopy(Location loc, StringRef what, Value from, ValueRange to) {
  auto type = cast<kernel::BufferType>(from.getType());
  AffineMap same = AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  SmallVector<AffineMap> maps(to.size() + 1, same);
  auto op = kernel::MapOp::create(
      builder, loc, nameKernel(what, type.getElementType()), type.getShape(), ArrayRef<int64_t>{},
      ValueRange{from}, to, builder.getAffineMapArrayAttr(maps),
      /*padded=*/false, kernel::AlgorithmAttr(), kernel::CpuScheduleAttr());
  Block *body = bodyOf(op.getBody());
  Value element = body->addArgument(type.getElementType(), loc);
  OpBuilder at = OpBuilder::atBlockBegin(body);
  kernel::YieldOp::create(at, loc, SmallVector<Value>(to.size(), element));
}

void EntryBuilder::addFill(Location loc, StringRef what, TypedAttr value, Value to) {
  auto type = cast<kernel::BufferType>(to.getType());
  AffineMap same = AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  auto op = kernel::MapOp::create(builder, loc, nameKernel(what, type.getElementType()),
                                  type.getShape(), ArrayRef<int64_t>{}, ValueRange{}, to,
                                  builder.getAffineMapArrayAttr(same), /*padded=*/false,
                                  kernel::AlgorithmAttr(), kernel::CpuScheduleAttr());
  OpBuilder at = OpBuilder::atBlockEnd(bodyOf(op.getBody()));
  Value element = arith::ConstantOp::create(at, loc, value);
  kernel::YieldOp::create(at, loc, element);
}

std::string EntryBuilder::nameKernel(StringRef op, Type type) {
  std::string number = llvm::formatv("{0}", llvm::format("%02u", kernelCount++)).str();
  return (entry.getSymName() + "_" + number + "_" + op + "_" + nameType(type)).str();
}

} // namespace sinter::passes
