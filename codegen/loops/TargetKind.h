//===- TargetKind.h - what the compiler asks of a kind of machine -----------------------------===//
//
// One object a kind (codegen/cpu/Kind.cpp, codegen/gpu/Kind.cpp): names, and the way from planned
// kernels to text. What passes ask is TargetInterface (dialects/kernel/Targets.td). Reading on:
// codegen/Targets.h (the list of kinds).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_LOOPS_TARGETKIND_H
#define SINTER_CODEGEN_LOOPS_TARGETKIND_H

#include "codegen/loops/DeviceCode.h"
#include "codegen/loops/Lowering.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace sinter::codegen {

/// Options of machine code; every output is optimised in the same way, without reassociation or
/// contraction (D1).
struct CodeOptions {
  int level = 3;              ///< -O0 .. -O3
  std::string sanitizer = {}; ///< "address", "thread" or none
};

/// A kind of machine.
class TargetKind {
public:
  virtual ~TargetKind() = default;

  /// True for the targets of this kind.
  virtual bool owns(kernel::TargetInterface target) const = 0;
  /// Names of its targets, in the order of help texts.
  virtual llvm::ArrayRef<llvm::StringRef> getNames() const = 0;
  /// The target called `name`, one of the names; the error says why there is none.
  virtual llvm::Expected<kernel::TargetInterface> parse(mlir::MLIRContext *context,
                                                        llvm::StringRef name) const = 0;
  /// What a user wants to know of a target before choosing it: "512-bit vectors".
  virtual std::string describe(kernel::TargetInterface target) const = 0;
  /// What is wrong with a target that comes from edited text: "expects …, got …"; empty: nothing.
  virtual std::string check(kernel::TargetInterface target) const = 0;

  /// What the text of its stage asm is called: "asm", "ptx".
  virtual llvm::StringRef getTextName() const = 0;
  /// True when that text is the host's, with its tables.
  virtual bool writesHostCode() const = 0;

  /// planned -> loops.
  virtual llvm::LogicalResult lowerToLoops(mlir::ModuleOp module) const = 0;
  /// loops -> llvm.
  virtual llvm::LogicalResult lowerToLLVM(mlir::ModuleOp module) const = 0;
  /// LLVM IR to text of the target; `tables` of the same context, which may be null, go with it.
  virtual llvm::Error emitText(std::unique_ptr<llvm::Module> module, kernel::TargetInterface target,
                               llvm::raw_pwrite_stream &out, CodeOptions options,
                               std::unique_ptr<llvm::Module> tables) const = 0;
  /// Of a module at stage llvm: what an artefact holds beside the host's code.
  virtual llvm::Expected<DeviceCode> makeDeviceCode(mlir::ModuleOp module,
                                                    CodeOptions options) const = 0;
};

} // namespace sinter::codegen

#endif
