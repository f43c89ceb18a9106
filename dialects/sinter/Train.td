//===- Train.td - symbols, entries, gradient, fusions ----------------------------------------------------------------===//
//
// The module level (symbols, run-time scalars, metrics, data) and what structures an entry. Entries are pure (D6):
// `get` is a symbol's value at entry start, `return` names the updates.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_SINTER_TRAIN_TD
#define SINTER_DIALECTS_SINTER_TRAIN_TD

include "dialects/kernel/Enums.td"
include "dialects/sinter/Enums.td"
include "dialects/sinter/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"

// Printed as keywords: `kind parameter`, `kind(train)`, `refresh(step)`, `finish ratio`, `sinter.fused map`.
def SymbolKindAttr : EnumAttr<Sinter_Dialect, Sinter_SymbolKind, "symbol_kind">;
def RefreshAttr : EnumAttr<Sinter_Dialect, Sinter_Refresh, "refresh">;
def ScalarKindAttr : EnumAttr<Sinter_Dialect, Sinter_ScalarKind, "scalar_kind">;
def FinishAttr : EnumAttr<Sinter_Dialect, Sinter_Finish, "finish">;
def FusedKindAttr : EnumAttr<Sinter_Dialect, Sinter_FusedKind, "fused_kind">;
def EntryKindAttr : EnumAttr<Sinter_Dialect, Kernel_EntryKind, "entry_kind"> {
  let cppNamespace = "::sinter::ir";
}

def InitAttr : AttrDef<Sinter_Dialect, "Init"> {
  let mnemonic = "init";
  let summary = "initialiser: constant (a), normal (mean a, deviation b), uniform [a, b), truncated (normal within two further numbers), orthogonal (gain a), bilinear";
  let parameters = (ins "::sinter::ir::InitKind":$kind, "::mlir::FloatAttr":$aAttr, "::mlir::FloatAttr":$bAttr,
                        "::mlir::FloatAttr":$lowAttr, "::mlir::FloatAttr":$highAttr);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins "::sinter::ir::InitKind":$kind, "double":$a, "double":$b, CArg<"double", "0">:$low, CArg<"double", "0">:$high), [{
    ::mlir::Type f64 = ::mlir::Float64Type::get($_ctxt);
    return $_get($_ctxt, kind, ::mlir::FloatAttr::get(f64, a), ::mlir::FloatAttr::get(f64, b), ::mlir::FloatAttr::get(f64, low), ::mlir::FloatAttr::get(f64, high));
  }]>];
  let extraClassDeclaration = [{
    double getA() const { return getAAttr().getValueAsDouble(); }
    double getB() const { return getBAttr().getValueAsDouble(); }
    double getLow() const { return getLowAttr().getValueAsDouble(); }
    double getHigh() const { return getHighAttr().getValueAsDouble(); }
  }];
}

/// The module level, and what only structures an entry.
class Sinter_Structural<string m, Gradient gradient, list<Trait> traits = []> : Sinter_Op<m, gradient, traits>;
def Sinter_ModuleLevel : HasParent<"::mlir::ModuleOp">;
/// Refers to module-level symbols, which must exist and fit.
def Sinter_SymbolUser : DeclareOpInterfaceMethods<SymbolUserOpInterface>;

