//===- Target.cpp - target names, host query, LLVM machines -----------------------------------===//
//
// See Target.h. Levels are tables, not guesses from CPU names (D18).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Target.h"
#include "codegen/loops/Optimise.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <unistd.h>

using namespace mlir;
using namespace sinter;

extern "C" {
void LLVMInitializeX86TargetInfo(void);
void LLVMInitializeX86Target(void);
void LLVMInitializeX86TargetMC(void);
void LLVMInitializeX86AsmPrinter(void);
void LLVMInitializeX86AsmParser(void);
void LLVMInitializeAArch64TargetInfo(void);
void LLVMInitializeAArch64Target(void);
void LLVMInitializeAArch64TargetMC(void);
void LLVMInitializeAArch64AsmPrinter(void);
void LLVMInitializeAArch64AsmParser(void);
}

namespace {
/// One line of the table of targets.
struct Level {
  const char *name, *triple, *cpu, *features; // LLVM's feature names, comma separated
  int64_t vectorBits, vectorRegisters, fmaPorts;
  bool hasFma;
  int64_t loadPorts, fmaLatency; // of the CPUs that a level is mostly run on
};
} // namespace

static constexpr const char *kLinuxX86 = "x86_64-unknown-linux-gnu";
#define SINTER_V2 "cx16,popcnt,sse3,sse4.1,sse4.2,ssse3"
#define SINTER_V3 SINTER_V2 ",avx,avx2,bmi,bmi2,f16c,fma,lzcnt,movbe"
#define SINTER_V4 SINTER_V3 ",avx512bw,avx512cd,avx512dq,avx512f,avx512vl"
static const Level levels[] = {
    {"cpu:x86-64-v4", kLinuxX86, "x86-64-v4", SINTER_V4, 512, 32, 2, true, 2, 4},
    {"cpu:x86-64-v3", kLinuxX86, "x86-64-v3", SINTER_V3, 256, 16, 2, true, 2, 4},
    {"cpu:x86-64-v2", kLinuxX86, "x86-64-v2", SINTER_V2, 128, 16, 1, false, 2, 4},
    {"cpu:x86-64", kLinuxX86, "x86-64", "", 128, 16, 1, false, 2, 4},
    {"cpu:aarch64", "aarch64-unknown-linux-gnu", "generic", "", 128, 32, 2, true, 2, 4},
};
#undef SINTER_V2
#undef SINTER_V3
#undef SINTER_V4

ArrayRef<StringRef> codegen::getCpuTargetNames() {
  static const StringRef names[] = {"cpu:native",    "cpu:x86-64-v4", "cpu:x86-64-v3",
                                    "cpu:x86-64-v2", "cpu:x86-64",    "cpu:aarch64"};
  return names;
}

/// The best level whose features this machine has; null when it is of another kind.
static const Level *findHostLevel() {
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (host.getArch() == llvm::Triple::aarch64)
    return &levels[4];
  if (host.getArch() != llvm::Triple::x86_64)
    return nullptr;
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const Level &level : ArrayRef(levels).take_front(4)) {
    SmallVector<StringRef> needed;
    StringRef(level.features).split(needed, ',', -1, /*KeepEmpty=*/false);
    if (llvm::all_of(needed, [&](StringRef feature) { return features.lookup(feature); }))
      return &level;
  }
  return nullptr;
}

static int64_t cacheBytes(int name, int64_t otherwise) {
  long bytes = sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}

llvm::Expected<kernel::CpuTargetAttr> codegen::parseCpuTarget(MLIRContext *context,
                                                              StringRef name) {
  const Level *level = nullptr;
  int64_t l1 = 32 << 10, l2 = 1 << 20, l3 = 8 << 20;
  if (name == "cpu:native") {
    level = findHostLevel();
    l1 = cacheBytes(_SC_LEVEL1_DCACHE_SIZE, l1);
    l2 = cacheBytes(_SC_LEVEL2_CACHE_SIZE, l2);
    l3 = cacheBytes(_SC_LEVEL3_CACHE_SIZE, l3);
  } else {
    for (const Level &known : levels)
      if (name == known.name)
        level = &known;
  }
  if (!level)
    return llvm::createStringError("expects one of the targets " +
                                   llvm::join(getCpuTargetNames(), ", ") + ", got '" + name + "'");
  return kernel::CpuTargetAttr::get(context, name, level->triple, level->cpu, level->features,
                                    level->vectorBits, level->vectorRegisters, level->fmaPorts, l1,
                                    l2, l3, level->hasFma, level->loadPorts, level->fmaLatency);
}

std::string codegen::getNeededFeatures(kernel::CpuTargetAttr target) {
  return target.getFeatures().str();
}

static void initialiseTargets() {
  static bool once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)once;
}

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
codegen::makeTargetMachine(kernel::CpuTargetAttr target, int level) {
  initialiseTargets();
  llvm::Triple triple(target.getTriple());
  std::string why;
  const llvm::Target *machine = llvm::TargetRegistry::lookupTarget(triple, why);
  if (!machine)
    return llvm::createStringError("internal error: no code generator for '" + target.getTriple() +
                                   "': " + why);
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard; // only explicit fma (D1)
  SmallVector<StringRef> names;
  target.getFeatures().split(names, ',', -1, /*KeepEmpty=*/false);
  std::string features;
  for (StringRef name : names)
    features += (features.empty() ? "+" : ",+") + name.str();
  std::unique_ptr<llvm::TargetMachine> result(
      machine->createTargetMachine(triple, target.getCpu(), features, options, llvm::Reloc::PIC_,
                                   std::nullopt, getCodeLevel(level)));
  if (!result)
    return llvm::createStringError("internal error: no machine for '" + target.getName() + "'");
  return result;
}
