// Ops with bodies: what their bodies import becomes operands, and what they assign becomes carried.
// Reading on: Regions.cpp, dialects/sinter/Control.td (what the ops mean).
#include "sinter/rules/control.h"
#include "frontend/graph/GraphBuilder.h"
#include "sinter/rules/derivative.h"

namespace sinter::graph {

using rules::Result;
using rules::RuleError;

template <class T> static std::vector<T> part(const std::vector<T> &list, size_t from, size_t to) {
  return {list.begin() + static_cast<std::ptrdiff_t>(from),
          list.begin() + static_cast<std::ptrdiff_t>(to)};
}

template <class T> static void insert(std::vector<T> &list, size_t at, const std::vector<T> &more) {
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
}

EntryBuilder::Imports EntryBuilder::importsOf(const std::vector<Body> &bodies) const {
  std::vector<Import> all; // each once, in the order of first use
  std::map<std::pair<std::string, Value>, size_t> known;
  for (const Body &body : bodies)
    for (const Import &import : regions[body.region].imports) {
      auto [at, fresh] = known.emplace(std::pair(import.variable, import.outer), all.size());
      if (fresh)
        all.push_back(import);
      all[at->second].assigned |= import.assigned;
    }
  Imports imports;
  for (const Import &import : all)
    (import.assigned ? imports.assigned : imports.rest).push_back(import);
  return imports;
}

/// The region's own import of the same; one that it does not use is added.
EntryBuilder::Import &EntryBuilder::importOf(uint32_t region, const Import &like) {
  Region &here = regions[region];
  size_t fresh = here.imports.size();
  size_t at = like.variable.empty() ? here.captures.emplace(like.outer, fresh).first->second
                                    : here.variables.emplace(like.variable, fresh).first->second;
  if (at == fresh) {
    Value argument = addArgument(region, type(like.outer));
    here.imports.push_back({like.variable, like.outer, argument, argument});
  }
  return here.imports[at];
}

/// Puts arguments in the order of `operands`, and yields in that of the op's results.
void EntryBuilder::complete(const Body &body, const Imports &imports, const Values &operands,
                            Places places) {
  Region &region = regions[body.region];
  Values arguments = region.arguments, yields = body.yields, variables, current;
  for (const Import &import : imports.assigned) {
    variables.push_back(importOf(body.region, import).argument);
    current.push_back(importOf(body.region, import).current);
  }
  insert(arguments, places.argument, variables);
  if (region.kind != Kind::Condition)
    insert(yields, places.result, current);
  for (const Import &import : imports.rest)
    arguments.push_back(importOf(body.region, import).argument);
  for (size_t i = 0; i < arguments.size(); ++i) {
    proto::Value *argument = region.made.add_arguments();
    argument->set_id(arguments[i]);
    setType(argument->mutable_type(), type(arguments[i]));
    if (size_t at = i + places.operand; at >= places.argument) // a scan's index is no operand
      values[arguments[i] - 1].source = operands[at - places.argument];
  }
  region.made.mutable_yields()->Assign(yields.begin(), yields.end());
}

Values EntryBuilder::outersOf(const std::vector<Import> &imports) {
  Values outers;
  for (const Import &import : imports)
    outers.push_back(import.outer);
  return outers;
}

Values EntryBuilder::addWithBodies(const char *op, const Values &operands, Attributes attributes,
                                   const Types &results, const std::vector<Body> &bodies,
                                   const proto::Location &location) {
  Values made = add(innermost, op, operands, std::move(attributes), results, location);
  auto *nodes = regions[innermost].made.mutable_nodes();
  proto::Node *node = nodes->Mutable(nodes->size() - 1);
  for (const Body &body : bodies)
    node->add_regions()->Swap(&regions[body.region].made);
  return made;
}

Values EntryBuilder::addControl(const char *op, Values operands, Attributes attributes,
                                Types results, const std::vector<Body> &bodies, Places places,
                                const proto::Location &location) {
  Imports imports = importsOf(bodies);
  Values assigned = outersOf(imports.assigned), rest = outersOf(imports.rest);
  insert(operands, places.operand, assigned);
  insert(operands, operands.size(), rest);
  insert(results, places.result, typesOf(assigned));
  if (regions[bodies.front().region].kind != Kind::Branch)
    attributes.integer("num_carried", static_cast<int64_t>(places.operand + assigned.size()));
  for (const Body &body : bodies)
    complete(body, imports, operands, places);
  Values made = addWithBodies(op, operands, std::move(attributes), results, bodies, location);
  for (size_t i = 0; i < assigned.size(); ++i)
    assign(imports.assigned[i].variable, made[places.result + i]);
  made.erase(made.begin() + static_cast<std::ptrdiff_t>(places.result),
             made.begin() + static_cast<std::ptrdiff_t>(places.result + assigned.size()));
  return made;
}

Result<Values> EntryBuilder::scan(const Values &carried, const Values &stacked, const Steps &steps,
                                  const Body &body, size_t next, const proto::Location &location) {
  size_t count = carried.size();
  Types yields = typesOf(body.yields);
  Result<Types> results = rules::scan(typesOf(carried), part(yields, 0, next),
                                      part(yields, next, yields.size()), steps.length);
  if (!results)
    return results.error();
  Values operands = carried;
  insert(operands, count, stacked);
  Attributes attributes;
  attributes.integer("num_stacked", static_cast<int64_t>(stacked.size()))
      .integer("length", steps.length)
      .boolean("reverse", steps.reverse);
  if (steps.stepwise)
    attributes.boolean("stepwise", true);
  return addControl("scan", std::move(operands), std::move(attributes), *results, {body},
                    {count, count + 1, count}, location);
}

Result<Values> EntryBuilder::cond(Value predicate, const Body &then, const Body &otherwise,
                                  const proto::Location &location) {
  Result<Types> results =
      rules::cond(type(predicate), typesOf(then.yields), typesOf(otherwise.yields));
  if (!results)
    return results.error();
  return addControl("cond", {predicate}, {}, *results, {then, otherwise}, {1, 0, results->size()},
                    location);
}

Result<Values> EntryBuilder::whileLoop(const Values &carried, const Body &condition,
                                       const Body &body, int64_t maxTrips,
                                       const proto::Location &location) {
  Result<Types> results = rules::while_loop(typesOf(carried), typesOf(condition.yields),
                                            typesOf(body.yields), maxTrips);
  if (!results)
    return results.error();
  for (const Import &import : regions[condition.region].imports)
    if (import.assigned)
      return RuleError{"E0019",
                       "expects a condition that assigns nothing, got " +
                           (gets.count(import.variable)
                                ? "an assignment of '" + import.variable + "'"
                                : "a loop that draws random numbers"),
                       -1, "do it in the body"};
  size_t count = carried.size();
  Attributes attributes;
  attributes.integer("max_trips", maxTrips);
  return addControl("while", carried, std::move(attributes), *results, {condition, body},
                    {count, count, count}, location);
}

Result<Values> EntryBuilder::customGradient(const Values &inputs, const Body &forward,
                                            const Body &backward, const proto::Location &location) {
  Result<Types> results =
      rules::custom_gradient(typesOf(inputs), typesOf(forward.yields), typesOf(backward.yields));
  if (!results)
    return results.error();
  Imports imports = importsOf({forward, backward});
  if (!imports.assigned.empty())
    return RuleError{"E0019",
                     "expects functions that assign no state, got an assignment of '" +
                         imports.assigned.front().variable + "'",
                     -1, "return the value and assign it behind the call"};
  Values operands = inputs, captures = outersOf(imports.rest);
  insert(operands, operands.size(), captures);
  complete(forward, imports, operands, {0, 0, 0});
  complete(backward, imports, captures, {0, regions[backward.region].arguments.size(), 0});
  Attributes attributes;
  attributes.integer("num_inputs", static_cast<int64_t>(inputs.size()));
  return addWithBodies("custom_gradient", operands, std::move(attributes), *results,
                       {forward, backward}, location);
}

} // namespace sinter::graph
