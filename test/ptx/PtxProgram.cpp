//===- PtxProgram.cpp - planned entries on the emulator ---------------------------------------===//
//
// See PtxProgram.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/PtxProgram.h"

#include "codegen/gpu/Gpu.h"
#include "codegen/gpu/Kernels.h"
#include "codegen/loops/Kernels.h"
#include "dialects/kernel/Cost.h"
#include "dialects/kernel/Ranges.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace sinter;
using namespace sinter::test;
using llvm::failure;

llvm::Expected<std::unique_ptr<PtxProgram>> PtxProgram::create(mlir::ModuleOp planned, int level) {
  auto program = std::make_unique<PtxProgram>();
  program->module = planned.clone();
  mlir::WalkResult straight = planned.walk([](mlir::Operation *op) {
    return mlir::WalkResult(failure(mlir::isa<kernel::LoopOp, kernel::IfOp>(op)));
  });
  if (straight.wasInterrupted())
    return llvm::createStringError("nothing launches kernels of loops and ifs yet [E1022]");
  auto target = mlir::cast<kernel::GpuTargetAttr>(kernel::getTarget(*program->module));
  if (failed(codegen::lowerToGpuLoops(*program->module)) ||
      failed(codegen::lowerToGpuLLVM(*program->module)))
    return llvm::createStringError("there is no PTX"); // the reason is reported
  llvm::LLVMContext context;
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  if (llvm::Error error = codegen::emitPtx(codegen::translateToLLVMIR(*program->module, context),
                                           target, out, level))
    return error;
  if (std::string error = program->code.parse(text.str()); !error.empty())
    return llvm::createStringError(error);
  return program;
}

/// Elements of a constant as memory holds them; constants of tests are row-major.
static std::vector<char> getBytes(kernel::BufferOp op) {
  auto value = mlir::cast<mlir::DenseElementsAttr>(op.getValueAttr());
  std::vector<char> bytes;
  if (value.getElementType().isInteger(1)) {
    for (bool bit : value.getValues<bool>())
      bytes.push_back(static_cast<char>(bit));
    return bytes;
  }
  llvm::ArrayRef<char> raw = value.getRawData();
  for (int64_t i = 0; i < (value.isSplat() ? value.getNumElements() : 1); ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}

llvm::Expected<ptx::Range> PtxProgram::locate(mlir::Value buffer) {
  mlir::Operation *op = buffer.getDefiningOp();
  if (auto view = mlir::dyn_cast_or_null<kernel::ViewOp>(op))
    return locate(view.getSource());
  auto named = mlir::dyn_cast_or_null<kernel::BufferOp>(op);
  if (!named)
    return llvm::createStringError("buffers of loops are not covered yet");
  int64_t bytes = named.getType().getBytes();
  if (named.getRole() == kernel::Role::Constant) {
    auto [at, fresh] = constants.try_emplace(op);
    if (fresh)
      at->second = getBytes(named);
    return ptx::Range{at->second.data(), bytes};
  }
  auto *base = static_cast<char *>(segments[static_cast<int>(named.getSegment())]);
  return ptx::Range{base + *named.getOffset(), bytes};
}

llvm::Error PtxProgram::launch(kernel::KernelOpInterface op) {
  auto name = op->getAttrOfType<mlir::StringAttr>(codegen::kFunctionAttr);
  const ptx::Kernel *function = name ? code.find(name.str()) : nullptr;
  if (!function)
    return llvm::createStringError("no PTX for " + op.getFunctionName());
  std::vector<uint64_t> parameters;
  std::vector<ptx::Range> ranges;
  for (mlir::Value operand : codegen::getKernelOperands(op)) {
    llvm::Expected<ptx::Range> range = locate(operand);
    if (!range)
      return range.takeError();
    parameters.push_back(reinterpret_cast<uint64_t>(range->begin));
    ranges.push_back(*range);
  }
  codegen::ReportRecord report{};
  if (!codegen::getIndirectLocs(op).empty()) {
    parameters.push_back(reinterpret_cast<uint64_t>(&report));
    ranges.push_back({reinterpret_cast<const char *>(&report), sizeof report});
  }
  constexpr uint32_t kThreads = 32; // a warp: grids of tests have few points
  if (std::string error = ptx::launch(*function, blocks, kThreads, parameters, ranges);
      !error.empty())
    return llvm::createStringError(error);
  if (report.taken)
    return llvm::createStringError(function->name + ": index " + std::to_string(report.value) +
                                   " is outside of an axis of " + std::to_string(report.size));
  return llvm::Error::success();
}

llvm::Error PtxProgram::runBlock(mlir::Block &block) {
  for (mlir::Operation &op : block) {
    if (auto kernel = mlir::dyn_cast<kernel::KernelOpInterface>(op)) {
      if (llvm::Error error = launch(kernel))
        return error;
    } else if (auto parts = mlir::dyn_cast<kernel::LaunchOp>(op)) {
      for (mlir::Region *region : {&parts.getParts(), &parts.getSerial()})
        if (!region->empty())
          if (llvm::Error error = runBlock(region->front()))
            return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error PtxProgram::run(llvm::StringRef name, void *const *where, unsigned count) {
  segments = where;
  blocks = count;
  for (kernel::EntryOp entry : codegen::getPlannedEntries(*module))
    if (entry.getSymName() == name)
      return runBlock(entry.getBody().front());
  return llvm::createStringError("no entry '" + name + "'");
}
