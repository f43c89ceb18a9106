// Structural checks of a graph that was read from outside. Op names and attributes' meaning are the
// importer's to judge; here: ids are defined once and before use, indices are in range, names
// unique, types sane, updates fit their symbols. Reading on: Container.h, compiler/Import.
#include "frontend/graph/Container.h"
#include "frontend/graph/GraphBuilder.h"

#include "sinter/rules/shape.h"
#include "sinter/rules/type.h"

#include <cmath>
#include <cstring>
#include <map>
#include <set>

namespace sinter::graph {
namespace {

using rules::ElementType;
using rules::Type;

class Checker {
public:
  explicit Checker(const proto::Module &module) : module(module) {}

  std::optional<ContainerError> run() {
    if (!validName(module.name()))
      fail("expects a model name of letters, digits, '_' and '-', got '" + module.name() + "'");
    checkSymbols();
    std::set<std::tuple<std::string, int, int64_t>> seen;
    for (const proto::Entry &entry : module.entries()) {
      if (!validName(entry.name()))
        fail("expects an entry name of letters, digits, '_' and '-', got '" + entry.name() + "'");
      if (!proto::Entry::Kind_IsValid(entry.kind()) || entry.batch() < 0)
        fail("expects an entry kind and a batch of 0 or more, got others in entry '" +
             entry.name() + "'");
      if (!seen.insert({entry.name(), entry.kind(), entry.batch()}).second)
        fail("expects each entry and batch once, got '" + entry.name() + "' twice");
      checkEntry(entry);
      if (error)
        break;
    }
    checkData();
    return error;
  }

private:
  const proto::Module &module;
  std::optional<ContainerError> error;
  std::map<std::string, Type> globals; ///< symbols and scalars by name
  std::set<std::string> symbols;

  void fail(const std::string &message) {
    if (!error)
      error = ContainerError{"E0206", message};
  }

  /// What a metric adds up: a number, or counts (dialects/sinter/Train.cpp judges elements, too).
  static bool isSum(const Type &type) {
    bool counts = type.rank() == 2 && type.dims[0] == type.dims[1];
    return type.rank() == 0 || (counts && type.element == ElementType::I64);
  }

  static bool validName(const std::string &name) {
    if (name.empty() || name.size() > 200 || !isalpha(static_cast<unsigned char>(name[0])))
      return false;
    for (unsigned char c : name)
      if (!isalnum(c) && c != '_' && c != '-')
        return false;
    return true;
  }

  static std::string quoted(const std::string &name) { return "'" + name.substr(0, 200) + "'"; }

  Type typeOf(const proto::TensorType &type, const std::string &where) {
    Type result{static_cast<ElementType>(type.element()), {type.dims().begin(), type.dims().end()}};
    if (type.element() < 1 || type.element() > 8) {
      fail("expects an element type from 1 to 8, got " + std::to_string(type.element()) + " for " +
           where);
      result.element = ElementType::Invalid;
      return result;
    }
    if (auto valid = rules::validated(result); !valid)
      fail(valid.error().message + " for " + where);
    return result;
  }

  void checkLocation(const proto::Location &location, const std::string &where) {
    if (location.line() != 0 && location.file() >= static_cast<uint32_t>(module.files_size()))
      fail("expects a file index below " + std::to_string(module.files_size()) + ", got " +
           std::to_string(location.file()) + " for " + where);
  }

  void addGlobal(const std::string &name, Type type) {
    if (name.empty())
      fail("expects a name for each symbol and scalar, got none");
    if (!globals.emplace(name, std::move(type)).second)
      fail("expects each symbol and scalar once, got " + quoted(name) + " twice");
  }

