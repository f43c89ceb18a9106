//===- Kernel.td - the `kernel` dialect: fused kernels on planned buffers -----------------------------------------===//
//
// One op is one kernel: `kernel.contract` (sums of products with an epilogue), `kernel.map` (elementwise work and
// reductions), `kernel.stream` (products that are used block by block), `kernel.prefix` (what the elements of a row make
// one after the other), `kernel.sort` (their order). Kernels have memory semantics: they read and write `!kernel.buffer` values, in list order.
// Accesses are affine maps from the kernel's iteration domain to *logical* indices; where an element lies is the
// buffer's layout. Reading on: KernelTypes.cpp (layouts), codegen/cpu (emitters), codegen/interpret (the oracle).
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_KERNEL_TD
#define SINTER_DIALECTS_KERNEL_KERNEL_TD

include "dialects/kernel/Targets.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===--- Attributes -------------------------------------------------------------------------------------------------===//

// Printed as keywords: `kind(train)`, `role(temp)`, `kernel.reduce sum`.
def EntryKindAttr : EnumAttr<Kernel_Dialect, Kernel_EntryKind, "entry_kind">;
def RoleAttr : EnumAttr<Kernel_Dialect, Kernel_Role, "role">;
def ReduceKindAttr : EnumAttr<Kernel_Dialect, Kernel_ReduceKind, "reduce_kind">;

def SegmentBytesAttr : Kernel_Attr<"SegmentBytes", "segment_bytes"> {
  let summary = "bytes of each segment of <sinter/abi.h>; work: of the entry that needs most";
  let parameters = (ins "int64_t":$params, "int64_t":$state, "int64_t":$work, "int64_t":$scalars, "int64_t":$logical);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// In the order of Segment, without Object.
    std::array<int64_t, 5> getAll() const {
      return {getParams(), getState(), getWork(), getScalars(), getLogical()};
    }
  }];
}

def LayoutAttr : Kernel_Attr<"Layout", "layout"> {
  let summary = "where the elements of a shaped value lie";
  let description = [{
    Physical order: the outer dims in the order `perm` (all logical dims, each once), then the inner blocks
    `block[i]` = logical dim, `by[i]` = block size, outermost first. A dim that is blocked by B has ceil(size/B) outer
    entries; elements beyond its size are padding that no kernel reads or writes. No layout means row-major.
      row-major [N,F]           absent, or perm [0, 1]
      panels of 32 along dim 0  perm [0, 1] block [0] by [32]       : [d0/32][d1][32]
      nChw16c                   perm [0, 1, 2, 3] block [1] by [16]
      batch on lanes            perm [0, 1, 2, 3] block [0] by [16]
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$perm, OptionalArrayRefParameter<"int64_t">:$block,
                        OptionalArrayRefParameter<"int64_t">:$by);
  let assemblyFormat = "`<` `[` $perm `]` (`,` `block` `=` `[` $block^ `]` `,` `by` `=` `[` $by `]`)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Sizes of the physical dims: outer dims in `perm` order, then blocks.
    ::llvm::SmallVector<int64_t> getPhysicalShape(::llvm::ArrayRef<int64_t> logical) const;
    /// Map from logical index to linear physical element offset.
    ::mlir::AffineMap getLinearMap(::llvm::ArrayRef<int64_t> logical) const;
    /// True when this orders elements exactly as row-major does.
    bool isRowMajor() const;
  }];
}

