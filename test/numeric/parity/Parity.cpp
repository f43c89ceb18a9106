//===- Parity.cpp - training steps against PyTorch's f64 trajectory ---------------------------===//
//
// numeric-parity MODEL FILE.golden: the f64 build runs 20 free steps (losses within 1e-9, weights
// within 1e-7); the f32 build starts from the f64 weights at the stated steps (loss within 1e-5,
// each gradient within 1e-3 in L2 relative to max(own norm, 1 % of the largest)). Inputs and first
// weights come from the formula of goldens/make.py. Reading on: goldens/make.py (the formula, and
// how the goldens are made again).
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Compile.h"
#include "test/numeric/Graph.h"
#include "test/numeric/parity/Golden.h"

#include <cmath>
#include <cstdio>

using namespace sinter;
using namespace sinter::test;
using interpret::Arguments;
using interpret::Evaluation;
using interpret::Values;

static constexpr int64_t kBatch = 64, kPixels = 784, kSteps = 20;

//===--- The formula of goldens/make.py -------------------------------------------------------===//

static Tensor weights(uint64_t tag, const Type &type) {
  Tensor tensor(type);
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.reals[i] = (2.0 * uniformOf(tag, i) - 1.0) / 16.0;
  return tensor;
}

static void setBatch(Values &inputs, ElementType element, int64_t step) {
  Tensor image(Type{element, {kBatch, kPixels}}), label(Type{ElementType::I32, {kBatch}});
  for (int64_t i = 0; i < image.size(); ++i)
    image.reals[i] = pixelOf(mixed(1000, step * kBatch * kPixels + i));
  for (int64_t i = 0; i < kBatch; ++i)
    label.integers[i] = mixed(2000, step * kBatch + i) % 10;
  inputs["image"] = image;
  inputs["label"] = label;
}

//===--- The models ---------------------------------------------------------------------------===//

struct Layer {
  std::string name;
  int64_t fanIn, fanOut;
};

static std::vector<Layer> layersOf(const std::string &model) {
  if (model == "softmax")
    return {{"fc", 784, 10}};
  return {{"fc1", 784, 256}, {"fc2", 256, 10}};
}

// One train entry: linear layers with relu between, mean cross-entropy, SGD. It also outputs the
// gradients.
static mlir::OwningOpRef<mlir::ModuleOp> makeModel(const std::string &model, ElementType element) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModule(model);
  addScalar(*module, "lr", element, 0.1);
  for (const Layer &layer : layersOf(model)) {
    addSymbol(*module, layer.name + ".weight", {element, {layer.fanOut, layer.fanIn}},
              ir::SymbolKind::Parameter);
    addSymbol(*module, layer.name + ".bias", {element, {layer.fanOut}}, ir::SymbolKind::Parameter);
  }
  Type scalar{element, {}};
  EntryBuilder b(*module, "train_step", "train_step", kernel::EntryKind::Train, kBatch);
  mlir::Value x = b.input("image", {element, {kBatch, kPixels}}); // f32[N,784]
  mlir::Value label = b.input("label", {ElementType::I32, {kBatch}});
  std::vector<mlir::Value> parameters;
  std::vector<std::string> names;
  for (const Layer &layer : layersOf(model)) {
    if (!parameters.empty())
      x = b.op("relu", {x});
    mlir::Value weight = b.get(layer.name + ".weight", {element, {layer.fanOut, layer.fanIn}});
    mlir::Value bias = b.get(layer.name + ".bias", {element, {layer.fanOut}});
    x = b.op("add", {b.op("matmul", {x, weight}, {{"transpose_b", true}}), bias});
    parameters.insert(parameters.end(), {weight, bias});
    names.insert(names.end(), {layer.name + ".weight", layer.name + ".bias"});
  }
  mlir::Value sum = b.op("sum", {b.op("softmax_cross_entropy", {x, label})},
                         {{"axes", Dims{0}}, {"keepdims", false}});
  mlir::Value loss = b.op("mul", {sum, b.constant(scalar, 1.0 / kBatch)});
  std::vector<mlir::Value> gradients = b.gradient({loss}, {b.constant(scalar, 1.0)}, parameters);
  mlir::Value rate = b.get("lr", scalar);
  b.output("loss", loss);
  for (size_t p = 0; p < parameters.size(); ++p) {
    b.output(names[p], gradients[p]);
    b.update(names[p], b.op("sub", {parameters[p], b.op("mul", {rate, gradients[p]})}));
  }
  b.finish();
  return module;
}

