//===- Interfaces.td - what passes ask of `sinter` ops ---------------------------------------------------------------===//
//
// Passes never name ops (D32); they speak to these interfaces. Every op is exactly one of: a map op (elementwise,
// data movement, reductions, softmax), a contraction, a view, control flow, or structural (get, gradient, fused, return).
// Reading on: OpBase.td (how an op gets its gradient), passes/lower (how map and contraction ops become kernels).
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_INTERFACES_TD
#define SINTER_DIALECTS_SINTER_INTERFACES_TD

include "mlir/IR/OpBase.td"

def GradientInterface : OpInterface<"GradientInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "vector-Jacobian product, written in `sinter` ops; comes from the Gradient argument of Sinter_Op";
  let methods = [
    InterfaceMethod<[{
      Fills `dx` with one cotangent an operand; a null Value means zero or not differentiable. `dy` holds one cotangent
      a result (null: zero). Fails, with the reason on `b`, when the op has no gradient.
    }], "::llvm::LogicalResult", "buildGradient",
    (ins "::sinter::ir::GradBuilder &":$b, "::mlir::ValueRange":$dy, "::llvm::SmallVectorImpl<::mlir::Value> &":$dx)>,
    StaticInterfaceMethod<"Why the op has no gradient; empty when it has one.", "::llvm::StringRef", "getNoGradientReason">
  ];
}

def RuleOpInterface : OpInterface<"RuleOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "the types of its results follow from operands and attributes; comes from the rule argument of Sinter_RuleOp";
  let methods = [
    InterfaceMethod<"Types of the results, or why there are none.",
                    "::sinter::rules::Result<std::vector<::sinter::rules::Type>>", "getRuleTypes">
  ];
}

def DerivativeOpInterface : OpInterface<"DerivativeOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "a derivative that passes/gradient expands: gradient, jvp, jacobian";
  let methods = [InterfaceMethod<"What it differentiates by.", "::mlir::OperandRange", "getXs">];
}

def StoredOpInterface : OpInterface<"StoredOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "what has a place of its own outside of entries and is read by sinter.get: symbols, forms, run-time scalars";
  let methods = [
    InterfaceMethod<"Name in the module.", "::llvm::StringRef", "getSymName">,
    InterfaceMethod<"A tensor with its layout; of run-time scalars the element alone.", "::mlir::Type", "getType">,
    InterfaceMethod<"Changes the type.", "void", "setType", (ins "::mlir::Type":$type)>,
    InterfaceMethod<"Role of the buffers that hold it.", "::sinter::kernel::Role", "getRole">,
    InterfaceMethod<"Bytes from the start of its segment, once kernels are made.", "::mlir::IntegerAttr", "getOffsetAttr">
  ];
  let extraClassDeclaration = [{
    /// The type as entries read it: a run-time scalar is a tensor of rank 0.
    ::mlir::RankedTensorType getTensorType();
  }];
}

