//===- Code.cpp - machine code of a module ----------------------------------------------------===//
//
// See Code.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Code.h"
#include "codegen/Targets.h"
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/Target.h"
#include "codegen/host/Host.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"

using namespace mlir;

namespace sinter::compiler {

/// Host tables and functions, in one LLVM module.
static std::unique_ptr<llvm::Module> makeHostCode(Session &session, HostCode hostCode,
                                                  const codegen::TableOptions &options,
                                                  llvm::LLVMContext &context) {
  if (hostCode == HostCode::None)
    return nullptr;
  ModuleOp module = session.getModule();
  codegen::HostModule host = codegen::describeModule(module, codegen::getPlannedEntries(module));
  std::unique_ptr<llvm::Module> table = codegen::emitTable(host, options, context);
  std::unique_ptr<llvm::Module> more =
      hostCode == HostCode::Trainer   ? codegen::emitMain(host, context)
      : hostCode == HostCode::Library ? codegen::emitLibrary(host, context)
                                      : nullptr;
  if (more && llvm::Linker::linkModules(*table, std::move(more)))
    return nullptr;
  return table;
}

static int printLLVMIRUnsafely(Session &session, ModuleOp shown, std::string &text) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = codegen::translateToLLVMIR(shown, context);
  if (!module)
    return session.reporter.error(Internal, "the module does not translate to LLVM IR");
  llvm::raw_string_ostream(text) << *module;
  return Done;
}

static int makeAssemblyUnsafely(Session &session, ModuleOp shown, HostCode hostCode,
                                std::string &text) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = codegen::translateToLLVMIR(shown, context);
  if (!module)
    return session.reporter.error(Internal, "the module does not translate to LLVM IR");
  auto cpu = codegen::getHostTarget(session.getTarget());
  if (!cpu)
    return session.fail(cpu.takeError());
  codegen::TableOptions table{.compiler = getVersion(),
                              .features = codegen::getNeededFeatures(*cpu)};
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  if (llvm::Error error =
          codegen::getTargetKind(shown).emitText(std::move(module), session.getTarget(), stream,
                                                 {session.options.level, session.options.sanitizer},
                                                 makeHostCode(session, hostCode, table, context)))
    return session.fail(std::move(error));
  text = bytes.str().str();
  return Done;
}

static int makeObjectUnsafely(Session &session, HostCode hostCode,
                              const std::string &embeddedParams, const std::string &suffix,
                              std::string &bytes) {
  double start = PassInstrumentation::now();
  codegen::KernelCount count = codegen::countKernels(session.getModule());
  session.instrumentation.addNote(std::to_string(count.kernels) + " kernels, " +
                                  std::to_string(count.functions) + " of them distinct");
  llvm::raw_string_ostream stream(bytes);
  std::string sanitizer = hostCode == HostCode::Here ? "" : session.options.sanitizer;
  codegen::CodeOptions options{session.options.level, sanitizer};
  ModuleOp module = session.getModule(), host = codegen::findHostModule(module);
  auto cpu = codegen::getHostTarget(session.getTarget());
  if (!cpu)
    return session.fail(cpu.takeError());
  auto device = codegen::getTargetKind(module).makeDeviceCode(module, options);
  if (!device)
    return session.fail(device.takeError());
  codegen::TableOptions table{.compiler = getVersion(),
                              .features = codegen::getNeededFeatures(*cpu),
                              .embeddedParams = embeddedParams,
                              .suffix = suffix,
                              .device = std::move(*device)};
  if (llvm::Error error = codegen::emitObject(
          host ? host : module, *cpu, stream, options, [&](llvm::LLVMContext &context) {
            return makeHostCode(session, hostCode, table, context);
          }))
    return session.fail(std::move(error));
  session.instrumentation.addTime("object code", PassInstrumentation::now() - start);
  return Done;
}

// Text of stage llvm is anybody's: what LLVM's verifier lets through may still end its code
// generator.
int printLLVMIR(Session &session, ModuleOp shown, std::string &text) {
  return session.runSafely([&] { return printLLVMIRUnsafely(session, shown, text); });
}
int makeAssembly(Session &session, ModuleOp shown, HostCode hostCode, std::string &text) {
  return session.runSafely([&] { return makeAssemblyUnsafely(session, shown, hostCode, text); });
}
int makeObject(Session &session, HostCode hostCode, const std::string &embeddedParams,
               std::string &bytes, const std::string &suffix) {
  return session.runSafely(
      [&] { return makeObjectUnsafely(session, hostCode, embeddedParams, suffix, bytes); });
}

int makeHostObject(Session &session, HostCode hostCode, const std::vector<std::string> &suffixes,
                   std::string &bytes) {
  ModuleOp module = session.getModule();
  codegen::HostModule host = codegen::describeModule(module, codegen::getPlannedEntries(module));
  std::vector<std::string> tables;
  for (const std::string &suffix : suffixes)
    tables.push_back(codegen::getTableName(host, suffix));
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> functions = hostCode == HostCode::Trainer
                                                ? codegen::emitMain(host, context, tables)
                                                : codegen::emitLibrary(host, context, tables);
  llvm::SmallString<0> object;
  llvm::raw_svector_ostream stream(object);
  auto cpu = codegen::getHostTarget(session.getTarget());
  if (!cpu)
    return session.fail(cpu.takeError());
  if (llvm::Error error =
          codegen::emitObject(std::move(functions), *cpu, stream, {session.options.level, {}}))
    return session.fail(std::move(error));
  bytes = object.str().str();
  return Done;
}

} // namespace sinter::compiler
