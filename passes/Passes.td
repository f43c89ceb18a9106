//===- Passes.td - graph and planning passes ----------------------------------------------------------------------===//
//
// In pipeline order. A pass, its file, its flag and its test share one name. Every description shows IR before and
// after. Reading on: compiler/Pipeline.cpp (the order, with reasons).
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef SINTER_PASSES_PASSES_TD
#define SINTER_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

//===--- graph, gradient ----------------------------------------------------------------------------------------------===//

def MarkIndependent : Pass<"mark-independent", "::mlir::ModuleOp"> {
  let summary = "values in the middle of a graph that something is differentiated by stay apart from equal ones";
  let description = [{
    Such a value gets a sinter.independent behind it, which all its readers read. Inputs of an entry and what it reads need
    none: no two of them are equal.
    ```
    %u = sinter.exp %x ...                                 %u = sinter.exp %x ...
    %v = sinter.exp %x ...          // equal           →   %i = sinter.independent %u
    %y = sinter.mul %u, %v ...                             %v = sinter.exp %x ...
    %g = sinter.gradient %y, %d, %u ys 1                   %y = sinter.mul %i, %v ...    // dy/du is v, not 2u
    ```
  }];
}

def Simplify : Pass<"simplify", "::mlir::ModuleOp"> {
  let summary = "canonical forms, common subexpressions, dead code";
  let description = [{
    Runs the ops' own patterns and folders, merges equal ops and drops what no output and no update needs, until nothing
    changes. Only identities that hold for every IEEE value are used (x * 1, x - 0, not x + 0 and not x * 0). Symbols
    stay, used or not: weight files keep their meaning.
    ```
    %1 = sinter.mul %x, %one : ...            %2 = sinter.exp %x : ...
    %2 = sinter.exp %1 : ...            →     sinter.return outputs(%2, %2 ...)
    %3 = sinter.exp %1 : ...
    sinter.return outputs(%2, %3 ...)
    ```
  }];
}

def Fold : Pass<"fold", "::mlir::ModuleOp"> {
  let summary = "computes elementwise work on splat constants at compile time";
  let description = [{
    An op whose operands are all splat constants builds its scalar code, and when that code folds to a constant the op
    becomes one. Only code of arith ops is folded: functions like exp keep the bits of the machine that runs them.
    ```
    %0 = sinter.constant dense<256.0> : tensor<f32>
    %1 = sinter.constant dense<1.0> : tensor<f32>      →   %2 = sinter.constant dense<0.00390625> : tensor<f32>
    %2 = sinter.div %1, %0 : ...
    ```
  }];
}

def FormStreams : Pass<"form-streams", "::mlir::ModuleOp"> {
  let summary = "products that meet in a reduction of rows are done block by block";
  let description = [{
    softmax of elementwise work on a product of matrices, as the factor of another: one op, whose matrix of scores is
    never whole, forward or backward. Left alone: scores that someone else reads, or into which something with a gradient
    of their size is put, entries with gradients of gradients, loops that are differentiated; `notes` say why. Few scores
    are left alone, too: stored, they stay in cache, and nothing is computed again.
    ```
    %s = sinter.matmul %q, %k {transpose_b} ...
    %m = sinter.mul %s, %scale ...                    %y, %l = sinter.attention %q, %k, %v block 64 {
    %p = sinter.softmax %m ...                   →    ^bb0(%s):
    %y = sinter.matmul %p, %v ...                       mul, yield
    ```
  }];
  let options = [
    Option<"fewest", "fewest", "int64_t", "4096", "scores of a matrix from which on they are not stored">,
    Option<"narrowest", "narrowest", "int64_t", "32", "rows and columns of such a matrix, each">
  ];
}

def Differentiate : Pass<"differentiate", "::mlir::ModuleOp"> {
  let summary = "expands derivatives: sinter.gradient by reverse mode, sinter.jvp by forward mode, sinter.jacobian by many of one";
  let description = [{
    Every op between the xs and the ys writes its vector-Jacobian product in `sinter` ops; cotangents that meet are added.
    An op without a gradient on such a path is an error that names the path; an x that no y depends on gets zeros and a
    warning. A scan's gradient is a scan the other way; the forward scan stacks what is dear to do again (`notes` say
    what), and cotangents of captures that are sums over the steps are added up behind the loop. A choice's gradient is a
    choice; a while loop with a bound becomes a scan of choices first. Forward mode transposes an op's product, which is
    linear in the cotangent; loops carry tangents beside values. A Jacobian is one sweep as the body of a scan over unit
    vectors. sinter.custom_gradient gives its `backward`, and is its `forward` afterwards.
    ```
    %l = sinter.sum %p axes [0] ...                %g = sinter.broadcast_to %dl ...
    %dw = sinter.gradient %l, %dl, %w ys 1   →     %dw = sinter.mul %g, %x ...      // p = w * x
    ```
  }];
}

