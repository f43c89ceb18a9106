//===- Enums.td - what symbols, initialisers, metrics and fusions of the `sinter` dialect can be ------------------===//
//
// Keywords of the text form. TableGen makes C++ of this file alone; the attributes over it stand in Train.td.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_ENUMS_TD
#define SINTER_DIALECTS_SINTER_ENUMS_TD

include "mlir/IR/EnumAttr.td"

class Sinter_Enum<string name, string what, list<EnumCase> cases> : I32Enum<name, what, cases> {
  let cppNamespace = "::sinter::ir";
}

// As sinter_symbol_kind of <sinter/abi.h> and as Symbol.Kind of frontend/graph.proto.
def Sinter_SymbolKind : Sinter_Enum<"SymbolKind", "kind of symbol", [
  I32EnumCase<"Parameter", 0, "parameter">, I32EnumCase<"Buffer", 1, "buffer">,
  I32EnumCase<"Optimizer", 2, "optimizer">, I32EnumCase<"Metric", 3, "metric">,
  I32EnumCase<"Counter", 4, "counter">]>;

// step and seed are the runtime's own, in slots 0 and 1 of <sinter/abi.h>; the others are flags of the trainer.
def Sinter_ScalarKind : Sinter_Enum<"ScalarKind", "kind of scalar", [
  I32EnumCase<"Step", 0, "step">, I32EnumCase<"Seed", 1, "seed">, I32EnumCase<"Flag", 2, "flag">]>;

// When a form is computed (D17). step: after loading, and by every entry behind its update of a source; prepare: by the
// entry `prepare`, before an entry that trains nothing; load: after loading, as no entry updates a source.
def Sinter_Refresh : Sinter_Enum<"Refresh", "refresh of form", [
  I32EnumCase<"Step", 0, "step">, I32EnumCase<"Prepare", 1, "prepare">, I32EnumCase<"Load", 2, "load">]>;

// As sinter_init_kind of <sinter/abi.h> and Initializer.Kind of frontend/graph.proto.
def Sinter_InitKind : Sinter_Enum<"InitKind", "kind of initialiser", [
  I32EnumCase<"Constant", 0, "constant">, I32EnumCase<"Normal", 1, "normal">, I32EnumCase<"Uniform", 2, "uniform">,
  I32EnumCase<"Truncated", 3, "truncated">, I32EnumCase<"Orthogonal", 4, "orthogonal">, I32EnumCase<"Bilinear", 5, "bilinear">]>;

// As sinter_finish of <sinter/abi.h> and Metric.Finish of frontend/graph.proto.
def Sinter_Finish : Sinter_Enum<"Finish", "finish of metric", [
  I32EnumCase<"Ratio", 0, "ratio">, I32EnumCase<"ExpRatio", 1, "exp_ratio">,
  I32EnumCase<"SqrtRatio", 2, "sqrt_ratio">]>;

// As sinter_decode of <sinter/abi.h> and Field.Decode of frontend/graph.proto.
def Sinter_Decode : Sinter_Enum<"Decode", "way to decode", [
  I32EnumCase<"Unit", 1, "unit">, I32EnumCase<"Class", 2, "class">, I32EnumCase<"Character", 3, "character">,
  I32EnumCase<"Word", 4, "word">, I32EnumCase<"Byte", 5, "byte">, I32EnumCase<"Number", 6, "number">,
  I32EnumCase<"Columns", 7, "columns">, I32EnumCase<"Target", 8, "target">, I32EnumCase<"Sentence", 9, "sentence">,
  I32EnumCase<"Length", 10, "length">, I32EnumCase<"Picture", 11, "picture">,
  I32EnumCase<"PictureCropped", 12, "picture_cropped">, I32EnumCase<"PictureStretched", 13, "picture_stretched">,
  I32EnumCase<"TargetClass", 14, "target_class">]>;

def Sinter_FusedKind : Sinter_Enum<"FusedKind", "kind of fusion", [
  I32EnumCase<"Contraction", 0, "contraction">, I32EnumCase<"Map", 1, "map">]>;

#endif
