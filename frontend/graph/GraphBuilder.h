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
#include <memory>
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

/// One entry under construction.
class EntryBuilder {
public:
  EntryBuilder(const std::string &name, proto::Entry::Kind kind, int64_t batch,
               const proto::Location &location);

  /// A named input; the same value for the same name. E0005: it has another type already.
  rules::Result<Value> input(const std::string &name, const rules::Type &type,
                             const proto::Location &location);
  /// Appends a node; its results. Operands are values of this entry. What `rule` refuses is
  /// returned as it is, with operand numbers that count in `operands`.
  rules::Result<Values> append(const std::string &op, const Values &operands, Attributes attributes,
                               const Rule &rule, const proto::Location &location);
  /// The value of a symbol or scalar when the entry starts: one node for all reads.
  Value get(const std::string &symbol, const rules::Type &type, const proto::Location &location);
  /// Names a result; `first` puts it before all others. E0005: the name is taken.
  rules::Result<Value> output(const std::string &name, Value value, const proto::Location &location,
                              bool first = false);
  /// The symbol's value when the entry ends.
  void update(const std::string &symbol, Value value, const proto::Location &location);
  /// Ends the entry: `entry()` is complete.
  void finish();

  /// What is built; its nodes and the updates of variables are there after finish().
  const proto::Entry &entry() const { return made; }
  /// Nodes so far, and those inside of them.
  const google::protobuf::RepeatedPtrField<proto::Node> &nodes() const { return root.nodes(); }
  const rules::Type &type(Value value) const { return values[value - 1].type; }
  /// Symbols that were read, each with the value of its `get`.
  const std::map<std::string, Value> &symbols() const { return gets; }

private:
  struct ValueInfo {
    rules::Type type;
  };
  proto::Entry made;
  proto::Region root;            ///< nodes of the entry
  std::vector<ValueInfo> values; ///< by id - 1
  std::map<std::string, Value> gets;

  Value define(proto::Value *value, const rules::Type &type);
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
  /// Adds a metric once: what is reported is sum / weight.
  void addMetric(const std::string &name, const std::string &sum, const std::string &weight,
                 const proto::Location &location);
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
