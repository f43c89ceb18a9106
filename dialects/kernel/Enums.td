//===- Enums.td - what entries, buffers, reductions and algorithms of the `kernel` dialect can be -----------------===//
//
// Keywords of the text form. TableGen makes C++ of this file alone; the attributes over it stand in Kernel.td and, for
// entries of the graph, in dialects/sinter/Train.td.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_ENUMS_TD
#define SINTER_DIALECTS_KERNEL_ENUMS_TD

include "mlir/IR/EnumAttr.td"

class Kernel_Enum<string name, string what, list<EnumCase> cases> : I32Enum<name, what, cases> {
  let cppNamespace = "::sinter::kernel";
}

// As sinter_entry_kind of <sinter/abi.h>; codegen/host checks it.
def Kernel_EntryKind : Kernel_Enum<"EntryKind", "kind of entry", [
  I32EnumCase<"Train", 0, "train">, I32EnumCase<"Eval", 1, "eval">, I32EnumCase<"Predict", 2, "predict">,
  I32EnumCase<"Prepare", 3, "prepare">, I32EnumCase<"Load", 4, "load">, I32EnumCase<"Save", 5, "save">,
  I32EnumCase<"LoadParams", 6, "load_params">]>;

// A role says the segment too: kernel::getSegment (Kernel.h).
def Kernel_Role : Kernel_Enum<"Role", "role of buffer", [
  I32EnumCase<"Param", 0, "param">, I32EnumCase<"Form", 1, "form">, I32EnumCase<"State", 2, "state">,
  I32EnumCase<"Scalar", 3, "scalar">, I32EnumCase<"Input", 4, "input">, I32EnumCase<"Output", 5, "output">,
  I32EnumCase<"Temp", 6, "temp">, I32EnumCase<"Logical", 7, "logical">, I32EnumCase<"Constant", 8, "constant">]>;

def Kernel_ReduceKind : Kernel_Enum<"ReduceKind", "kind of reduction", [
  I32EnumCase<"Sum", 0, "sum">, I32EnumCase<"Max", 1, "max">, I32EnumCase<"Min", 2, "min">,
  I32EnumCase<"Prod", 3, "prod">, I32EnumCase<"Argmax", 4, "argmax">]>;

def Kernel_AlgorithmName : Kernel_Enum<"AlgorithmName", "algorithm", [
  I32EnumCase<"Chain", 0, "chain">, I32EnumCase<"Lanes", 1, "lanes">, I32EnumCase<"Chunks", 2, "chunks">]>;

#endif