def AlgorithmAttr : Kernel_Attr<"Algorithm", "algorithm"> {
  let summary = "all that orders the sums of a kernel (D1); fixed from shapes and types before layout and schedule";
  let description = [{
    Of the elements of a sum in row-major order of the reduced dims:
      chain                                      one accumulator, in order
      lanes 16                                   element i goes to accumulator i mod 16; accumulators are joined by the tree
                                                 (i, i+8), (i, i+4), (i, i+2), (i, i+1)
      chunks 3 x 50000 of lanes 16 joined chain  elements in runs of 50,000, of which the last may be shorter; each is summed
                                                 in 16 lanes, and the sums are joined in one chain in their order,
                                                 floats in f64, from which the result is rounded once
    A part of a chunked sum, and what joins the parts, are each a chain or lanes. What does not depend on the order (max, min,
    argmax, the sums of integers) may be done in any. passes/fuse/Algorithm.cpp decides.
  }];
  let parameters = (ins "::sinter::kernel::AlgorithmName":$name, "int64_t":$lanes, "int64_t":$chunks, "int64_t":$length,
                        "int64_t":$join);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    /// One chain, or lanes when `lanes` is more than 1.
    AttrBuilder<(ins "int64_t":$lanes), [{
      return $_get($_ctxt, lanes == 1 ? AlgorithmName::Chain : AlgorithmName::Lanes, lanes, 0, 0, 1);
    }]>,
    /// `chunks` of `length` elements, each as `lanes` says, their sums as `join` says.
    AttrBuilder<(ins "int64_t":$chunks, "int64_t":$length, "int64_t":$lanes, "int64_t":$join), [{
      return $_get($_ctxt, AlgorithmName::Chunks, lanes, chunks, length, join);
    }]>];
  let extraClassDeclaration = [{
    /// True for a sum that is cut into chunks: getChunks, getLength and getJoin (1: a chain) tell how.
    bool isCut() const { return getName() == AlgorithmName::Chunks; }
    /// How one chunk is summed; without chunks, the whole sum.
    AlgorithmAttr getPart() const { return get(getContext(), getLanes()); }
    /// How the sums of chunks are joined.
    AlgorithmAttr getJoining() const { return get(getContext(), getJoin()); }
  }];
}

//===--- Types ------------------------------------------------------------------------------------------------------===//

def BufferType : TypeDef<Kernel_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "a shaped piece of a segment: !kernel.buffer<256x784xf32, #kernel.layout<...>>";
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
                        OptionalParameter<"::sinter::kernel::LayoutAttr">:$layout);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    int64_t getRank() const { return getShape().size(); }
    /// Elements including padding.
    int64_t getPhysicalElements() const;
    /// Bytes of one stored element; i1 is stored as one byte.
    int64_t getElementBytes() const;
    int64_t getBytes() const { return getPhysicalElements() * getElementBytes(); }
    /// Logical index -> linear physical element offset.
    ::mlir::AffineMap getLinearMap() const;
  }];
  let genVerifyDecl = 1;
}

//===--- Op interfaces ----------------------------------------------------------------------------------------------===//

def KernelOpInterface : OpInterface<"KernelOpInterface"> {
  let cppNamespace = "::sinter::kernel";
  let description = "what the planner, the barrier pass and the module table ask of a kernel";
  let methods = [
    InterfaceMethod<"Buffers read.", "::mlir::OperandRange", "getReadBuffers", (ins), [{}],
                    [{ return $_op->getOperands().drop_back($_op.getOuts().size()); }]>,
    InterfaceMethod<"Buffers written.", "::mlir::OperandRange", "getWrittenBuffers", (ins), [{}],
                    [{ return $_op.getOuts(); }]>,
    InterfaceMethod<"Iteration domain.", "::llvm::ArrayRef<int64_t>", "getDomain", (ins), [{}],
                    [{ return $_op.getDims(); }]>,
    InterfaceMethod<"Access of a read or written buffer (index over reads, then writes).", "::mlir::AffineMap", "getAccess",
                    (ins "unsigned":$index), [{}],
                    [{ return ::llvm::cast<::mlir::AffineMapAttr>($_op.getMaps()[index]).getValue(); }]>,
    InterfaceMethod<"Floating-point operations, 2 a multiply-add.", "int64_t", "getFlops">,
    InterfaceMethod<"Place in run order among the numbered kernels of the entry.", "::mlir::IntegerAttr", "getNumberAttr",
                    (ins), [{ return $_op.getNumberAttr(); }]>,
    InterfaceMethod<"Changes the number.", "void", "setNumberAttr", (ins "::mlir::IntegerAttr":$number),
                    [{ $_op.setNumberAttr(number); }]>,
    InterfaceMethod<"Name in the object and in profiles: the kernel's own, numbered `<entry>_<NN>_<kernel_name>`.",
                    "std::string", "getFunctionName", (ins), [{}],
                    [{ return ::sinter::kernel::nameFunction($_op, $_op.getKernelName(), $_op.getNumberAttr()); }]>
  ];
}

