//===- Tensor.cpp - the oracle's values -------------------------------------------------------===//
//
// Index arithmetic is written out once here, the plain way, and used by every op family.
// Reading on: Tensor.h for the invariant.
//
//===------------------------------------------------------------------------------------------===//
#include "codegen/interpret/Tensor.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

using namespace sinter;
using namespace sinter::interpret;
using rules::ElementType;

Tensor::Tensor(rules::Type tensorType) : type(std::move(tensorType)) {
  if (isReal())
    reals.assign(countOf(type.dims), 0.0);
  else
    integers.assign(countOf(type.dims), 0);
}

Tensor::Tensor(rules::Type tensorType, std::vector<double> elements)
    : type(std::move(tensorType)), reals(std::move(elements)) {}

Tensor::Tensor(rules::Type tensorType, std::vector<int64_t> elements)
    : type(std::move(tensorType)), integers(std::move(elements)) {}

// Casts truncate and stay at the type's ends; NaN gives 0.
static int64_t saturated(ElementType element, double value) {
  int64_t whole = truncated(value);
  if (element == ElementType::U8)
    return std::clamp<int64_t>(whole, 0, UINT8_MAX);
  if (element == ElementType::I32)
    return std::clamp<int64_t>(whole, INT32_MIN, INT32_MAX);
  return whole;
}

void Tensor::setReal(int64_t i, double value) {
  if (isReal())
    reals[i] = value;
  else if (type.element == ElementType::Bool)
    integers[i] = value != 0.0;
  else
    integers[i] = saturated(type.element, value);
}

void Tensor::copyElement(int64_t to, const Tensor &source, int64_t from) {
  if (isReal())
    reals[to] = source.reals[from];
  else
    integers[to] = source.integers[from];
}

int64_t interpret::wrapped(ElementType element, int64_t value) {
  switch (element) {
  case ElementType::Bool:
    return value != 0;
  case ElementType::U8:
    return static_cast<uint8_t>(value);
  case ElementType::I32:
    return static_cast<int32_t>(static_cast<uint32_t>(value));
  default:
    return value;
  }
}

int64_t interpret::truncated(double value) {
  if (std::isnan(value))
    return 0;
  if (value >= 9223372036854775808.0)
    return std::numeric_limits<int64_t>::max();
  if (value <= -9223372036854775808.0)
    return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

int64_t interpret::countOf(llvm::ArrayRef<int64_t> dims) {
  int64_t count = 1;
  for (int64_t size : dims)
    count *= size;
  return count;
}

Dims interpret::stridesOf(llvm::ArrayRef<int64_t> dims) {
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t d = dims.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= dims[d];
  }
  return strides;
}

int64_t interpret::positionOf(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> index) {
  int64_t position = 0;
  for (size_t d = 0; d < dims.size(); ++d)
    position = position * dims[d] + index[d];
  return position;
}

int64_t interpret::broadcastPosition(llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> index) {
  size_t missing = index.size() - dims.size();
  int64_t position = 0;
  for (size_t d = 0; d < dims.size(); ++d)
    position = position * dims[d] + (dims[d] == 1 ? 0 : index[d + missing]);
  return position;
}

void interpret::forEachIndex(llvm::ArrayRef<int64_t> dims,
                             llvm::function_ref<void(const Dims &, int64_t)> visit) {
  int64_t count = countOf(dims);
  Dims index(dims.size(), 0);
  for (int64_t position = 0; position < count; ++position) {
    visit(index, position);
    for (size_t d = dims.size(); d-- > 0;) {
      if (++index[d] < dims[d])
        break;
      index[d] = 0;
    }
  }
}

double interpret::normalise(llvm::MutableArrayRef<double> row) {
  double most = -INFINITY, sum = 0;
  for (double value : row)
    most = std::isnan(most) || value <= most ? most : value;
  for (double &value : row)
    sum += value = std::exp(value - most);
  for (double &value : row)
    value /= sum;
  return most + std::log(sum);
}

void interpret::forEachRow(llvm::ArrayRef<int64_t> dims, int64_t axis,
                           llvm::function_ref<void(Dims positions)> visit) {
  Dims rows(dims);
  rows[axis] = 1;
  int64_t step = stridesOf(dims)[axis];
  forEachIndex(rows, [&](const Dims &index, int64_t) {
    Dims row(dims[axis]);
    for (int64_t i = 0; i < dims[axis]; ++i)
      row[i] = positionOf(dims, index) + i * step;
    visit(std::move(row));
  });
}
