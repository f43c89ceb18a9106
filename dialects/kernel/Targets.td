//===- Targets.td - machines that code is made for, and how kernels are walked on them (D18) ----------------------===//
//
// Passes and the code that all targets share ask `TargetInterface`, never for a kind of machine; each kind is one pair of
// attributes, a target and a schedule. Their C++: CpuTarget.cpp and GpuTarget.cpp. Which names make which target is
// code generation's (codegen/Targets.h).
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_DIALECTS_KERNEL_TARGETS_TD
#define SINTER_DIALECTS_KERNEL_TARGETS_TD

include "dialects/kernel/Enums.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::sinter::kernel";
  let summary = "fused kernels, planned buffers, structured control flow";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

class Kernel_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Kernel_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

//===--- Interfaces -------------------------------------------------------------------------------------------------===//

def ScheduleInterface : AttrInterface<"ScheduleInterface"> {
  let cppNamespace = "::sinter::kernel";
  let description = "how a kernel walks its domain on one kind of machine; never changes bits (D1)";
  let methods = [
    InterfaceMethod<"True when kernels for `target` can be walked so.", "bool", "isFor",
                    (ins "::sinter::kernel::TargetInterface":$target)>
  ];
}

def TargetInterface : AttrInterface<"TargetInterface"> {
  let cppNamespace = "::sinter::kernel";
  let description = [{
    The machine that code is made for. Cycles are estimates, of one core or of the whole device, and price choices
    against each other; nothing here changes bits (D1) but `getHasFma`.
  }];
  let methods = [
    InterfaceMethod<"As the user named it: cpu:x86-64-v4, cuda:sm_90.", "::llvm::StringRef", "getName", (ins), [{
      return $_attr.getName();
    }]>,
    InterfaceMethod<"LLVM's name of the machine's kind.", "::llvm::StringRef", "getTriple", (ins), [{
      return $_attr.getTriple();
    }]>,
    InterfaceMethod<"True when x * y + z is rounded once.", "bool", "getHasFma", (ins), [{
      return $_attr.getHasFma();
    }]>,
    InterfaceMethod<"Scalar steps on `element` that start in a cycle.", "double", "getStepsPerCycle",
                    (ins "::mlir::Type":$element)>,
    InterfaceMethod<"Bytes moved in a cycle, with ease, from the nearest memory that holds `bytes`.", "double",
                    "getBytesPerCycle", (ins "int64_t":$bytes)>,
    InterfaceMethod<"True when kernels can read and write values that lie so; null is row-major, which all can.", "bool",
                    "isLegal", (ins "const ::sinter::kernel::LayoutAttr &":$layout)>,
    InterfaceMethod<"Cycles of a contraction with dim `lanes` on neighbouring lanes (-1: the reduced dims of a sum in "
                    "canonical lanes), walked at its best.",
                    "::sinter::kernel::LanesPrice", "priceLanes",
                    (ins "const ::sinter::kernel::Contraction &":$contraction, "int64_t":$lanes)>,
    InterfaceMethod<"The same with the best of all dims on the lanes.", "double", "priceContraction",
                    (ins "const ::sinter::kernel::Contraction &":$contraction)>,
    InterfaceMethod<"The cost model's first choice for a kernel; null where its kind of kernel has none.",
                    "::sinter::kernel::ScheduleInterface", "chooseSchedule",
                    (ins "::mlir::Operation *":$kernel)>
  ];
}

class Kernel_Target<string name, string attrMnemonic>
    : Kernel_Attr<name, attrMnemonic, [DeclareAttrInterfaceMethods<TargetInterface>]>;

//===--- CPUs ---------------------------------------------------------------------------------------------------------===//

def CpuTargetAttr : Kernel_Target<"CpuTarget", "cpu_target"> {
  let summary = "a CPU; sizes in bytes";
  let parameters = (ins StringRefParameter<"as the user named it, cpu:x86-64-v4">:$name, StringRefParameter<>:$triple,
                        StringRefParameter<>:$cpu, StringRefParameter<"comma separated, without signs: avx2,fma">:$features,
                        "int64_t":$vectorBits, "int64_t":$vectorRegisters, "int64_t":$fmaPorts,
                        "int64_t":$l1, "int64_t":$l2, "int64_t":$l3, "bool":$hasFma,
                        DefaultValuedParameter<"int64_t", "2", "loads that start in a cycle">:$loadPorts,
                        DefaultValuedParameter<"int64_t", "4", "cycles until a multiply-add's sum can be used">:$fmaLatency);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// Elements of `element` in one vector register (at least 1).
    int64_t getVectorLanes(::mlir::Type element) const;
    /// Bytes of what may stay in L2 while other data pass through it.
    double getCacheRoom() const;
  }];
}

def CpuScheduleAttr : Kernel_Attr<"CpuSchedule", "cpu_schedule", [DeclareAttrInterfaceMethods<ScheduleInterface>]> {
  let summary = "how a CPU kernel walks its domain; never changes bits (D1, D18)";
  let description = [{
    `lanes`: the parallel dim on the vector lanes (16-lane sums: ignored, a reduced dim is; a stream: its rows; a prefix: -1
    when its axis is the innermost dim, and `mr` rows then run side by side). `rows`: the dim that gives
    tile rows (-1: none). A tile is `mr` rows by `nr` lanes (elements); with `rows2`, `mr` x `mr2` rows. `order`: loop order
    of the tile grid, dims outermost first. `kc`: 0, or about how many reduced elements are summed for each of the tiles of
    the last `group` dims of the order, in turn, before their accumulators are stored and the next elements begin.
  }];
  let parameters = (ins "int64_t":$lanes, "int64_t":$rows, "int64_t":$mr, "int64_t":$nr,
                        DefaultValuedParameter<"int64_t", "0">:$kc, DefaultValuedParameter<"int64_t", "-1">:$rows2,
                        DefaultValuedParameter<"int64_t", "1">:$mr2, DefaultValuedParameter<"int64_t", "0">:$group,
                        OptionalArrayRefParameter<"int64_t">:$order);
  let assemblyFormat = "`<` struct(params) `>`";
}

//===--- GPUs ---------------------------------------------------------------------------------------------------------===//

def GpuTargetAttr : Kernel_Target<"GpuTarget", "gpu_target"> {
  let summary = "an NVIDIA GPU; sizes in bytes";
  let parameters = (ins StringRefParameter<"as the user named it, cuda:sm_90">:$name, StringRefParameter<"sm_90">:$arch,
                        "int64_t":$ptxVersion, "int64_t":$warp, "int64_t":$multiprocessors, "int64_t":$blockThreads,
                        "int64_t":$registers, "int64_t":$sharedBytes, "int64_t":$l2);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getTriple() { return "nvptx64-nvidia-cuda"; }
    static bool getHasFma() { return true; }
  }];
}

def GpuScheduleAttr : Kernel_Attr<"GpuSchedule", "gpu_schedule", [DeclareAttrInterfaceMethods<ScheduleInterface>]> {
  let summary = "how a GPU kernel walks its domain: points side by side, a block of `threads` threads takes as many";
  let parameters = (ins "int64_t":$threads);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif
