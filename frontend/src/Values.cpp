// Conversions between public types, rule types and messages; attributes; symbols and scalars;
// Tensor, Shape and State. Reading on: Graph.h.
#include "frontend/src/Graph.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>

namespace sinter::detail {

static_assert(f32.code == static_cast<int>(rules::ElementType::F32) &&
              bool_.code == static_cast<int>(rules::ElementType::Bool));

rules::ElementType toRules(DType element) { return static_cast<rules::ElementType>(element.code); }
rules::Type toRules(const Type &type) { return {toRules(type.element), type.shape.sizes()}; }

void setType(proto::TensorType *to, const rules::Type &from) {
  to->set_element(static_cast<proto::ElementType>(from.element));
  to->mutable_dims()->Assign(from.dims.begin(), from.dims.end());
}

std::string elementBytes(rules::ElementType element, double value) {
  auto bytes = [](auto typed) { // the host is little-endian, as every target we build for
    std::string out(sizeof typed, '\0');
    std::memcpy(out.data(), &typed, sizeof typed);
    return out;
  };
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

bool fitsElement(rules::ElementType element, double value) {
  using rules::ElementType;
  double low = 0, high = 0;
  switch (element) {
  case ElementType::I32:
    low = INT32_MIN;
    high = INT32_MAX;
    break;
  case ElementType::I64: // what a double may hold and a cast may not overflow
    low = -9223372036854775808.0;
    high = 9223372036854774784.0;
    break;
  case ElementType::U8:
    high = 255;
    break;
  case ElementType::Bool:
    high = 1;
    break;
  default:
    return true;
  }
  return value >= low && value <= high && value == static_cast<double>(static_cast<int64_t>(value));
}

std::string numberText(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

bool validName(const std::string &name, bool dots) {
  auto allowed = [&](unsigned char c) {
    return isalnum(c) || c == '_' || c == '-' || (dots && c == '.');
  };
  if (name.empty() || name.size() > 200 || !std::all_of(name.begin(), name.end(), allowed))
    return false;
  // Numbered children ("0.weight") are PyTorch's names; dots only separate.
  unsigned char first = static_cast<unsigned char>(name.front());
  if (!dots)
    return isalpha(first);
  return first != '.' && first != '-' && name.back() != '.' && name.find("..") == std::string::npos;
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

bool declareSymbol(const std::string &name, proto::Symbol::Kind kind, const rules::Type &type,
                   const proto::Initializer &init, const Loc &loc) {
  Context &current = context();
  auto known = current.symbolIndex.find(name);
  if (known != current.symbolIndex.end()) {
    const proto::Symbol &symbol = current.module.symbols(known->second);
    rules::Type old{static_cast<rules::ElementType>(symbol.type().element()),
                    {symbol.type().dims().begin(), symbol.type().dims().end()}};
    if (old == type && symbol.kind() == kind)
      return true;
    const char *word = symbol.kind() == proto::Symbol::PARAMETER ? "parameter" : "state";
    current.error(
        "E0003", loc,
        std::string(kind == proto::Symbol::PARAMETER ? "parameter" : "state") + " '" + name +
            "' expects " + word + " " + toString(old) + " as before, got " +
            (symbol.kind() == kind              ? ""
             : kind == proto::Symbol::PARAMETER ? "a parameter "
                                                : "a state ") +
            toString(type),
        "use another name, or wrap one of them in Scope(\"…\")",
        {{Place(current.symbolLocs.at(name)), "'" + name + "' was made here, " + toString(old)}});
    return false;
  }
  if (auto scalar = current.scalarLocs.find(name); scalar != current.scalarLocs.end()) {
    current.error("E0005", loc,
                  "parameter '" + name + "' expects a name of its own, got that of a scalar", "",
                  {{Place(scalar->second), "scalar '" + name + "' was made here"}});
    return false;
  }
  current.symbolIndex[name] = current.module.symbols_size();
  current.symbolLocs[name] = loc;
  proto::Symbol *symbol = current.module.add_symbols();
  symbol->set_name(name);
  symbol->set_kind(kind);
  setType(symbol->mutable_type(), type);
  *symbol->mutable_init() = init;
  *symbol->mutable_location() = current.location(loc, name);
  return true;
}

/// Names that no hyperparameter may have: the trainer's flags, the built-in scalars, and flags that
/// are kept for later versions.
static const char *const kFlags[] = {"data",
                                     "epochs",
                                     "steps",
                                     "eval",
                                     "eval-every",
                                     "run",
                                     "input",
                                     "output",
                                     "seed",
                                     "threads",
                                     "no-shuffle",
                                     "init",
                                     "save",
                                     "log",
                                     "init-partial",
                                     "checkpoint",
                                     "checkpoint-every",
                                     "resume",
                                     "log-every",
                                     "tensorboard",
                                     "trace",
                                     "info",
                                     "version",
                                     "help",
                                     "quiet",
                                     "check-numerics",
                                     "licenses",
                                     "step",
                                     "generate",
                                     "temperature",
                                     "length",
                                     "target"};

bool declareScalar(const std::string &name, rules::ElementType element, double initial,
                   const std::string &help, const Loc &loc) {
  Context &current = context();
  if (std::find(std::begin(kFlags), std::end(kFlags), name) != std::end(kFlags)) {
    current.error("E0012", loc,
                  "hyperparameter '" + name +
                      "' expects a name of its own, got that of the flag --" + name,
                  "choose another name");
    return false;
  }
  if (current.symbolIndex.count(name)) {
    current.error("E0005", loc,
                  "hyperparameter '" + name +
                      "' expects a name of its own, got that of a parameter",
                  "", {{Place(current.symbolLocs.at(name)), "'" + name + "' was made here"}});
    return false;
  }
  if (!current.scalarLocs.emplace(name, loc).second) {
    for (const proto::Scalar &known : current.module.scalars())
      if (known.name() == name &&
          (known.initial() != initial || known.element() != static_cast<int>(element))) {
        current.error("E0005", loc,
                      "hyperparameter '" + name + "' expects one default value, got two", "",
                      {{Place(current.scalarLocs.at(name)), "'" + name + "' was made here"}});
        return false;
      }
    return true; // the same one in another trace
  }
  proto::Scalar *scalar = current.module.add_scalars();
  scalar->set_name(name);
  scalar->set_element(static_cast<proto::ElementType>(element));
  scalar->set_initial(initial);
  scalar->set_help(utf8(help));
  *scalar->mutable_location() = current.location(loc, name);
  return true;
}

} // namespace sinter::detail

namespace sinter {

using namespace detail;

int64_t Shape::operator[](AxisIndex index) const {
  int64_t axis = index.axis;
  int64_t at = axis < 0 ? axis + rank() : axis;
  if (at >= 0 && at < rank())
    return values[static_cast<size_t>(at)];
  if (!poison) {
    rules::Result<int64_t> bad = rules::normalizedAxis(axis, rank());
    Context &current = context();
    Diagnostic diagnostic{
        Severity::Error,  "E0105", "shape()[" + std::to_string(axis) + "] " + bad.error().message,
        Place(index.loc), {},      ""};
    current.diagnostics.report(diagnostic);
  }
  return 1;
}

int64_t Shape::elements() const {
  int64_t product = 1;
  for (int64_t size : values)
    if (__builtin_mul_overflow(product, size, &product))
      return INT64_MAX; // no tensor is so large: its op has reported E0104
  return product;
}

/// What is known of `tensor`, in whichever trace it lives; null for poison.
static const ValueInfo *known(const Tensor &tensor) {
  uint32_t value = TensorAccess::value(tensor);
  if (value != 0)
    for (const std::unique_ptr<Trace> &trace : context().traces)
      if (trace->serial == TensorAccess::trace(tensor))
        return &trace->values[value - 1];
  return nullptr;
}

Shape Tensor::shape() const {
  if (const ValueInfo *made = known(*this))
    return Shape(made->type.dims);
  Shape shape;
  shape.poison = true;
  return shape;
}

DType Tensor::dtype() const {
  const ValueInfo *made = known(*this);
  return made ? DType{static_cast<uint8_t>(made->type.element)} : f32;
}

Tensor State::value(Loc loc) const {
  Call call("state", loc, name);
  if (trace == UINT32_MAX || !call.inTrace())
    return call.poison(); // its declaration was reported
  if (trace == 0)
    return call.fail("E0001", "expects a variable made with state(\"name\", …), got none");
  Trace &current = *context().trace;
  if (trace != current.serial)
    return call.fail("E0002", "expects to be used in the entry that made it, got another one",
                     "call state(\"" + name + "\", …) in this entry too");
  auto assigned = current.assigned.find(name);
  if (assigned != current.assigned.end())
    return TensorAccess::make(trace, assigned->second);
  return TensorAccess::make(trace, current.symbols.at(name));
}

void State::assign(const Operand &value, Loc loc) {
  Tensor old = this->value(loc);
  Call call("assign", loc, name);
  if (call.isPoison(old))
    return;
  Tensor fresh = call.tensor(value, call.type(old).element);
  if (call.isPoison(fresh))
    return;
  if (call.type(fresh) != call.type(old)) {
    call.fail("E0022",
              "expects " + toString(call.type(old)) + ", got " + toString(call.type(fresh)), "",
              {fresh});
    return;
  }
  context().trace->assigned[name] = TensorAccess::value(fresh);
}

} // namespace sinter
