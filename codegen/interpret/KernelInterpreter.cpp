//===- KernelInterpreter.cpp - the oracle for the `kernel` dialect ----------------------------===//
//
// A buffer value is a window (start, shape) of a storage tensor; kernels read and write windows
// through their maps. Kernels of a list run in order; `kernel.loop` and `kernel.if` run their lists
// again or by choice. Reading on: KernelBody.cpp for the code inside a kernel.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/KernelInterpreter.h"

#include "codegen/interpret/KernelBody.h"
#include "codegen/interpret/KernelRows.h"
#include "dialects/kernel/Kernel.h"

#include <memory>

using namespace sinter;
using namespace sinter::interpret;
using llvm::failure;
using llvm::FailureOr;
using llvm::LogicalResult;
using llvm::success;

namespace {
// A logical row-major window of a storage.
struct Window {
  std::shared_ptr<Tensor> storage;
  int64_t start = 0;
  Dims dims;

  void clear() const {
    for (int64_t i = 0; i < countOf(dims); ++i)
      storage->setReal(start + i, 0);
  }
};

class Machine {
public:
  explicit Machine(Buffers &named) : named(named) {}
  LogicalResult runList(mlir::Block &block);
  // Copies every named storage back.
  void publish();

private:
  LogicalResult runBuffer(kernel::BufferOp op);
  LogicalResult runContract(kernel::ContractOp op);
  LogicalResult runMap(kernel::MapOp op);
  LogicalResult runStream(kernel::StreamOp op);
  LogicalResult runStreamRow(kernel::StreamOp op, const Row &points);
  LogicalResult loadStreamRow(kernel::StreamOp op, const Row &points,
                              std::vector<Tensor> &arguments);
  LogicalResult addStreamRow(kernel::StreamOp op, const Row &points, unsigned j,
                             const std::vector<double> &weights);
  // Elements of an operand along `dim`.
  FailureOr<std::vector<double>> loadLine(kernel::StreamOp op, unsigned operand, Dims point,
                                          int64_t dim);
  LogicalResult runRows(kernel::KernelOpInterface op);
  LogicalResult runLoop(kernel::LoopOp op);
  LogicalResult runLaunch(kernel::LaunchOp op);
  LogicalResult runIf(kernel::IfOp op);
  LogicalResult runSlot(kernel::SlotOp op);
  LogicalResult store(mlir::Operation *op, const Window &to, const Dims &index,
                      const Tensor &values, int64_t i, bool adds);
  // Reads the element at `index` into `to[i]`; outside the shape: 0 when padded, else an error.
  LogicalResult load(mlir::Operation *op, const Window &from, const Dims &index, bool padded,
                     Tensor &to, int64_t i);

  Buffers &named;
  std::map<std::string, std::shared_ptr<Tensor>> storages;
  llvm::DenseMap<mlir::Value, Window> windows;
  llvm::DenseMap<mlir::Value, int64_t> indices; // kernel.loop's iteration and arith on it
};
} // namespace

static rules::Type rowType(mlir::Type scalar, int64_t points) {
  rules::Type type = typeOf(scalar);
  type.dims = {points};
  return type;
}

static Window windowOf(mlir::Type type) {
  auto buffer = llvm::cast<kernel::BufferType>(type);
  rules::Type rule = typeOf(buffer.getElementType());
  rule.dims = Dims(buffer.getShape());
  return {std::make_shared<Tensor>(rule), 0, rule.dims};
}

static bool inside(const Dims &dims, const Dims &index) {
  for (size_t d = 0; d < dims.size(); ++d)
    if (index[d] < 0 || index[d] >= dims[d])
      return false;
  return true;
}

LogicalResult Machine::load(mlir::Operation *op, const Window &from, const Dims &index, bool padded,
                            Tensor &to, int64_t i) {
  if (inside(from.dims, index)) {
    to.copyElement(i, *from.storage, from.start + positionOf(from.dims, index));
    return success();
  }
  if (!padded)
    return op->emitError("internal error: the kernel reads outside a buffer and is not padded");
  return success(); // `to` is zero already
}

