//===- Kernels.cpp - one function a kernel ----------------------------------------------------===//
//
// Buffers become flat memrefs, one argument a distinct operand; those whose bytes no other argument
// may write get `llvm.noalias`. Kernels that differ in name, place and memory only share one
// function: batch sizes, evaluation and prediction repeat much of each other. Reading on:
// Kernels.h, codegen/cpu/Kernels.cpp, codegen/gpu/Kernels.cpp (what is written).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/loops/Kernels.h"
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/Ranges.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

/// True when bytes behind operand `i` may also be reached by another distinct operand, one of the
/// two writing.
static bool mayAlias(ArrayRef<SmallVector<kernel::Range>> ranges, size_t i) {
  for (size_t j = 0; j < ranges.size(); ++j)
    if (j != i && kernel::conflict(ranges[i], ranges[j]))
      return true;
  return false;
}

/// Ranges of each distinct operand, in argument order.
static SmallVector<SmallVector<kernel::Range>> getOperandRanges(kernel::KernelOpInterface op,
                                                                ArrayRef<Value> operands) {
  SmallVector<SmallVector<kernel::Range>> result;
  for (Value operand : operands) {
    bool writes = llvm::is_contained(op.getWrittenBuffers(), operand);
    SmallVector<kernel::Range> ranges;
    for (kernel::BufferOp root : kernel::getRootBuffers(operand))
      ranges.push_back(kernel::makeRange(root, writes, kernel::getCarriedArgument(operand)));
    result.push_back(std::move(ranges));
  }
  return result;
}

SmallVector<Value> codegen::getKernelOperands(kernel::KernelOpInterface op) {
  llvm::SmallSetVector<Value, 8> distinct(op->operand_begin(), op->operand_end());
  return distinct.takeVector();
}

SmallVector<Location> codegen::getIndirectLocs(kernel::KernelOpInterface op) {
  auto map = dyn_cast<kernel::MapOp>(op.getOperation());
  return map ? map.getIndirectLocs() : SmallVector<Location>();
}

/// Which arguments no other argument may write behind: what the function promises of its memory.
static SmallVector<bool> getUnaliased(kernel::KernelOpInterface op, ArrayRef<Value> operands) {
  auto ranges = getOperandRanges(op, operands);
  SmallVector<bool> result;
  for (size_t i = 0; i < operands.size(); ++i)
    result.push_back(!mayAlias(ranges, i));
  return result;
}

/// All that the code of `op` depends on, but its regions. Emitters see types, accesses and
/// attributes, never which buffer stands behind an operand; which operands are one buffer is told
/// by the arguments' numbers.
static Attribute getFacts(kernel::KernelOpInterface op, ArrayRef<Value> operands,
                          ArrayRef<bool> unaliased) {
  Builder b(op.getContext());
  NamedAttrList attributes(op->getAttrDictionary()); // properties and others
  attributes.erase("kernel_name");
  attributes.erase("number");
  attributes.erase("contributors");
  SmallVector<Attribute> types;
  SmallVector<int64_t> arguments;
  for (Value operand : op->getOperands()) {
    types.push_back(TypeAttr::get(operand.getType()));
    arguments.push_back(llvm::find(operands, operand) - operands.begin());
  }
  return b.getArrayAttr({b.getStringAttr(op->getName().getStringRef()),
                         attributes.getDictionary(op.getContext()), b.getArrayAttr(types),
                         b.getDenseI64ArrayAttr(arguments), b.getDenseBoolArrayAttr(unaliased)});
}

static bool haveEqualRegions(Operation *one, Operation *other) {
  return llvm::all_of(llvm::zip_equal(one->getRegions(), other->getRegions()), [](auto pair) {
    auto &[x, y] = pair;
    return OperationEquivalence::isRegionEquivalentTo(&x, &y,
                                                      OperationEquivalence::IgnoreLocations);
  });
}

static func::FuncOp emitKernel(ModuleOp module, kernel::KernelOpInterface op,
                               ArrayRef<Value> operands, ArrayRef<bool> unaliased,
                               const KernelWriter &writer) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<Type> types;
  for (Value operand : operands) {
    auto type = cast<kernel::BufferType>(operand.getType());
    types.push_back(
        MemRefType::get({type.getPhysicalElements()}, getStoredType(type.getElementType())));
  }
  llvm::append_range(types, writer.getMoreTypes(op));
  auto function = func::FuncOp::create(builder, op->getLoc(), op.getFunctionName(),
                                       builder.getFunctionType(types, {}));
  function.setPrivate();
  function.setNoInline(true);
  for (size_t i = 0; i < operands.size(); ++i)
    if (unaliased[i])
      function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());

  Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  auto end = func::ReturnOp::create(builder, op->getLoc());
  builder.setInsertionPoint(end);
  EmitContext kernel(builder, op->getLoc(), kernel::getTarget(op), op.getDomain());
  for (auto [i, operand] : llvm::enumerate(operands)) {
    kernel.memory[operand] = body->getArgument(i);
    if (!unaliased[i])
      kernel.shared.insert(operand);
  }
  writer.write(kernel, op, body->getArguments().drop_front(operands.size()));
  return function;
}

KernelSet::KernelSet(ModuleOp module, ArrayRef<kernel::EntryOp> entries, KernelWriter writer)
    : writer(writer) {
  for (auto symbol : module.getOps<SymbolOpInterface>())
    names.insert(symbol.getName());
  for (kernel::EntryOp entry : entries)
    names.insert(entry.getSymName());
}

FailureOr<func::FuncOp> KernelSet::add(ModuleOp module, kernel::KernelOpInterface op) {
  if (!names.insert(op.getFunctionName()).second)
    return op->emitError("internal error: expects a kernel name of its own, got '")
           << op.getFunctionName() << "' twice";
  SmallVector<Value> operands = getKernelOperands(op);
  SmallVector<bool> unaliased = getUnaliased(op, operands);
  auto &alike = known[getFacts(op, operands, unaliased)];
  for (auto [other, function] : alike)
    if (haveEqualRegions(op, other))
      return functions[op] = function;
  func::FuncOp function = emitKernel(module, op, operands, unaliased, writer);
  alike.push_back({op, function});
  return functions[op] = function;
}
