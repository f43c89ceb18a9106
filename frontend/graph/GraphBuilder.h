// Builds a graph: symbols and scalars of a module, inputs, nodes and regions of its entries.
//
// What every frontend stands on: the DSL, and importers of other formats. Pure data: no global, no
// source_location, nothing is printed; a refusal is a RuleError, which the caller words for its
// user. Invariant: a node is appended only when its operands are values it may see and its rule
// agrees; so what is built passes checkGraph.
// Reading on: Regions.cpp (captures and variables), Control.h (scan, cond, while), frontend/src/
// Call.h (the DSL's use of this).
#pragma once

#include "frontend/graph.pb.h"
#include "sinter/rules/type.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinter::graph {

/// A value of an entry, by its id there; 0: none.
using Value = uint32_t;
using Values = std::vector<Value>;
using Types = std::vector<rules::Type>;
/// What an op makes of its operands: their types → its results' types, or why not.
using Rule = std::function<rules::Result<Types>(const Types &)>;

/// Attributes of a node; calls chain.
struct Attributes {
  std::vector<proto::Attribute> list;
  Attributes &integer(const char *name, int64_t value);
  Attributes &boolean(const char *name, bool value);
  Attributes &string(const char *name, const std::string &value);
  Attributes &symbol(const char *name, const std::string &value);
  Attributes &integers(const char *name, const std::vector<int64_t> &values);
  /// Numbers of `type`, in row-major order or one for all.
  Attributes &dense(const char *name, const rules::Type &type, const std::vector<double> &values);
  /// Little-endian elements as they are.
  Attributes &dense(const char *name, const rules::Type &type, std::string data);
};

void setType(proto::TensorType *to, const rules::Type &from);
rules::Type typeOf(const proto::TensorType &type);
/// One element's little-endian bytes; integers are truncated, bool is != 0.
std::string elementBytes(rules::ElementType element, double value);
/// An i64's, exactly.
std::string integerBytes(int64_t value);

/// The largest size and number of classes of a data set's field.
inline constexpr int64_t kMostOfData = 1 << 20;

/// A region that was traced and closed; scan, cond or whileLoop puts it into its op.
struct Body {
  uint32_t region = 0;
  Values yields; ///< as its maker named them: values of the region or of one around it
};

/// One entry under construction: a tree of regions, the entry's own level at its root.
///
/// Nodes go into the innermost open region. A value of a region around it becomes an argument of
/// every region between, once each (a capture). Reads of symbols stand at the entry's own level.
/// A variable is a symbol's value as assignments change it; what a body assigns, its op carries.
class EntryBuilder {
public:
  /// What a region is to its op; Branch: one that runs once or never, of a choice or of a function
  /// with a gradient of its own.
  enum class Kind : uint8_t { Entry, Scan, Condition, While, Branch };

  EntryBuilder(const std::string &name, proto::Entry::Kind kind, int64_t batch,
               const proto::Location &location);

  /// A named input; the same value for the same name. E0005: it has another type already.
  rules::Result<Value> input(const std::string &name, const rules::Type &type,
                             const proto::Location &location);
  /// Appends a node; its results. Operands are visible values of this entry. What `rule` refuses is
  /// returned as it is, with operand numbers that count in `operands`.
  rules::Result<Values> append(const std::string &op, const Values &operands, Attributes attributes,
                               const Rule &rule, const proto::Location &location);
  /// The value of a symbol or scalar when the entry starts: one node for all reads.
  Value get(const std::string &symbol, const rules::Type &type, const proto::Location &location);
  /// Names a result; the loss comes before all others. E0005: the name is taken.
  rules::Result<Value> output(const std::string &name, Value value, const proto::Location &location,
                              proto::Role role = proto::NONE);
  /// The symbol's value when the entry ends.
  void update(const std::string &symbol, Value value, const proto::Location &location);
  /// Ends the entry: `entry()` is complete.
  void finish();
  /// The entry was traced to learn from it: it is not part of the module.
  void abandon() { abandoned = true; }
  bool isAbandoned() const { return abandoned; }

  // --- Regions: Regions.cpp ---

  /// Opens a region inside the innermost one, with an argument of each of `types`. `length`: steps
  /// of a scan. A while's body follows its condition. E0205: too many inside each other.
  rules::Result<Values> open(Kind kind, const Types &types, const proto::Location &location,
                             int64_t length = 0);
  /// Closes the innermost region.
  Body close(const Values &yields);
  /// Where the innermost region was opened; null at the entry's own level.
  const proto::Location *openedAt() const;
  /// Regions that are open, the entry's own level not counted.
  int depth() const;
  /// False: it belongs to a region that is closed.
  bool visible(Value value) const { return regions[values[value - 1].region].open; }
  /// Current value of the variable of a symbol that was read with `get`.
  Value read(const std::string &symbol);
  /// Its value from here on, in this region and behind it.
  void assign(const std::string &symbol, Value value);
  /// Number of the iteration that is traced, counted through all loops around it, as a
  /// visible i64[]; nothing outside of loops.
  std::optional<Value> iteration(const proto::Location &location);

  // --- Ops with bodies, at the level around them: Control.cpp. Errors are those of rules/control.h

  /// How a scan runs.
  struct Steps {
    int64_t length;
    bool reverse = false;
    bool stepwise = false; ///< no work leaves its step: the loop needs a step's memory
  };
  /// `body` was opened with the types of `carried` and of one slice of each of `stacked`; it yields
  /// `next` values that are carried on, then its outputs. → the last carried values, then the
  /// outputs stacked.
  rules::Result<Values> scan(const Values &carried, const Values &stacked, const Steps &steps,
                             const Body &body, size_t next, const proto::Location &location);
  rules::Result<Values> cond(Value predicate, const Body &then, const Body &otherwise,
                             const proto::Location &location);
  /// Both bodies were opened with the types of `carried`. E0019: the condition assigns.
  rules::Result<Values> whileLoop(const Values &carried, const Body &condition, const Body &body,
                                  int64_t maxTrips, const proto::Location &location);