//===--- Ops --------------------------------------------------------------------------------------------------------===//

class Kernel_Op<string opMnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, opMnemonic, traits>;
def AnyScalar : AnyTypeOf<[AnyFloat, AnyInteger, Index]>;

def EntryOp : Kernel_Op<"entry", [IsolatedFromAbove, Symbol, SingleBlock, NoTerminator]> {
  let summary = "the ordered kernel list of one entry at one batch size";
  let description = [{
    Buffers come first, then kernels in run order. `outputs`: names in the user's order; `loss`: which of them training
    minimises.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$entry_name, EntryKindAttr:$kind, I64Attr:$batch,
                       OptionalAttr<I64Attr>:$work_bytes, OptionalAttr<StrArrayAttr>:$outputs, OptionalAttr<I64Attr>:$loss);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `name` `(` $entry_name `)` `kind` `(` custom<Keyword>($kind) `)` `batch` `(` $batch `)` (`work_bytes` `(` $work_bytes^ `)`)?
    attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}

def BufferOp : Kernel_Op<"buffer", [Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "names a place in a segment; offset is set by the planner";
  let description = [{
    param, form, state, scalar, logical: `buffer_name` is a module-level symbol. input, output: the entry's name for it.
    constant: `value` holds the elements (row-major); it is emitted as read-only data of the object.
    The role says the segment of <sinter/abi.h>: param and form lie in `params`, state in `state`, scalar in `scalars`,
    logical in `logical`, input, output and temp in `work`; a constant lies in none.
  }];
  let arguments = (ins StrAttr:$buffer_name, RoleAttr:$role, OptionalAttr<I64Attr>:$offset,
                       OptionalAttr<ElementsAttr>:$value);
  let results = (outs BufferType:$result);
  let assemblyFormat = [{
    $buffer_name `role` `(` custom<Keyword>($role) `)` (`offset` `(` $offset^ `)`)? (`value` `(` $value^ `)`)?
    attr-dict `:` type($result)
  }];
  let extraClassDeclaration = "::sinter::kernel::Segment getSegment() { return ::sinter::kernel::getSegment(getRole()); }";
  let hasVerifier = 1;
}

def ViewOp : Kernel_Op<"view", [Pure]> {
  let summary = "the same memory under another logical shape (both row-major, equal element count)";
  let arguments = (ins BufferType:$source);
  let results = (outs BufferType:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `to` type($result)";
  let hasVerifier = 1;
}

def SlotOp : Kernel_Op<"slot", [Pure]> {
  let summary = "slice t of the leading dim: base + t*stride (D20)";
  let arguments = (ins BufferType:$source, Index:$index);
  let results = (outs BufferType:$result);
  let assemblyFormat = "$source `[` $index `]` attr-dict `:` type($source) `to` type($result)";
  let hasVerifier = 1;
}

def ContractOp : Kernel_Op<"contract", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<KernelOpInterface>,
                                        SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "sums of products over the reduced dims, with an epilogue on each sum";
  let description = [{
    For every point p of the leading `parallel` dims:
      acc = sum over the other dims, row-major, of a[maps[0](p,k)] * b[maps[1](p,k)]
      outs[i][maps(p)] = epilogue(acc, extras[j][maps(p)])[i]
    With `padded`, a term whose a or b would be read outside the logical shape is left out of the sum (it is not 0 times
    something), and a point of which some out would lie outside is skipped. An out with `sums[i]` adds up, in row-major
    order of p, all points that its map sends to one element (partial sums: the map says the chunk by floordiv).
    Epilogue block arguments: acc, then one scalar an extra. Maps: a, b, extras, outs; of extras and outs only the
    parallel dims may be used. acc's type is the epilogue's first argument type (D14).
  }];
  let arguments = (ins StrAttr:$kernel_name, OptionalAttr<I64Attr>:$number, DenseI64ArrayAttr:$dims, I64Attr:$parallel,
                       BufferType:$a, BufferType:$b, Variadic<BufferType>:$extras, Variadic<BufferType>:$outs,
                       AffineMapArrayAttr:$maps, DefaultValuedAttr<DenseBoolArrayAttr, "{}">:$sums, UnitAttr:$padded,
                       OptionalAttr<AlgorithmAttr>:$algorithm, OptionalAttr<ScheduleInterface>:$schedule);
  let regions = (region SizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    $kernel_name (`number` $number^)? `dims` $dims `parallel` $parallel (`padded` $padded^)?
    `a` `(` $a `:` type($a) `)` `b` `(` $b `:` type($b) `)` (`extras` `(` $extras^ `:` type($extras) `)`)?
    `outs` `(` $outs `:` type($outs) `)` `maps` $maps (`algorithm` $algorithm^)? (`schedule` $schedule^)?
    attr-dict-with-keyword `epilogue` $epilogue
  }];
  let hasVerifier = 1;
}