def BatchSteps : Pass<"batch-steps", "::mlir::ModuleOp"> {
  let summary = "what no step of a scan needs of another is done for all steps at once";
  let description = [{
    Sums of products and reductions of slices and captures move in front of the loop, those that only outputs need behind
    it, work on captures alone is done once. Ops move by their batching rule; those without one stay. A body that reads
    its iteration reads a slice of an iota instead. Of a stepwise loop only work on captures alone moves.
    ```
    scan (h, x, w, u) {                              %xw = sinter.matmul %x, %w : (tensor<10x4x3>, tensor<3x5>) ...
      %0 = sinter.matmul %slice, %w                  scan (h, %xw, u) {
      %1 = sinter.matmul %carried, %u         →        %1 = sinter.matmul %carried, %u
      %2 = sinter.add %0, %1                           %2 = sinter.add %slice, %1
    ```
  }];
}

def HoistForms : Pass<"hoist-forms", "::mlir::ModuleOp"> {
  let summary = "work on parameters alone moves from entries that leave them as they are to forms";
  let description = [{
    Such values become forms: refresh(prepare) where training updates what they are made of (computed after loading and
    before the first run behind a training step), else refresh(load). Training reads those of frozen parameters. What two
    of them are made of is a form, too. In entries that train nothing, a scale of a sum of products moves into its weight
    first, so that batch norm in evaluation leaves an offset and no more.
    ```
    %y = sinter.matmul %x, %w ...           %w2 = sinter.get @w.prepared ...
    %z = sinter.mul %y, %s ...         →    %z = sinter.matmul %x, %w2 ...
                                            sinter.form @w.prepared of @w, @s : ... refresh(prepare) { sinter.mul %w, %s ... }
    ```
  }];
}

def RefreshForms : Pass<"refresh-forms", "::mlir::ModuleOp"> {
  let summary = "an entry that updates what a form is made of updates the form, too";
  let description = [{
    The region of a form with refresh(step) is written out on the new values, where fusion takes it into the kernels that
    make them. Entries that train nothing refresh every form that they would leave stale.
    ```
    sinter.return updates(%w2 ...) symbols [@w]   →   %f = sinter.mul %w2, %s ...
                                                      sinter.return updates(%w2, %f ...) symbols [@w, @w.scaled]
    ```
  }];
}

//===--- fused --------------------------------------------------------------------------------------------------------===//

def FuseContractions : Pass<"fuse-contractions", "::mlir::ModuleOp"> {
  let summary = "elementwise work goes into the epilogue of a sum of products";
  let description = [{
    Bias, activation, masks and the optimizer's update of the same weight (D22) are applied to each sum while it is in a
    register. Reasons for what stays apart are in `notes`.
    ```
    %h = sinter.matmul %x, %w ...            %r = sinter.fused contraction(%x, %w, %b) {
    %s = sinter.add %h, %b ...         →       matmul, add, relu
    %r = sinter.relu %s ...                  }
    ```
  }];
}

def FuseMaps : Pass<"fuse-maps", "::mlir::ModuleOp"> {
  let summary = "elementwise work and reductions cluster into map kernels";
  let description = [{
    Ops that share a domain and one set of inner dims become one kernel; a row value (reduced) and an array over the row
    may meet in it. Work that joins nothing becomes a cluster of one, so that all later stages see sinter.fused only. What costs
    less to make again than to store and to read is made in every cluster that needs it.
    ```
    %m = sinter.reduce_max %x {axes = [1]}         %y = sinter.fused map(%x) {
    %s = sinter.sub %x, %m                   →       reduce_max, sub, exp
    %y = sinter.exp %s                             }
    ```
  }];
}

//===--- layout -------------------------------------------------------------------------------------------------------===//

