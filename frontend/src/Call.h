// The DSL on top of GraphBuilder: one Context a Model, one Trace an entry and batch, and Call,
// which every DSL function opens: it names what the user wrote, so that ops of a composite carry
// the user's line and errors the layer's name.
//
// Invariant: a node is appended only when its operands are healthy values of the current trace and
// its rule agrees; otherwise the result is poison (value 0) and, unless an operand was poison
// already, one error is reported. Reading on: frontend/graph/GraphBuilder.h, Call.cpp, Model.cpp
// (traces), Serialize.cpp (files and writing).
#pragma once

#include "frontend/graph/GraphBuilder.h"
#include "frontend/src/Diagnostics.h"
#include "sinter/nn.h"
#include "sinter/optim.h"
#include "sinter/rules/type.h"
#include "sinter/tensor.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace sinter {

/// Opens the handles for the implementation.
struct TensorAccess {
  static Tensor make(uint32_t trace, uint32_t value) {
    Tensor tensor;
    tensor.trace = trace;
    tensor.value = value;
    return tensor;
  }
  static State makeState(uint32_t trace, std::string name) {
    State state;
    state.trace = trace;
    state.name = std::move(name);
    return state;
  }
  static uint32_t trace(const Tensor &tensor) { return tensor.trace; }
  static uint32_t value(const Tensor &tensor) { return tensor.value; }
  static const Tensor &tensor(const Operand &operand) { return operand.tensor; }
  static const Loc &loc(const Operand &operand) { return operand.loc; }
  static bool isNumber(const Operand &operand) { return operand.kind != Operand::Kind::Tensor; }
  static bool isReal(const Operand &operand) { return operand.kind == Operand::Kind::Real; }
  static bool isBoolean(const Operand &operand) { return operand.kind == Operand::Kind::Boolean; }
  static double real(const Operand &operand) {
    return isReal(operand) ? operand.real : double(operand.integer);
  }
  static int64_t integer(const Operand &operand) { return operand.integer; }
};

namespace detail {

using graph::Attributes;

/// What messages say of a value.
struct ValueInfo {
  std::string maker; ///< "'relu'", "input 'image'": for "operand comes from … here"
  Loc loc;
  bool number = false; ///< a plain C++ number: not worth a note
};

/// An average of the weights: exponential, or, when `every` is not 0, of every so many steps'
/// weights.
struct Average {
  std::string name;
  double decay;
  int64_t start, every;
};

struct MicroBatches;

/// One entry being traced, or traced.
struct Trace {
  Trace(uint32_t serial, graph::EntryBuilder &builder) : serial(serial), builder(builder) {}
  uint32_t serial;
  graph::EntryBuilder &builder;
  std::map<uint32_t, ValueInfo> infos; ///< by value
  /// parameters, states and random streams used in this trace, with their first line
  std::map<std::string, Loc> names;
  std::map<std::string, Loc> metrics;
  std::vector<std::string> frozen; ///< patterns given to frozen(…)
  std::vector<Average> averages;
  bool minimized = false;
  bool outputs = false; ///< the function named one, good or not
  Loc minimizeLoc;
  int64_t accumulate = 1;        ///< parts that minimize wants of the batch
  MicroBatches *micro = nullptr; ///< while one of them is traced
  /// Examples that the function sees.
  int64_t batch() const;
};

/// What the program was asked for, by its arguments and by the environment (`sinter build`).
struct RunOptions {
  int outFd = -1;
  std::string outPath;
  std::map<std::string, int64_t> set; ///< build options by name
  std::vector<int64_t> batches;       ///< of prediction entries; empty: {1}
  bool embedSource = true;
  bool usage = false; ///< something was misused: exit 2
};

struct Context {
  graph::GraphBuilder graph;
  RunOptions options;
  Diagnostics diagnostics;
  /// all, so that a stray tensor can still say where it was made
  std::vector<std::unique_ptr<Trace>> traces;
  Trace *trace = nullptr; ///< the one being made, or null
  std::vector<std::string> scopes;
  std::vector<std::string> files; ///< as the compiler named them, in order of first use
  class Call *call = nullptr;     ///< outermost open call
  bool modelAlive = false;
  bool written = false; ///< write was called
  bool trains = false;  ///< has a training step
  bool badData = false; ///< the data set was refused: its inputs are poison

