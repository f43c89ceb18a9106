// Prints graphs for tests. Reading on: GraphText.h.
#include "test/frontend/GraphText.h"

#include "sinter/rules/type.h"

#include <cstring>
#include <sstream>

namespace sinter::test {

static std::string typeText(const proto::TensorType &type) {
  return rules::toString(rules::Type{static_cast<rules::ElementType>(type.element()),
                                     {type.dims().begin(), type.dims().end()}});
}

template <class T> static std::string splat(const std::string &data) {
  T value;
  if (data.size() != sizeof value)
    return std::to_string(data.size()) + " bytes";
  std::memcpy(&value, data.data(), sizeof value);
  std::ostringstream out;
  out << +value;
  return out.str();
}

static std::string denseText(const proto::Dense &dense) {
  switch (dense.type().element()) {
  case proto::F32:
    return splat<float>(dense.data());
  case proto::F64:
    return splat<double>(dense.data());
  case proto::I32:
    return splat<int32_t>(dense.data());
  case proto::I64:
    return splat<int64_t>(dense.data());
  default:
    return splat<uint8_t>(dense.data());
  }
}

static std::string attributeText(const proto::Attribute &attribute) {
  std::ostringstream out;
  out << attribute.name() << " = ";
  switch (attribute.value_case()) {
  case proto::Attribute::kI:
    out << attribute.i();
    break;
  case proto::Attribute::kF:
    out << attribute.f();
    break;
  case proto::Attribute::kS:
    out << '"' << attribute.s() << '"';
    break;
  case proto::Attribute::kB:
    out << (attribute.b() ? "true" : "false");
    break;
  case proto::Attribute::kInts:
    out << rules::toString(
        std::vector<int64_t>(attribute.ints().v().begin(), attribute.ints().v().end()));
    break;
  case proto::Attribute::kDense:
    out << denseText(attribute.dense());
    break;
  case proto::Attribute::kSymbol:
    out << '@' << attribute.symbol();
    break;
  default:
    out << "?";
  }
  return out.str();
}

std::string nodeText(const proto::Node &node) {
  std::ostringstream out;
  for (int i = 0; i < node.results_size(); ++i)
    out << (i ? ", " : "") << '%' << node.results(i).id();
  out << " = " << node.op();
  for (int i = 0; i < node.inputs_size(); ++i)
    out << (i ? ", " : " ") << '%' << node.inputs(i);
  for (int i = 0; i < node.attributes_size(); ++i)
    out << (i ? ", " : " {") << attributeText(node.attributes(i));
  out << (node.attributes_size() ? "} :" : " :");
  for (const proto::Value &result : node.results())
    out << ' ' << typeText(result.type());
  out << " @ " << node.location().line() << ' ' << node.location().name();
  return out.str();
}

/// The node's line and, further in, its regions: arguments, nodes and yields.
static void printNode(std::ostream &out, const proto::Node &node, const std::string &indent) {
  out << indent << nodeText(node) << '\n';
  for (const proto::Region &region : node.regions()) {
    out << indent << "  region";
    for (const proto::Value &argument : region.arguments())
      out << " %" << argument.id() << ": " << typeText(argument.type());
    out << '\n';
    for (const proto::Node &inner : region.nodes())
      printNode(out, inner, indent + "    ");
    out << indent << "    yield";
    for (uint32_t value : region.yields())
      out << " %" << value;
    out << '\n';
  }
}

std::string entryText(const proto::Entry &entry) {
  std::ostringstream out;
  out << "entry " << entry.name() << " kind " << entry.kind() << " batch " << entry.batch() << '\n';
  for (const proto::Input &input : entry.inputs())
    out << "  input %" << input.value().id() << " = " << input.name() << " : "
        << typeText(input.value().type()) << '\n';
  for (const proto::Node &node : entry.nodes())
    printNode(out, node, "  ");
  for (const proto::Output &output : entry.outputs())
    out << "  output " << output.name() << " = %" << output.value() << '\n';
  for (const proto::Update &update : entry.updates())
    out << "  update " << update.symbol() << " = %" << update.value() << '\n';
  return out.str();
}

std::string moduleText(const proto::Module &module) {
  std::ostringstream out;
  out << "module " << module.name() << '\n';
  for (const proto::Symbol &symbol : module.symbols())
    out << "symbol " << symbol.name() << " kind " << symbol.kind() << " : "
        << typeText(symbol.type()) << " init " << symbol.init().kind() << ' ' << symbol.init().a()
        << ' ' << symbol.init().b() << '\n';
  for (const proto::Scalar &scalar : module.scalars())
    out << "scalar " << scalar.name() << " = " << scalar.initial() << '\n';
  for (const proto::Metric &metric : module.metrics())
    out << "metric " << metric.name() << " = " << metric.sum() << " / " << metric.weight() << '\n';
  for (const proto::BuildOption &option : module.options())
    out << "option " << option.name() << " = " << option.value() << '\n';
  for (const proto::Entry &entry : module.entries())
    out << entryText(entry);
  return out.str();
}

} // namespace sinter::test
