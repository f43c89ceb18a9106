//===- Kind.cpp - CPUs among all kinds of machines --------------------------------------------===//
//
// See codegen/loops/TargetKind.h.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Target.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;
using kernel::CpuTargetAttr;
using kernel::TargetInterface;

/// Features of a target, each without a sign.
static SmallVector<StringRef> getFeatures(CpuTargetAttr target) {
  SmallVector<StringRef> features;
  target.getFeatures().split(features, ',', -1, /*KeepEmpty=*/false);
  for (StringRef &feature : features)
    feature.consume_front("+");
  return features;
}

/// What LLVM is asked for is what the targets have; the numbers, by which passes choose, are free.
static std::string checkTarget(CpuTargetAttr target) {
  bool known = false;
  llvm::StringSet<> features;
  for (StringRef name : getCpuTargetNames()) {
    auto other = parseCpuTarget(target.getContext(), name);
    if (!other) { // cpu:native of a machine that has none
      llvm::consumeError(other.takeError());
      continue;
    }
    known |= other->getTriple() == target.getTriple() && other->getCpu() == target.getCpu();
    if (other->getTriple() == target.getTriple())
      features.insert_range(getFeatures(*other));
  }
  std::string names = llvm::join(getCpuTargetNames(), ", ");
  if (!known)
    return ("the triple and cpu of one of " + names + ", got triple = \"" + target.getTriple() +
            "\", cpu = \"" + target.getCpu() + "\"")
        .str();
  for (StringRef feature : getFeatures(target))
    if (!features.contains(feature))
      return ("features of " + names + ", got '" + feature + "'").str();
  for (int64_t number : {target.getVectorBits(), target.getVectorRegisters(), target.getFmaPorts(),
                         target.getLoadPorts(), target.getFmaLatency()})
    if (number < 1)
      return "bits, registers, ports and cycles from 1 on, got " + std::to_string(number);
  return "";
}

/// What `sinter targets` says, beside the CPU that this is.
static std::string describeTarget(CpuTargetAttr target) {
  std::string note = std::to_string(target.getVectorBits()) + "-bit vectors";
  auto native = parseCpuTarget(target.getContext(), "cpu:native");
  if (!native) {
    llvm::consumeError(native.takeError());
    return note;
  }
  if (target.getName() == "cpu:native")
    return note + ", the same as cpu; here " + target.getCpu().str();
  if (target.getTriple() != native->getTriple())
    return note + "; --kind object and emit only";
  if (target.getVectorBits() > native->getVectorBits())
    return note + "; builds, but this CPU lacks instructions to run it";
  return note;
}

namespace {
class CpuKind : public TargetKind {
public:
  bool owns(TargetInterface target) const override { return isa<CpuTargetAttr>(target); }
  ArrayRef<StringRef> getNames() const override { return getCpuTargetNames(); }
  llvm::Expected<TargetInterface> parse(MLIRContext *context, StringRef name) const override {
    auto target = parseCpuTarget(context, name);
    if (!target)
      return target.takeError();
    return TargetInterface(*target);
  }
  std::string describe(TargetInterface target) const override {
    return describeTarget(cast<CpuTargetAttr>(target));
  }
  std::string check(TargetInterface target) const override {
    return checkTarget(cast<CpuTargetAttr>(target));
  }
  StringRef getTextName() const override { return "asm"; }
  bool writesHostCode() const override { return true; }
  LogicalResult lowerToLoops(ModuleOp module) const override { return lowerToCpuLoops(module); }
  LogicalResult lowerToLLVM(ModuleOp module) const override { return lowerToCpuLLVM(module); }
  llvm::Error emitText(std::unique_ptr<llvm::Module> module, TargetInterface target,
                       llvm::raw_pwrite_stream &out, CodeOptions options,
                       std::unique_ptr<llvm::Module> tables) const override {
    return emitAssembly(std::move(module), cast<CpuTargetAttr>(target), out, std::move(options),
                        std::move(tables));
  }
  llvm::Expected<DeviceCode> makeDeviceCode(ModuleOp, CodeOptions) const override {
    return DeviceCode();
  }
};
} // namespace

const TargetKind &codegen::getCpuKind() {
  static const CpuKind kind;
  return kind;
}