  /// Index of `file` in `files`.
  uint32_t fileIndex(const std::string &file);
  proto::Location location(const Loc &loc, const std::string &name);
  /// Where something of the graph was made.
  Place place(const proto::Location &location) const;
  std::optional<Note> tracedAgain() const;
  void error(const char *code, const Place &place, const std::string &message,
             const std::string &help = "", std::vector<Note> notes = {});
  void warning(const char *code, const Place &place, const std::string &message,
               const std::string &help = "", std::vector<Note> notes = {});
  /// Scopes and `name` joined by dots.
  std::string path(const std::string &name) const;
};

/// The context of the living Model, or one that only reports.
Context &context();
/// Starts afresh for a new Model.
void resetContext();

/// The rule of an op with one result: operand types → result type.
using Rule = std::function<rules::Result<rules::Type>(const std::vector<rules::Type> &)>;

/// The same for an op along an axis.
using AxisRule =
    std::function<rules::Result<rules::Type>(const std::vector<rules::Type> &, int64_t)>;

/// One DSL function at work. Calls nest; the outermost one is what the user wrote.
class Call {
public:
  /// While it lives, a function of the user's is at work inside of a call that is the user's own:
  /// its calls are outermost again.
  class UserCode {
  public:
    explicit UserCode(Call &call);
    ~UserCode();
    UserCode(const UserCode &) = delete;
    UserCode &operator=(const UserCode &) = delete;

  private:
    Call *suspended;
  };

  /// `op` as the user wrote it; `layer` a layer's name or empty.
  Call(const char *op, const Loc &loc, std::string layer = "");
  ~Call();
  Call(const Call &) = delete;
  Call &operator=(const Call &) = delete;

