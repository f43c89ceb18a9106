//===- Stage.cpp - the list of stages ---------------------------------------------------------===//
//
// See Stage.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Stage.h"

namespace sinter::compiler {

static constexpr StageInfo kStages[] = {
    {Stage::Graph, "graph", "the model as written: one op a node, gradients still to be expanded"},
    {Stage::Gradient, "gradient", "gradients are ops like all others; simplified, dead code gone"},
    {Stage::Fused, "fused", "ops grouped into what becomes one kernel each"},
    {Stage::Layout, "layout", "every tensor knows where its elements lie"},
    {Stage::Planned, "planned", "ordered kernels with schedules, on buffers at constant offsets"},
    {Stage::Loops, "loops", "vectors and loops, one function a kernel and one an entry"},
    {Stage::Llvm, "llvm", "the LLVM dialect; -o FILE.ll writes LLVM IR"},
    {Stage::Asm, "asm", "assembly of the target; PTX for cuda, where it is called ptx, too"},
};

/// What stage asm is called for cuda targets.
static constexpr char kPtx[] = "ptx";

llvm::ArrayRef<StageInfo> getStages() { return kStages; }

llvm::StringRef getName(Stage stage) { return kStages[static_cast<int>(stage)].name; }

std::optional<Stage> findStage(llvm::StringRef name) {
  for (const StageInfo &info : kStages)
    if (info.name == name)
      return info.stage;
  return name == kPtx ? std::optional(Stage::Asm) : std::nullopt;
}

std::string listStages() {
  std::string names;
  for (const StageInfo &info : kStages)
    names += info.name.str() + " ";
  return names + kPtx;
}

} // namespace sinter::compiler