def MapOp : Kernel_Op<"map", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<KernelOpInterface>,
                              SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "elementwise work and reductions over the inner dims, in one pass over a domain";
  let description = [{
    A row is a point of the dims not in `inner`; rows are independent. Within a row the body reads as if every value
    were an array over the inner dims; `kernel.reduce` turns such an array into one scalar of the row.
    ins: one scalar block argument each, read at its map. outs: a value stored at its map; a map without inner dims
    stores once a row. With `padded`, reads outside the logical shape give 0.
    An access may be indirect: symbol n of a map, alone in an index, is the value of in n at the point. A value outside of
    the axis is reported, with the location of the argument (of an out: of the op), and the read gives 0. An out with
    `adds[i]`, and no other, may be indirect: it holds what was there before plus the values of all points, as a chain over
    `inner`; its map has all other dims, so that a row owns what it adds to.
  }];
  let arguments = (ins StrAttr:$kernel_name, OptionalAttr<I64Attr>:$number, DenseI64ArrayAttr:$dims, DenseI64ArrayAttr:$inner,
                       Variadic<BufferType>:$ins, Variadic<BufferType>:$outs, AffineMapArrayAttr:$maps, UnitAttr:$padded,
                       OptionalAttr<AlgorithmAttr>:$algorithm, OptionalAttr<ScheduleInterface>:$schedule,
                       DefaultValuedAttr<DenseBoolArrayAttr, "{}">:$adds);
  let regions = (region SizedRegion<1>:$body);
  let extraClassDeclaration = [{
    /// True when what buffer number `i` (ins, then outs) is accessed at differs along `dim`, itself or through an index.
    bool varies(unsigned i, int64_t dim);
    /// True when out `i` is added to.
    bool addsTo(unsigned i) { return i < getAdds().size() && getAdds()[i]; }
    /// Locations of the indirect accesses, in the order of the maps: whose lines errors name.
    ::llvm::SmallVector<::mlir::Location> getIndirectLocs();
    bool hasIndirectAccess() { return !getIndirectLocs().empty(); }
  }];
  let assemblyFormat = [{
    $kernel_name (`number` $number^)? `dims` $dims `inner` $inner (`padded` $padded^)? (`ins` `(` $ins^ `:` type($ins) `)`)?
    `outs` `(` $outs `:` type($outs) `)` `maps` $maps (`algorithm` $algorithm^)? (`schedule` $schedule^)?
    attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
}

def StreamOp : Kernel_Op<"stream", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<KernelOpInterface>,
                                    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "products whose results are used block by block and never stored: sums of weights times rows";
  let description = [{
    The dims are batch dims, a dim of rows (number `rows`), one of columns, then inner dims. At every (row, column) of a
    batch:
      s[i] = sum over one inner dim of products[2i] * products[2i+1]
      w    = body(s…, extras…)
      outs[j] += w[j] * factors[j]        over the columns where outs[j] has the row in its map, else over the rows
    Each s[i] and outs[j] is one chain, in the order of its inner dim, columns or rows (D1). With `softmax`, the body
    yields one score x; m and l are the row's maximum and sum of exponentials so far. For each block of `softmax` columns:
      m' = max(m, x…), l = l * exp(m - m') + exp(x - m')…, outs[j] = outs[j] * exp(m - m') + exp(x - m') * factors[j]…
    and in the end outs[j] / l; one more out gets m + log(l). A maximum of -inf counts as 0 in these formulas.
    Maps: products, extras, factors, outs. A product's operands use one inner dim, the same; an out uses one more.
  }];
  let arguments = (ins StrAttr:$kernel_name, OptionalAttr<I64Attr>:$number, DenseI64ArrayAttr:$dims, I64Attr:$rows,
                       OptionalAttr<I64Attr>:$softmax,
                       Variadic<BufferType>:$products, Variadic<BufferType>:$extras, Variadic<BufferType>:$factors,
                       Variadic<BufferType>:$outs, AffineMapArrayAttr:$maps, OptionalAttr<ScheduleInterface>:$schedule);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $kernel_name (`number` $number^)? `dims` $dims `rows` $rows (`softmax` $softmax^)? `products` `(` $products `:` type($products) `)`
    (`extras` `(` $extras^ `:` type($extras) `)`)? `factors` `(` $factors `:` type($factors) `)`
    `outs` `(` $outs `:` type($outs) `)` `maps` $maps (`schedule` $schedule^)? attr-dict-with-keyword $body
  }];
  let extraClassDeclaration = [{
    int64_t getColumns() { return int64_t(getRows()) + 1; }
    /// Sums that are outs; the statistics of softmax are none.
    unsigned getSumCount() { return getFactors().size(); }
    ::mlir::AffineMap getOutMap(unsigned j) { return getAccess(getNumOperands() - getOuts().size() + j); }
    ::mlir::AffineMap getFactorMap(unsigned j) { return getAccess(getProducts().size() + getExtras().size() + j); }
    /// True for an out that has one element a row, not a column.
    bool isRowSum(unsigned j) { return getOutMap(j).isFunctionOfDim(getRows()); }
    /// The inner dim that product `i` sums over, or that out `j` has.
    int64_t getDepthDim(unsigned i);
    int64_t getWidthDim(unsigned j);
  }];
  let hasVerifier = 1;
}

