//===- Compile.cpp - the real pipeline, in this process ---------------------------------------===//
//
// Reading on: Compile.h, Memory.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"

#include "codegen/cpu/Jit.h"
#include "codegen/cpu/Target.h"
#include "codegen/gpu/Gpu.h"
#include "compiler/Pipeline.h"
#include "dialects/kernel/Cost.h"
#include "passes/Passes.h"
#include "test/numeric/Memory.h"
#include "test/numeric/Values.h"
#include "test/ptx/PtxProgram.h"

#include "mlir/Pass/PassManager.h"

#include <algorithm>
#include <chrono>
#include <map>

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
  manager.addPass(passes::createMarkIndependent());
  manager.addPass(passes::createDifferentiate());
  return succeeded(manager.run(module));
}

bool test::batchSteps(mlir::ModuleOp module) {
  mlir::PassManager manager(module.getContext());
  manager.addPass(passes::createBatchSteps());
  return succeeded(manager.run(module));
}

static Tensor draw(llvm::StringRef name, mlir::Type type, int salt) {
  Random random(seedOf(name.str()) + salt);
  rules::Type rule = interpret::typeOf(type);
  return sample(rule, rules::isFloat(rule.element) ? Domain::Any : Domain::Indices, random);
}

interpret::Values test::drawInputs(ir::EntryOp entry, int salt) {
  interpret::Values inputs;
  for (auto [argument, name] :
       llvm::zip(entry.getBody().front().getArguments(), entry.getArgNames())) {
    llvm::StringRef text = mlir::cast<mlir::StringAttr>(name).getValue();
    inputs[text.str()] = draw(text, argument.getType(), salt);
  }
  return inputs;
}

Arguments test::drawArguments(mlir::ModuleOp module, int salt) {
  Arguments arguments;
  for (auto entry : module.getOps<ir::EntryOp>())
    for (const auto &[name, value] : drawInputs(entry, salt))
      arguments.inputs[name] = value;
  for (auto symbol : module.getOps<ir::SymbolOp>())
    arguments.symbols[symbol.getSymName().str()] =
        draw(symbol.getSymName(), symbol.getType(), salt);
  return arguments;
}

namespace {
/// Runs the entry called so, on segments.
using Caller = std::function<llvm::Error(llvm::StringRef, void *const *, unsigned threads)>;

class PlannedProgram : public Program {
public:
  PlannedProgram(mlir::OwningOpRef<mlir::ModuleOp> planned, Caller caller)
      : planned(std::move(planned)), caller(std::move(caller)),
        entries(codegen::getPlannedEntries(*this->planned)), memory(entries) {}
  FailureOr<Evaluation> run(llvm::StringRef entry, const Arguments &arguments, unsigned threads,
                            bool keepsSymbols) override;
  double time(llvm::StringRef entry, const Arguments &arguments, unsigned threads) override;

private:
  kernel::EntryOp find(llvm::function_ref<bool(kernel::EntryOp)> matches);
  LogicalResult call(kernel::EntryOp entry, unsigned threads);
  // Runs the load or save entry; its logical buffers are `visit`ed before (load) or after (save).
  LogicalResult move(kernel::EntryKind kind, unsigned threads,
                     llvm::function_ref<LogicalResult(kernel::BufferOp)> visit);
  LogicalResult load(const Values &symbols, unsigned threads);
  LogicalResult prepare(unsigned threads);
  LogicalResult writeScalar(kernel::BufferOp buffer, const Values &scalars);

  mlir::OwningOpRef<mlir::ModuleOp> planned;
  Caller caller;
  llvm::SmallVector<kernel::EntryOp> entries;
  Memory memory;
  bool stale = true; ///< what depends on weights alone is older than they are
};
} // namespace

kernel::EntryOp PlannedProgram::find(llvm::function_ref<bool(kernel::EntryOp)> matches) {
  for (kernel::EntryOp entry : entries)
    if (matches(entry))
      return entry;
  return {};
}

LogicalResult PlannedProgram::call(kernel::EntryOp entry, unsigned threads) {
  if (llvm::Error error = caller(entry.getSymName(), memory.segments(), threads))
    return entry.emitError(llvm::toString(std::move(error)));
  if (!memory.guardsHold())
    return entry.emitError("internal error: the compiled entry writes behind a segment");
  return success();
}

LogicalResult PlannedProgram::move(kernel::EntryKind kind, unsigned threads,
                                   llvm::function_ref<LogicalResult(kernel::BufferOp)> visit) {
  kernel::EntryOp entry = find([&](kernel::EntryOp e) { return e.getKind() == kind; });
  if (!entry)
    return success();
  bool loads = kind == kernel::EntryKind::Load;
  if (!loads && failed(call(entry, threads)))
    return failure();
  for (auto buffer : entry.getBody().getOps<kernel::BufferOp>())
    if (buffer.getRole() == kernel::Role::Logical && failed(visit(buffer)))
      return failure();
  return loads ? call(entry, threads) : success();
}