def SymbolOp : Sinter_Structural<"symbol", NoGradient<"a symbol is no value; sinter.get reads it">,
    [Symbol, Sinter_ModuleLevel, Sinter_SymbolUser, StoredOpInterface]> {
  let summary = "a tensor that outlives a step, and that files hold: kind parameter, buffer, optimizer, metric or counter";
  let description = "An optimizer's state says of which parameter it is what (`of @w slot \"momentum_buffer\"`). A counter is a buffer that weight files may lack, and then starts at 0. `offset`, `logical_offset`: bytes from the start of its segment and of the image of all symbols; set when kernels are made.";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, SymbolKindAttr:$kind, InitAttr:$init,
                       OptionalAttr<FlatSymbolRefAttr>:$parameter, OptionalAttr<StrAttr>:$slot, OptionalAttr<I64Attr>:$offset, OptionalAttr<I64Attr>:$logical_offset);
  let assemblyFormat = "$sym_name `:` $type `kind` custom<Keyword>($kind) (`of` $parameter^)? (`slot` $slot^)? `init` $init attr-dict";
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::Type":$type, "::sinter::ir::SymbolKind":$kind, "InitAttr":$init,
                             CArg<"::llvm::StringRef", "{}">:$parameter, CArg<"::llvm::StringRef", "{}">:$slot)>];
  let extraClassDeclaration = [{
    /// True for what weight files hold: parameters, buffers and counters.
    bool isWeight() { return getKind() != SymbolKind::Optimizer && getKind() != SymbolKind::Metric; }
    ::sinter::kernel::Role getRole();
  }];
}
def FormOp : Sinter_Structural<"form", NoGradient<"a gradient ends at what an entry reads">,
    [IsolatedFromAbove, SingleBlock, Symbol, Sinter_ModuleLevel, Sinter_SymbolUser, StoredOpInterface]> {
  let summary = "a value made of symbols and other forms, with a place of its own beside them (D17)";
  let description = [{
    The region says how it is computed: its arguments are the values of `sources`, it is pure, and yields one value. The
    identity is a form that only lies in another layout; what is folded, transformed or of a lower precision is computed.
    `refresh` says when. A form stands behind the forms that it is made of. Files never hold forms.
    ```
    sinter.form @w.form1 of @w : tensor<20x4xf32, #kernel.layout<[0, 1], block = [0], by = [16]>> refresh(step) {
    ^bb0(%w: tensor<20x4xf32>):
      sinter.yield %w : tensor<20x4xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypedArrayAttrBase<FlatSymbolRefAttr, "symbols">:$sources, TypeAttr:$type,
                       RefreshAttr:$refresh, OptionalAttr<I64Attr>:$offset);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `of` custom<Sources>($sources) `:` $type `refresh` `(` custom<Keyword>($refresh) `)` attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    /// With an empty block whose arguments have the types `inputs`.
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::ArrayRef<::mlir::Attribute>":$sources, "::mlir::TypeRange":$inputs,
                   "::mlir::Type":$type, "::sinter::ir::Refresh":$refresh)>];
  let extraClassDeclaration = [{
    /// Names of the sources.
    auto getSourceNames() { return getSources().getAsValueRange<::mlir::FlatSymbolRefAttr>(); }
    /// The value that the region makes.
    ::mlir::Value getYielded() { return getBody().front().back().getOperand(0); }
    /// True when it has its source's elements, and only their places differ.
    bool isLayout();
    ::sinter::kernel::Role getRole() { return ::sinter::kernel::Role::Form; }
  }];
}
def ScalarOp : Sinter_Structural<"scalar", NoGradient<"a scalar is no value; sinter.get reads it">,
    [Symbol, Sinter_ModuleLevel, StoredOpInterface]> {
  let summary = "a run-time scalar in an 8-byte slot: step, seed, hyper-parameters with a flag";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, DefaultValuedAttr<ScalarKindAttr, "ScalarKind::Flag">:$kind,
                       F64Attr:$initial, StrAttr:$help, OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = "$sym_name `:` $type `` custom<ScalarKind>($kind) `initial` $initial `help` $help attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = "::sinter::kernel::Role getRole() { return ::sinter::kernel::Role::Scalar; }";
}
def MetricOp : Sinter_Structural<"metric", NoGradient<"a metric is no value">,
    [Symbol, Sinter_ModuleLevel, Sinter_SymbolUser]> {
  let summary = "sum and weight symbols and how to read them: finish ratio, exp_ratio or sqrt_ratio (D12); `loss`: of what training minimises";
  let description = [{
    Both are numbers, or one symbol of counts, tensor<KxKxi64>: then the sum is its diagonal's, the weight that of all.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$sum, FlatSymbolRefAttr:$weight, FinishAttr:$finish,
                       UnitAttr:$loss);
  let assemblyFormat = "$sym_name `sum` $sum `weight` $weight `finish` custom<Keyword>($finish) (`loss` $loss^)? attr-dict";
}
def FieldAttr : AttrDef<Sinter_Dialect, "Field"> {
  let mnemonic = "field";
  let summary = "a named part of every example: type of one, how stored elements become numbers: unit (byte/255), class (index below "
                "limit), character, word, byte (numbers of a text's tokens, `ahead` places further on), number, columns (a table's, but for its target "
                "and the one, `column`, that names rows), target (the number in `column`), sentence (numbers of its words), length (how many they "
                "are; both of the sentence that stands `ahead` further on in the line), picture, picture_cropped, picture_stretched (of a PNG or "
                "JPEG file, byte/255), target_class (the value in `column`, as index below limit); `examples`: those that the model brings, [examples, …]";
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::RankedTensorType":$type, EnumParameter<Sinter_Decode>:$decode,
                        OptionalParameter<"int64_t">:$limit, OptionalParameter<"int64_t">:$ahead, OptionalParameter<"::mlir::StringAttr">:$column,
                        OptionalParameter<"::mlir::ElementsAttr">:$examples);
  let assemblyFormat = "`<` $name `,` $type `,` $decode (`below` $limit^)? (`ahead` $ahead^)? (`column` $column^)? (`examples` $examples^)? `>`";
  let genVerifyDecl = 1;
}
def DataOp : Sinter_Structural<"data", NoGradient<"the data set is no value">, [Sinter_ModuleLevel]> {
  let summary = "where batches come from: fields fill the inputs of their names; sequential: an example goes on where that of the "
                "batch before ended; "
                "train and test: examples that the fields bring, those to train with first; first: so many of a file are to train with";
  let arguments = (ins StrAttr:$data_name, TypedArrayAttrBase<FieldAttr, "fields">:$fields,
                       UnitAttr:$sequential, DefaultValuedAttr<I64Attr, "0">:$train, DefaultValuedAttr<I64Attr, "0">:$test,
                       DefaultValuedAttr<I64Attr, "0">:$most);
  let assemblyFormat = "$data_name `fields` $fields (`sequential` $sequential^)? (`train` $train^ `test` $test)? (`first` $most^)? attr-dict";
  let hasVerifier = 1;
}
def EntryOp : Sinter_Structural<"entry", NoGradient<"an entry is differentiated inside, by sinter.gradient">,
    [IsolatedFromAbove, Symbol, Sinter_ModuleLevel, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "one trace: a pure function of inputs, symbols and scalars; kind train, eval or predict";
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$entry_name, EntryKindAttr:$kind, I64Attr:$batch, StrArrayAttr:$arg_names);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `name` `(` $entry_name `)` `kind` `(` custom<Keyword>($kind) `)` `batch` `(` $batch `)` `inputs` $arg_names attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}
def ReturnOp : Sinter_Structural<"return", NoGradient<"an entry ends here; no value comes out">,
    [Terminator, HasParent<"EntryOp">, AttrSizedOperandSegments, Sinter_SymbolUser]> {
  let summary = "named outputs, and new values of symbols; `loss`: the output that training minimises";
  let arguments = (ins Variadic<Sinter_Tensor>:$outputs, Variadic<Sinter_Tensor>:$updates, StrArrayAttr:$names,
                       TypedArrayAttrBase<FlatSymbolRefAttr, "symbols">:$symbols, OptionalAttr<I64Attr>:$loss);
  let assemblyFormat = [{
    (`outputs` `(` $outputs^ `:` type($outputs) `)`)? `names` $names (`loss` $loss^)? (`updates` `(` $updates^ `:` type($updates) `)`)? `symbols` $symbols attr-dict
  }];
  let hasVerifier = 1;
}
def GetOp : Sinter_Structural<"get", NoGradient<"a gradient ends at what an entry reads">,
    [Pure, Sinter_SymbolUser, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "value of a symbol, form or scalar when the entry starts";
  let arguments = (ins FlatSymbolRefAttr:$symbol);
  let results = (outs Sinter_Tensor:$result);
  let assemblyFormat = "$symbol attr-dict `:` type($result)";
}
def GradientOp : Sinter_Structural<"gradient", GradientOfDerivative, [DerivativeOpInterface]> {
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
def Sinter_AlgorithmAttr : Attr<CPred<"::llvm::isa<::sinter::kernel::AlgorithmAttr>($_self)">, "algorithm of sums"> {
  let storageType = "::sinter::kernel::AlgorithmAttr";
  let returnType = "::sinter::kernel::AlgorithmAttr";
  let convertFromStorage = "$_self";
}
def FusedOp : Sinter_Structural<"fused", NoGradient<"fusion comes after differentiation">,
    [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "ops that become one kernel; kind contraction (a sum of products and its epilogue) or map (one domain)";
  let description = "`algorithm` orders the sum of products, or the reductions of the map (#kernel.algorithm); what reduces has one.";
  let arguments = (ins FusedKindAttr:$kind, Variadic<Sinter_Tensor>:$inputs, OptionalAttr<Sinter_AlgorithmAttr>:$algorithm);
  let results = (outs Variadic<Sinter_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    custom<Keyword>($kind) `(` $inputs `)` (`algorithm` custom<Algorithm>($algorithm)^)? attr-dict-with-keyword `:`
    functional-type($inputs, $results) $body
  }];
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::mlir::TypeRange":$results, "::sinter::ir::FusedKind":$kind, "::mlir::ValueRange":$inputs)>];
}
def YieldOp : Sinter_Structural<"yield", NoGradient<"fusion comes after differentiation">,
    [Terminator, Pure, ParentOneOf<["FusedOp", "FormOp", "ScanOp", "CondOp", "WhileOp", "AttentionOp", "AttentionGradientOp",
                                       "CustomGradientOp"]>]> {
  let summary = "results of a fused op, values of a body, the value of a form, scores";
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