def PrefixOp : Kernel_Op<"prefix", [DeclareOpInterfaceMethods<KernelOpInterface, ["getDomain", "getAccess"]>]> {
  let summary = "prefix sums, products, maxima, minima: what the elements of a row make one after the other";
  let description = [{
    A row is all elements along `axis`; its order is that of their index, or the other one with `reverse`. In that order
      out = t = t op in          t begins as 0 for sum, 1 for prod; a max or min begins as the first element
    With `exclusive`, out is what t was before the element (sum and prod). Each row is one chain (D1); sums and products of
    floats narrower than f64 are made in f64 and rounded once an element. `in` and `outs`, which is one, are row-major and
    of one type; they may be the same memory.
  }];
  let arguments = (ins StrAttr:$kernel_name, OptionalAttr<I64Attr>:$number, ReduceKindAttr:$kind, I64Attr:$axis,
                       UnitAttr:$reverse, UnitAttr:$exclusive, BufferType:$in, Variadic<BufferType>:$outs,
                       OptionalAttr<ScheduleInterface>:$schedule);
  let assemblyFormat = [{
    $kernel_name (`number` $number^)? custom<Keyword>($kind) `axis` $axis (`reverse` $reverse^)? (`exclusive` $exclusive^)?
    `in` `(` $in `:` type($in) `)` `outs` `(` $outs `:` type($outs) `)` (`schedule` $schedule^)? attr-dict-with-keyword
  }];
  let extraClassDeclaration = [{
    /// The type that a row's chain is made in.
    ::mlir::Type getChainType();
  }];
  let hasVerifier = 1;
}

