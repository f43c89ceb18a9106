//===- KernelTest.cpp - see KernelTest.h ------------------------------------------------------===//
//
// Segments get a pattern of 0xA5 first, and padding between and inside buffers must keep it: no
// kernel writes there.
//
//===------------------------------------------------------------------------------------------===//
#include "KernelTest.h"

#include "codegen/cpu/Target.h"
#include "dialects/kernel/CpuTarget.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Parser/Parser.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <cmath>
#include <cstring>

using namespace sinter;
using namespace sinter::test;

Program::Program(const std::string &text, const std::string &targetName) {
  mlir::DialectRegistry registry;
  codegen::registerLoopDialects(registry);
  context = std::make_unique<mlir::MLIRContext>(registry);
  context->loadAllAvailableDialects();
  owned = mlir::parseSourceString<mlir::ModuleOp>(text, context.get());
  EXPECT_TRUE(owned) << text;
  if (!owned)
    owned = mlir::ModuleOp::create(mlir::UnknownLoc::get(context.get()));
  auto parsed = codegen::parseCpuTarget(context.get(), targetName);
  EXPECT_TRUE(bool(parsed));
  target = *parsed;
  (*owned)->setAttr("kernel.target", target);
}

Program::~Program() = default;

Program &Program::naive() {
  owned->walk([](kernel::KernelOpInterface op) {
    op->setAttr("naive", mlir::UnitAttr::get(op->getContext()));
  });
  return *this;
}

Program &Program::schedule(const std::string &text) {
  mlir::Attribute attr = mlir::parseAttribute("#kernel.cpu_schedule<" + text + ">", context.get());
  EXPECT_TRUE(attr) << text;
  if (!attr)
    return *this;
  owned->walk([&](kernel::KernelOpInterface op) { op->setAttr("schedule", attr); });
  return *this;
}

double test::startValue(const std::string &name, mlir::Type element, int64_t i) {
  uint64_t hash = 1469598103934665603ull;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  hash = (hash ^ static_cast<uint64_t>(i)) * 0x9E3779B97F4A7C15ull;
  hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9ull;
  hash ^= hash >> 32;
  if (element && element.isInteger(1))
    return hash & 1;
  if (llvm::isa_and_nonnull<mlir::IntegerType>(element))
    return static_cast<double>(hash % 10); // also fine as class labels
  return static_cast<double>(static_cast<float>(static_cast<double>(hash % 20001) / 10000.0 - 1.0));
}

static double readElement(const char *at, mlir::Type element) {
  auto as = [&](auto zero) {
    std::memcpy(&zero, at, sizeof zero);
    return static_cast<double>(zero);
  };
  if (element.isF32())
    return as(0.0f);
  if (element.isF64())
    return as(0.0);
  if (element.isInteger(32))
    return as(int32_t(0));
  if (element.isInteger(64))
    return as(int64_t(0));
  return as(uint8_t(0));
}

static void writeElement(char *at, mlir::Type element, double value) {
  auto as = [&](auto stored) { std::memcpy(at, &stored, sizeof stored); };
  if (element.isF32())
    as(static_cast<float>(value));
  else if (element.isF64())
    as(value);
  else if (element.isInteger(32))
    as(static_cast<int32_t>(value));
  else if (element.isInteger(64))
    as(static_cast<int64_t>(value));
  else
    as(static_cast<uint8_t>(value));
}

/// Physical offsets of the logical elements, row-major.
static std::vector<int64_t> placesOf(kernel::BufferType type) {
  std::vector<int64_t> places;
  int64_t count = 1;
  for (int64_t size : type.getShape())
    count *= size;
  mlir::AffineMap map = type.getLinearMap();
  llvm::SmallVector<int64_t> point(type.getRank(), 0);
  for (int64_t i = 0; i < count; ++i) {
    places.push_back(map.compose(point)[0]);
    for (int64_t d = type.getRank(); d-- > 0 && ++point[d] == type.getShape()[d];)
      point[d] = 0;
  }
  return places;
}

