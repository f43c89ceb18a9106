//===- Library.cpp - the C functions of a library, and a trainer's main -----------------------===//
//
// Thin functions over <sinter/runtime.h>. A sinter_status is returned through memory (sret), as the
// C ABIs of x86-64 and aarch64 do for a struct of its size. Reading on: Header.cpp (the
// declarations that users see).
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/host/Host.h"
#include "dialects/sinter/Sinter.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace sinter::codegen {

namespace {
struct LibraryWriter {
  const HostModule &host;
  llvm::LLVMContext &context;
  std::unique_ptr<llvm::Module> out;
  llvm::IRBuilder<> builder;
  llvm::Type *ptr, *i64, *nothing;
  llvm::StructType *status;
  std::vector<llvm::Constant *> tables;

  LibraryWriter(const HostModule &host, llvm::LLVMContext &context, std::vector<std::string> names)
      : host(host), context(context),
        out(std::make_unique<llvm::Module>(host.symbol + "_library", context)), builder(context),
        ptr(builder.getPtrTy()), i64(builder.getInt64Ty()), nothing(builder.getVoidTy()) {
    status = llvm::StructType::create(
        context, {builder.getInt32Ty(), llvm::ArrayType::get(builder.getInt8Ty(), 256)},
        "sinter_status");
    if (names.empty())
      names = {getTableName(host)};
    for (const std::string &name : names) {
      auto *table = new llvm::GlobalVariable(*out, builder.getInt8Ty(), /*isConstant=*/true,
                                             llvm::GlobalValue::ExternalLinkage, nullptr, name);
      table->setVisibility(llvm::GlobalValue::HiddenVisibility);
      tables.push_back(table);
    }
  }

  /// The model's table; of several, the one that the runtime chooses.
  llvm::Value *getTable() {
    if (tables.size() == 1)
      return tables.front();
    auto *type = llvm::ArrayType::get(ptr, tables.size());
    llvm::GlobalVariable *list = out->getGlobalVariable("tables", /*AllowInternal=*/true);
    if (!list)
      list = new llvm::GlobalVariable(*out, type, /*isConstant=*/true,
                                      llvm::GlobalValue::InternalLinkage,
                                      llvm::ConstantArray::get(type, tables), "tables");
    return builder.CreateCall(runtime("sinter_choose", ptr, {ptr, i64}, false),
                              {list, builder.getInt64(tables.size())});
  }

  void markStatus(llvm::Function *function) {
    function->addParamAttr(0, llvm::Attribute::getWithStructRetType(context, status));
  }

  /// Declares a function of the runtime; `returnsStatus` puts the hidden result in front of
  /// `parameters`.
  llvm::Function *runtime(llvm::StringRef name, llvm::Type *result,
                          std::vector<llvm::Type *> parameters, bool returnsStatus) {
    if (returnsStatus)
      parameters.insert(parameters.begin(), ptr);
    auto *type = llvm::FunctionType::get(returnsStatus ? nothing : result, parameters, false);
    auto *function = llvm::cast<llvm::Function>(out->getOrInsertFunction(name, type).getCallee());
    if (returnsStatus)
      markStatus(function);
    return function;
  }

  /// Starts `<symbol>_<name>`.
  llvm::Function *begin(const std::string &name, llvm::Type *result,
                        std::vector<llvm::Type *> parameters, bool returnsStatus) {
    if (returnsStatus)
      parameters.insert(parameters.begin(), ptr);
    auto *type = llvm::FunctionType::get(returnsStatus ? nothing : result, parameters, false);
    auto *function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                            host.symbol + "_" + name, *out);
    if (returnsStatus)
      markStatus(function);
    builder.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
    return function;
  }

  /// Calls `callee` with these values; its status goes to `function`'s caller.
  void forward(llvm::Function *function, llvm::Function *callee,
               std::vector<llvm::Value *> values) {
    values.insert(values.begin(), function->getArg(0));
    llvm::CallInst *call = builder.CreateCall(callee, values);
    call->addParamAttr(0, llvm::Attribute::getWithStructRetType(context, status));
    builder.CreateRetVoid();
  }

  /// `<symbol>_<name>(handle, …)` = `sinter_lib_<name>(handle, …)`.
  void passOn(const std::string &name, const std::string &callee,
              std::vector<llvm::Type *> parameters) {
    llvm::Function *function = begin(name, nothing, parameters, true);
    std::vector<llvm::Value *> values;
    for (llvm::Argument &argument : llvm::drop_begin(function->args()))
      values.push_back(&argument);
    forward(function, runtime(callee, nothing, parameters, true), values);
  }

