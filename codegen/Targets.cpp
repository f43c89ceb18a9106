//===- Targets.cpp - the list of the kinds of machines ----------------------------------------===//
//
// See Targets.h. A new kind of machine is a line here.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/Targets.h"
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Target.h"
#include "codegen/gpu/Gpu.h"
#include "dialects/kernel/Cost.h"

#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::codegen;

static ArrayRef<const TargetKind *> getKinds() {
  static const TargetKind *const kinds[] = {&getCpuKind(), &getGpuKind()};
  return kinds;
}

SmallVector<StringRef> codegen::getTargetNames() {
  SmallVector<StringRef> names;
  for (const TargetKind *kind : getKinds())
    llvm::append_range(names, kind->getNames());
  return names;
}

llvm::Expected<kernel::TargetInterface> codegen::parseTarget(MLIRContext *context, StringRef name) {
  for (const TargetKind *kind : getKinds())
    if (llvm::is_contained(kind->getNames(), name))
      return kind->parse(context, name);
  return llvm::createStringError("expects one of the targets " +
                                 llvm::join(getTargetNames(), ", ") + ", got '" + name + "'");
}

llvm::Expected<kernel::CpuTargetAttr> codegen::getHostTarget(kernel::TargetInterface target) {
  if (auto cpu = dyn_cast<kernel::CpuTargetAttr>(target))
    return cpu;
  auto native = parseCpuTarget(target.getContext(), "cpu:native");
  if (!native)
    return native;
  bool arm = llvm::Triple(native->getTriple()).isAArch64();
  return parseCpuTarget(target.getContext(), arm ? "cpu:aarch64" : "cpu:x86-64");
}

const TargetKind &codegen::getTargetKind(kernel::TargetInterface target) {
  return **llvm::find_if(getKinds(), [&](const TargetKind *kind) { return kind->owns(target); });
}

const TargetKind &codegen::getTargetKind(ModuleOp module) {
  return getTargetKind(kernel::getTarget(module));
}
