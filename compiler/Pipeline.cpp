//===- Pipeline.cpp - the compiler's passes, in order -----------------------------------------===//
//
// The whole compiler on one page: one line a pass, with its reason. The module verifies after every
// pass, and says by `sinter.stage` which stage it has reached, so that text of any stage goes on
// from there. Reading on: passes/Passes.td (what each pass does), PassInstrumentation.h (traces,
// times, reproducers).
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Pipeline.h"
#include "compiler/CodegenPasses.h"
#include "compiler/System.h"
#include "compiler/Text.h"
#include "dialects/kernel/Kernel.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace sinter::compiler {

/// One pass of the compiler, and the stage that its run leads to.
struct Step {
  Stage stage;
  std::unique_ptr<Pass> pass;
  llvm::StringRef reason;
};

static std::vector<Step> getSteps(const PipelineOptions &options) {
  std::vector<Step> steps;
  auto add = [&](Stage stage, std::unique_ptr<Pass> pass, llvm::StringRef reason) {
    steps.push_back({stage, std::move(pass), reason});
  };
  using namespace passes;
  PlanMemoryOptions memory;
  memory.budget = options.memoryBudget;

  add(Stage::Gradient, createCheckSizes(), "before any work on what no machine holds");
  add(Stage::Gradient, createMarkIndependent(), "before equal values are merged");
  add(Stage::Gradient, createSimplify(), "less to differentiate");
  add(Stage::Gradient, createBatchSteps(),
      "what leaves a loop here has a gradient outside of loops");
  add(Stage::Gradient, createFormStreams(),
      "before gradients, which would read what is not to be stored");
  add(Stage::Gradient, createDifferentiate(), "after it all ops are alike");
  add(Stage::Gradient, createFold(), "seeds and scales of gradients are known numbers");
  add(Stage::Gradient, createBatchSteps(), "sums that backward loops stacked become one sum each");
  add(Stage::Gradient, createSimplify(), "gradients of what nobody wants go, equal ones merge");
  add(Stage::Gradient, createHoistForms(),
      "after it no entry does again what parameters alone decide");
  add(Stage::Gradient, createRefreshForms(), "fusion takes the refresh into the update");
  add(Stage::Gradient, createSimplify(), "what was moved leaves nothing behind");

  add(Stage::Fused, createFuseContractions(),
      "first, as an epilogue costs nothing and a pass over memory does");
  add(Stage::Fused, createFuseMaps(), "what is left shares its passes over memory");

  add(Stage::Layout, createAssignLayouts(), "kernels are known now, so their preferences are");

  add(Stage::Planned, createLowerToKernel(), "from values to buffers, in an order");
  add(Stage::Planned, createSchedule(), "tiles follow from shapes and layouts");
  add(Stage::Planned, createInPlaceUpdates(), "before memory is planned: it frees buffers");
  add(Stage::Planned, createGroupLaunches(), "the order of memory effects is known");
  add(Stage::Planned, createPlanMemory(memory), "last, as all buffers are there");

  add(Stage::Loops, createLowerToLoops(), "each kernel by the best emitter that covers it");
  add(Stage::Llvm, createLowerToLLVM(), "what LLVM reads");
  return steps;
}

Stage getStage(ModuleOp module) {
  if (auto name = module->getAttrOfType<StringAttr>("sinter.stage"))
    if (std::optional<Stage> stage = findStage(name.getValue()))
      return *stage;
  // Files written by hand or by sinter-opt say nothing.
  if (!module.getOps<LLVM::LLVMFuncOp>().empty())
    return Stage::Llvm;
  if (!module.getOps<func::FuncOp>().empty())
    return Stage::Loops;
  if (!module.getOps<kernel::EntryOp>().empty())
    return Stage::Planned;
  return Stage::Graph;
}

std::string getStageFile(const std::string &folder, Stage stage) {
  return folder + "/" + std::to_string(int(stage)) + "-" + getName(stage).str() + ".mlir";
}

static LogicalResult reach(ModuleOp module, Stage stage, const PipelineOptions &options) {
  settleLocations(module);
  module->setAttr("sinter.stage", StringAttr::get(module.getContext(), getName(stage)));
  if (options.saveStages.empty())
    return success();
  std::string file = getStageFile(options.saveStages, stage);
  auto why = writeFileAtomically(file, printModule(module));
  if (why && options.refused)
    *options.refused = "expects to write '" + file + "', got: " + *why;
  return failure(why.has_value());
}

LogicalResult runPipeline(ModuleOp module, Stage until, const PipelineOptions &options) {
  Stage at = getStage(module);
  if (failed(reach(module, at, options)))
    return failure();
  std::vector<Step> steps = getSteps(options);
  for (size_t i = 0; i < steps.size(); ++i) {
    Step &step = steps[i];
    if (step.stage <= at || step.stage > until)
      continue;
    PassManager manager(module.getContext(), ModuleOp::getOperationName());
    manager.enableVerifier(true);
    if (options.instrumentation)
      manager.addInstrumentation(options.instrumentation->getInstrumentation());
    std::string name = step.pass->getArgument().str();
    manager.addPass(std::move(step.pass));
    if (name == options.failAfter)
      manager.addPass(createTestFail());
    if (name == options.breakAfter)
      manager.addPass(createTestBreak());
    if (name == options.crashAfter)
      manager.addPass(createTestCrash());
    if (failed(manager.run(module)))
      return failure();
    bool last = i + 1 == steps.size() || steps[i + 1].stage != step.stage;
    if (last && failed(reach(module, step.stage, options)))
      return failure();
  }
  return success();
}

} // namespace sinter::compiler