  /// False outside of an entry (reported).
  bool inTrace();
  /// False outside of an entry or in a body (reported): what is called belongs to the entry.
  bool atEntry();
  /// The operand as a healthy tensor of this trace or poison; numbers become constants of `like`'s
  /// element type (f32 when it is poison or absent).
  Tensor tensor(const Operand &operand, std::optional<rules::ElementType> like = std::nullopt);
  /// Both operands; a number takes the other's element type.
  std::pair<Tensor, Tensor> pair(const Operand &a, const Operand &b);
  /// Appends a node, or reports what `rule` says and gives poison.
  Tensor emit(const char *op, const std::vector<Tensor> &inputs, const Rule &rule,
              Attributes attributes = {});
  /// The same for any number of results; nothing: an operand is poison, or it was reported.
  std::optional<std::vector<Tensor>> emitAll(const char *op, const std::vector<Tensor> &inputs,
                                             const graph::Rule &rule, Attributes attributes = {});
  /// Appends a node with the attribute `axis`, which counts from the end of the first operand's
  /// axes when it is negative; out of range, that is reported. `rule` gets it from the front.
  Tensor emitAlong(const char *op, const std::vector<Tensor> &inputs, int64_t axis,
                   const AxisRule &rule, Attributes attributes = {});
  /// A scalar constant.
  Tensor number(rules::ElementType element, double value);
  Tensor constant(const rules::Type &type, Attributes value);
  /// The tensor of a value of the builder; `maker` is what messages call it, from its first use on.
  Tensor made(graph::Value value, const std::string &maker);
  /// Reads a symbol or scalar as at entry start; the same node for every read.
  Tensor get(const std::string &symbol, const rules::Type &type, const std::string &maker);
  /// Number of the iteration that is traced, i64[]; nothing outside of loops.
  std::optional<Tensor> iteration();
  /// False: `name` is none that layers and parameters may have (reported).
  bool accepts(const std::string &name);
  /// False: the elements are no floating-point numbers (reported).
  bool isFloat(const Tensor &tensor);
  /// False: a healthy tensor has not `rank` axes (reported); `expects` names one that has.
  bool hasRank(const Tensor &tensor, int64_t rank, const std::string &expects);
  /// `axis` of a healthy tensor from the front; it counts from the end when it is negative.
  /// Nothing: out of range (reported).
  std::optional<int64_t> axisOf(const Tensor &tensor, int64_t axis);
  /// Reports at the user's line: "linear 'fc1' " + message.
  Tensor fail(const char *code, const std::string &message, const std::string &help = "",
              const std::vector<Tensor> &operands = {});
  Tensor fail(const rules::RuleError &error, const std::vector<Tensor> &operands);
  static Tensor poison();
  static bool isPoison(const Tensor &tensor) { return TensorAccess::value(tensor) == 0; }
  /// Type of a healthy tensor of this trace.
  static const rules::Type &type(const Tensor &tensor);
  static ValueInfo &info(const Tensor &tensor);
  /// Line and name of the outermost call.
  const Loc &loc() const { return outer->where; }
  std::string label() const { return outer->text; }
  const std::string &nodeName() const { return outer->name; }
  const std::string &maker() const { return outer->shown; }

private:
  Call *outer;
  Loc where;
  std::string text;  ///< linear 'fc1'
  std::string name;  ///< fc1, or the op
  std::string shown; ///< 'linear'
};

/// Between the public types and the rules'.
rules::Type toRules(const Type &type);
rules::ElementType toRules(DType element);
/// A name of letters, digits, '_', '-' and, if `dots`, '.', that starts with a letter or '_'.
bool validName(const std::string &name, bool dots);
/// False: `value` is no number of integer or bool `element`. Floats round.
bool fitsElement(rules::ElementType element, double value);
/// A number as a message shows it.
std::string numberText(double value);
/// A state that weight files may lack; it starts at 0.
State counter(const Name &name, const Loc &loc);
/// Adds a symbol once; later calls check the type. False: reported.
bool declareSymbol(const std::string &name, proto::Symbol::Kind kind, const rules::Type &type,
                   const proto::Initializer &init, const Loc &loc);
/// Notes that this trace uses the name `path`; a second use that is not shared gets a warning.
void noteUse(Call &call, const char *what, const Name &name, const std::string &path);
/// Adds a run-time scalar once. False: its name is a flag of the trainer (reported).
bool declareScalar(const std::string &name, rules::ElementType element, double initial,
                   const std::string &help, const Loc &loc);
/// Makes the parameter's initialiser concrete: fans and gains become bounds. Nothing: reported.
std::optional<proto::Initializer> resolveInit(Call &call, const Init &init,
                                              const rules::Type &type);
/// Reads arguments and environment into `options`, reporting what is wrong.
void readOptions(Context &context, int argc, char **argv);
/// Reports that the command line is at fault: exit 2.
void misuse(Context &context, const char *code, const std::string &message,
            const std::string &help = "");
/// Values that `from` is made of, in ways that carry gradients: over floating-point values; from an
/// op with bodies through what they yield, from their arguments to what these stand for. Nothing
/// behind a value that `ends`.
std::set<uint32_t> dependencies(const Trace &trace, uint32_t from,
                                const std::function<bool(uint32_t)> &ends);
/// One gradient op: the derivatives of Σ cotangent · y with respect to xs. Nothing: an operand is
/// poison, or it was reported.
std::optional<Tensors> differentiate(Call &call, const Tensor &y, const Tensor &cotangent,
                                     const Tensors &xs);
/// Updates the parameters that `loss` reaches.
void applyOptimizer(Call &call, const Tensor &loss, const Optimizer &optimizer);
/// One for each of `names`, parameters of this entry. Nothing: it was reported.
std::optional<Tensors> gradientsOf(Call &call, const Tensor &loss,
                                   const std::vector<std::string> &names);
/// Updates `names`, parameters of this entry, along what `gradients` gives, which is asked when the
/// optimizer is found valid.
using Gradients = std::function<std::optional<Tensors>()>;
void applyGradients(Call &call, const Optimizer &optimizer, const std::vector<std::string> &names,
                    const Gradients &gradients);

/// The symbol that an entry reads for a parameter: itself, or outside of training its average.
std::string averageOf(const std::string &parameter);
/// Appends an update of `symbol` at the call's line; nothing for poison.
void addUpdate(Call &call, const std::string &symbol, const Tensor &value);
/// Adds an output, or reports that its name is taken.
void addOutput(Call &call, const std::string &name, const Tensor &value,
               proto::Role role = proto::NONE);
/// Writes the module to the output that was asked for. → the program's exit code
int writeModule(Context &context);

} // namespace detail
} // namespace sinter
