//===- Train.td - symbols, entries, gradient, fusions ----------------------------------------------------------------===//
//
// The module level (symbols, run-time scalars, metrics, data) and what structures an entry. Entries are pure (D6):
// `get` is a symbol's value at entry start, `return` names the updates.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_TRAIN_TD
#define SINTER_DIALECTS_SINTER_TRAIN_TD

include "dialects/sinter/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"

def InitAttr : AttrDef<Sinter_Dialect, "Init"> {
  let mnemonic = "init";
  let summary = "initialiser: constant (a), normal (mean a, deviation b), uniform [a, b)";
  let parameters = (ins StringRefParameter<>:$kind, "::mlir::FloatAttr":$aAttr, "::mlir::FloatAttr":$bAttr);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$kind, "double":$a, "double":$b), [{
    ::mlir::Type f64 = ::mlir::Float64Type::get($_ctxt);
    return $_get($_ctxt, kind, ::mlir::FloatAttr::get(f64, a), ::mlir::FloatAttr::get(f64, b));
  }]>];
  let extraClassDeclaration = [{
    double getA() const { return getAAttr().getValueAsDouble(); }
    double getB() const { return getBAttr().getValueAsDouble(); }
  }];
}

/// The module level, and what only structures an entry.
class Sinter_Structural<string m, Gradient gradient, list<Trait> traits = []> : Sinter_Op<m, gradient, traits>;
def Sinter_ModuleLevel : HasParent<"::mlir::ModuleOp">;
/// Refers to module-level symbols, which must exist and fit.
def Sinter_SymbolUser : DeclareOpInterfaceMethods<SymbolUserOpInterface>;