  /// A function of `inputs` with a gradient of its own: `forward` was opened with their types,
  /// `backward` with those and, twice, the types of what `forward` yields. E0019: one assigns;
  /// E0119.
  rules::Result<Values> customGradient(const Values &inputs, const Body &forward,
                                       const Body &backward, const proto::Location &location);

  /// What is built; its nodes and the updates of variables are there after finish().
  const proto::Entry &entry() const { return made; }
  /// Nodes so far of the entry's own level and of each open region, from the outside in.
  std::vector<const google::protobuf::RepeatedPtrField<proto::Node> *> openNodes() const;
  const rules::Type &type(Value value) const { return values[value - 1].type; }
  /// True for results and arguments of the innermost open region and of those in it.
  bool isLocal(Value value) const;
  /// Of a region's argument: the operand that it is, or starts as, once that is known (of captures
  /// at once, of others when their op is there); else 0.
  Value source(Value value) const { return values[value - 1].source; }
  /// Symbols that were read, each with the value of its `get`.
  const std::map<std::string, Value> &symbols() const { return gets; }

private:
  struct ValueInfo {
    rules::Type type;
    uint32_t region;
    Value source = 0;
  };
  /// Something from around a region: a value, or a variable as it was when the region began.
  struct Import {
    std::string variable; ///< empty: a value
    Value outer = 0;      ///< in the region around
    Value argument = 0;
    Value current = 0; ///< of a variable, after assignments
    bool assigned = false;
  };
  struct Region {
    Kind kind = Kind::Entry;
    uint32_t parent = 0;
    bool open = true;
    proto::Location location;
    proto::Region made;
    Values arguments; ///< those it was opened with
    std::vector<Import> imports;
    std::map<Value, size_t> captures; ///< outer value → import
    std::map<std::string, size_t> variables;
    Value index = 0;          ///< of a scan: number of the step
    int64_t length = 0;       ///< of a scan
    std::string counter;      ///< of a while: the variable that counts its iterations
    std::string childCounter; ///< of the while that was opened last inside
  };
  /// What the bodies of one op import: variables that one of them assigns, and the rest.
  struct Imports {
    std::vector<Import> assigned, rest;
  };
  /// Where an op with bodies has room for the variables they assign, which it carries: among its
  /// operands, its bodies' arguments, and its results and yields.
  struct Places {
    size_t operand, argument, result;
  };

  proto::Entry made;
  bool abandoned = false;
  std::deque<Region> regions; ///< the root first
  uint32_t innermost = 0;
  std::vector<ValueInfo> values; ///< by id - 1
  std::map<std::string, Value> gets;

  Value define(proto::Value *value, const rules::Type &type, uint32_t region);
  Values add(uint32_t region, const std::string &op, const Values &operands, Attributes attributes,
             const Types &results, const proto::Location &location);
  Value addInteger(uint32_t region, int64_t number, const proto::Location &location);
  Value addArgument(uint32_t region, const rules::Type &type, Value source = 0);
  Types typesOf(const Values &list) const;
  Value inside(uint32_t region, Value value);
  Import &variable(uint32_t region, const std::string &name);
  Import &importOf(uint32_t region, const Import &like);
  Imports importsOf(const std::vector<Body> &bodies) const;
  void complete(const Body &body, const Imports &imports, const Values &operands, Places places);
  static Values outersOf(const std::vector<Import> &imports);
  /// The last node of the innermost region, with its bodies.
  Values addWithBodies(const char *op, const Values &operands, Attributes attributes,
                       const Types &results, const std::vector<Body> &bodies,
                       const proto::Location &location);
  Values addControl(const char *op, Values operands, Attributes attributes, Types results,
                    const std::vector<Body> &bodies, Places places,
                    const proto::Location &location);
};

/// A module under construction.
class GraphBuilder {
public:
  /// Facts without a rule are set here directly: name, data set, options, files.
  proto::Module module;

  /// Adds a symbol once. E0003: known with another type or kind; E0005: a scalar has its name.
  rules::Result<const proto::Symbol *> addSymbol(const std::string &name, proto::Symbol::Kind kind,
                                                 const rules::Type &type,
                                                 const proto::Initializer &init,
                                                 const proto::Location &location);
  /// Adds a run-time scalar once. E0005: a symbol has its name, or its default is another.
  rules::Result<const proto::Scalar *> addScalar(const std::string &name,
                                                 rules::ElementType element, double initial,
                                                 const std::string &help,
                                                 const proto::Location &location);
  /// Says of a known symbol that it is the state `slot` of `parameter`.
  void nameState(const std::string &symbol, const std::string &parameter, const std::string &slot);
  /// Adds a metric once: what is reported is `finish` of sum / weight.
  void addMetric(const std::string &name, const std::string &sum, const std::string &weight,
                 proto::Metric::Finish finish, const proto::Location &location,
                 proto::Role role = proto::NONE);
  /// Null when there is none.
  const proto::Symbol *findSymbol(const std::string &name) const;
  const proto::Scalar *findScalar(const std::string &name) const;

  /// Begins an entry; it lives as long as the builder.
  EntryBuilder &addEntry(const std::string &name, proto::Entry::Kind kind, int64_t batch,
                         const proto::Location &location);
  const std::deque<EntryBuilder> &entries() const { return built; }
  /// Puts the finished entries into `module`.
  void finish();

private:
  std::deque<EntryBuilder> built;
  std::map<std::string, int> symbolIndex, scalarIndex; ///< into the module's lists
};

} // namespace sinter::graph