//===--- Checks -------------------------------------------------------------------------------===//

// Weights before every step, as the f64 build has them.
static std::vector<Values> runDouble(const std::string &model, const Goldens &goldens) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModel(model, ElementType::F64);
  std::unique_ptr<Program> program = compile(*module, 3);
  std::vector<Values> trajectory;
  if (!program)
    return trajectory;
  Arguments arguments;
  uint64_t tag = 10;
  for (const Layer &layer : layersOf(model)) {
    arguments.symbols[layer.name + ".weight"] =
        weights(tag++, {ElementType::F64, {layer.fanOut, layer.fanIn}});
    arguments.symbols[layer.name + ".bias"] = weights(tag++, {ElementType::F64, {layer.fanOut}});
  }
  for (int64_t step = 0; step <= kSteps; ++step) {
    trajectory.push_back(arguments.symbols);
    for (const auto &[name, value] : arguments.symbols)
      if (auto golden = goldens.find("weight " + std::to_string(step) + " " + name);
          golden != goldens.end())
        expect(model + " f64 " + golden->first, largest(value, golden->second), 1e-7);
    if (step == kSteps)
      break;
    setBatch(arguments.inputs, ElementType::F64, step);
    llvm::FailureOr<Evaluation> got = program->run("train_step", arguments, 2);
    auto golden = goldens.find("loss " + std::to_string(step));
    if (failed(got) || golden == goldens.end()) {
      expect(model + " f64 step " + std::to_string(step), INFINITY, 0);
      return {};
    }
    expect(model + " f64 " + golden->first,
           std::fabs(got->outputs["loss"].reals[0] - golden->second.norm), 1e-9);
    interpret::apply(got->updates, arguments.symbols);
  }
  return trajectory;
}

static void runSingle(const std::string &model, const Goldens &goldens,
                      const std::vector<Values> &trajectory) {
  mlir::OwningOpRef<mlir::ModuleOp> module = makeModel(model, ElementType::F32);
  std::unique_ptr<Program> program = compile(*module, 3);
  if (!program)
    return expect(model + " f32 compiles", INFINITY, 0);
  for (int64_t step : {0, 5, 10, 19}) {
    Arguments arguments;
    arguments.symbols = single(trajectory[step]);
    setBatch(arguments.inputs, ElementType::F32, step);
    llvm::FailureOr<Evaluation> got = program->run("train_step", arguments, 2);
    if (failed(got))
      return expect(model + " f32 runs", INFINITY, 0);
    std::string number = std::to_string(step);
    expect(model + " f32 loss " + number,
           std::fabs(got->outputs["loss"].reals[0] - goldens.at("loss " + number).norm), 1e-5);
    double most = 0;
    for (const auto &[name, value] : arguments.symbols)
      most = std::fmax(most, goldens.at("gradient " + number + " " + name).norm);
    for (const auto &[name, value] : arguments.symbols) {
      const Golden &golden = goldens.at("gradient " + number + " " + name);
      double scale = std::fmax(golden.norm, 0.01 * most);
      expect(model + " f32 gradient " + number + " " + name,
             distance(got->outputs[name], golden) / scale, 1e-3);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: numeric-parity MODEL FILE.golden\n");
    return 2;
  }
  std::string model = argv[1];
  Goldens goldens = readGoldens(argv[2]);
  // 20 losses; weights and gradients at four steps, weights behind the last.
  size_t expected = kSteps + layersOf(model).size() * 2 * 9;
  if (goldens.size() != expected) {
    std::printf("%s: expects %zu golden lines, got %zu\n", argv[2], expected, goldens.size());
    return 1;
  }
  std::vector<Values> trajectory = runDouble(model, goldens);
  if (trajectory.size() != kSteps + 1)
    expect(model + " f64 compiles and runs", INFINITY, 0);
  else
    runSingle(model, goldens, trajectory);
  std::printf("%s: %d failed\n", model.c_str(), failures());
  return failures() ? 1 : 0;
}