LogicalResult Machine::store(mlir::Operation *op, const Window &to, const Dims &index,
                             const Tensor &values, int64_t i, bool adds) {
  if (!inside(to.dims, index))
    return op->emitError("internal error: the kernel writes outside a buffer");
  int64_t position = to.start + positionOf(to.dims, index);
  if (adds && values.isReal())
    to.storage->reals[position] += values.reals[i];
  else if (adds)
    to.storage->integers[position] += values.integers[i];
  else
    to.storage->copyElement(position, values, i);
  return success();
}

LogicalResult Machine::runBuffer(kernel::BufferOp op) {
  Window window = windowOf(op.getType());
  if (op.getRole() == kernel::Role::Constant) {
    auto value = op.getValue();
    FailureOr<Tensor> elements =
        tensorOf(value ? mlir::Attribute(*value) : mlir::Attribute(), window.storage->type);
    if (failed(elements))
      return op.emitError("internal error: the oracle cannot read this constant");
    *window.storage = *elements;
  } else if (op.getRole() != kernel::Role::Temp) {
    std::string key = (stringifyRole(op.getRole()) + ":" + op.getBufferName()).str();
    std::shared_ptr<Tensor> &storage = storages[key];
    if (!storage) {
      storage = window.storage;
      if (auto found = named.find(key); found != named.end()) {
        if (found->second.size() != storage->size() || found->second.isReal() != storage->isReal())
          return op.emitError("expects contents for '")
                 << key << "' as " << rules::toString(storage->type) << ", got "
                 << rules::toString(found->second.type);
        storage->reals = found->second.reals;
        storage->integers = found->second.integers;
      }
    }
    if (storage->size() != window.storage->size())
      return op.emitError("expects '") << key << "' with one size everywhere";
    window.storage = storage;
  }
  windows[op.getResult()] = window;
  return success();
}

LogicalResult Machine::runContract(kernel::ContractOp op) {
  Dims dims(op.getDims()), parallelDims(dims.begin(), dims.begin() + op.getParallel());
  Dims reducedDims(dims.begin() + op.getParallel(), dims.end());
  mlir::Block &epilogue = op.getEpilogue().front();
  llvm::SmallVector<mlir::AffineMap> maps(op.getMaps().getAsValueRange<mlir::AffineMapAttr>());
  const Window a = windows[op.getA()], b = windows[op.getB()];
  size_t extras = op.getExtras().size();
  auto addsUp = [&](size_t out) { return out < op.getSums().size() && op.getSums()[out]; };
  for (auto [o, out] : llvm::enumerate(op.getOuts()))
    if (addsUp(o))
      windows[out].clear();
  // What `padded` leaves out: terms of the sum, and points of the domain.
  auto leavesOut = [&](const Window &window, size_t map, const Dims &point) {
    return op.getPadded() && !inside(window.dims, applyMap(maps[map], point));
  };
  LogicalResult status = success();
  forEachIndex(parallelDims, [&](const Dims &parallel, int64_t) {
    if (failed(status))
      return;
    Dims point = parallel;
    point.resize(dims.size());
    for (auto [o, out] : llvm::enumerate(op.getOuts()))
      if (leavesOut(windows[out], 2 + extras + o, point))
        return;
    std::vector<Tensor> arguments;
    for (mlir::Type type : epilogue.getArgumentTypes())
      arguments.emplace_back(rowType(type, 1));
    forEachIndex(reducedDims, [&](const Dims &reduced, int64_t) {
      std::copy(reduced.begin(), reduced.end(), point.begin() + op.getParallel());
      Tensor left(rules::Type{a.storage->type.element, {1}}),
          right(rules::Type{b.storage->type.element, {1}});
      if (leavesOut(a, 0, point) || leavesOut(b, 1, point))
        return;
      if (failed(load(op, a, applyMap(maps[0], point), false, left, 0)) ||
          failed(load(op, b, applyMap(maps[1], point), false, right, 0)))
        status = failure();
      arguments[0].setReal(0, arguments[0].real(0) + left.real(0) * right.real(0));
    });
    std::fill(point.begin() + op.getParallel(), point.end(), 0);
    for (auto [e, extra] : llvm::enumerate(op.getExtras()))
      if (failed(
              load(op, windows[extra], applyMap(maps[2 + e], point), false, arguments[1 + e], 0)))
        status = failure();
    FailureOr<std::vector<Tensor>> values = runKernelBody(epilogue, arguments, {point}, 1);
    if (failed(values)) {
      status = failure();
      return;
    }
    for (auto [o, out] : llvm::enumerate(op.getOuts()))
      if (failed(store(op, windows[out], applyMap(maps[2 + extras + o], point), (*values)[o], 0,
                       addsUp(o))))
        status = failure();
  });
  return status;
}

