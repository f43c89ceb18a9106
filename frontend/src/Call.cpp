// Calls: operands, nodes and errors, as the user wrote them. Reading on: Call.h.
#include "frontend/src/Call.h"

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

Place Context::place(const proto::Location &location) const {
  Place place;
  place.file = files[location.file()];
  place.line = location.line();
  place.column = location.column();
  return place;
}

/// Where a function is traced again, at another batch or in another mode: shapes that were right
/// before are wrong here.
std::optional<Note> Context::tracedAgain() const {
  if (!trace)
    return std::nullopt;
  const proto::Entry &entry = trace->builder.entry();
  bool evaluates = entry.kind() == proto::Entry::EVAL;
  bool again = entry.kind() == proto::Entry::PREDICT && trains;
  for (const std::unique_ptr<Trace> &other : traces)
    again |= other.get() != trace && other->builder.entry().name() == entry.name();
  if (!evaluates && !again)
    return std::nullopt;
  std::string what = evaluates ? "the evaluation step" : "entry '" + entry.name() + "'";
  return Note{place(entry.location()),
              "while tracing " + what + " with batch " + std::to_string(trace->batch()) +
                  ": sizes that follow the batch come from batch() or shape()"};
}

void Context::error(const char *code, const Place &place, const std::string &message,
                    const std::string &help, std::vector<Note> notes) {
  if (std::string_view(code).starts_with("E01"))
    if (std::optional<Note> note = tracedAgain())
      notes.push_back(*note);
  diagnostics.report({Severity::Error, code, message, place, std::move(notes), help});
}

