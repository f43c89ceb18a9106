// The constants that codegen/host writes have the layout that C gives the structs of
// <sinter/abi.h>.
#include "codegen/cpu/Cpu.h"
#include "codegen/host/Host.h"
#include "compiler/Import.h"
#include "compiler/Pipeline.h"
#include "dialects/sinter/Sinter.h"
#include "sinter/rules/random.h"
#include "test/driver/TestModel.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <sinter/abi.h>

using namespace sinter;

/// Offsets of the LLVM struct `name`.
static std::vector<uint64_t> offsetsOf(const llvm::Module &module, const char *name) {
  llvm::StructType *type = llvm::StructType::getTypeByName(module.getContext(), name);
  if (!type)
    return {};
  const llvm::StructLayout *layout = module.getDataLayout().getStructLayout(type);
  std::vector<uint64_t> offsets;
  for (unsigned i = 0; i < type->getNumElements(); ++i)
    offsets.push_back(layout->getElementOffset(i));
  offsets.push_back(layout->getSizeInBytes());
  return offsets;
}

#define AT(type, field) offsetof(type, field)

class Table : public ::testing::Test {
protected:
  test::Compiler compiler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> table;
  codegen::HostModule host;

  void SetUp() override {
    module = compiler::importModule(&compiler.context, test::makeModel(), false);
    ASSERT_TRUE(module);
    ASSERT_TRUE(succeeded(compiler::runPipeline(*module, compiler::Stage::Planned, {})));
    host = codegen::describeModule(*module, codegen::getPlannedEntries(*module));
    table = codegen::emitTable(host, {"sinter test", "avx2,fma", std::string(100, 'x')}, context);
    table->setDataLayout(
        "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128");
  }
};