  void checkSymbols() {
    globals["step"] = globals["seed"] = Type{ElementType::I64, {}};
    for (const proto::Symbol &symbol : module.symbols()) {
      std::string where = "symbol " + quoted(symbol.name());
      addGlobal(symbol.name(), typeOf(symbol.type(), where));
      symbols.insert(symbol.name());
      if (!proto::Symbol::Kind_IsValid(symbol.kind()) ||
          !proto::Initializer::Kind_IsValid(symbol.init().kind()))
        fail("expects a known kind and initialiser, got others for " + where);
      if (symbol.kind() != proto::Symbol::OPTIMIZER && !symbol.parameter().empty())
        fail("expects a parameter named by an optimizer's state alone, got one for " + where);
      if (symbol.parameter().empty() != symbol.slot().empty())
        fail("expects a parameter and a slot together for " + where);
      if (!std::isfinite(symbol.init().a()) || !std::isfinite(symbol.init().b()) ||
          !std::isfinite(symbol.init().low()) || !std::isfinite(symbol.init().high()))
        fail("expects finite initialiser values, got others for " + where);
      checkLocation(symbol.location(), where);
    }
    for (const proto::Scalar &scalar : module.scalars()) {
      std::string where = "scalar " + quoted(scalar.name());
      proto::TensorType type;
      type.set_element(scalar.element());
      addGlobal(scalar.name(), typeOf(type, where));
      checkLocation(scalar.location(), where);
    }
    std::set<std::string> names;
    for (const proto::Metric &metric : module.metrics()) {
      if (metric.name().empty() || !names.insert(metric.name()).second)
        fail("expects each metric once and with a name, got " + quoted(metric.name()));
      for (const std::string *symbol : {&metric.sum(), &metric.weight()}) {
        auto at = globals.find(*symbol);
        if (at == globals.end() || !isSum(at->second))
          fail("expects a scalar symbol, or square counts i64, for metric " +
               quoted(metric.name()) + ", got " + quoted(*symbol));
      }
      if (!proto::Role_IsValid(metric.role()))
        fail("expects a known role of metric " + quoted(metric.name()));
      if (!proto::Metric::Finish_IsValid(metric.finish()))
        fail("expects a known finish, got another for metric " + quoted(metric.name()));
      checkLocation(metric.location(), "metric " + quoted(metric.name()));
    }
  }

  /// Values that may be used, by id; a region sees its own arguments and results only.
  using Scope = std::map<uint32_t, Type>;

  void define(Scope &scope, std::set<uint32_t> &ids, const proto::Value &value,
              const std::string &where) {
    if (value.id() == 0 || !ids.insert(value.id()).second)
      fail("expects value ids from 1, each once, got " + std::to_string(value.id()) + " for " +
           where);
    scope[value.id()] = typeOf(value.type(), where);
  }

  /// The f64 form of f32 numbers, if there is one, must round to them.
  void checkExact(const proto::Dense &dense, const std::string &where) {
    const std::string &data = dense.data(), &exact = dense.exact();
    if (exact.empty())
      return;
    bool same = dense.type().element() == proto::F32 && exact.size() == 2 * data.size();
    for (size_t i = 0; same && 4 * i < data.size(); ++i) {
      float number;
      double wide;
      memcpy(&number, data.data() + 4 * i, sizeof number);
      memcpy(&wide, exact.data() + 8 * i, sizeof wide);
      same = static_cast<float>(wide) == number || number != number;
    }
    if (!same)
      fail("expects exact numbers that round to the f32 data, got others for " + where);
  }

  void checkAttribute(const proto::Attribute &attribute, const proto::Node &node) {
    std::string where = "attribute " + quoted(attribute.name()) + " of '" + node.op() + "'";
    if (attribute.name().empty() || attribute.value_case() == proto::Attribute::VALUE_NOT_SET)
      fail("expects a name and a value, got less for " + where);
    if (attribute.has_dense()) {
      Type type = typeOf(attribute.dense().type(), where);
      if (error)
        return;
      if (auto valid = rules::constant(type, static_cast<int64_t>(attribute.dense().data().size()));
          !valid)
        fail(valid.error().message + " for " + where);
      checkExact(attribute.dense(), where);
    }
    if (attribute.has_symbol() && !globals.count(attribute.symbol()))
      fail("expects the name of a symbol or scalar, got " + quoted(attribute.symbol()) + " for " +
           where);
    if (node.op() == "get" && attribute.has_symbol() && !error &&
        (node.results_size() != 1 ||
         typeOf(node.results(0).type(), where) != globals[attribute.symbol()]))
      fail("expects one result of its symbol's type, got another for " + where);
  }

