//===- Kind.cpp - NVIDIA GPUs among all kinds of machines -------------------------------------===//
//
// See codegen/loops/TargetKind.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Gpu.h"

#include "dialects/kernel/Cost.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;
using kernel::GpuTargetAttr;
using kernel::TargetInterface;

/// Architectures are those of the table; the numbers, by which passes choose, are free.
static std::string checkTarget(GpuTargetAttr target) {
  bool known = llvm::any_of(getGpuTargetNames(), [&](StringRef name) {
    auto other = llvm::cantFail(parseGpuTarget(target.getContext(), name));
    return other.getArch() == target.getArch() && other.getPtxVersion() == target.getPtxVersion();
  });
  if (!known)
    return ("the arch and ptxVersion of one of " + llvm::join(getGpuTargetNames(), ", ") +
            ", got arch = \"" + target.getArch() +
            "\", ptxVersion = " + std::to_string(target.getPtxVersion()))
        .str();
  for (int64_t number : {target.getWarp(), target.getMultiprocessors(), target.getBlockThreads(),
                         target.getRegisters(), target.getSharedBytes(), target.getL2()})
    if (number < 1)
      return "threads, registers and bytes from 1 on, got " + std::to_string(number);
  if (!kernel::GpuScheduleAttr::get(target.getContext(), target.getBlockThreads()).isFor(target))
    return "blocks of 1024 threads at most, got " + std::to_string(target.getBlockThreads());
  return "";
}

static llvm::Expected<DeviceCode> makeDeviceCode(ModuleOp module, const CodeOptions &options) {
  llvm::LLVMContext context;
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  auto target = cast<GpuTargetAttr>(kernel::getTarget(module));
  if (llvm::Error error = emitPtx(translateToLLVMIR(module, context), target, out, options.level))
    return error;
  ModuleOp host = findHostModule(module);
  auto constants = host ? host.lookupSymbol<LLVM::GlobalOp>(kConstantsName) : LLVM::GlobalOp();
  if (!constants)
    return llvm::createStringError("internal error: expects the constants of the host, got none");
  return DeviceCode{"cuda", "sinter_device_cuda", text.str().str(), kConstantsName.str(),
                    cast<LLVM::LLVMArrayType>(constants.getGlobalType()).getNumElements()};
}

namespace {
class GpuKind : public TargetKind {
public:
  bool owns(TargetInterface target) const override { return isa<GpuTargetAttr>(target); }
  ArrayRef<StringRef> getNames() const override { return getGpuTargetNames(); }
  llvm::Expected<TargetInterface> parse(MLIRContext *context, StringRef name) const override {
    auto target = parseGpuTarget(context, name);
    if (!target)
      return target.takeError();
    return TargetInterface(*target);
  }
  std::string describe(TargetInterface) const override {
    return "NVIDIA GPUs; runs where their driver is";
  }
  std::string check(TargetInterface target) const override {
    return checkTarget(cast<GpuTargetAttr>(target));
  }
  StringRef getTextName() const override { return "ptx"; }
  bool writesHostCode() const override { return false; }
  LogicalResult lowerToLoops(ModuleOp module) const override { return lowerToGpuLoops(module); }
  LogicalResult lowerToLLVM(ModuleOp module) const override { return lowerToGpuLLVM(module); }
  llvm::Error emitText(std::unique_ptr<llvm::Module> module, TargetInterface target,
                       llvm::raw_pwrite_stream &out, CodeOptions options,
                       std::unique_ptr<llvm::Module>) const override {
    return emitPtx(std::move(module), cast<GpuTargetAttr>(target), out, options.level);
  }
  llvm::Expected<DeviceCode> makeDeviceCode(ModuleOp module, CodeOptions options) const override {
    return ::makeDeviceCode(module, options);
  }
};
} // namespace

const TargetKind &codegen::getGpuKind() {
  static const GpuKind kind;
  return kind;
}