// What the symbols of `map` are at point `i` of a row: symbol n is the value of in n.
static Dims symbolValues(mlir::AffineMap map, const std::vector<Tensor> &ins, int64_t i) {
  Dims values;
  if (map.getNumSymbols() == 0)
    return values;
  for (const Tensor &in : ins)
    values.push_back(in.isReal() ? 0 : in.integers[i]);
  return values;
}

// Rows one after the other: all reads of a row come before its writes, as in-place kernels need.
LogicalResult Machine::runMap(kernel::MapOp op) {
  Dims dims(op.getDims()), innerAxes(op.getInner()), outer = dims, inner;
  for (int64_t axis : innerAxes) {
    inner.push_back(dims[axis]);
    outer[axis] = 1;
  }
  mlir::Block &body = op.getBody().front();
  llvm::SmallVector<mlir::AffineMap> maps(op.getMaps().getAsValueRange<mlir::AffineMapAttr>());
  LogicalResult status = success();
  forEachIndex(outer, [&](const Dims &start, int64_t) {
    if (failed(status))
      return;
    Row row;
    forEachIndex(inner, [&](const Dims &index, int64_t) {
      Dims point = start;
      for (size_t d = 0; d < innerAxes.size(); ++d)
        point[innerAxes[d]] = index[d];
      row.push_back(point);
    });
    // A row without points still stores what it yields once a row: the sum of nothing is 0.
    size_t points = row.size();
    if (row.empty())
      row.push_back(start);
    std::vector<Tensor> arguments;
    for (mlir::Type type : body.getArgumentTypes())
      arguments.emplace_back(rowType(type, row.size()));
    for (bool indirect : {false, true}) // indices first
      for (auto [n, in] : llvm::enumerate(op.getIns()))
        for (size_t i = 0; i < points && (maps[n].getNumSymbols() != 0) == indirect; ++i) {
          Dims at = applyMap(maps[n], row[i], symbolValues(maps[n], arguments, i));
          if (failed(load(op, windows[in], at, op.getPadded() && !indirect, arguments[n], i)))
            status = failure();
        }
    FailureOr<std::vector<Tensor>> values = runKernelBody(body, arguments, row, points);
    if (failed(values)) {
      status = failure();
      return;
    }
    for (auto [o, out] : llvm::enumerate(op.getOuts())) {
      unsigned number = op.getIns().size() + o;
      bool oncePerRow =
          llvm::none_of(innerAxes, [&](int64_t axis) { return op.varies(number, axis); });
      for (size_t i = 0; i < (oncePerRow ? 1 : points); ++i)
        if (failed(store(op, windows[out],
                         applyMap(maps[number], row[i], symbolValues(maps[number], arguments, i)),
                         (*values)[o], i, op.addsTo(o))))
          status = failure();
    }
  });
  return status;
}

FailureOr<std::vector<double>> Machine::loadLine(kernel::StreamOp op, unsigned operand, Dims point,
                                                 int64_t dim) {
  std::vector<double> line;
  Tensor element(rules::Type{windows[op->getOperand(operand)].storage->type.element, {1}});
  for (point[dim] = 0; point[dim] < op.getDims()[dim]; ++point[dim]) {
    if (failed(load(op, windows[op->getOperand(operand)], applyMap(op.getAccess(operand), point),
                    false, element, 0)))
      return failure();
    line.push_back(element.real(0));
  }
  return line;
}

// The products and extras of one row, as the body's arguments. A product's first operand has no
// columns.
LogicalResult Machine::loadStreamRow(kernel::StreamOp op, const Row &points,
                                     std::vector<Tensor> &arguments) {
  unsigned products = op.getProducts().size();
  for (unsigned i = 0; i < products; i += 2) {
    int64_t depth = op.getDepthDim(i / 2);
    auto a = loadLine(op, i, points.front(), depth);
    if (failed(a))
      return failure();
    for (size_t c = 0; c < points.size(); ++c) {
      auto b = loadLine(op, i + 1, points[c], depth);
      if (failed(b))
        return failure();
      for (size_t d = 0; d < a->size(); ++d)
        arguments[i / 2].reals[c] += (*a)[d] * (*b)[d];
    }
  }
  for (unsigned i = 0; i < op.getExtras().size(); ++i)
    for (size_t c = 0; c < points.size(); ++c)
      if (failed(load(op, windows[op.getExtras()[i]],
                      applyMap(op.getAccess(products + i), points[c]), false,
                      arguments[products / 2 + i], c)))
        return failure();
  return success();
}