  void checkNodes(const google::protobuf::RepeatedPtrField<proto::Node> &nodes, Scope &scope,
                  std::set<uint32_t> &ids, int depth) {
    if (depth > kMaxRegionDepth)
      return fail("expects at most " + std::to_string(kMaxRegionDepth) +
                  " regions inside each other, got more");
    for (const proto::Node &node : nodes) {
      bool named = !node.op().empty() && node.op().size() <= 64;
      for (unsigned char c : node.op())
        named = named && (islower(c) || isdigit(c) || c == '_');
      if (!named)
        return fail("expects an op name of small letters, digits and '_', got " +
                    quoted(node.op()));
      for (uint32_t input : node.inputs())
        if (!scope.count(input))
          return fail("expects operands defined before, got value " + std::to_string(input) +
                      " in '" + node.op() + "'");
      std::set<std::string> names;
      for (const proto::Attribute &attribute : node.attributes()) {
        checkAttribute(attribute, node);
        if (!names.insert(attribute.name()).second)
          fail("expects each attribute once, got " + quoted(attribute.name()) + " twice in '" +
               node.op() + "'");
      }
      checkLocation(node.location(), "'" + node.op() + "'");
      if (node.op() == "get" && depth > 0)
        fail("expects symbols to be read by the entry itself, got 'get' in a region");
      for (const proto::Region &region : node.regions()) {
        Scope inner;
        for (const proto::Value &argument : region.arguments())
          define(inner, ids, argument, "an argument of '" + node.op() + "'");
        checkNodes(region.nodes(), inner, ids, depth + 1);
        for (uint32_t value : region.yields())
          if (!inner.count(value))
            fail("expects yields of the region's own values, got " + std::to_string(value));
      }
      for (const proto::Value &result : node.results())
        define(scope, ids, result, "a result of '" + node.op() + "'");
      if (error)
        return;
    }
  }

  void checkEntry(const proto::Entry &entry) {
    std::string where = " in entry '" + entry.name() + "'";
    Scope scope;
    std::set<uint32_t> ids;
    std::set<std::string> inputs, outputs, updates;
    for (const proto::Input &input : entry.inputs()) {
      if (input.name().empty() || !inputs.insert(input.name()).second)
        fail("expects each input once and with a name, got " + quoted(input.name()) + where);
      define(scope, ids, input.value(), "input " + quoted(input.name()));
      checkLocation(input.location(), "input " + quoted(input.name()));
    }
    checkNodes(entry.nodes(), scope, ids, 0);
    for (const proto::Output &output : entry.outputs()) {
      if (output.name().empty() || !outputs.insert(output.name()).second)
        fail("expects each output once and with a name, got " + quoted(output.name()) + where);
      if (!proto::Role_IsValid(output.role()))
        fail("expects a known role of output " + quoted(output.name()) + where);
      else if (auto at = scope.find(output.value());
               output.role() == proto::LOSS && at != scope.end() && at->second.rank() != 0)
        fail("expects a number as loss " + quoted(output.name()) + where);
      if (!scope.count(output.value()))
        fail("expects a value of the entry as output " + quoted(output.name()) + ", got " +
             std::to_string(output.value()) + where);
      checkLocation(output.location(), "output " + quoted(output.name()));
    }
    for (const proto::Update &update : entry.updates()) {
      if (!symbols.count(update.symbol()) || !updates.insert(update.symbol()).second)
        fail("expects each symbol updated at most once, got " + quoted(update.symbol()) + where);
      else if (auto at = scope.find(update.value());
               at == scope.end() || at->second != globals[update.symbol()])
        fail("expects a value of the symbol's type for " + quoted(update.symbol()) +
             ", got another" + where);
      checkLocation(update.location(), "the update of " + quoted(update.symbol()));
    }
    checkLocation(entry.location(), "entry '" + entry.name() + "'");
    auto losses = std::count_if(entry.outputs().begin(), entry.outputs().end(),
                                [](auto &output) { return output.role() == proto::LOSS; });
    bool steps = entry.kind() != proto::Entry::PREDICT;
    if (!error && losses != steps)
      fail("expects one loss among the outputs of a step and none elsewhere, got " +
           std::to_string(losses) + where);
  }