def MapOpInterface : OpInterface<"MapOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = [{
    An op that one kernel.map can compute: a domain, an affine access an operand and result, and scalar code.
    Elementwise ops: domain = result shape, no inner dims. Reductions and softmax: domain = operand shape, inner = axes.
    Transpose, slice, pad, concat: domain = result shape and a non-identity operand access.
    Gather, scatter_add, a loss of classes: an access whose index is a value of another operand.
  }];
  let methods = [
    InterfaceMethod<"Sizes of the domain.", "::llvm::SmallVector<int64_t>", "getMapDomain">,
    InterfaceMethod<"Dims that the op reduces over (kernel.reduce); empty for elementwise work.",
                    "::llvm::SmallVector<int64_t>", "getInnerDims", (ins), [{}], [{ return {}; }]>,
    InterfaceMethod<"Domain -> index of operand `i`; symbol n is the value, at the point, of operand getIndexOperands()[n].",
                    "::mlir::AffineMap", "getOperandAccess", (ins "unsigned":$i)>,
    InterfaceMethod<"Domain -> index of result `i`, with symbols as those of operands.",
                    "::mlir::AffineMap", "getResultAccess", (ins "unsigned":$i)>,
    InterfaceMethod<"Operands whose values are indices of accesses; theirs have no symbols.",
                    "::llvm::SmallVector<unsigned>", "getIndexOperands", (ins), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
      Operands that are read at a second place, too, and the access of each, with symbols as those of operands. The body
      gets the values behind those of the operands. Of ops with index operands only.
    }], "::llvm::SmallVector<std::pair<unsigned, ::mlir::AffineMap>>", "getSecondReads", (ins), [{}], [{ return {}; }]>,
    InterfaceMethod<[{
      The operand that the result starts as: what the body gives is added to it, at the result's access, for one point of
      the inner dims after the other.
    }], "std::optional<unsigned>", "getBaseOperand", (ins), [{}], [{ return std::nullopt; }]>,
    InterfaceMethod<"True when operand accesses may leave the operand's shape and then read 0.", "bool", "readsPadded",
                    (ins), [{}], [{ return false; }]>,
    InterfaceMethod<"True when the op just adds its operand up over the inner dims: an epilogue can leave partial sums.",
                    "bool", "isPlainSum", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      Builds the scalar code with arith, math and kernel (index, reduce, philox) ops; kernel.index speaks of the op's own
      domain. Fills one scalar a result.
    }], "void", "buildBody",
    (ins "::mlir::OpBuilder &":$b, "::mlir::Location":$loc, "::mlir::ValueRange":$operands,
         "::llvm::SmallVectorImpl<::mlir::Value> &":$results)>
  ];
}

def ContractionOpInterface : OpInterface<"ContractionOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = [{
    A sum of products of operands 0 and 1 with one result: matmul, and convolution in three directions. Parallel dims
    come first in the domain, then the reduced dims in the order in which they are summed.
  }];
  let methods = [
    InterfaceMethod<"Sizes of the domain, parallel dims first.", "::llvm::SmallVector<int64_t>", "getContractionDomain">,
    InterfaceMethod<"Number of parallel dims.", "int64_t", "getParallelDims">,
    InterfaceMethod<"Domain -> index of operand `i` (0 or 1).", "::mlir::AffineMap", "getOperandAccess", (ins "unsigned":$i)>,
    InterfaceMethod<"Domain -> index of the result.", "::mlir::AffineMap", "getResultAccess">,
    InterfaceMethod<"Canonical lanes of the sum (D1): 16 when the innermost reduced dim, a multiple of 16, is on the lanes.",
                    "int64_t", "getSumLanes", (ins), [{}], [{ return 1; }]>,
    InterfaceMethod<"True when accesses may leave their shapes: such terms and points are left out.", "bool", "readsPadded",
                    (ins), [{}], [{ return false; }]>
  ];
}

def ParameterFoldInterface : OpInterface<"ParameterFoldInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "an op that can move work from activations to parameters, where it is done once and not at every run (D17)";
  let methods = [
    InterfaceMethod<[{
      Rewrites the op, with other rounding, so that more of the work depends on parameters alone; `ofParameters` tells
      which values do. Returns the replacement; null when there is nothing to move, and `why` then says what is in the
      way when there is work that one would expect to move. New ops are built by `b`.
    }], "::mlir::Value", "foldIntoParameters",
    (ins "::mlir::OpBuilder &":$b, "::llvm::function_ref<bool(::mlir::Value)>":$ofParameters, "::std::string &":$why)>
  ];
}

def ViewOpInterface : OpInterface<"ViewOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "the result is the operand's elements in row-major order under another shape (reshape)";
  let methods = [];
}

def BatchingInterface : OpInterface<"BatchingInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "the op has a batching rule: it can be done for all steps of a loop at once";
  let methods = [
    InterfaceMethod<[{
      Builds the op, which has one result, over a stack of steps and returns its result. An operand with `stacked` (at
      least one) has a new leading axis, and so has the result; another is the same for every step.
    }], "::mlir::Value", "buildBatched",
    (ins "::sinter::ir::GradBuilder &":$b, "::mlir::ValueRange":$operands, "::llvm::ArrayRef<bool>":$stacked)>
  ];
}