void Context::warning(const char *code, const Place &place, const std::string &message,
                      const std::string &help, std::vector<Note> notes) {
  diagnostics.report({Severity::Warning, code, message, place, std::move(notes), help});
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
  shown = std::string("'") + op + "'";
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

bool Call::atEntry() {
  if (!inTrace())
    return false;
  Context &current = context();
  const Trace &trace = *current.trace;
  const proto::Location *body = trace.builder.openedAt();
  if (trace.builder.depth() == (trace.micro ? 1 : 0))
    return true;
  current.error("E0019", loc(),
                label() + " expects to be called in the entry itself, got a call in a body of " +
                    body->name(),
                "call it outside of the " + body->name() +
                    ": a body may use tensors from around it and returns what it makes",
                {{current.place(*body), "the body belongs to this " + body->name()}});
  return false;
}

Call::UserCode::UserCode(Call &call) : suspended(context().call) {
  if (suspended == &call)
    context().call = nullptr;
}

Call::UserCode::~UserCode() { context().call = suspended; }

Tensor Call::poison() { return TensorAccess::make(kPoisonTrace, 0); }

ValueInfo &Call::info(const Tensor &tensor) {
  return context().trace->infos[TensorAccess::value(tensor)];
}

const rules::Type &Call::type(const Tensor &tensor) {
  return context().trace->builder.type(TensorAccess::value(tensor));
}

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
      int64_t integer = TensorAccess::isReal(operand) ? static_cast<int64_t>(value)
                                                      : TensorAccess::integer(operand);
      rules::Type type{element, {}};
      Tensor result =
          constant(type, Attributes().dense("value", type, graph::integerBytes(integer)));
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
  if (trace == current.trace->serial) {
    if (current.trace->builder.visible(TensorAccess::value(tensor)))
      return tensor;
    return fail("E0025", "expects a tensor of this body or around it, got one of a body that ended",
                "return it from the body: its op gives it out as a result", {tensor});
  }
  std::vector<Note> notes;
  for (const std::unique_ptr<Trace> &other : current.traces)
    if (other->serial == trace) {
      const ValueInfo &made = other->infos[TensorAccess::value(tensor)];
      notes.push_back({Place(made.loc), "operand comes from " + made.maker + " in entry '" +
                                            other->builder.entry().name() + "' here"});
    }
  current.error("E0002", loc(),
                label() + " expects a tensor of entry '" + current.trace->builder.entry().name() +
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

std::optional<std::vector<Tensor>> Call::emitAll(const char *op, const std::vector<Tensor> &inputs,
                                                 const graph::Rule &rule, Attributes attributes) {
  Context &current = context();
  if (!current.trace)
    return std::nullopt;
  graph::Values operands;
  for (const Tensor &input : inputs) {
    if (isPoison(input))
      return std::nullopt;
    operands.push_back(TensorAccess::value(input));
  }
  Trace &trace = *current.trace;
  rules::Result<graph::Values> results = trace.builder.append(
      op, operands, std::move(attributes), rule, current.location(loc(), nodeName()));
  if (!results) {
    fail(results.error(), inputs);
    return std::nullopt;
  }
  std::vector<Tensor> tensors;
  for (graph::Value value : *results)
    tensors.push_back(made(value, maker()));
  return tensors;
}

Tensor Call::emit(const char *op, const std::vector<Tensor> &inputs, const Rule &rule,
                  Attributes attributes) {
  auto all = [&](const graph::Types &types) -> rules::Result<graph::Types> {
    rules::Result<rules::Type> result = rule(types);
    if (!result)
      return result.error();
    return graph::Types{*result};
  };
  auto results = emitAll(op, inputs, all, std::move(attributes));
  return results ? results->front() : poison();
}

Tensor Call::made(graph::Value value, const std::string &maker) {
  Trace &trace = *context().trace;
  trace.infos.emplace(value, ValueInfo{maker, loc()});
  return TensorAccess::make(trace.serial, value);
}

Tensor Call::constant(const rules::Type &type, Attributes value) {
  return emit(
      "constant", {}, [&](auto &) { return rules::Result<rules::Type>(type); }, std::move(value));
}

Tensor Call::emitAlong(const char *op, const std::vector<Tensor> &inputs, int64_t axis,
                       const AxisRule &rule, Attributes attributes) {
  if (std::any_of(inputs.begin(), inputs.end(), isPoison))
    return poison();
  std::optional<int64_t> normal = axisOf(inputs[0], axis);
  if (!normal)
    return poison();
  attributes.integer("axis", *normal);
  return emit(
      op, inputs, [&](const std::vector<rules::Type> &types) { return rule(types, *normal); },
      std::move(attributes));
}

bool Call::hasRank(const Tensor &tensor, int64_t rank, const std::string &expects) {
  if (type(tensor).rank() == rank)
    return true;
  fail("E0107", "expects " + expects + ", got " + toString(type(tensor)), "", {tensor});
  return false;
}

std::optional<int64_t> Call::axisOf(const Tensor &tensor, int64_t axis) {
  rules::Result<int64_t> normal = rules::normalizedAxis(axis, type(tensor).rank());
  if (normal)
    return *normal;
  fail(normal.error(), {tensor});
  return std::nullopt;
}

bool Call::isFloat(const Tensor &tensor) {
  if (rules::isFloat(type(tensor).element))
    return true;
  fail("E0102", "expects floating-point numbers, got " + toString(type(tensor)),
       "cast(x, f32) first", {tensor});
  return false;
}

Tensor Call::number(rules::ElementType element, double value) {
  rules::Type type{element, {}};
  Tensor result = constant(type, Attributes().dense("value", type, std::vector<double>{value}));
  if (!isPoison(result))
    info(result).number = true;
  return result;
}

Tensor Call::get(const std::string &symbol, const rules::Type &type, const std::string &maker) {
  Context &current = context();
  return made(current.trace->builder.get(symbol, type, current.location(loc(), nodeName())), maker);
}

std::optional<Tensor> Call::iteration() {
  Context &current = context();
  auto number = current.trace->builder.iteration(current.location(loc(), nodeName()));
  if (!number)
    return std::nullopt;
  return made(*number, "the iteration");
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
    Note note{place, "operand comes from " + made.maker + " here, " + toString(type(operand))};
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

namespace sinter {

Composite::Composite(const char *op, const Loc &loc) : call(new detail::Call(op, loc)) {}
Composite::~Composite() { delete static_cast<detail::Call *>(call); }

} // namespace sinter