static std::string keyOf(kernel::BufferOp op) {
  return (stringifyRole(op.getRole()) + ":" + op.getBufferName()).str();
}

static size_t segmentOf(kernel::BufferOp op) { return static_cast<size_t>(op.getSegment()); }

Contents Program::run(unsigned threads, codegen::CodeOptions options) {
  constexpr unsigned char kPattern = 0xA5;
  auto jit = codegen::Jit::create(*owned, target, options);
  EXPECT_TRUE(bool(jit)) << llvm::toString(jit.takeError());
  Contents contents;
  if (!jit)
    return contents;
  std::vector<std::vector<char>> memory(SINTER_SEGMENTS);
  std::vector<std::vector<bool>> used(SINTER_SEGMENTS);
  auto buffers = [&](llvm::function_ref<void(kernel::BufferOp, int64_t)> visit) {
    owned->walk([&](kernel::BufferOp op) {
      if (op.getRole() != kernel::Role::Constant)
        visit(op, *op.getOffset());
    });
  };
  buffers([&](kernel::BufferOp op, int64_t offset) {
    auto &bytes = memory[segmentOf(op)];
    bytes.resize(std::max<size_t>(bytes.size(), offset + op.getType().getBytes() + 64),
                 static_cast<char>(kPattern));
    used[segmentOf(op)].resize(bytes.size());
  });
  std::vector<char *> bases(SINTER_SEGMENTS);
  std::vector<std::vector<char>> raw(SINTER_SEGMENTS);
  for (size_t s = 0; s < SINTER_SEGMENTS; ++s) {
    raw[s].resize(memory[s].size() + 64);
    bases[s] = raw[s].data() + (64 - reinterpret_cast<uintptr_t>(raw[s].data()) % 64);
    std::memset(bases[s], kPattern, memory[s].size());
  }
  buffers([&](kernel::BufferOp op, int64_t offset) {
    kernel::BufferType type = op.getType();
    for (auto [i, place] : llvm::enumerate(placesOf(type))) {
      char *at = bases[segmentOf(op)] + offset + place * type.getElementBytes();
      std::fill_n(used[segmentOf(op)].begin() + (at - bases[segmentOf(op)]), type.getElementBytes(),
                  true);
      if (op.getRole() != kernel::Role::Temp && op.getRole() != kernel::Role::Output)
        writeElement(at, type.getElementType(), startValue(keyOf(op), type.getElementType(), i));
    }
  });
  std::string entry = codegen::getPlannedEntries(*owned).front().getSymName().str();
  llvm::Error error = (*jit)->run(entry, reinterpret_cast<void *const *>(bases.data()), threads);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  buffers([&](kernel::BufferOp op, int64_t offset) {
    kernel::BufferType type = op.getType();
    if (op.getRole() == kernel::Role::Temp)
      return;
    auto &values = contents[keyOf(op)];
    values.clear();
    for (int64_t place : placesOf(type))
      values.push_back(readElement(bases[segmentOf(op)] + offset + place * type.getElementBytes(),
                                   type.getElementType()));
  });
  for (size_t s = 0; s < SINTER_SEGMENTS; ++s)
    for (size_t i = 0; i < memory[s].size(); ++i)
      if (!used[s][i] && static_cast<unsigned char>(bases[s][i]) != kPattern) {
        ADD_FAILURE() << "byte " << i << " of segment " << s << " is padding and was written";
        break;
      }
  return contents;
}