// Adds what one row gives to sum number `j`.
LogicalResult Machine::addStreamRow(kernel::StreamOp op, const Row &points, unsigned j,
                                    const std::vector<double> &weights) {
  unsigned factor = op.getProducts().size() + op.getExtras().size() + j;
  for (size_t c = 0; c < points.size(); ++c) {
    auto line = loadLine(op, factor, points[c], op.getWidthDim(j));
    if (failed(line))
      return failure();
    Dims to = points[c];
    for (double value : *line) {
      Tensor term({rules::ElementType::F64, {1}}, std::vector{weights[c] * value});
      if (failed(store(op, windows[op.getOuts()[j]], applyMap(op.getOutMap(j), to), term, 0, true)))
        return failure();
      ++to[op.getWidthDim(j)];
    }
  }
  return success();
}

// A row with all of its columns, one or more: softmax needs no carried state here.
LogicalResult Machine::runStreamRow(kernel::StreamOp op, const Row &points) {
  std::vector<Tensor> arguments;
  for (mlir::Type type : op.getBody().front().getArgumentTypes())
    arguments.emplace_back(rowType(type, points.size()));
  if (failed(loadStreamRow(op, points, arguments)))
    return failure();
  FailureOr<std::vector<Tensor>> weights =
      runKernelBody(op.getBody().front(), std::move(arguments), points, points.size());
  if (failed(weights))
    return failure();
  unsigned sums = op.getSumCount();
  if (op.getSoftmax()) {
    Tensor statistics({rules::ElementType::F64, {1}}, std::vector{normalise((*weights)[0].reals)});
    if (failed(store(op, windows[op.getOuts()[sums]], applyMap(op.getOutMap(sums), points[0]),
                     statistics, 0, false)))
      return failure();
  }
  for (unsigned j = 0; j < sums; ++j)
    if (failed(addStreamRow(op, points, j, (*weights)[op.getSoftmax() ? 0 : j].reals)))
      return failure();
  return success();
}

LogicalResult Machine::runStream(kernel::StreamOp op) {
  for (mlir::Value out : op.getOuts())
    windows[out].clear();
  int64_t columns = op.getColumns(), count = op.getDims()[columns];
  LogicalResult status = success();
  forEachIndex(op.getDims().take_front(columns), [&](const Dims &at, int64_t) {
    Row points(count, at);
    for (int64_t c = 0; c < count; ++c) {
      points[c].resize(op.getDims().size());
      points[c][columns] = c;
    }
    if (succeeded(status) && count > 0)
      status = runStreamRow(op, points);
  });
  return status;
}

// Kernels along rows work on whole buffers (KernelRows.cpp).
LogicalResult Machine::runRows(kernel::KernelOpInterface op) {
  auto contents = [&](mlir::Value buffer) {
    const Window &window = windows[buffer];
    Tensor tensor(rules::Type{window.storage->type.element, window.dims});
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.copyElement(i, *window.storage, window.start + i);
    return tensor;
  };
  std::vector<Tensor> outs;
  for (mlir::Value out : op.getWrittenBuffers())
    outs.push_back(contents(out));
  runRowKernel(op, contents(op.getReadBuffers().front()), outs);
  for (auto [out, result] : llvm::zip_equal(op.getWrittenBuffers(), outs))
    for (int64_t i = 0; i < result.size(); ++i)
      windows[out].storage->copyElement(windows[out].start + i, result, i);
  return success();
}

LogicalResult Machine::runSlot(kernel::SlotOp op) {
  Window source = windows[op.getSource()];
  auto found = indices.find(op.getIndex());
  if (found == indices.end())
    return op.emitError("internal error: the oracle does not know this index");
  int64_t slots = source.dims.front(), index = found->second;
  if (index < 0 || index >= slots)
    return op.emitError("internal error: slot ") << index << " of " << slots;
  Dims rest(source.dims.begin() + 1, source.dims.end());
  windows[op.getResult()] = {source.storage, source.start + index * countOf(rest), rest};
  return success();
}

