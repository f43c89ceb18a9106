//===- Compile.cpp - the real pipeline, in this process
//-------------------------------------------------------===//
//
// Reading on: Compile.h, Memory.h.
//
//===----------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"

#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Target.h"
#include "compiler/Pipeline.h"
#include "passes/Passes.h"
#include "test/numeric/Memory.h"

#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <chrono>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Tensor;
using interpret::Values;
using llvm::failure;
using llvm::FailureOr;
using llvm::LogicalResult;
using llvm::success;

bool test::differentiate(mlir::ModuleOp module) {
  mlir::PassManager manager(module.getContext());
  manager.addPass(passes::createDifferentiate());
  return succeeded(manager.run(module));
}

namespace {
class JitProgram : public Program {
public:
  JitProgram(mlir::OwningOpRef<mlir::ModuleOp> planned, std::unique_ptr<codegen::Jit> jit)
      : planned(std::move(planned)), jit(std::move(jit)),
        entries(codegen::getPlannedEntries(*this->planned)), memory(entries) {}
  FailureOr<Evaluation> run(llvm::StringRef entry, const Arguments &arguments,
                            unsigned threads) override;
  double time(llvm::StringRef entry, const Arguments &arguments, unsigned threads) override;

private:
  kernel::EntryOp find(llvm::function_ref<bool(kernel::EntryOp)> matches);
  LogicalResult call(kernel::EntryOp entry, unsigned threads);
  // Runs the load or save entry; its logical buffers are `visit`ed before (load) or after (save).
  LogicalResult move(llvm::StringRef kind, unsigned threads,
                     llvm::function_ref<LogicalResult(kernel::BufferOp)> visit);
  LogicalResult writeScalar(kernel::BufferOp buffer, const Values &scalars);

  mlir::OwningOpRef<mlir::ModuleOp> planned;
  std::unique_ptr<codegen::Jit> jit;
  llvm::SmallVector<kernel::EntryOp> entries;
  Memory memory;
};
} // namespace

kernel::EntryOp JitProgram::find(llvm::function_ref<bool(kernel::EntryOp)> matches) {
  for (kernel::EntryOp entry : entries)
    if (matches(entry))
      return entry;
  return {};
}

LogicalResult JitProgram::call(kernel::EntryOp entry, unsigned threads) {
  if (llvm::Error error = jit->run(entry.getSymName(), memory.segments(), threads))
    return entry.emitError(llvm::toString(std::move(error)));
  if (!memory.guardsHold())
    return entry.emitError("internal error: the compiled entry writes behind a segment");
  return success();
}

LogicalResult JitProgram::move(llvm::StringRef kind, unsigned threads,
                               llvm::function_ref<LogicalResult(kernel::BufferOp)> visit) {
  kernel::EntryOp entry = find([&](kernel::EntryOp e) { return e.getKind() == kind; });
  if (!entry)
    return success();
  bool loads = kind == "load";
  if (!loads && failed(call(entry, threads)))
    return failure();
  for (auto buffer : entry.getBody().getOps<kernel::BufferOp>())
    if (buffer.getRole() == "logical" && failed(visit(buffer)))
      return failure();
  return loads ? call(entry, threads) : success();
}

LogicalResult JitProgram::writeScalar(kernel::BufferOp buffer, const Values &scalars) {
  if (auto found = scalars.find(buffer.getBufferName().str()); found != scalars.end()) {
    memory.write(buffer, found->second);
    return success();
  }
  mlir::Operation *symbol = mlir::SymbolTable::lookupSymbolIn(*planned, buffer.getBufferName());
  mlir::Attribute initial = symbol ? symbol->getAttr("initial") : mlir::Attribute();
  FailureOr<Tensor> value = interpret::tensorOf(initial, typeOf(buffer.getType()));
  if (failed(value))
    return buffer.emitError("expects a value for this scalar");
  memory.write(buffer, *value);
  return success();
}

