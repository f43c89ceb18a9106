//===- PtxProgram.cpp - planned entries on the emulator ---------------------------------------===//
//
// See PtxProgram.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/PtxProgram.h"

#include "codegen/cpu/Target.h"
#include "codegen/gpu/Gpu.h"
#include "dialects/kernel/Cost.h"

#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <array>

using namespace sinter;
using namespace sinter::test;

llvm::Expected<std::unique_ptr<PtxProgram>> PtxProgram::create(mlir::ModuleOp planned, int level) {
  auto program = std::make_unique<PtxProgram>();
  mlir::OwningOpRef<mlir::ModuleOp> module = planned.clone();
  auto target = mlir::cast<kernel::GpuTargetAttr>(kernel::getTarget(*module));
  if (failed(codegen::lowerToGpuLoops(*module)) || failed(codegen::lowerToGpuLLVM(*module)))
    return llvm::createStringError("there is no PTX"); // the reason is reported
  llvm::LLVMContext context;
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream out(text);
  if (llvm::Error error =
          codegen::emitPtx(codegen::translateToLLVMIR(*module, context), target, out, level))
    return error;
  if (std::string error = program->code.parse(text.str()); !error.empty())
    return llvm::createStringError(error);
  auto native = codegen::parseCpuTarget(module->getContext(), "cpu:native");
  if (!native)
    return native.takeError();
  auto host = codegen::Jit::create(codegen::findHostModule(*module), *native, {.level = level});
  if (!host)
    return host.takeError();
  auto constants = (*host)->lookup(codegen::kConstantsName);
  if (!constants)
    return constants.takeError();
  program->constants = reinterpret_cast<void *>(*constants);
  program->host = std::move(*host);
  return program;
}

void PtxProgram::launch(const sinter_launch &launch) {
  if (!error.empty())
    return;
  const ptx::Kernel *function = code.find(launch.function);
  if (!function) {
    error = std::string("no PTX for ") + launch.function;
    return;
  }
  std::vector<uint64_t> parameters;
  std::vector<ptx::Range> ranges;
  auto add = [&](void *memory, uint64_t bytes) {
    auto address = reinterpret_cast<uint64_t>(memory);
    parameters.push_back(address);
    ranges.push_back({address, static_cast<char *>(memory), static_cast<int64_t>(bytes)});
  };
  for (uint32_t i = 0; i < launch.memory_count; ++i)
    add(launch.memory[i], launch.bytes[i]);
  sinter_report report{};
  if (launch.line_count)
    add(&report, sizeof report);
  constexpr uint32_t kThreads = 32; // a warp: grids of tests have few points
  error = ptx::launch(*function, blocks, kThreads, parameters, ranges);
  if (error.empty() && report.taken)
    error = std::string(launch.lines[report.line]) + ": index " + std::to_string(report.value) +
            " is outside of an axis of " + std::to_string(report.size);
}

llvm::Error PtxProgram::run(llvm::StringRef name, void *const *segments, unsigned count) {
  auto entry = host->lookup(name);
  if (!entry)
    return entry.takeError();
  blocks = count;
  error.clear();
  std::array<void *, SINTER_SEGMENTS + 1> places{};
  std::copy_n(segments, static_cast<size_t>(SINTER_SEGMENTS), places.begin());
  places[SINTER_SEG_CONSTANTS] = constants;
  sinter_spmd spmd{};
  spmd.segments = places.data();
  spmd.threads = 1;
  spmd.report = this;
  spmd.launch = [](const sinter_spmd *self, const sinter_launch *launch) {
    static_cast<PtxProgram *>(self->report)->launch(*launch);
  };
  spmd.read_byte = [](const sinter_spmd *, const void *at) -> uint32_t {
    return *static_cast<const uint8_t *>(at);
  };
  codegen::callEntry(*entry, &spmd);
  return error.empty() ? llvm::Error::success() : llvm::createStringError(error);
}
