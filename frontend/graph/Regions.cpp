// Regions of an entry under construction: a tree, in which a value of a region is seen in the
// regions inside of it only, through an argument of each (D8). Variables are seen the same way, as
// what they were when the region began; what a region assigns stays its own until its op carries it
// out. Reading on: GraphBuilder.h, Control.cpp (the ops).
#include "frontend/graph/Container.h"
#include "frontend/graph/GraphBuilder.h"

namespace sinter::graph {

using rules::Result;
using rules::RuleError;

static const rules::Type kInteger{rules::ElementType::I64, {}};

Value EntryBuilder::addInteger(uint32_t region, int64_t number, const proto::Location &location) {
  Attributes value;
  value.dense("value", kInteger, integerBytes(number));
  return add(region, "constant", {}, std::move(value), {kInteger}, location).front();
}

Value EntryBuilder::addArgument(uint32_t region, const rules::Type &type, Value source) {
  values.push_back({type, region, source});
  return static_cast<Value>(values.size());
}

Result<Values> EntryBuilder::open(Kind kind, const Types &types, const proto::Location &location,
                                  int64_t length) {
  int depth = 0;
  for (uint32_t at = innermost; at != 0; at = regions[at].parent)
    ++depth;
  if (depth >= kMaxRegionDepth)
    return RuleError{"E0205", "expects at most " + std::to_string(kMaxRegionDepth) +
                                  " bodies inside each other, got more"};
  uint32_t made = static_cast<uint32_t>(regions.size());
  Region &region = regions.emplace_back();
  region.kind = kind;
  region.parent = innermost;
  region.location = location;
  region.length = length;
  std::string &counter = regions[innermost].childCounter; // a condition and its body share one
  if (kind == Kind::Condition)
    counter = "while " + std::to_string(made);
  if (kind == Kind::Condition || kind == Kind::While)
    region.counter = counter;
  if (kind == Kind::Scan)
    region.arguments.push_back(region.index = addArgument(made, kInteger));
  Values arguments;
  for (const rules::Type &type : types)
    arguments.push_back(addArgument(made, type));
  region.arguments.insert(region.arguments.end(), arguments.begin(), arguments.end());
  innermost = made;
  return arguments;
}

Body EntryBuilder::close(const Values &yields) {
  Region &region = regions[innermost];
  if (region.kind == Kind::While && region.variables.count(region.counter)) {
    Value one = addInteger(innermost, 1, region.location);
    assign(region.counter,
           add(innermost, "add", {read(region.counter), one}, {}, {kInteger}, region.location)
               .front());
  }
  Body body{innermost, {}};
  for (Value value : yields)
    body.yields.push_back(inside(innermost, value));
  region.open = false;
  innermost = region.parent;
  return body;
}

const proto::Location *EntryBuilder::openedAt() const {
  return innermost == 0 ? nullptr : &regions[innermost].location;
}

int EntryBuilder::depth() const {
  int depth = 0;
  for (uint32_t at = innermost; at != 0; at = regions[at].parent)
    ++depth;
  return depth;
}

std::vector<const google::protobuf::RepeatedPtrField<proto::Node> *>
EntryBuilder::openNodes() const {
  std::vector<const google::protobuf::RepeatedPtrField<proto::Node> *> nodes;
  for (const Region &region : regions)
    if (region.open)
      nodes.push_back(&region.made.nodes());
  return nodes;
}

bool EntryBuilder::isLocal(Value value) const {
  uint32_t at = values[value - 1].region;
  while (at != innermost && at != 0)
    at = regions[at].parent;
  return at == innermost;
}

/// `value` as `region` sees it: itself, or the argument that captures it.
Value EntryBuilder::inside(uint32_t region, Value value) {
  if (values[value - 1].region == region)
    return value;
  Region &here = regions[region];
  Value outer = inside(here.parent, value);
  auto [known, fresh] = here.captures.emplace(outer, here.imports.size());
  if (fresh) {
    Value argument = addArgument(region, type(outer), outer);
    here.imports.push_back({"", outer, argument, argument});
  }
  return here.imports[known->second].argument;
}

/// The variable `name` as `region` sees it, first read in the regions around.
EntryBuilder::Import &EntryBuilder::variable(uint32_t region, const std::string &name) {
  Region &here = regions[region];
  if (auto known = here.variables.find(name); known != here.variables.end())
    return here.imports[known->second];
  Import import{name};
  if (region == 0) {
    import.current = gets.at(name);
  } else {
    import.outer = variable(here.parent, name).current;
    import.argument = import.current = addArgument(region, type(import.outer), import.outer);
  }
  here.variables[name] = here.imports.size();
  here.imports.push_back(import);
  return here.imports.back();
}

Value EntryBuilder::read(const std::string &symbol) { return variable(innermost, symbol).current; }

void EntryBuilder::assign(const std::string &symbol, Value value) {
  Value fresh = inside(innermost, value);
  Import &assigned = variable(innermost, symbol);
  assigned.current = fresh;
  assigned.assigned = true;
}

std::optional<Value> EntryBuilder::iteration(const proto::Location &location) {
  std::vector<uint32_t> loops; // from the inside, up to a while: its counter counts through all
  for (uint32_t at = innermost; at != 0; at = regions[at].parent)
    if (regions[at].kind != Kind::Branch) {
      loops.push_back(at);
      if (regions[at].kind != Kind::Scan)
        break;
    }
  std::optional<Value> number;
  auto compute = [&](const char *op, Value a, Value b) {
    return add(innermost, op, {a, b}, {}, {kInteger}, location).front();
  };
  for (; !loops.empty(); loops.pop_back()) {
    const Region &loop = regions[loops.back()];
    if (loop.kind != Kind::Scan) {
      Region &root = regions.front();
      if (root.variables.emplace(loop.counter, root.imports.size()).second)
        root.imports.push_back({loop.counter, 0, 0, addInteger(0, 0, location)});
      number = read(loop.counter);
    } else if (number) {
      Value steps = addInteger(innermost, loop.length, location);
      number = compute("add", compute("mul", *number, steps), loop.index);
    } else {
      number = loop.index;
    }
  }
  return number;
}

} // namespace sinter::graph