FailureOr<Evaluation> JitProgram::run(llvm::StringRef name, const Arguments &arguments,
                                      unsigned threads) {
  kernel::EntryOp entry = find([&](kernel::EntryOp e) { return e.getSymName() == name; });
  if (!entry)
    return planned->emitError("expects a planned entry '") << name << "', got none";
  LogicalResult loaded = move("load", threads, [&](kernel::BufferOp buffer) -> LogicalResult {
    auto found = arguments.symbols.find(buffer.getBufferName().str());
    memory.write(buffer, found == arguments.symbols.end() ? Tensor(typeOf(buffer.getType()))
                                                          : found->second);
    return success();
  });
  if (failed(loaded))
    return failure();
  // What depends on weights alone is made from them once, as the runtime does after loading (D17).
  if (kernel::EntryOp prepare = find([](kernel::EntryOp e) { return e.getKind() == "prepare"; }))
    if (failed(call(prepare, threads)))
      return failure();
  memory.poison();
  for (auto buffer : entry.getBody().getOps<kernel::BufferOp>()) {
    if (buffer.getRole() == "scalar" && failed(writeScalar(buffer, arguments.scalars)))
      return failure();
    if (buffer.getRole() != "input")
      continue;
    auto found = arguments.inputs.find(buffer.getBufferName().str());
    if (found == arguments.inputs.end())
      return entry.emitError("expects an input '") << buffer.getBufferName() << "', got none";
    memory.write(buffer, found->second);
  }
  if (failed(call(entry, threads)))
    return failure();
  Evaluation evaluation;
  for (auto buffer : entry.getBody().getOps<kernel::BufferOp>())
    if (buffer.getRole() == "output")
      evaluation.outputs[buffer.getBufferName().str()] = memory.read(buffer);
  LogicalResult saved = move("save", threads, [&](kernel::BufferOp buffer) -> LogicalResult {
    evaluation.updates[buffer.getBufferName().str()] = memory.read(buffer);
    return success();
  });
  if (failed(saved))
    return failure();
  return evaluation;
}

double JitProgram::time(llvm::StringRef name, const Arguments &arguments, unsigned threads) {
  if (failed(run(name, arguments, threads))) // leaves inputs and weights in place
    return -1;
  llvm::Expected<sinter_entry_fn> entry = jit->lookup(name);
  if (!entry) {
    llvm::consumeError(entry.takeError());
    return -1;
  }
  using Clock = std::chrono::steady_clock;
  std::vector<double> samples;
  for (Clock::time_point start = Clock::now();
       Clock::now() - start < std::chrono::milliseconds(60);) {
    Clock::time_point before = Clock::now();
    codegen::runEntry(*entry, memory.segments(), threads);
    samples.push_back(std::chrono::duration<double, std::nano>(Clock::now() - before).count());
  }
  std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
  return samples[samples.size() / 2];
}

bool test::canCompile() { return true; }

// Hand-written kernel lists have no offsets yet.
static LogicalResult planByHand(mlir::ModuleOp module) {
  mlir::PassManager manager(module.getContext());
  manager.addPass(passes::createSchedule());
  manager.addPass(passes::createPlanMemory());
  return manager.run(module);
}

std::unique_ptr<Program> test::compile(mlir::ModuleOp module, int level) {
  llvm::Expected<kernel::TargetAttr> target =
      codegen::parseTarget(module.getContext(), "cpu:native");
  if (!target) {
    module.emitError(llvm::toString(target.takeError()));
    return nullptr;
  }
  mlir::OwningOpRef<mlir::ModuleOp> planned = module.clone();
  planned.get()->setAttr("kernel.target", *target);
  LogicalResult made = compiler::getStage(*planned) == compiler::Stage::Planned
                           ? planByHand(*planned)
                           : compiler::runPipeline(*planned, compiler::Stage::Planned, {});
  if (failed(made))
    return nullptr;
  codegen::CodeOptions options;
  options.level = level;
  llvm::Expected<std::unique_ptr<codegen::Jit>> jit =
      codegen::Jit::create(*planned, *target, options);
  if (!jit) {
    module.emitError(llvm::toString(jit.takeError()));
    return nullptr;
  }
  return std::make_unique<JitProgram>(std::move(planned), std::move(*jit));
}
