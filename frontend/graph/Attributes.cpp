// Types, attributes and elements as messages. Reading on: GraphBuilder.h.
#include "frontend/graph/GraphBuilder.h"

#include <cstring>

namespace sinter::graph {

void setType(proto::TensorType *to, const rules::Type &from) {
  to->set_element(static_cast<proto::ElementType>(from.element));
  to->mutable_dims()->Assign(from.dims.begin(), from.dims.end());
}

rules::Type typeOf(const proto::TensorType &type) {
  return {static_cast<rules::ElementType>(type.element()),
          {type.dims().begin(), type.dims().end()}};
}

/// The host is little-endian, as every target we build for.
template <class T> static std::string bytes(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

std::string integerBytes(int64_t value) { return bytes(value); }

std::string elementBytes(rules::ElementType element, double value) {
  using rules::ElementType;
  switch (element) {
  case ElementType::F64:
    return bytes(value);
  case ElementType::F32:
    return bytes(static_cast<float>(value));
  case ElementType::I32:
    return bytes(static_cast<int32_t>(value));
  case ElementType::I64:
    return bytes(static_cast<int64_t>(value));
  case ElementType::U8:
    return bytes(static_cast<uint8_t>(value));
  case ElementType::Bool:
    return bytes(static_cast<uint8_t>(value != 0));
  default:
    return std::string(static_cast<size_t>(rules::byteSize(element)), '\0');
  }
}

static proto::Attribute &add(Attributes &attributes, const char *name) {
  attributes.list.emplace_back().set_name(name);
  return attributes.list.back();
}

Attributes &Attributes::integer(const char *name, int64_t value) {
  add(*this, name).set_i(value);
  return *this;
}
Attributes &Attributes::boolean(const char *name, bool value) {
  add(*this, name).set_b(value);
  return *this;
}
Attributes &Attributes::string(const char *name, const std::string &value) {
  add(*this, name).set_s(value);
  return *this;
}
Attributes &Attributes::symbol(const char *name, const std::string &value) {
  add(*this, name).set_symbol(value);
  return *this;
}
Attributes &Attributes::integers(const char *name, const std::vector<int64_t> &values) {
  add(*this, name).mutable_ints()->mutable_v()->Assign(values.begin(), values.end());
  return *this;
}
Attributes &Attributes::dense(const char *name, const rules::Type &type,
                              const std::vector<double> &values) {
  std::string data, exact;
  bool rounded = false;
  for (double value : values) {
    data += elementBytes(type.element, value);
    exact += elementBytes(rules::ElementType::F64, value);
    rounded |= static_cast<double>(static_cast<float>(value)) != value && value == value;
  }
  dense(name, type, std::move(data));
  if (rounded && type.element == rules::ElementType::F32)
    list.back().mutable_dense()->set_exact(std::move(exact));
  return *this;
}
Attributes &Attributes::dense(const char *name, const rules::Type &type, std::string data) {
  proto::Dense *dense = add(*this, name).mutable_dense();
  setType(dense->mutable_type(), type);
  dense->set_data(std::move(data));
  return *this;
}

} // namespace sinter::graph
