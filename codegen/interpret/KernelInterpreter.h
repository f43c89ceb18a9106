//===- KernelInterpreter.h - the oracle for the `kernel` dialect ------------------------------===//
//
// Runs a kernel.entry in list order with plain loops in f64 over *logical* elements: layouts,
// offsets, schedules and algorithms change nothing here. Every temporary buffer op has its own
// storage, so a planner that lets two live buffers share bytes disagrees with this oracle and is
// found. Reading on: KernelBody.cpp (arith and math), dialects/kernel/Kernel.td (what the ops
// mean).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_CODEGEN_INTERPRET_KERNELINTERPRETER_H
#define SINTER_CODEGEN_INTERPRET_KERNELINTERPRETER_H

#include "codegen/interpret/Interpreter.h"

namespace sinter::interpret {

/// Contents of named buffers, by "role:name": "input:image", "param:fc1.weight", "output:loss",
/// "scalar:lr". Buffers of role temp are never named: they start as zeros.
using Buffers = std::map<std::string, Tensor>;

/// Runs kernel.entry `entry`. `buffers` gives the contents before; buffers that it lacks start as
/// zeros. After the call it holds the contents of every named buffer. Failures are emitted as
/// diagnostics.
llvm::LogicalResult runKernelEntry(mlir::ModuleOp module, llvm::StringRef entry, Buffers &buffers);

} // namespace sinter::interpret

#endif