def ControlOpInterface : OpInterface<"ControlOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = [{
    An op with bodies that run again and again, or by choice. Operands come in this order: the predicate of a choice, what
    is carried from step to step, what is stacked (step t sees slice t), what is captured (every step sees all of it).
    Results: the last carried values and stacked outputs, or what the chosen body yields.
  }];
  let methods = [
    InterfaceMethod<"Operands that are the first value of what is carried.", "::mlir::OperandRange", "getCarried",
                    (ins), [{}], [{ return $_op->getOperands().take_front(0); }]>,
    InterfaceMethod<"Operands of which step t sees slice t.", "::mlir::OperandRange", "getStacked",
                    (ins), [{}], [{ return $_op->getOperands().take_front(0); }]>,
    InterfaceMethod<"Operands that bodies see as they are: the last ones.", "::mlir::OperandRange", "getCaptures">,
    InterfaceMethod<"Number of the first operand that is a capture.", "unsigned", "getFirstCapture",
                    (ins), [{}], [{ return $_op->getNumOperands() - static_cast<unsigned>($_op.getCaptures().size()); }]>,
    InterfaceMethod<"Results that are the last carried values.", "::mlir::ResultRange", "getLast",
                    (ins), [{}], [{ return $_op->getResults().take_front(0); }]>,
    InterfaceMethod<"Steps, where they are known before it runs.", "std::optional<int64_t>", "getTripCount",
                    (ins), [{}], [{ return std::nullopt; }]>,
    InterfaceMethod<"What operand number `i` is in `body`; null for a predicate.", "::mlir::BlockArgument",
                    "getBodyArgument", (ins "::mlir::Region &":$body, "unsigned":$i)>
  ];
}

def RowOpInterface : OpInterface<"RowOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = [{
    An op that goes along rows, all elements along one axis, in an order of its own. A kernel of its own kind computes it
    from row-major buffers; it fuses with nothing.
  }];
  let methods = [
    InterfaceMethod<"Writes the kernel; `outs` has a buffer a result, then one for each of getWorkTypes().", "void", "buildKernel",
    (ins "::mlir::OpBuilder &":$builder, "::llvm::StringRef":$name, "::mlir::IntegerAttr":$number,
         "::mlir::ValueRange":$operands, "::mlir::ValueRange":$outs)>,
    InterfaceMethod<"Memory that the kernel works in.", "::llvm::SmallVector<::sinter::kernel::BufferType>", "getWorkTypes",
                    (ins), [{}], [{ return {}; }]>
  ];
}

def StreamableInterface : OpInterface<"StreamableInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "an op between two sums of products that can be done block by block, without its operand ever being whole";
  let methods = [
    InterfaceMethod<[{
      Replaces the op and the sums of products around it by one op with StreamOpInterface, where they have that form and no
      one else reads what lies between them. `isFixed`: the value has no gradient in this entry. Returns false when nothing
      was done, and `why` then says why when one would expect it.
    }], "bool", "formStream",
    (ins "::mlir::OpBuilder &":$b, "::llvm::function_ref<bool(::mlir::Value)>":$isFixed, "::std::string &":$why)>
  ];
}

def StreamOpInterface : OpInterface<"StreamOpInterface"> {
  let cppNamespace = "::sinter::ir";
  let description = "an op that kernel.stream kernels compute";
  let methods = [
    InterfaceMethod<"The kernels, in run order; every result that is read is written by one of them.",
                    "::std::vector<::sinter::kernel::StreamPlan>", "getStreams">,
    InterfaceMethod<[{
      Builds the scalar code of kernel number `stream`: `arguments` as its plan has them, products first, then extras.
      Fills what the kernel yields.
    }], "void", "buildStreamBody",
    (ins "::mlir::OpBuilder &":$b, "::mlir::Location":$loc, "unsigned":$stream, "::mlir::ValueRange":$arguments,
         "::llvm::SmallVectorImpl<::mlir::Value> &":$yields)>
  ];
}

#endif
