//===- CodegenUnits.cpp - objects that join, pieces on threads --------------------------------===//
//
// What test/driver/parallel.test sees from outside, at its edges: symbols that clash, machines that
// differ, pieces that crash.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/cpu/Cpu.h"
#include "codegen/cpu/ObjectMerger.h"
#include "codegen/cpu/Target.h"
#include "codegen/loops/Parallel.h"

#include "mlir/IR/MLIRContext.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/SourceMgr.h"

#include <atomic>
#include <csignal>
#include <gtest/gtest.h>
#include <map>

using namespace sinter;

/// Object code of LLVM IR.
static std::string assemble(const char *text, const char *machine = "cpu:x86-64") {
  mlir::MLIRContext context;
  context.loadDialect<kernel::KernelDialect>();
  llvm::LLVMContext llvmContext;
  llvm::SMDiagnostic error;
  auto module = llvm::parseAssemblyString(text, error, llvmContext);
  EXPECT_TRUE(module) << error.getMessage().str();
  auto target = codegen::parseCpuTarget(&context, machine);
  EXPECT_TRUE(bool(target));
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::Error failed = codegen::emitObject(std::move(module), *target, out);
  EXPECT_FALSE(bool(failed)) << llvm::toString(std::move(failed));
  return bytes.str().str();
}

static std::string join(llvm::ArrayRef<llvm::StringRef> objects, std::string &error) {
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  error = llvm::toString(codegen::mergeObjects(
      objects, [](llvm::StringRef name) { return name.starts_with("part"); }, out));
  return bytes;
}

static const char *kOne = R"(
  declare hidden float @part(ptr, <4 x float>)
  declare float @expf(float)
  @numbers = hidden constant [2 x i32] [i32 7, i32 9]
  define float @whole(ptr %p) {
    %x = call float @part(ptr %p, <4 x float> <float 1.0, float 2.0, float 3.0, float 4.0>)
    %y = call float @expf(float %x)
    ret float %y
  })";
static const char *kOther = R"(
  @numbers = external hidden constant [2 x i32]
  declare float @expf(float)
  define hidden float @part(ptr %p, <4 x float> %v) {
    %i = load i32, ptr @numbers
    %x = extractelement <4 x float> %v, i32 %i
    %y = call float @expf(float %x)
    store ptr @numbers, ptr %p
    ret float %y
  })";

// Symbols of both, each once: defined where one defines them, local where asked for.
TEST(CodegenUnits, ObjectsJoin) {
  for (const char *machine : {"cpu:x86-64", "cpu:aarch64"}) {
    SCOPED_TRACE(machine);
    std::string one = assemble(kOne, machine), other = assemble(kOther, machine), error;
    std::string bytes = join({one, other}, error);
    ASSERT_EQ(error, "");
    EXPECT_EQ(bytes, join({one, other}, error));
    auto object =
        llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "joined.o"));
    ASSERT_TRUE(bool(object)) << llvm::toString(object.takeError());
    std::map<std::string, std::string> symbols;
    for (llvm::object::SymbolRef symbol : (*object)->symbols()) {
      llvm::StringRef name = llvm::cantFail(symbol.getName());
      uint32_t flags = llvm::cantFail(symbol.getFlags());
      bool isGlobal = flags & llvm::object::SymbolRef::SF_Global;
      if (!name.empty() && (isGlobal || name == "part"))
        symbols[name.str()] += flags & llvm::object::SymbolRef::SF_Undefined ? "outside"
                               : isGlobal                                    ? "global"
                                                                             : "local";
    }
    std::map<std::string, std::string> wanted{
        {"whole", "global"}, {"part", "local"}, {"numbers", "global"}, {"expf", "outside"}};
    EXPECT_EQ(symbols, wanted);
    size_t relocations = 0;
    for (llvm::object::SectionRef section : (*object)->sections())
      for (llvm::object::RelocationRef relocation : section.relocations()) {
        ++relocations;
        EXPECT_NE(relocation.getSymbol(), (*object)->symbol_end());
      }
    EXPECT_GE(relocations, 5u);
  }
}

TEST(CodegenUnits, WhatDoesNotJoin) {
  std::string one = assemble(kOne), other = assemble(kOther), error;
  join({one, other, other}, error);
  EXPECT_EQ(error, "internal error: objects do not join: 'part' is defined twice");
  std::string foreign = assemble(kOther, "cpu:aarch64");
  join({one, foreign}, error);
  EXPECT_EQ(error, "internal error: objects do not join: they are for several machines");
  join({one, "no object"}, error);
  EXPECT_NE(error, "");
}

TEST(CodegenUnits, EachOnce) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  for (size_t count : {0, 1, 2, 100}) {
    std::vector<std::atomic<int>> calls(count);
    std::vector<int64_t> weights(count, 1);
    codegen::forEachPiece(context, weights, [&](size_t i) { ++calls[i]; });
    for (auto &each : calls)
      EXPECT_EQ(each, 1);
    EXPECT_FALSE(context.isMultithreadingEnabled());
  }
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
// Whichever thread has it, a piece that crashes comes back to the handler of the caller.
/// Four pieces, one of them crashing; the number of runs whose crash did not come back.
static int countLostCrashes() {
  int lost = 0;
  llvm::CrashRecoveryContext::Enable();
  for (size_t bad = 0; bad < 4; ++bad) {
    auto *context = new mlir::MLIRContext; // not to be destroyed after a crash
    llvm::CrashRecoveryContext crashes;
    lost += crashes.RunSafely([&] {
      codegen::forEachPiece(*context, {1, 1, 1, 1}, [&](size_t i) {
        if (i == bad)
          raise(SIGSEGV);
      });
    });
  }
  return lost;
}

// In a process of its own: what a crash leaves behind must not reach the tests after it.
TEST(CodegenUnits, CrashesComeBack) {
  EXPECT_EXIT(std::_Exit(countLostCrashes()), testing::ExitedWithCode(0), "");
}
#endif
