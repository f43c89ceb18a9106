//===- Example.cpp - a model's training entry, as the parity programs run it ------------------===//
//
// See Example.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/parity/Example.h"

#include "compiler/Text.h"
#include "test/numeric/Compile.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <cstdio>
#include <map>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Values;

/// Streams of another seed are so far away; as goldens/convnets.py.
static constexpr uint64_t kSeed = 1000000;

static std::string nameOf(mlir::Operation *symbol) {
  return mlir::SymbolTable::getSymbolName(symbol).str();
}

bool Example::read(const char *path) {
  auto text = llvm::MemoryBuffer::getFile(path);
  if (!text) {
    std::printf("%s: %s\n", path, text.getError().message().c_str());
    return false;
  }
  module = compiler::parseModule(&context(), (*text)->getBuffer(), path);
  if (!module)
    return false;
  for (ir::EntryOp entry : llvm::make_early_inc_range(module->getOps<ir::EntryOp>()))
    if (entry.getKind() == kernel::EntryKind::Train)
      train = entry;
    else
      entry.erase(); // other entries take only time here
  for (auto symbol : module->getOps<ir::SymbolOp>()) {
    if (symbol.getKind() == ir::SymbolKind::Parameter)
      parameters.push_back(nameOf(symbol));
    norms |= symbol.getKind() == ir::SymbolKind::Buffer;
  }
  std::sort(parameters.begin(), parameters.end());
  if (train)
    for (auto gradient : train.getBody().front().getOps<ir::GradientOp>())
      for (mlir::Value x : gradient.getXs())
        if (auto get = x.getDefiningOp<ir::GetOp>())
          trained.push_back(get.getSymbol().str());
  std::sort(trained.begin(), trained.end());
  if (!train)
    std::printf("%s: expects a training entry, got none\n", path);
  return static_cast<bool>(train);
}

void Example::outputGradients() {
  auto end = mlir::cast<ir::ReturnOp>(train.getBody().front().getTerminator());
  mlir::OpBuilder builder(module->getContext());
  llvm::SmallVector<mlir::Attribute> names(end.getNames().begin(), end.getNames().end());
  for (auto gradient : train.getBody().front().getOps<ir::GradientOp>())
    for (auto [x, result] : llvm::zip(gradient.getXs(), gradient.getResults()))
      if (auto get = x.getDefiningOp<ir::GetOp>()) {
        end.getOutputsMutable().append(result);
        names.push_back(builder.getStringAttr(get.getSymbol()));
      }
  end.setNamesAttr(builder.getArrayAttr(names));
}

/// As start() of goldens/convnets.py.
static void fill(Tensor &tensor, const std::string &name, uint64_t tag) {
  const Dims &dims = tensor.dims();
  double scale = 1.0 / 16.0, shift = 0;
  if (dims.size() > 1) {
    double fans = static_cast<double>(dims[0] + dims[1]);
    for (size_t d = 2; d < dims.size(); ++d)
      fans *= static_cast<double>(dims[d]);
    scale = std::exp2(std::nearbyint(std::log2(std::sqrt(6.0 / fans))));
  } else if (llvm::StringRef(name).ends_with("weight")) {
    scale = 0.25;
    shift = 1;
  }
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.reals[i] = shift + (2.0 * uniformOf(tag, i) - 1.0) * scale;
}

Values Example::start(uint64_t seed) {
  Values values;
  for (auto symbol : module->getOps<ir::SymbolOp>()) {
    Tensor tensor(interpret::typeOf(symbol.getType()));
    std::string name = nameOf(symbol);
    auto place = std::find(parameters.begin(), parameters.end(), name);
    if (place != parameters.end())
      fill(tensor, name, 10 + (place - parameters.begin()) + kSeed * seed);
    else if (llvm::StringRef(name).ends_with("running_var"))
      std::fill(tensor.reals.begin(), tensor.reals.end(), 1.0);
    values[name] = tensor;
  }
  return values;
}

/// The fields of the data set by their names.
static std::map<std::string, ir::FieldAttr> fieldsOf(mlir::ModuleOp module) {
  std::map<std::string, ir::FieldAttr> fields;
  for (auto data : module.getOps<ir::DataOp>())
    for (auto field : data.getFields().getAsRange<ir::FieldAttr>())
      fields[field.getName().str()] = field;
  return fields;
}

void Example::setBatch(Arguments &arguments, int64_t step, uint64_t seed) {
  arguments.scalars["step"] = Tensor(Type{ElementType::I64, {}}, std::vector<int64_t>{step});
  std::map<std::string, ir::FieldAttr> fields = fieldsOf(*module);
  uint64_t numbers = 1000 + kSeed * seed, indices = 2000 + kSeed * seed;
  for (auto [name, input] : llvm::zip(train.getArgNames().getAsValueRange<mlir::StringAttr>(),
                                      train.getBody().getArguments())) {
    Tensor tensor(typeOf(input));
    uint64_t tag = tensor.isReal() ? numbers++ : indices++;
    uint64_t first = static_cast<uint64_t>(step * tensor.size());
    ir::FieldAttr field = fields[name.str()];
    auto below = static_cast<uint64_t>(std::min<int64_t>(10, field ? field.getLimit() : 0));
    int64_t least = field && field.getDecode() == ir::Decode::Length; // no sentence is empty
    for (int64_t i = 0; i < tensor.size(); ++i)
      if (tensor.isReal())
        tensor.reals[i] = pixelOf(mixed(tag, first + i));
      else
        tensor.integers[i] = least + static_cast<int64_t>(mixed(tag, first + i) % below);
    arguments.inputs[name.str()] = tensor;
  }
}