Contents Program::oracle() {
  interpret::Buffers named;
  owned->walk([&](kernel::BufferOp op) {
    kernel::BufferType type = op.getType();
    if (op.getRole() == kernel::Role::Temp || op.getRole() == kernel::Role::Constant ||
        op.getRole() == kernel::Role::Output)
      return;
    mlir::Type element = type.getElementType();
    rules::Type rule;
    rule.element = element.isF32()         ? rules::ElementType::F32
                   : element.isF64()       ? rules::ElementType::F64
                   : element.isInteger(32) ? rules::ElementType::I32
                   : element.isInteger(64) ? rules::ElementType::I64
                                           : rules::ElementType::Bool;
    rule.dims.assign(type.getShape().begin(), type.getShape().end());
    interpret::Tensor tensor(rule);
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.setReal(i, startValue(keyOf(op), element, i));
    named[keyOf(op)] = tensor;
  });
  std::string entry = codegen::getPlannedEntries(*owned).front().getSymName().str();
  EXPECT_TRUE(succeeded(interpret::runKernelEntry(*owned, entry, named)));
  Contents contents;
  for (auto &[name, tensor] : named) {
    std::vector<double> &values = contents[name];
    for (int64_t i = 0; i < tensor.size(); ++i)
      values.push_back(tensor.real(i));
  }
  return contents;
}

kernel::CpuScheduleAttr Program::chooseSchedule() {
  kernel::CpuScheduleAttr schedule;
  owned->walk([&](kernel::ContractOp op) { schedule = kernel::chooseSchedule(target, op); });
  return schedule;
}

std::string Program::assembly() {
  mlir::OwningOpRef<mlir::ModuleOp> copy = owned->clone();
  EXPECT_TRUE(succeeded(codegen::lowerToCpuLoops(*copy)) &&
              succeeded(codegen::lowerToCpuLLVM(*copy)));
  llvm::LLVMContext llvmContext;
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::Error error =
      codegen::emitAssembly(codegen::translateToLLVMIR(*copy, llvmContext), target, out);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  return std::string(bytes.begin(), bytes.end());
}

void test::expectClose(const Contents &got, const Contents &wanted, double relative) {
  ASSERT_EQ(got.size(), wanted.size());
  for (auto &[name, values] : wanted) {
    ASSERT_TRUE(got.count(name)) << name;
    const std::vector<double> &mine = got.at(name);
    ASSERT_EQ(mine.size(), values.size()) << name;
    double largest = 1e-30;
    for (double value : values)
      largest = std::isfinite(value) ? std::max(largest, std::fabs(value)) : largest;
    for (size_t i = 0; i < values.size(); ++i) {
      bool same = mine[i] == values[i] || (std::isnan(mine[i]) && std::isnan(values[i])) ||
                  std::fabs(mine[i] - values[i]) <= relative * largest;
      ASSERT_TRUE(same) << name << "[" << i << "] expects " << values[i] << ", got " << mine[i];
    }
  }
}

void test::expectSame(const Contents &got, const Contents &wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (auto &[name, values] : wanted) {
    ASSERT_TRUE(got.count(name)) << name;
    for (size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(std::memcmp(&got.at(name)[i], &values[i], sizeof(double)), 0)
          << name << "[" << i << "] expects " << values[i] << ", got " << got.at(name)[i];
  }
}

std::pair<int, int> test::countInLoops(const std::string &text, const std::string &multiply,
                                       const std::string &vector, const std::string &stack,
                                       bool vectorsOnly) {
  int multiplications = 0, touches = 0, blockMultiplies = 0, blockTouches = 0;
  auto close = [&] {
    multiplications += blockMultiplies;
    touches += blockMultiplies ? blockTouches : 0;
    blockMultiplies = blockTouches = 0;
  };
  for (llvm::StringRef rest(text), line; !rest.empty();) {
    std::tie(line, rest) = rest.split('\n');
    bool jump = line.contains("\tj") || line.contains("\tb.") || line.contains("\tcb");
    if (line.contains(":") || jump)
      close();
    blockMultiplies += line.contains(multiply) && line.contains(vector);
    blockTouches += line.contains(stack) && (!vectorsOnly || line.contains("mm"));
  }
  close();
  return {multiplications, touches};
}
