//===- Rewrite.h - carrying a layout plan out -------------------------------------------------===//
//
// A plan says where symbols, temporaries and single reads lie; rewriteLayouts sets the encodings,
// makes forms and converts where two sides disagree. Reading on: AssignLayouts.cpp (who
// plans).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_LAYOUT_REWRITE_H
#define SINTER_PASSES_LAYOUT_REWRITE_H

#include "passes/layout/LayoutConstraints.h"

#include "llvm/ADT/MapVector.h"

namespace sinter::passes {

/// A further layout of a symbol or form.
struct LayoutForm {
  kernel::LayoutAttr layout;
  bool training = false; ///< train entries read it, so they refresh it
  ir::FormOp op;
};

/// How one operand of a sum is to be read.
struct WantedRead {
  kernel::LayoutAttr layout;
  int operand = 0; ///< 0 or 1
};

/// What was decided.
struct LayoutPlan {
  llvm::DenseMap<mlir::Operation *, kernel::LayoutAttr>
      masters; ///< symbols and forms; absent: row-major
  llvm::MapVector<mlir::Operation *, llvm::SmallVector<LayoutForm>> forms; ///< of symbols and forms
  llvm::MapVector<mlir::Value, kernel::LayoutAttr> values;                 ///< results of fused ops
  /// How a fused op wants to read a value, when that is not how the value lies.
  llvm::MapVector<std::pair<mlir::Operation *, mlir::Value>, WantedRead> reads;
  llvm::DenseMap<mlir::Operation *, std::string> notes;
};

/// Changes the module as planned.
void rewriteLayouts(mlir::ModuleOp module, LayoutPlan &plan);

} // namespace sinter::passes

#endif