def SortOp : Kernel_Op<"sort", [DeclareOpInterfaceMethods<KernelOpInterface, ["getDomain", "getAccess"]>]> {
  let summary = "positions of the elements of each row in rising or falling order";
  let description = [{
    A row is all elements along `axis`. outs[0], i64, has the shape of `in` but along `axis`, where it may be shorter: it gets
    the positions of as many elements, the least first or, with `descending`, the largest. NaN is larger than every number, -0
    equals 0, and equal elements stay in the order of their positions (a stable sort). outs[1] is memory to work in, for
    each row twice its positions: [rows, 2, length], i32, or i64. All are row-major. An access is where a row begins.
  }];
  let arguments = (ins StrAttr:$kernel_name, OptionalAttr<I64Attr>:$number, I64Attr:$axis, UnitAttr:$descending,
                       BufferType:$in, Variadic<BufferType>:$outs);
  let assemblyFormat = [{
    $kernel_name (`number` $number^)? `axis` $axis (`descending` $descending^)? `in` `(` $in `:` type($in) `)`
    `outs` `(` $outs `:` type($outs) `)` attr-dict-with-keyword
  }];
  let extraClassDeclaration = [{
    /// Elements of a row whose positions are wanted.
    int64_t getCount();
    /// Type of outs[1] for rows along `axis` of `in`.
    static BufferType getWorkType(BufferType in, int64_t axis);
  }];
  let hasVerifier = 1;
}

def ReduceOp : Kernel_Op<"reduce", [Pure]> {
  let summary = "reduces a value over the inner dims of the row (kernel.map only)";
  let description = "sum, max, min, prod: result type = operand type, NaN propagates; argmax: i32, first wins.";
  let arguments = (ins ReduceKindAttr:$kind, AnyScalar:$input);
  let results = (outs AnyScalar:$result);
  let assemblyFormat = "custom<Keyword>($kind) $input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def IndexOp : Kernel_Op<"index", [Pure]> {
  let summary = "this point's index in a dim of the kernel's domain";
  let arguments = (ins I64Attr:$dim);
  let results = (outs AnyScalar:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def PhiloxOp : Kernel_Op<"philox", [Pure]> {
  let summary = "uniform [0,1) number: Philox4x32-10 of (seed, stream, step, logical element index) (D2)";
  let description = "The same function as sinter_philox of <sinter/runtime.h>: word 0, its upper 24 bits times 2^-24.";
  let arguments = (ins I64:$seed, I64:$step, I64:$element, I64Attr:$stream);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = "$seed `,` $step `,` $element `stream` $stream attr-dict `:` type($result)";
}

def YieldOp : Kernel_Op<"yield", [Pure, Terminator]> {
  let summary = "values of a kernel's outs at this point";
  let arguments = (ins Variadic<AnyScalar>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), "">];
}

def LaunchOp : Kernel_Op<"launch", [NoTerminator]> {
  let summary = "kernels that run as one: side by side, then what one thread does";
  let description = [{
    The parts touch no byte that another part writes, so no thread waits between them. `serial` holds kernels that are
    smaller than a barrier: the thread that comes last to the end of the parts runs them, in order, before it lets the
    others go on. On a GPU: one grid, whose last block runs the serial section.
  }];
  let regions = (region SizedRegion<1>:$parts, MaxSizedRegion<1>:$serial);
  let assemblyFormat = "attr-dict-with-keyword $parts (`serial` $serial^)?";
  let extraClassDeclaration = "bool hasSerial() { return !getSerial().empty() && !getSerial().front().empty(); }";
  let hasVerifier = 1;
}

def LoopOp : Kernel_Op<"loop", [NoTerminator, SingleBlock]> {
  let summary = "kernels run again and again, with ping-pong state (D20)";
  let description = [{
    `carried` are pairs (ping, pong). Block arguments: the iteration (index), then (current, next) of every pair: even
    iterations read ping and write pong, odd ones the other way round. Results: where each pair's last state lies.
    Runs `trip` times; without `trip`, pair 0 is a buffer of one i1 that all threads read before each iteration.
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$trip, Variadic<BufferType>:$carried);
  let results = (outs Variadic<BufferType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    (`trip` $trip^)? (`carried` `(` $carried^ `:` type($carried) `)`)? attr-dict-with-keyword $body (`->` type($results)^)?
  }];
}

def IfOp : Kernel_Op<"if", [NoTerminator]> {
  let summary = "runs one of two kernel lists; every thread reads the same i1";
  let arguments = (ins BufferType:$predicate);
  let regions = (region SizedRegion<1>:$thenRegion, MaxSizedRegion<1>:$elseRegion);
  let assemblyFormat = "$predicate `:` type($predicate) attr-dict-with-keyword `then` $thenRegion `else` $elseRegion";
  let hasVerifier = 1;
}

#endif