def SymbolOp : Sinter_Structural<"symbol", NoGradient<"a symbol is no value; sinter.get reads it">,
    [Symbol, Sinter_ModuleLevel]> {
  let summary = "a tensor that outlives a step: kind parameter, buffer, optimizer or metric; prepared: made of those by prepare, never in files";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrAttr:$kind, InitAttr:$init);
  let assemblyFormat = "$sym_name `:` $type `kind` $kind `init` $init attr-dict";
  let hasVerifier = 1;
}
def DerivedOp : Sinter_Structural<"derived", NoGradient<"a derived form is no value; sinter.get reads it">,
    [Symbol, Sinter_ModuleLevel, Sinter_SymbolUser]> {
  let summary = "another form of a parameter (D17); unit attribute `refreshed`: the train step keeps it fresh, else prepare does";
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$source, TypeAttr:$type);
  let assemblyFormat = "$sym_name `of` $source `:` $type attr-dict";
}
def ScalarOp : Sinter_Structural<"scalar", NoGradient<"a scalar is no value; sinter.get reads it">,
    [Symbol, Sinter_ModuleLevel]> {
  let summary = "a run-time scalar in an 8-byte slot: step, seed, hyper-parameters with a flag";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, F64Attr:$initial, StrAttr:$help);
  let assemblyFormat = "$sym_name `:` $type `initial` $initial `help` $help attr-dict";
  let hasVerifier = 1;
}
def MetricOp : Sinter_Structural<"metric", NoGradient<"a metric is no value">,
    [Symbol, Sinter_ModuleLevel, Sinter_SymbolUser]> {
  let summary = "sum and weight symbols and how to read them: finish ratio or exp_ratio (D12)";
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$sum, FlatSymbolRefAttr:$weight, StrAttr:$finish);
  let assemblyFormat = "$sym_name `sum` $sum `weight` $weight `finish` $finish attr-dict";
  let hasVerifier = 1;
}
def FieldAttr : AttrDef<Sinter_Dialect, "Field"> {
  let mnemonic = "field";
  let summary = "a named part of every example: type of one, how stored elements become numbers: unit (byte/255), class (index below limit)";
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::RankedTensorType":$type, StringRefParameter<>:$decode,
                        OptionalParameter<"int64_t">:$limit);
  let assemblyFormat = "`<` $name `,` $type `,` $decode (`below` $limit^)? `>`";
  let genVerifyDecl = 1;
}
def DataOp : Sinter_Structural<"data", NoGradient<"the data set is no value">, [Sinter_ModuleLevel]> {
  let summary = "where batches come from: fields fill the inputs of their names";
  let arguments = (ins StrAttr:$data_name, TypedArrayAttrBase<FieldAttr, "fields">:$fields);
  let assemblyFormat = "$data_name `fields` $fields attr-dict";
  let hasVerifier = 1;
}
def EntryOp : Sinter_Structural<"entry", NoGradient<"an entry is differentiated inside, by sinter.gradient">,
    [IsolatedFromAbove, Symbol, Sinter_ModuleLevel, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "one trace: a pure function of inputs, symbols and scalars; kind train, eval or predict; prepare: made by the compiler";
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$entry_name, StrAttr:$kind, I64Attr:$batch, StrArrayAttr:$arg_names);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `name` `(` $entry_name `)` `kind` `(` $kind `)` `batch` `(` $batch `)` `inputs` $arg_names attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}
def ReturnOp : Sinter_Structural<"return", NoGradient<"an entry ends here; no value comes out">,
    [Terminator, HasParent<"EntryOp">, AttrSizedOperandSegments, Sinter_SymbolUser]> {
  let summary = "named outputs, and new values of symbols";
  let arguments = (ins Variadic<Sinter_Tensor>:$outputs, Variadic<Sinter_Tensor>:$updates, StrArrayAttr:$names,
                       TypedArrayAttrBase<FlatSymbolRefAttr, "symbols">:$symbols);
  let assemblyFormat = [{
    (`outputs` `(` $outputs^ `:` type($outputs) `)`)? `names` $names (`updates` `(` $updates^ `:` type($updates) `)`)? `symbols` $symbols attr-dict
  }];
  let hasVerifier = 1;
}
def GetOp : Sinter_Structural<"get", NoGradient<"a gradient ends at what an entry reads">,
    [Pure, Sinter_SymbolUser, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "value of a symbol, derived form or scalar when the entry starts";
  let arguments = (ins FlatSymbolRefAttr:$symbol);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$symbol attr-dict `:` type($result)";
}
def GradientOp : Sinter_Structural<"gradient",
    NoGradient<"it is expanded in program order, so that later ones meet its expansion">> {
  let summary = "vector-Jacobian product of ys with respect to xs (D9); operands ys, cotangents (one a y), xs; expanded by passes/gradient";
  let arguments = (ins I64Attr:$num_ys, Variadic<Sinter_Tensor>:$inputs);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let assemblyFormat = "$inputs `ys` $num_ys attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::OperandRange getYs() { return getInputs().take_front(getNumYs()); }
    ::mlir::OperandRange getCotangents() { return getInputs().slice(getNumYs(), getNumYs()); }
    ::mlir::OperandRange getXs() { return getInputs().drop_front(2 * getNumYs()); }
  }];
}
def StopGradientOp : Sinter_RuleOp<"stop_gradient", GradientExpr<"  // the point of it">, "rules::stop_gradient(t(0))"> {
  let summary = "the operand; no cotangent passes";
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}
def FusedOp : Sinter_Structural<"fused", NoGradient<"fusion comes after differentiation">,
    [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "ops that become one kernel; kind contraction (a sum of products and its epilogue) or map (one domain)";
  let arguments = (ins StrAttr:$kind, Variadic<Sinter_Tensor>:$inputs);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$kind `(` $inputs `)` attr-dict-with-keyword `:` functional-type($inputs, $results) $body";
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results, "::llvm::StringRef":$kind, "::mlir::ValueRange":$inputs)>];
}
def YieldOp : Sinter_Structural<"yield", NoGradient<"fusion comes after differentiation">,
    [Terminator, Pure, ParentOneOf<["FusedOp", "ScanOp", "CondOp", "WhileOp"]>]> {
  let summary = "results of a fused op, values of a body";
  let arguments = (ins Variadic<Sinter_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}
def ConvertLayoutOp : Sinter_Structural<"convert_layout", NoGradient<"layouts come after differentiation">, [Pure]> {
  let summary = "the same tensor in another layout (the result type's encoding)";
  let arguments = (ins Sinter_Tensor:$input);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

#endif
