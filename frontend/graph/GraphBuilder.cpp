// Modules and entries under construction. Reading on: GraphBuilder.h.
#include "frontend/graph/GraphBuilder.h"

namespace sinter::graph {

using rules::Result;
using rules::RuleError;

// --- EntryBuilder --------------------------------------------------------------------------------

EntryBuilder::EntryBuilder(const std::string &name, proto::Entry::Kind kind, int64_t batch,
                           const proto::Location &location) {
  made.set_name(name);
  made.set_kind(kind);
  made.set_batch(batch);
  *made.mutable_location() = location;
  regions.emplace_back();
}

Value EntryBuilder::define(proto::Value *value, const rules::Type &type, uint32_t region) {
  values.push_back({type, region});
  value->set_id(static_cast<Value>(values.size()));
  setType(value->mutable_type(), type);
  return value->id();
}

Result<Value> EntryBuilder::input(const std::string &name, const rules::Type &type,
                                  const proto::Location &location) {
  for (const proto::Input &known : made.inputs())
    if (known.name() == name) {
      Value value = known.value().id();
      if (this->type(value) == type)
        return value;
      return RuleError{"E0005", "expects its first type " + toString(this->type(value)) + ", got " +
                                    toString(type)};
    }
  proto::Input *input = made.add_inputs();
  input->set_name(name);
  *input->mutable_location() = location;
  return define(input->mutable_value(), type, 0);
}

Values EntryBuilder::add(uint32_t region, const std::string &op, const Values &operands,
                         Attributes attributes, const Types &results,
                         const proto::Location &location) {
  proto::Node *node = regions[region].made.add_nodes();
  node->set_op(op);
  for (Value operand : operands)
    node->add_inputs(inside(region, operand));
  for (proto::Attribute &attribute : attributes.list)
    *node->add_attributes() = std::move(attribute);
  *node->mutable_location() = location;
  Values made;
  for (const rules::Type &result : results)
    made.push_back(define(node->add_results(), result, region));
  return made;
}

Types EntryBuilder::typesOf(const Values &list) const {
  Types types;
  for (Value value : list)
    types.push_back(type(value));
  return types;
}

Result<Values> EntryBuilder::append(const std::string &op, const Values &operands,
                                    Attributes attributes, const Rule &rule,
                                    const proto::Location &location) {
  for (size_t i = 0; i < operands.size(); ++i)
    if (!visible(operands[i]))
      return RuleError{"E0025",
                       "expects operands of this body or around it, got one of a body that ended",
                       static_cast<int>(i)};
  Result<Types> results = rule(typesOf(operands));
  if (!results)
    return results.error();
  return add(innermost, op, operands, std::move(attributes), *results, location);
}

Value EntryBuilder::get(const std::string &symbol, const rules::Type &type,
                        const proto::Location &location) {
  auto [known, fresh] = gets.emplace(symbol, 0);
  if (fresh)
    known->second =
        add(0, "get", {}, Attributes().symbol("symbol", symbol), {type}, location).front();
  return known->second;
}

Result<Value> EntryBuilder::output(const std::string &name, Value value,
                                   const proto::Location &location, proto::Role role) {
  for (const proto::Output &other : made.outputs())
    if (other.name() == name)
      return RuleError{"E0005", "expects a name of its own, got one in use"};
  proto::Output *output = made.add_outputs();
  output->set_name(name);
  output->set_value(value);
  output->set_role(role);
  *output->mutable_location() = location;
  for (int i = made.outputs_size() - 1; role == proto::LOSS && i > 0; --i)
    made.mutable_outputs()->SwapElements(i, i - 1);
  return value;
}

void EntryBuilder::update(const std::string &symbol, Value value, const proto::Location &location) {
  proto::Update *update = made.add_updates();
  update->set_symbol(symbol);
  update->set_value(value);
  *update->mutable_location() = location;
}

void EntryBuilder::finish() {
  Region &root = regions.front();
  made.mutable_nodes()->Swap(root.made.mutable_nodes());
  for (const auto &[name, index] : root.variables) { // by name: equal entries give equal bytes
    const Import &variable = root.imports[index];
    if (!variable.assigned || !gets.count(name)) // a loop's counter is no symbol
      continue;
    proto::Location location = made.location();
    location.set_name(name);
    update(name, variable.current, location);
  }
}

// --- GraphBuilder --------------------------------------------------------------------------------

static const char *word(proto::Symbol::Kind kind) {
  return kind == proto::Symbol::PARAMETER ? "parameter" : "state";
}

Result<const proto::Symbol *>
GraphBuilder::addSymbol(const std::string &name, proto::Symbol::Kind kind, const rules::Type &type,
                        const proto::Initializer &init, const proto::Location &location) {
  if (const proto::Symbol *known = findSymbol(name)) {
    rules::Type old = typeOf(known->type());
    if (old == type && known->kind() == kind)
      return known;
    std::string other = known->kind() == kind ? "" : std::string("a ") + word(kind) + " ";
    return RuleError{"E0003", std::string("expects ") + word(known->kind()) + " " + toString(old) +
                                  " as before, got " + other + toString(type)};
  }
  if (findScalar(name))
    return RuleError{"E0005", "expects a name of its own, got that of a scalar"};
  symbolIndex[name] = module.symbols_size();
  proto::Symbol *symbol = module.add_symbols();
  symbol->set_name(name);
  symbol->set_kind(kind);
  setType(symbol->mutable_type(), type);
  *symbol->mutable_init() = init;
  *symbol->mutable_location() = location;
  return symbol;
}

Result<const proto::Scalar *> GraphBuilder::addScalar(const std::string &name,
                                                      rules::ElementType element, double initial,
                                                      const std::string &help,
                                                      const proto::Location &location) {
  if (findSymbol(name))
    return RuleError{"E0005", "expects a name of its own, got that of a parameter"};
  if (const proto::Scalar *known = findScalar(name)) {
    if (known->initial() != initial || known->element() != static_cast<int>(element))
      return RuleError{"E0005", "expects one default value, got two"};
    return known;
  }
  scalarIndex[name] = module.scalars_size();
  proto::Scalar *scalar = module.add_scalars();
  scalar->set_name(name);
  scalar->set_element(static_cast<proto::ElementType>(element));
  scalar->set_initial(initial);
  scalar->set_help(help);
  *scalar->mutable_location() = location;
  return scalar;
}

void GraphBuilder::nameState(const std::string &symbol, const std::string &parameter,
                             const std::string &slot) {
  proto::Symbol *state = module.mutable_symbols(symbolIndex.at(symbol));
  state->set_parameter(parameter);
  state->set_slot(slot);
}

void GraphBuilder::addMetric(const std::string &name, const std::string &sum,
                             const std::string &weight, proto::Metric::Finish finish,
                             const proto::Location &location, proto::Role role) {
  for (const proto::Metric &metric : module.metrics())
    if (metric.name() == name)
      return;
  proto::Metric *metric = module.add_metrics();
  metric->set_name(name);
  metric->set_sum(sum);
  metric->set_weight(weight);
  metric->set_finish(finish);
  metric->set_role(role);
  *metric->mutable_location() = location;
}

const proto::Symbol *GraphBuilder::findSymbol(const std::string &name) const {
  auto at = symbolIndex.find(name);
  return at == symbolIndex.end() ? nullptr : &module.symbols(at->second);
}

const proto::Scalar *GraphBuilder::findScalar(const std::string &name) const {
  auto at = scalarIndex.find(name);
  return at == scalarIndex.end() ? nullptr : &module.scalars(at->second);
}

EntryBuilder &GraphBuilder::addEntry(const std::string &name, proto::Entry::Kind kind,
                                     int64_t batch, const proto::Location &location) {
  return built.emplace_back(name, kind, batch, location);
}

void GraphBuilder::finish() {
  for (const EntryBuilder &entry : built)
    if (!entry.isAbandoned())
      *module.add_entries() = entry.entry();
}

} // namespace sinter::graph
