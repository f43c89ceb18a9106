//===- Constants.cpp - constant data of a module, each once -----------------------------------===//
//
// Constants become globals in the order of their buffer's layout, moved as bytes. Attributes are
// unique in a context, so equal bytes are equal attributes. Reading on: Kernels.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Kernels.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// The bytes of a constant's elements in row-major order, as memory holds them: i1 as bytes. One
/// element when all are equal.
static SmallVector<char> getStoredBytes(DenseElementsAttr value) {
  if (!value.getElementType().isInteger(1))
    return SmallVector<char>(value.getRawData());
  if (value.isSplat())
    return {static_cast<char>(value.getSplatValue<bool>())};
  return llvm::to_vector(
      llvm::map_range(value.getValues<bool>(), [](bool bit) { return static_cast<char>(bit); }));
}

/// Place of each index of a dim in a layout where all other indices are 0: a layout's places are
/// sums of those.
static SmallVector<SmallVector<int64_t>> getPlaces(kernel::BufferType type) {
  AffineMap map = type.getLinearMap();
  SmallVector<SmallVector<int64_t>> places;
  SmallVector<int64_t> point(type.getRank(), 0);
  for (auto [d, size] : llvm::enumerate(type.getShape())) {
    auto &own = places.emplace_back();
    for (point[d] = 0; point[d] < size; ++point[d])
      own.push_back(map.compose(point).front());
    point[d] = 0;
  }
  return places;
}

/// Row-major elements of `width` bytes in the order of the buffer's layout, zeros in its padding.
static SmallVector<char> permute(ArrayRef<char> rowMajor, kernel::BufferType type, size_t width) {
  SmallVector<char> result(type.getPhysicalElements() * width, 0);
  SmallVector<SmallVector<int64_t>> places = getPlaces(type);
  SmallVector<int64_t> point(type.getRank(), 0);
  for (size_t at = 0; at < rowMajor.size(); at += width) {
    int64_t place = 0;
    for (auto [d, index] : llvm::enumerate(point))
      place += places[d][index];
    memcpy(result.data() + place * width, rowMajor.data() + at, width);
    for (int64_t d = type.getRank(); d-- > 0 && ++point[d] == type.getShape()[d];)
      point[d] = 0;
  }
  return result;
}

DenseElementsAttr codegen::getPhysicalElements(DenseElementsAttr value, kernel::BufferType type) {
  Type stored = getStoredType(type.getElementType());
  auto shape = RankedTensorType::get({type.getPhysicalElements()}, stored);
  SmallVector<char> bytes = getStoredBytes(value);
  if (type.getLayout() && !value.isSplat())
    bytes = permute(bytes, type, type.getElementBytes());
  return DenseElementsAttr::getFromRawBuffer(shape, bytes);
}

memref::GlobalOp ConstantSet::get(Location loc, DenseElementsAttr value, kernel::BufferType type) {
  memref::GlobalOp &known = byBuffer[{value, type}];
  if (known)
    return known;
  DenseElementsAttr elements = getPhysicalElements(value, type);
  memref::GlobalOp &equal = byContent[elements];
  if (!equal) {
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    std::string name = "sinter.constant." + std::to_string(byContent.size() - 1);
    auto memory = MemRefType::get(elements.getType().getShape(), elements.getElementType());
    equal = memref::GlobalOp::create(top, loc, name, top.getStringAttr("private"), memory, elements,
                                     /*constant=*/true, top.getI64IntegerAttr(64));
  }
  return known = equal;
}

LLVM::GlobalOp ConstantSet::getText(StringRef text) {
  LLVM::GlobalOp &known = texts[text];
  if (!known) {
    OpBuilder top = OpBuilder::atBlockBegin(module.getBody());
    std::string bytes = text.str();
    bytes.push_back(0);
    auto type = LLVM::LLVMArrayType::get(top.getI8Type(), bytes.size());
    known = LLVM::GlobalOp::create(
        top, module.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Private,
        "sinter.text." + std::to_string(texts.size() - 1), top.getStringAttr(bytes));
  }
  return known;
}

LLVM::GlobalOp ConstantSet::getTexts(ArrayRef<std::string> list) {
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  SmallVector<Attribute> key;
  for (const std::string &text : list)
    key.push_back(b.getStringAttr(text));
  LLVM::GlobalOp &known = arrays[b.getArrayAttr(key)];
  if (known)
    return known;
  Location loc = module.getLoc();
  auto type = LLVM::LLVMArrayType::get(LLVM::LLVMPointerType::get(b.getContext()), list.size());
  known = LLVM::GlobalOp::create(b, loc, type, /*isConstant=*/true, LLVM::Linkage::Private,
                                 "sinter.texts." + std::to_string(arrays.size() - 1), Attribute());
  b.createBlock(&known.getInitializerRegion());
  Value array = LLVM::UndefOp::create(b, loc, type);
  for (auto [i, text] : llvm::enumerate(list)) {
    Value address = LLVM::AddressOfOp::create(b, loc, getText(text));
    array = LLVM::InsertValueOp::create(b, loc, array, address, static_cast<int64_t>(i));
  }
  LLVM::ReturnOp::create(b, loc, array);
  return known;
}

LLVM::GlobalOp ConstantSet::getNumbers(ArrayRef<int64_t> numbers) {
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  Attribute value = b.getI64TensorAttr(numbers);
  LLVM::GlobalOp &known = arrays[value];
  if (!known) {
    auto type = LLVM::LLVMArrayType::get(b.getI64Type(), numbers.size());
    known = LLVM::GlobalOp::create(b, module.getLoc(), type, /*isConstant=*/true,
                                   LLVM::Linkage::Private,
                                   "sinter.numbers." + std::to_string(arrays.size() - 1), value);
  }
  return known;
}
