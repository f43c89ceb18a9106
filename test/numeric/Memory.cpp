//===- Memory.cpp - the segments of a compiled module, in a test ------------------------------===//
//
// Reading on: Memory.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/numeric/Memory.h"

#include "codegen/interpret/Interpreter.h"

#include <cstdlib>
#include <cstring>

using namespace sinter;
using namespace sinter::test;
using interpret::Dims;
using interpret::Tensor;
using rules::ElementType;

rules::Type test::typeOf(kernel::BufferType type) {
  rules::Type rule = interpret::typeOf(type.getElementType());
  rule.dims = Dims(type.getShape());
  return rule;
}

static size_t segmentOf(kernel::BufferOp buffer) {
  return static_cast<size_t>(buffer.getSegment());
}

Memory::Memory(llvm::ArrayRef<kernel::EntryOp> entries)
    : storage{{{nullptr, std::free},
               {nullptr, std::free},
               {nullptr, std::free},
               {nullptr, std::free},
               {nullptr, std::free}}} {
  for (kernel::EntryOp entry : entries) {
    sizes[SINTER_SEG_WORK] =
        std::max<int64_t>(sizes[SINTER_SEG_WORK], entry.getWorkBytes().value_or(0));
    entry->walk([&](kernel::BufferOp buffer) {
      if (std::optional<uint64_t> offset = buffer.getOffset()) {
        int64_t end = static_cast<int64_t>(*offset) + buffer.getType().getBytes();
        int64_t &size = sizes[segmentOf(buffer)];
        size = std::max(size, end);
      }
    });
  }
  for (size_t s = 0; s < SINTER_SEGMENTS; ++s) {
    int64_t bytes =
        (sizes[s] + kGuard + SINTER_ALIGNMENT - 1) / SINTER_ALIGNMENT * SINTER_ALIGNMENT;
    storage[s].reset(static_cast<char *>(std::aligned_alloc(SINTER_ALIGNMENT, bytes)));
    std::memset(storage[s].get(), 0, bytes);
    bases[s] = storage[s].get();
  }
  poison();
}

void Memory::poison() {
  // all ones is a NaN in f32 and f64
  std::memset(bases[SINTER_SEG_WORK], 0xff, sizes[SINTER_SEG_WORK]);
  for (size_t s = 0; s < SINTER_SEGMENTS; ++s)
    std::memset(storage[s].get() + sizes[s], 0xa5, kGuard);
}

bool Memory::guardsHold() const {
  for (size_t s = 0; s < SINTER_SEGMENTS; ++s)
    for (int64_t i = 0; i < kGuard; ++i)
      if (storage[s].get()[sizes[s] + i] != static_cast<char>(0xa5))
        return false;
  return true;
}

template <class T> static void put(char *at, T value) { std::memcpy(at, &value, sizeof(T)); }
template <class T> static T take(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

static void putElement(char *at, const Tensor &tensor, int64_t i, ElementType element) {
  switch (element) {
  case ElementType::F32:
    return put(at, static_cast<float>(tensor.real(i)));
  case ElementType::F64:
    return put(at, tensor.real(i));
  case ElementType::I32:
    return put(at, static_cast<int32_t>(tensor.integers[i]));
  case ElementType::I64:
    return put(at, tensor.integers[i]);
  default:
    return put(at, static_cast<uint8_t>(tensor.integers[i]));
  }
}

static void takeElement(const char *at, Tensor &tensor, int64_t i) {
  switch (tensor.type.element) {
  case ElementType::F32:
    tensor.reals[i] = take<float>(at);
    break;
  case ElementType::F64:
    tensor.reals[i] = take<double>(at);
    break;
  case ElementType::I32:
    tensor.integers[i] = take<int32_t>(at);
    break;
  case ElementType::I64:
    tensor.integers[i] = take<int64_t>(at);
    break;
  default:
    tensor.integers[i] = take<uint8_t>(at);
  }
}

// Physical element of a logical index, worked out from the layout's definition: outer dims in
// `perm` order with ceil(size / block) entries for a blocked dim, then the blocks.
static int64_t placeOf(kernel::BufferType type, const Dims &index) {
  kernel::LayoutAttr layout = type.getLayout();
  if (!layout)
    return interpret::positionOf(type.getShape(), index);
  Dims by(index.size(), 1);
  for (auto [dim, size] : llvm::zip(layout.getBlock(), layout.getBy()))
    by[dim] = size;
  int64_t place = 0;
  for (int64_t dim : layout.getPerm())
    place = place * ((type.getShape()[dim] + by[dim] - 1) / by[dim]) + index[dim] / by[dim];
  for (auto [dim, size] : llvm::zip(layout.getBlock(), layout.getBy()))
    place = place * size + index[dim] % size;
  return place;
}

void Memory::write(kernel::BufferOp buffer, const Tensor &tensor) {
  kernel::BufferType type = buffer.getType();
  char *base = static_cast<char *>(bases[segmentOf(buffer)]) + buffer.getOffset().value_or(0);
  ElementType element = typeOf(type).element;
  interpret::forEachIndex(type.getShape(), [&](const Dims &index, int64_t i) {
    putElement(base + placeOf(type, index) * type.getElementBytes(), tensor, i, element);
  });
}

Tensor Memory::read(kernel::BufferOp buffer) const {
  kernel::BufferType type = buffer.getType();
  const char *base =
      static_cast<const char *>(bases[segmentOf(buffer)]) + buffer.getOffset().value_or(0);
  Tensor tensor(typeOf(type));
  interpret::forEachIndex(type.getShape(), [&](const Dims &index, int64_t i) {
    takeElement(base + placeOf(type, index) * type.getElementBytes(), tensor, i);
  });
  return tensor;
}
