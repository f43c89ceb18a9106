//===- Stage.h - the named stages of a compilation (D19) --------------------------------------===//
//
// One list of stages with one-line descriptions: the source of `emit --stage`, `--stop-after`,
// `--save-stages`, the help texts and the tests. Invariant: a module says which stage it is at by
// its attribute `sinter.stage`. Reading on: Pipeline.cpp (what runs between stages).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_STAGE_H
#define SINTER_COMPILER_STAGE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace sinter::compiler {

/// Where a module stands on its way from graph to machine code, in order.
enum class Stage { Graph, Gradient, Fused, Layout, Planned, Loops, Llvm, Asm };

/// One row of the list.
struct StageInfo {
  Stage stage;
  llvm::StringRef name;
  llvm::StringRef description;
};

/// All stages in order.
llvm::ArrayRef<StageInfo> getStages();
/// "fused".
llvm::StringRef getName(Stage stage);
/// The stage called `name`, or nothing; "ptx" is asm.
std::optional<Stage> findStage(llvm::StringRef name);
/// "graph gradient fused …".
std::string listStages();

} // namespace sinter::compiler

#endif
