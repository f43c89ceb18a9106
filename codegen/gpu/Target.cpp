//===- Target.cpp - the table of architectures ------------------------------------------------===//
//
// A name of NVIDIA's stands for one chip, the largest of its architecture that is sold widely: the
// numbers price choices, and change no bits (D1, D18).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/gpu/Gpu.h"

using namespace mlir;
using namespace sinter;

namespace {
/// Compute capabilities: CUDA C++ Programming Guide 13.0, technical specifications; multiprocessors
/// and L2: NVIDIA's architecture papers of A100, GA102, AD102, H100, B200 and GB202. PTX: the first
/// version of the ISA that knows the architecture (PTX ISA, release notes).
struct Architecture {
  const char *name, *arch;
  int64_t ptxVersion, multiprocessors, sharedKilobytes, l2Megabytes;
};
} // namespace

static const Architecture architectures[] = {
    {"cuda:sm_80", "sm_80", 70, 108, 163, 40},    {"cuda:sm_86", "sm_86", 71, 84, 99, 6},
    {"cuda:sm_89", "sm_89", 78, 128, 99, 72},     {"cuda:sm_90", "sm_90", 78, 132, 227, 50},
    {"cuda:sm_100", "sm_100", 86, 148, 227, 126}, {"cuda:sm_120", "sm_120", 87, 170, 99, 96},
};

ArrayRef<StringRef> codegen::getGpuTargetNames() {
  static const SmallVector<StringRef> names = llvm::map_to_vector(
      architectures, [](const Architecture &known) { return StringRef(known.name); });
  return names;
}

llvm::Expected<kernel::GpuTargetAttr> codegen::parseGpuTarget(MLIRContext *context,
                                                              StringRef name) {
  constexpr int64_t kWarp = 32, kBlockThreads = 256, kRegisters = 65536;
  for (const Architecture &known : architectures)
    if (name == known.name)
      return kernel::GpuTargetAttr::get(context, name, known.arch, known.ptxVersion, kWarp,
                                        known.multiprocessors, kBlockThreads, kRegisters,
                                        known.sharedKilobytes << 10, known.l2Megabytes << 20);
  return llvm::createStringError("expects one of the targets " +
                                 llvm::join(getGpuTargetNames(), ", ") + ", got '" + name + "'");
}
