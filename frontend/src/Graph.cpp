// Calls, values and nodes of the graph under construction. Reading on: Graph.h.
#include "frontend/src/Graph.h"

#include <algorithm>

namespace sinter::detail {

static std::unique_ptr<Context> &holder() {
  static std::unique_ptr<Context> current = std::make_unique<Context>();
  return current;
}

Context &context() { return *holder(); }
void resetContext() { holder() = std::make_unique<Context>(); }

static constexpr uint32_t kPoisonTrace = UINT32_MAX;

uint32_t Context::fileIndex(const std::string &file) {
  auto at = std::find(files.begin(), files.end(), file);
  if (at == files.end())
    at = files.insert(files.end(), file);
  return static_cast<uint32_t>(at - files.begin());
}

proto::Location Context::location(const Loc &loc, const std::string &name) {
  Place place(loc);
  proto::Location result;
  result.set_file(fileIndex(place.file));
  result.set_line(place.line);
  result.set_column(place.column);
  result.set_name(name);
  return result;
}

void Context::error(const char *code, const Loc &loc, const std::string &message,
                    const std::string &help, std::vector<Note> notes) {
  diagnostics.report({Severity::Error, code, message, Place(loc), std::move(notes), help});
}

void Context::warning(const char *code, const Loc &loc, const std::string &message,
                      const std::string &help, std::vector<Note> notes) {
  diagnostics.report({Severity::Warning, code, message, Place(loc), std::move(notes), help});
}

std::string Context::path(const std::string &name) const {
  std::string result;
  for (const std::string &scope : scopes)
    result += scope + ".";
  return result + name;
}

// --- Call ----------------------------------------------------------------------------------------

Call::Call(const char *op, const Loc &loc, std::string layer) : where(loc) {
  text = layer.empty() ? op : std::string(op) + " '" + layer + "'";
  name = layer.empty() ? op : layer;
  made = std::string("'") + op + "'";
  Context &current = context();
  outer = current.call ? current.call : this;
  current.call = outer;
}

Call::~Call() {
  if (outer == this)
    context().call = nullptr;
}

bool Call::inTrace() {
  if (context().trace)
    return true;
  fail("E0019", "expects to be called inside an entry, got a call outside of one",
       "move it into the function given to model.train or model.predict");
  return false;
}

Tensor Call::poison() { return TensorAccess::make(kPoisonTrace, 0); }

ValueInfo &Call::info(const Tensor &tensor) {
  return context().trace->values[TensorAccess::value(tensor) - 1];
}

const rules::Type &Call::type(const Tensor &tensor) { return info(tensor).type; }

Tensor Call::tensor(const Operand &operand, std::optional<rules::ElementType> like) {
  Context &current = context();
  if (!inTrace())
    return poison();
  if (TensorAccess::isNumber(operand)) {
    using rules::ElementType;
    ElementType element = like.value_or(ElementType::F32);
    if (!like && TensorAccess::isBoolean(operand))
      element = ElementType::Bool;
    double value = TensorAccess::real(operand);
    bool fits = element == ElementType::Bool ? TensorAccess::isBoolean(operand)
                                             : fitsElement(element, value);
    // not through the double
    bool wide = element == ElementType::I64 && !TensorAccess::isReal(operand);
    if (!fits && !wide)
      return fail("E0101",
                  "expects a number of " + toString(element) + ", got " + numberText(value),
                  "cast(x, f32) makes the tensor floating point");
    if (element == ElementType::I64) { // a double would lose the low bits
      std::string data;
      for (int i = 0; i < 8; ++i)
        data.push_back(static_cast<char>(
            static_cast<uint64_t>(TensorAccess::isReal(operand) ? static_cast<int64_t>(value)
                                                                : TensorAccess::integer(operand)) >>
            (8 * i)));
      rules::Type type{element, {}};
      Tensor result = constant(type, Attributes().dense("value", type, std::move(data)));
      info(result).number = true;
      return result;
    }
    return number(element, value);
  }
  const Tensor &tensor = TensorAccess::tensor(operand);
  uint32_t trace = TensorAccess::trace(tensor);
  if (trace == kPoisonTrace)
    return tensor;
  if (trace == 0)
    return fail("E0001", "expects a tensor with a value, got one without",
                "give it a value before this line");
  if (trace == current.trace->serial)
    return tensor;
  std::vector<Note> notes;
  for (const std::unique_ptr<Trace> &other : current.traces)
    if (other->serial == trace) {
      const ValueInfo &made = other->values[TensorAccess::value(tensor) - 1];
      notes.push_back({Place(made.loc), "operand comes from " + made.maker + " in entry '" +
                                            other->entry.name() + "' here"});
    }
  current.error("E0002", loc(),
                label() + " expects a tensor of entry '" + current.trace->entry.name() +
                    "', got one of another entry",
                "write the common part as a function and call it in both entries", notes);
  return poison();
}

std::pair<Tensor, Tensor> Call::pair(const Operand &a, const Operand &b) {
  std::optional<rules::ElementType> like;
  Tensor first, second;
  bool aNumber = TensorAccess::isNumber(a), bNumber = TensorAccess::isNumber(b);
  if (aNumber && !bNumber) {
    second = tensor(b);
    if (isPoison(second))
      return {poison(), second};
    return {tensor(a, type(second).element), second};
  }
  first = tensor(a);
  if (isPoison(first))
    return {first, bNumber ? poison() : tensor(b)};
  if (bNumber)
    like = type(first).element;
  second = tensor(b, like);
  return {first, second};
}

Tensor Call::emit(const char *op, const std::vector<Tensor> &inputs, const Rule &rule,
                  Attributes attributes) {
  if (!context().trace)
    return poison();
  std::vector<rules::Type> types;
  for (const Tensor &input : inputs) {
    if (isPoison(input))
      return poison();
    types.push_back(type(input));
  }
  rules::Result<rules::Type> result = rule(types);
  if (!result)
    return fail(result.error(), inputs);
  Context &current = context();
  Trace &trace = *current.trace;
  proto::Node *node = trace.entry.add_nodes();
  node->set_op(op);
  for (const Tensor &input : inputs)
    node->add_inputs(TensorAccess::value(input));
  for (proto::Attribute &attribute : attributes.list)
    *node->add_attributes() = std::move(attribute);
  *node->mutable_location() = current.location(loc(), nodeName());
  trace.values.push_back({*result, maker(), loc()});
  uint32_t id = static_cast<uint32_t>(trace.values.size());
  proto::Value *value = node->add_results();
  value->set_id(id);
  setType(value->mutable_type(), *result);
  return TensorAccess::make(trace.serial, id);
}

Tensor Call::constant(const rules::Type &type, Attributes value) {
  return emit(
      "constant", {}, [&](auto &) { return rules::Result<rules::Type>(type); }, std::move(value));
}

Tensor Call::number(rules::ElementType element, double value) {
  rules::Type type{element, {}};
  Tensor result = constant(type, Attributes().dense("value", type, std::vector<double>{value}));
  if (!isPoison(result))
    info(result).number = true;
  return result;
}

Tensor Call::get(const std::string &symbol, const rules::Type &type, const std::string &maker) {
  Trace &trace = *context().trace;
  auto known = trace.symbols.find(symbol);
  if (known != trace.symbols.end())
    return TensorAccess::make(trace.serial, known->second);
  Attributes attributes;
  attributes.symbol("symbol", symbol);
  Tensor result = emit(
      "get", {}, [&](auto &) { return rules::Result<rules::Type>(type); }, std::move(attributes));
  info(result).maker = maker;
  trace.symbols[symbol] = TensorAccess::value(result);
  return result;
}

bool Call::accepts(const std::string &name) {
  if (!validName(name, true))
    fail("E0006", "expects a name of letters, digits, '_', '-' and '.', got '" + name + "'");
  return validName(name, true);
}

Tensor Call::fail(const char *code, const std::string &message, const std::string &help,
                  const std::vector<Tensor> &operands) {
  std::vector<Note> notes;
  Place here(loc());
  for (const Tensor &operand : operands) {
    const ValueInfo &made = info(operand);
    Place place(made.loc);
    if (made.number || place == here)
      continue;
    Note note{place, "operand comes from " + made.maker + " here, " + toString(made.type)};
    bool twice = std::any_of(notes.begin(), notes.end(), [&](const Note &other) {
      return other.place == note.place && other.message == note.message;
    });
    if (!twice)
      notes.push_back(note);
  }
  context().error(code, loc(), label() + " " + message, help, notes);
  return poison();
}

Tensor Call::fail(const rules::RuleError &error, const std::vector<Tensor> &operands) {
  // Two operands that do not fit each other deserve two notes, one that does not fit the op
  // deserves one.
  std::vector<Tensor> blamed;
  for (int operand : {error.other, error.operand})
    if (operand >= 0 && operand < static_cast<int>(operands.size()))
      blamed.push_back(operands[static_cast<size_t>(operand)]);
  return fail(error.code.c_str(), error.message, error.help, blamed);
}

} // namespace sinter::detail
