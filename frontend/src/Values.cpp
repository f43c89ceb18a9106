// Conversions between public types and those of rules; names; symbols and scalars; Tensor, Shape
// and State. Reading on: Call.h.
#include "frontend/src/Call.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace sinter::detail {

static_assert(f32.code == static_cast<int>(rules::ElementType::F32) &&
              bool_.code == static_cast<int>(rules::ElementType::Bool));

rules::ElementType toRules(DType element) { return static_cast<rules::ElementType>(element.code); }
rules::Type toRules(const Type &type) { return {toRules(type.element), type.shape.sizes()}; }

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

bool declareSymbol(const std::string &name, proto::Symbol::Kind kind, const rules::Type &type,
                   const proto::Initializer &init, const Loc &loc) {
  Context &current = context();
  auto symbol = current.graph.addSymbol(name, kind, type, init, current.location(loc, name));
  if (symbol)
    return true;
  const rules::RuleError &wrong = symbol.error();
  if (const proto::Symbol *known = current.graph.findSymbol(name)) {
    const char *what = kind == proto::Symbol::PARAMETER ? "parameter" : "state";
    current.error(wrong.code.c_str(), loc, std::string(what) + " '" + name + "' " + wrong.message,
                  "use another name, or wrap one of them in Scope(\"…\")",
                  {{current.place(known->location()),
                    "'" + name + "' was made here, " + toString(graph::typeOf(known->type()))}});
  } else if (const proto::Scalar *scalar = current.graph.findScalar(name)) {
    current.error(wrong.code.c_str(), loc, "parameter '" + name + "' " + wrong.message, "",
                  {{current.place(scalar->location()), "scalar '" + name + "' was made here"}});
  }
  return false;
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
                                     "top-k",
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
  auto scalar =
      current.graph.addScalar(name, element, initial, utf8(help), current.location(loc, name));
  if (scalar)
    return true;
  const proto::Symbol *symbol = current.graph.findSymbol(name);
  Place first =
      current.place(symbol ? symbol->location() : current.graph.findScalar(name)->location());
  current.error(scalar.error().code.c_str(), loc,
                "hyperparameter '" + name + "' " + scalar.error().message, "",
                {{first, "'" + name + "' was made here"}});
  return false;
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

/// The type of `tensor`, in whichever trace it lives; null for poison.
static const rules::Type *typeOf(const Tensor &tensor) {
  uint32_t value = TensorAccess::value(tensor);
  if (value != 0)
    for (const std::unique_ptr<Trace> &trace : context().traces)
      if (trace->serial == TensorAccess::trace(tensor))
        return &trace->builder.type(value);
  return nullptr;
}

Shape Tensor::shape() const {
  if (const rules::Type *type = typeOf(*this))
    return Shape(type->dims);
  Shape shape;
  shape.poison = true;
  return shape;
}

DType Tensor::dtype() const {
  const rules::Type *type = typeOf(*this);
  return type ? DType{static_cast<uint8_t>(type->element)} : f32;
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
  return call.made(current.builder.read(name), "state '" + name + "'");
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
  context().trace->builder.assign(name, TensorAccess::value(fresh));
}

} // namespace sinter