  /// An array on the stack that holds arguments [first, first + count).
  llvm::Value *gather(llvm::Function *function, unsigned first, unsigned count) {
    llvm::Value *array = builder.CreateAlloca(ptr, builder.getInt32(std::max(1u, count)));
    for (unsigned i = 0; i < count; ++i)
      builder.CreateStore(function->getArg(first + i), builder.CreateConstGEP1_64(ptr, array, i));
    return array;
  }

  void writePredict(const EntryInfo &entry, bool anyCount) {
    kernel::EntryOp op = entry.op;
    std::string name = toIdentifier(op.getEntryName());
    std::vector<llvm::Type *> parameters{ptr};
    if (anyCount)
      parameters.push_back(i64);
    parameters.resize(parameters.size() + entry.inputs.size() + entry.outputs.size(), ptr);
    llvm::Function *function = begin(name + (anyCount ? "_n" : ""), nothing, parameters, true);
    unsigned first = anyCount ? 3 : 2;
    llvm::Value *inputs = gather(function, first, entry.inputs.size());
    llvm::Value *outputs = gather(function, first + entry.inputs.size(), entry.outputs.size());
    llvm::Value *count = anyCount ? static_cast<llvm::Value *>(function->getArg(2))
                                  : builder.getInt64(std::max<int64_t>(1, op.getBatch()));
    llvm::Value *entryName = builder.CreateGlobalString(op.getEntryName());
    forward(function, runtime("sinter_lib_run", nothing, {ptr, ptr, i64, ptr, ptr}, true),
            {function->getArg(1), entryName, count, inputs, outputs});
  }

  void writeTrainStep(const EntryInfo &entry) {
    std::vector<llvm::Type *> parameters(entry.inputs.size() + 2, ptr);
    llvm::Function *function = begin("train_step", nothing, parameters, true);
    llvm::Value *inputs = gather(function, 2, entry.inputs.size());
    forward(function, runtime("sinter_lib_train_step", nothing, {ptr, ptr, ptr}, true),
            {function->getArg(1), inputs, function->getArg(2 + entry.inputs.size())});
  }

  void write() {
    llvm::Function *open = begin("open", nothing, {ptr, ptr}, true);
    forward(open, runtime("sinter_lib_open", nothing, {ptr, ptr, ptr}, true),
            {getTable(), open->getArg(1), open->getArg(2)});
    passOn("open_shared", "sinter_lib_open_shared", {ptr, ptr});
    passOn("load", "sinter_lib_load", {ptr, ptr});
    passOn("save", "sinter_lib_save", {ptr, ptr});
    for (const EntryInfo *entry : host.findPredictions()) {
      writePredict(*entry, false);
      writePredict(*entry, true);
    }
    if (const EntryInfo *train = host.findTrain()) {
      writeTrainStep(*train);
      passOn("reset_metrics", "sinter_lib_reset_metrics", {ptr});
      passOn("set", "sinter_lib_set", {ptr, ptr, builder.getDoubleTy()});
    }
    begin("arena_bytes", i64, {}, false);
    builder.CreateRet(
        builder.CreateCall(runtime("sinter_lib_arena_bytes", i64, {ptr}, false), {getTable()}));
    llvm::Function *close = begin("close", nothing, {ptr}, false);
    builder.CreateCall(runtime("sinter_lib_close", nothing, {ptr}, false), {close->getArg(0)});
    builder.CreateRetVoid();
  }
};
} // namespace

std::unique_ptr<llvm::Module> emitLibrary(const HostModule &host, llvm::LLVMContext &context,
                                          const std::vector<std::string> &tables) {
  LibraryWriter writer(host, context, tables);
  writer.write();
  return std::move(writer.out);
}

static bool readsPictures(const HostModule &host) {
  for (auto data : host.module.getOps<ir::DataOp>())
    for (auto field : data.getFields().getAsRange<ir::FieldAttr>())
      if (field.getDecode() >= ir::Decode::Picture &&
          field.getDecode() <= ir::Decode::PictureStretched)
        return true;
  return false;
}

std::unique_ptr<llvm::Module> emitMain(const HostModule &host, llvm::LLVMContext &context,
                                       const std::vector<std::string> &tables) {
  LibraryWriter writer(host, context, tables);
  llvm::IRBuilder<> &b = writer.builder;
  auto *type = llvm::FunctionType::get(b.getInt32Ty(), {b.getInt32Ty(), writer.ptr}, false);
  auto *function =
      llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, "main", *writer.out);
  b.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
  // A trainer carries the readers of pictures only when its data are some.
  llvm::Function *trainer =
      writer.runtime(readsPictures(host) ? "sinter_trainer_main_pictures" : "sinter_trainer_main",
                     b.getInt32Ty(), {writer.ptr, b.getInt32Ty(), writer.ptr}, false);
  b.CreateRet(b.CreateCall(trainer, {writer.getTable(), function->getArg(0), function->getArg(1)}));
  return std::move(writer.out);
}

} // namespace sinter::codegen