LogicalResult PlannedProgram::writeScalar(kernel::BufferOp buffer, const Values &scalars) {
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

LogicalResult PlannedProgram::load(const Values &symbols, unsigned threads) {
  stale = true;
  return move(kernel::EntryKind::Load, threads, [&](kernel::BufferOp buffer) -> LogicalResult {
    auto found = symbols.find(buffer.getBufferName().str());
    memory.write(buffer, found == symbols.end() ? Tensor(typeOf(buffer.getType())) : found->second);
    return success();
  });
}

// What depends on weights alone is made from them once, as the runtime does after loading and after
// training (D17).
LogicalResult PlannedProgram::prepare(unsigned threads) {
  kernel::EntryOp entry =
      find([](kernel::EntryOp e) { return e.getKind() == kernel::EntryKind::Prepare; });
  if (stale && entry && failed(call(entry, threads)))
    return failure();
  stale = false;
  return success();
}

FailureOr<Evaluation> PlannedProgram::run(llvm::StringRef name, const Arguments &arguments,
                                          unsigned threads, bool keepsSymbols) {
  kernel::EntryOp entry = find([&](kernel::EntryOp e) { return e.getSymName() == name; });
  if (!entry)
    return planned->emitError("expects a planned entry '") << name << "', got none";
  if (!keepsSymbols && failed(load(arguments.symbols, threads)))
    return failure();
  if (entry.getKind() == kernel::EntryKind::Train)
    stale = true;
  else if (failed(prepare(threads)))
    return failure();
  memory.poison();
  for (auto buffer : entry.getBody().getOps<kernel::BufferOp>()) {
    if (buffer.getRole() == kernel::Role::Scalar && failed(writeScalar(buffer, arguments.scalars)))
      return failure();
    if (buffer.getRole() != kernel::Role::Input)
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
    if (buffer.getRole() == kernel::Role::Output)
      evaluation.outputs[buffer.getBufferName().str()] = memory.read(buffer);
  LogicalResult saved =
      move(kernel::EntryKind::Save, threads, [&](kernel::BufferOp buffer) -> LogicalResult {
        evaluation.updates[buffer.getBufferName().str()] = memory.read(buffer);
        return success();
      });
  if (failed(saved))
    return failure();
  return evaluation;
}

double PlannedProgram::time(llvm::StringRef name, const Arguments &arguments, unsigned threads) {
  if (failed(run(name, arguments, threads, false))) // leaves inputs and weights in place
    return -1;
  using Clock = std::chrono::steady_clock;
  std::vector<double> samples;
  for (Clock::time_point start = Clock::now();
       Clock::now() - start < std::chrono::milliseconds(60);) {
    Clock::time_point before = Clock::now();
    if (llvm::Error error = caller(name, memory.segments(), threads)) {
      llvm::consumeError(std::move(error));
      return -1;
    }
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

kernel::CpuTargetAttr test::findTarget(mlir::MLIRContext *context, llvm::StringRef name) {
  auto native = codegen::parseCpuTarget(context, "cpu:native"),
       target = codegen::parseCpuTarget(context, name);
  if (!native || !target) {
    llvm::consumeError(native.takeError());
    llvm::consumeError(target.takeError());
    return {};
  }
  llvm::SmallVector<llvm::StringRef> has, needs;
  native->getFeatures().split(has, ',', -1, /*KeepEmpty=*/false);
  target->getFeatures().split(needs, ',', -1, /*KeepEmpty=*/false);
  bool runs = native->getTriple() == target->getTriple() &&
              llvm::all_of(needs, [&](llvm::StringRef f) { return llvm::is_contained(has, f); });
  return runs ? *target : kernel::CpuTargetAttr();
}

kernel::TargetInterface test::findGpu(mlir::MLIRContext *context, llvm::StringRef name) {
  auto target = codegen::parseGpuTarget(context, name);
  if (target)
    return *target;
  llvm::consumeError(target.takeError());
  return {};
}

/// Entries by JIT, each looked up once.
static llvm::Expected<Caller> makeCpuCaller(mlir::ModuleOp planned, int level) {
  codegen::CodeOptions options;
  options.level = level;
  auto target = mlir::cast<kernel::CpuTargetAttr>(kernel::getTarget(planned));
  auto made = codegen::Jit::create(planned, target, options);
  if (!made)
    return made.takeError();
  std::shared_ptr<codegen::Jit> jit = std::move(*made);
  auto known = std::make_shared<std::map<std::string, sinter_entry_fn>>();
  return [=](llvm::StringRef name, void *const *segments, unsigned threads) -> llvm::Error {
    sinter_entry_fn &entry = (*known)[name.str()];
    if (!entry) {
      llvm::Expected<sinter_entry_fn> found = jit->lookup(name);
      if (!found)
        return found.takeError();
      entry = *found;
    }
    codegen::runEntry(entry, segments, threads);
    return llvm::Error::success();
  };
}

/// Entries on the emulator, in grids of as many blocks as there are threads.
static llvm::Expected<Caller> makeGpuCaller(mlir::ModuleOp planned, int level) {
  auto made = PtxProgram::create(planned, level);
  if (!made)
    return made.takeError();
  std::shared_ptr<PtxProgram> program = std::move(*made);
  return [=](llvm::StringRef name, void *const *segments, unsigned threads) {
    return program->run(name, segments, threads);
  };
}

std::unique_ptr<Program> test::compile(mlir::ModuleOp module, int level, const Machine &machine) {
  kernel::TargetInterface target =
      machine.target ? machine.target : findTarget(module.getContext(), "cpu:native");
  if (!target) {
    module.emitError("expects a machine that sinter has a target for");
    return nullptr;
  }
  mlir::OwningOpRef<mlir::ModuleOp> planned = module.clone();
  planned.get()->setAttr("kernel.target", target);
  LogicalResult made = compiler::getStage(*planned) == compiler::Stage::Planned
                           ? planByHand(*planned)
                           : compiler::runPipeline(*planned, compiler::Stage::Planned, {});
  if (failed(made))
    return nullptr;
  if (machine.reschedule)
    machine.reschedule(*planned);
  llvm::Expected<Caller> caller = mlir::isa<kernel::CpuTargetAttr>(target)
                                      ? makeCpuCaller(*planned, level)
                                      : makeGpuCaller(*planned, level);
  if (!caller) {
    module.emitError(llvm::toString(caller.takeError()));
    return nullptr;
  }
  return std::make_unique<PlannedProgram>(std::move(planned), std::move(*caller));
}