def AssignLayouts : Pass<"assign-layouts", "::mlir::ModuleOp"> {
  let summary = "decides where elements lie, for all entries together";
  let description = [{
    Every contraction picks the dim on its lanes by the cost model and asks for its vector operand in panels. A parameter
    gets one master layout, in the bodies of loops too; other layouts that kernels want become forms of it, refreshed by the train step when
    training reads them (D17). Temporaries are written as their readers want them; what is left is converted.
    ```
    sinter.symbol @w : tensor<256x784xf32>   →   sinter.symbol @w : tensor<256x784xf32, #kernel.layout<[0, 1], block = [0], by = [32]>>
    ```
    Decisions, with the alternatives and their costs, are in `notes`.
  }];
}

//===--- planned ------------------------------------------------------------------------------------------------------===//

def LowerToKernel : Pass<"lower-to-kernel", "::mlir::ModuleOp"> {
  let summary = "entries become ordered kernel lists on buffers";
  let description = [{
    A scan becomes a kernel.loop on pairs of buffers and slots, a choice a kernel.if; kernels write what a body yields where
    it is to lie. Also places symbols and forms (attributes `offset`, `logical_offset`) and generates the entries load,
    load_params, save and prepare, with a kernel list of each form's region. Updates are copies at the end of the list until
    `in-place-updates`.
    ```
    sinter.entry @predict_b1 ... {               kernel.entry @predict_b1 ... {
      %w = sinter.get @w ...                       %w = kernel.buffer "w" role(param) offset(0) : ...
      %y = sinter.fused contraction ...    →     kernel.contract "matmul_f32" number 0 ...   
      sinter.return outputs(%y ...) ...          }
    }
    ```
  }];
}

def Schedule : Pass<"schedule", "::mlir::ModuleOp"> {
  let summary = "lanes, rows and tile of every kernel, from the cost model";
  let description = [{
    Schedules that are already there stay. No schedule changes bits (D1).
    ```
    kernel.contract "k" dims [256, 256, 784] ...   →   ... schedule #kernel.cpu_schedule<lanes = 1, rows = 0, mr = 14, nr = 32, order = [1, 0]>
    ```
  }];
}

def InPlaceUpdates : Pass<"in-place-updates", "::mlir::ModuleOp"> {
  let summary = "kernels write parameters and state where they live";
  let description = [{
    Removes the copy of an update when every other reader of the old value can run before the kernel that makes the new
    one, and that kernel reads the old value only where it writes. A value that begins as a copy of the old one and is added
    to loses both copies. Orders the kernels so. Refusals are in `notes`.
    ```
    kernel.map "sgd" ins(%w, %g) outs(%t)      →   kernel.map "sgd" ins(%w, %g) outs(%w)
    kernel.map "update" ins(%t) outs(%w)
    ```
  }];
}

def GroupLaunches : Pass<"group-launches", "::mlir::ModuleOp"> {
  let summary = "kernels side by side, and serial sections that one thread runs";
  let description = [{
    In the list of an entry and in those of its loops and ifs: kernels that do not need each other share a launch; one smaller than a barrier becomes the serial section of what it needs.
    ```
    kernel.contract "dw" ... outs(%dw)           kernel.launch {
    kernel.contract "dx" ... outs(%dx)             kernel.contract "dw" ... outs(%dw)
    kernel.map "sum" ins(%dw) outs(%sum)   →       kernel.contract "dx" ... outs(%dx)
                                                 } serial {
                                                   kernel.map "sum" ins(%dw) outs(%sum)
                                                 }
    ```
  }];
}

def CheckSizes : Pass<"check-sizes", "::mlir::ModuleOp"> {
  let summary = "models that no machine holds are refused";
  let description = [{
    Inputs, outputs, parameters and state of an entry are in memory at the same time: more than a process can address is an error, which names
    the largest of them and the batch that fits. Changes nothing.
  }];
}

def PlanMemory : Pass<"plan-memory", "::mlir::ModuleOp"> {
  let summary = "one arena for inputs, outputs and temporaries of an entry";
  let description = [{
    Buffers whose lifetimes do not meet may share bytes; offsets are constants. What a loop's body makes anew at every step
    lives in the body alone, everything else that the body touches through the whole loop.
    ```
    kernel.buffer "t0" role(temp) : ...   →   kernel.buffer "t0" role(temp) offset(4096) : ...
    ```
  }];
  let options = [
    Option<"reuse", "reuse", "bool", "true", "let buffers share bytes">,
    Option<"budget", "budget", "int64_t", "0", "bytes an entry may take; 0: no bound">
  ];
}

#endif