LogicalResult Machine::runLoop(kernel::LoopOp op) {
  mlir::Block &body = op.getBody().front();
  size_t pairs = op.getCarried().size() / 2;
  auto current = [&](int64_t iteration, size_t pair) {
    return windows[op.getCarried()[2 * pair + (iteration % 2)]];
  };
  int64_t iteration = 0;
  for (;; ++iteration) {
    if (op.getTrip() ? iteration >= static_cast<int64_t>(*op.getTrip())
                     : current(iteration, 0).storage->integers[current(iteration, 0).start] == 0)
      break;
    indices[body.getArgument(0)] = iteration;
    for (size_t pair = 0; pair < pairs; ++pair) {
      windows[body.getArgument(1 + 2 * pair)] = current(iteration, pair);
      windows[body.getArgument(2 + 2 * pair)] = current(iteration + 1, pair);
    }
    if (failed(runList(body)))
      return failure();
  }
  for (auto [pair, result] : llvm::enumerate(op.getResults()))
    windows[result] = current(iteration, pair);
  return success();
}

LogicalResult Machine::runIf(kernel::IfOp op) {
  const Window &predicate = windows[op.getPredicate()];
  mlir::Region &chosen =
      predicate.storage->integers[predicate.start] ? op.getThenRegion() : op.getElseRegion();
  return chosen.empty() ? success() : runList(chosen.front());
}

LogicalResult Machine::runLaunch(kernel::LaunchOp op) {
  if (failed(runList(op.getParts().front())))
    return failure();
  return op.hasSerial() ? runList(op.getSerial().front()) : success();
}

LogicalResult Machine::runList(mlir::Block &block) {
  for (mlir::Operation &op : block) {
    LogicalResult status = success();
    if (auto buffer = llvm::dyn_cast<kernel::BufferOp>(op))
      status = runBuffer(buffer);
    else if (auto contract = llvm::dyn_cast<kernel::ContractOp>(op))
      status = runContract(contract);
    else if (auto map = llvm::dyn_cast<kernel::MapOp>(op))
      status = runMap(map);
    else if (auto stream = llvm::dyn_cast<kernel::StreamOp>(op))
      status = runStream(stream);
    else if (llvm::isa<kernel::PrefixOp, kernel::SortOp>(op))
      status = runRows(llvm::cast<kernel::KernelOpInterface>(op));
    else if (auto loop = llvm::dyn_cast<kernel::LoopOp>(op))
      status = runLoop(loop);
    else if (auto branch = llvm::dyn_cast<kernel::IfOp>(op))
      status = runIf(branch);
    else if (auto launch = llvm::dyn_cast<kernel::LaunchOp>(op))
      status = runLaunch(launch);
    else if (auto slot = llvm::dyn_cast<kernel::SlotOp>(op))
      status = runSlot(slot);
    else if (auto view = llvm::dyn_cast<kernel::ViewOp>(op)) {
      const Window source = windows[view.getSource()];
      windows[view.getResult()] = {source.storage, source.start, Dims(view.getType().getShape())};
    } else if (auto constant = llvm::dyn_cast<mlir::arith::ConstantIndexOp>(op))
      indices[constant.getResult()] = constant.value();
    else if (auto difference = llvm::dyn_cast<mlir::arith::SubIOp>(op))
      indices[difference.getResult()] = indices[difference.getLhs()] - indices[difference.getRhs()];
    else
      status = op.emitError("internal error: the oracle does not know '")
               << op.getName() << "' in a kernel list";
    if (failed(status))
      return failure();
  }
  return success();
}

void Machine::publish() {
  for (const auto &[key, storage] : storages)
    named[key] = *storage;
}

LogicalResult interpret::runKernelEntry(mlir::ModuleOp module, llvm::StringRef entry,
                                        Buffers &buffers) {
  auto op =
      llvm::dyn_cast_or_null<kernel::EntryOp>(mlir::SymbolTable::lookupSymbolIn(module, entry));
  if (!op)
    return module.emitError("expects a kernel.entry '") << entry << "', got none";
  Machine machine(buffers);
  if (failed(machine.runList(op.getBody().front())))
    return failure();
  machine.publish();
  return success();
}