TEST_F(Table, StructsAreThoseOfC) {
  using V = std::vector<uint64_t>;
  EXPECT_EQ(offsetsOf(*table, "sinter_tensor"),
            (V{AT(sinter_tensor, name), AT(sinter_tensor, dtype), AT(sinter_tensor, rank),
               AT(sinter_tensor, dims), AT(sinter_tensor, segment), AT(sinter_tensor, role),
               AT(sinter_tensor, offset), AT(sinter_tensor, bytes), sizeof(sinter_tensor)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_symbol"),
            (V{AT(sinter_symbol, name), AT(sinter_symbol, kind), AT(sinter_symbol, init),
               AT(sinter_symbol, init_a), AT(sinter_symbol, init_b), AT(sinter_symbol, init_low),
               AT(sinter_symbol, init_high), AT(sinter_symbol, init_stream),
               AT(sinter_symbol, logical), AT(sinter_symbol, master), sizeof(sinter_symbol)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_scalar"),
            (V{AT(sinter_scalar, name), AT(sinter_scalar, dtype), AT(sinter_scalar, slot),
               AT(sinter_scalar, initial), AT(sinter_scalar, help), sizeof(sinter_scalar)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_metric"),
            (V{AT(sinter_metric, name), AT(sinter_metric, sum), AT(sinter_metric, weight),
               AT(sinter_metric, finish), AT(sinter_metric, role), sizeof(sinter_metric)}));
  EXPECT_EQ(
      offsetsOf(*table, "sinter_data"),
      (V{AT(sinter_data, name), AT(sinter_data, fields), AT(sinter_data, field_count),
         AT(sinter_data, order), AT(sinter_data, train_examples), AT(sinter_data, test_examples),
         AT(sinter_data, most_examples), sizeof(sinter_data)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_field"),
            (V{AT(sinter_field, name), AT(sinter_field, dtype), AT(sinter_field, rank),
               AT(sinter_field, dims), AT(sinter_field, decode), AT(sinter_field, ahead),
               AT(sinter_field, limit), AT(sinter_field, examples), AT(sinter_field, column),
               sizeof(sinter_field)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_range"),
            (V{AT(sinter_range, segment), AT(sinter_range, writes), AT(sinter_range, dtype),
               AT(sinter_range, origin), AT(sinter_range, offset), AT(sinter_range, bytes),
               sizeof(sinter_range)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_kernel"),
            (V{AT(sinter_kernel, name), AT(sinter_kernel, location), AT(sinter_kernel, run),
               AT(sinter_kernel, flops), AT(sinter_kernel, bytes_read),
               AT(sinter_kernel, bytes_written), AT(sinter_kernel, range_count),
               AT(sinter_kernel, reserved), AT(sinter_kernel, ranges), sizeof(sinter_kernel)}));
  EXPECT_EQ(
      offsetsOf(*table, "sinter_entry"),
      (V{AT(sinter_entry, name), AT(sinter_entry, kind), AT(sinter_entry, input_count),
         AT(sinter_entry, output_count), AT(sinter_entry, kernel_count), AT(sinter_entry, batch),
         AT(sinter_entry, inputs), AT(sinter_entry, outputs), AT(sinter_entry, kernels),
         AT(sinter_entry, run), AT(sinter_entry, work_bytes), sizeof(sinter_entry)}));
  EXPECT_EQ(offsetsOf(*table, "sinter_module"), (V{AT(sinter_module, abi_version),
                                                   AT(sinter_module, flags),
                                                   AT(sinter_module, name),
                                                   AT(sinter_module, target),
                                                   AT(sinter_module, device),
                                                   AT(sinter_module, features),
                                                   AT(sinter_module, compiler),
                                                   AT(sinter_module, symbol_count),
                                                   AT(sinter_module, scalar_count),
                                                   AT(sinter_module, metric_count),
                                                   AT(sinter_module, entry_count),
                                                   AT(sinter_module, symbols),
                                                   AT(sinter_module, scalars),
                                                   AT(sinter_module, metrics),
                                                   AT(sinter_module, entries),
                                                   AT(sinter_module, data),
                                                   AT(sinter_module, segment_bytes),
                                                   AT(sinter_module, default_epochs),
                                                   AT(sinter_module, reserved0),
                                                   AT(sinter_module, embedded_params),
                                                   AT(sinter_module, device_kind),
                                                   AT(sinter_module, code),
                                                   AT(sinter_module, constants),
                                                   AT(sinter_module, code_bytes),
                                                   AT(sinter_module, constant_bytes),
                                                   AT(sinter_module, reserved),
                                                   sizeof(sinter_module)}));
}

TEST_F(Table, HoldsOneExportedSymbolAndEveryEntry) {
  std::vector<std::string> exported;
  for (const llvm::GlobalValue &value : table->global_values())
    if (!value.isDeclaration() && !value.hasLocalLinkage())
      exported.push_back(value.getName().str());
  EXPECT_EQ(exported, std::vector<std::string>{"sinter_module_small"});
  for (const char *entry : {"train_step_b4", "load", "load_params", "save", "prepare"})
    EXPECT_TRUE(table->getFunction(entry)) << entry;
}

TEST_F(Table, InitialisersDrawFromTheStreamOfTheirName) {
  unsigned found = 0;
  for (auto op : host.module.getOps<ir::SymbolOp>())
    for (const llvm::GlobalVariable &global : table->globals()) {
      auto *symbols = llvm::dyn_cast_or_null<llvm::ConstantArray>(
          global.hasInitializer() ? global.getInitializer() : nullptr);
      for (unsigned i = 0; symbols && i < symbols->getNumOperands(); ++i) {
        auto *symbol = llvm::dyn_cast<llvm::ConstantStruct>(symbols->getOperand(i));
        auto *type = symbol ? symbol->getType() : nullptr;
        if (!type || !type->hasName() || type->getName() != "sinter_symbol")
          continue;
        auto *name = llvm::dyn_cast<llvm::GlobalVariable>(symbol->getOperand(0));
        auto *text = llvm::dyn_cast<llvm::ConstantDataArray>(name->getInitializer());
        if (text->getAsCString() != op.getSymName())
          continue;
        ++found;
        EXPECT_EQ(llvm::cast<llvm::ConstantInt>(symbol->getOperand(7))->getZExtValue(),
                  rules::streamOf(op.getSymName().str()));
      }
    }
  EXPECT_EQ(found, 1u);
}

TEST_F(Table, EmbeddedWeightsAreAligned) {
  bool found = false;
  for (const llvm::GlobalVariable &global : table->globals())
    if (auto *data = llvm::dyn_cast_or_null<llvm::ConstantDataArray>(
            global.hasInitializer() ? global.getInitializer() : nullptr);
        data && data->isString() && data->getAsString().starts_with("xxxx")) {
      found = true;
      EXPECT_GE(global.getAlign().valueOrOne().value(), uint64_t(SINTER_ALIGNMENT));
    }
  EXPECT_TRUE(found);
}

TEST_F(Table, HeaderNamesEntriesAndTypes) {
  std::string header = codegen::printHeader(host);
  for (const char *text :
       {"sinter_status small_open(const sinter_options *options, small_t **m);",
        "sinter_status small_train_step(small_t *m, const float *image, small_metrics *metrics);",
        "#ifndef SINTER_STATUS_DEFINED"})
    EXPECT_NE(header.find(text), std::string::npos) << text << " in\n" << header;
}