  /// The examples that the model brings.
  void checkExamples(const proto::Field &field, const std::string &where) {
    int64_t train = module.data().train_examples(), test = module.data().test_examples();
    if (train < 0 || test < 0 || train > kMostOfData || test > kMostOfData ||
        (train == 0 && test > 0))
      return fail("expects 0 to 1048576 examples to train with and to test with, got " +
                  std::to_string(train) + " and " + std::to_string(test));
    __int128 bytes = static_cast<__int128>(train + test) * 4;
    for (int64_t size : field.type().dims())
      bytes = std::min<__int128>(bytes * size, INT64_MAX); // sizes are below 2^20
    if (bytes != static_cast<__int128>(field.examples().size()))
      fail("expects " + std::to_string(static_cast<int64_t>(bytes)) + " bytes of examples, got " +
           std::to_string(field.examples().size()) + where);
  }

  void checkData() {
    const proto::DataSpec &data = module.data();
    if (data.fields_size() == 0)
      return;
    if (data.name().empty())
      fail("expects a name of the data set, got none");
    std::set<std::string> names;
    for (const proto::Field &field : data.fields()) {
      std::string where = " in field '" + field.name() + "' of the data set";
      if (field.name().empty() || !names.insert(field.name()).second)
        fail("expects a name of its own, got another" + where);
      bool text = field.decode() >= proto::Field::CHARACTER && field.decode() <= proto::Field::BYTE;
      bool token = text || field.decode() == proto::Field::SENTENCE;
      bool ahead = token || field.decode() == proto::Field::LENGTH;
      bool category = field.decode() == proto::Field::TARGET_CLASS,
           target = category || field.decode() == proto::Field::TARGET,
           table = target || field.decode() == proto::Field::COLUMNS;
      bool index = ahead || category || field.decode() == proto::Field::CLASS;
      bool picture = field.decode() >= proto::Field::PICTURE &&
                     field.decode() <= proto::Field::PICTURE_STRETCHED;
      if (!index && !table && !picture && field.decode() != proto::Field::UNIT &&
          field.decode() != proto::Field::NUMBER)
        fail("expects a known way to decode, got " + std::to_string(field.decode()) + where);
      if (field.type().element() != (index ? proto::I32 : proto::F32))
        fail("expects " + std::string(index ? "i32" : "f32") + ", got another element type" +
             where);
      if (index && (field.classes() < 1 || field.classes() > kMostOfData))
        fail("expects 1 to 1048576 classes, got " + std::to_string(field.classes()) + where);
      for (int64_t size : field.type().dims())
        if (size < 1 || size > kMostOfData)
          fail("expects sizes from 1 to 1048576, got " + std::to_string(size) + where);
      if (token && field.type().dims_size() != 1)
        fail("expects tokens i32[steps], got another shape" + where);
      if (field.ahead() < 0 || field.ahead() > (ahead ? kMostOfData : 0))
        fail("expects tokens and lengths alone to be ahead, by 0 to 1048576 places, got " +
             std::to_string(field.ahead()) + where);
      if (table && (field.type().dims_size() != !category ||
                    (target && !category && field.type().dims(0) != 1)))
        fail("expects features f32[F] and a target f32[1] or i32[], got another shape" + where);
      if (picture && (field.type().dims_size() != 3 ||
                      (field.type().dims(0) != 1 && field.type().dims(0) != 3)))
        fail("expects pictures f32[1,H,W] or f32[3,H,W], got another shape" + where);
      if (target && field.column().empty())
        fail("expects the column of a target, got none" + where);
      if (!table && !field.column().empty())
        fail("expects a column of tables alone, got '" + field.column() + "'" + where);
      checkExamples(field, where);
    }
    if (!proto::DataSpec::Order_IsValid(data.order()))
      fail("expects a known order of examples, got " + std::to_string(data.order()));
    if (data.most_examples() < 0 || data.most_examples() > kMostOfData)
      fail("expects 0 to 1048576 examples to train with, got " +
           std::to_string(data.most_examples()));
    checkLocation(data.location(), "the data set");
  }
};

} // namespace

std::optional<ContainerError> checkGraph(const proto::Module &module) {
  return Checker(module).run();
}

} // namespace sinter::graph
