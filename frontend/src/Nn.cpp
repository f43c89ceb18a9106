// Parameters, state variables, scopes and initialisers. Reading on: include/sinter/nn.h, Matmul.cpp
// (linear).
#include "frontend/src/Layers.h"

#include <cmath>

namespace sinter {

using namespace detail;

namespace detail {

static proto::Initializer initializer(proto::Initializer::Kind kind, double a, double b) {
  proto::Initializer result;
  result.set_kind(kind);
  result.set_a(a);
  result.set_b(b);
  return result;
}

static std::nullopt_t refuseInit(Call &call, const std::string &message) {
  call.fail("E0020", message);
  return std::nullopt;
}

/// Initialisers with fans, as in PyTorch: the weight is [out, in, window…].
static std::optional<proto::Initializer> resolveFans(Call &call, const Init &init,
                                                     const rules::Type &type) {
  if (type.rank() < 2)
    return refuseInit(call, "expects a weight [out,in,…] for an initialiser with fans, got " +
                                toString(type));
  double window = 1;
  for (size_t d = 2; d < type.dims.size(); ++d)
    window *= static_cast<double>(type.dims[d]);
  double fanIn = static_cast<double>(type.dims[1]) * window,
         fanOut = static_cast<double>(type.dims[0]) * window;
  if (fanIn == 0 || fanOut == 0)
    return refuseInit(call, "expects a weight with elements, got " + toString(type));
  double xavier = init.a * std::sqrt(2 / (fanIn + fanOut));
  double kaiming = std::sqrt(2 / (1 + init.a * init.a) / fanIn);
  double bound = std::sqrt(3.0);
  switch (init.kind) {
  case Init::Kind::XavierNormal:
    return initializer(proto::Initializer::NORMAL, 0, xavier);
  case Init::Kind::XavierUniform:
    return initializer(proto::Initializer::UNIFORM, -bound * xavier, bound * xavier);
  case Init::Kind::KaimingNormal:
    return initializer(proto::Initializer::NORMAL, 0, kaiming);
  default:
    return initializer(proto::Initializer::UNIFORM, -bound * kaiming, bound * kaiming);
  }
}

static std::optional<proto::Initializer> resolveTruncated(Call &call, const Init &init) {
  auto below = [&](double x) { return std::erfc((init.a - x) / init.b * std::sqrt(0.5)) / 2; };
  if (!(init.b > 0) || !(below(init.high) - below(init.low) >= 1e-3))
    return refuseInit(
        call, "expects bounds that hold a thousandth of the normal distribution or more, got " +
                  numberText(init.low) + " and " + numberText(init.high) +
                  " with a standard deviation of " + numberText(init.b));
  proto::Initializer result = initializer(proto::Initializer::TRUNCATED, init.a, init.b);
  result.set_low(init.low);
  result.set_high(init.high);
  return result;
}

std::optional<proto::Initializer> resolveInit(Call &call, const Init &init,
                                              const rules::Type &type) {
  for (double number : {init.a, init.b, init.low, init.high})
    if (!std::isfinite(number))
      return refuseInit(call, "expects finite numbers in its initialiser, got others");
  using Kind = Init::Kind;
  switch (init.kind) {
  case Kind::Default:
    return initializer(proto::Initializer::CONSTANT, 0, 0);
  case Kind::Constant:
    return initializer(proto::Initializer::CONSTANT, init.a, 0);
  case Kind::Normal:
    if (init.b < 0)
      return refuseInit(call,
                        "expects a standard deviation of 0 or more, got " + numberText(init.b));
    return initializer(proto::Initializer::NORMAL, init.a, init.b);
  case Kind::Uniform:
    if (init.b < init.a)
      return refuseInit(call, "expects uniform bounds in order, got " + numberText(init.a) +
                                  " and " + numberText(init.b));
    return initializer(proto::Initializer::UNIFORM, init.a, init.b);
  case Kind::Truncated:
    return resolveTruncated(call, init);
  case Kind::Orthogonal:
    if (type.rank() < 2)
      return refuseInit(call, "expects a weight [out,in,…] for orthogonal, got " + toString(type));
    return initializer(proto::Initializer::ORTHOGONAL, init.a, 0);
  case Kind::Bilinear:
    if (type.rank() < 3)
      return refuseInit(call,
                        "expects a weight [in,out,window…] for bilinear, got " + toString(type));
    return initializer(proto::Initializer::BILINEAR, 0, 0);
  default:
    return resolveFans(call, init, type);
  }
}

} // namespace detail

void detail::noteUse(Call &call, const char *what, const Name &name, const std::string &path) {
  Context &current = context();
  auto [first, fresh] = current.trace->names.emplace(what + (" " + path), call.loc());
  if (!fresh && !name.shared)
    current.warning(
        "E0004", call.loc(),
        std::string(what) + " '" + path +
            "' is used twice in one entry, so both uses share it", // once for all traces
        "shared(\"" + name.text + "\") says that this is meant; Scope(\"…\") makes another one",
        {{Place(first->second), "'" + path + "' was first used here"}});
}

/// Opens the symbol `path`; poison after a report. `what` is parameter or state.
static Tensor openSymbol(Call &call, const char *what, proto::Symbol::Kind kind, const Name &name,
                         const std::string &path, const Type &type, const Init &init,
                         const Loc &loc) {
  if (!call.inTrace())
    return call.poison();
  if (!call.accepts(name.text))
    return call.poison();
  rules::Result<rules::Type> valid = rules::validated(toRules(type));
  if (!valid)
    return call.fail(valid.error(), {});
  if (kind == proto::Symbol::PARAMETER && !rules::isFloat(valid->element))
    return call.fail("E0102", "expects a floating-point type, got " + toString(*valid),
                     "state(\"" + name.text + "\", …) holds other types");
  std::optional<proto::Initializer> start = resolveInit(call, init, *valid);
  if (!start || !declareSymbol(path, kind, *valid, *start, call.loc()))
    return call.poison();
  noteUse(call, what, name, path);
  std::string read = kind == proto::Symbol::PARAMETER ? averageOf(path) : path;
  return call.get(read, *valid, std::string(what) + " '" + path + "'");
}

Tensor parameter(Name name, Type type, Init init, Loc loc) {
  std::string path = context().path(name.text);
  Call call("parameter", loc, path);
  return openSymbol(call, "parameter", proto::Symbol::PARAMETER, name, path, type, init, loc);
}

Tensor detail::layerParameter(const Name &layer, const std::string &suffix, const Type &type,
                              const Init &init, const Loc &loc) {
  return parameter(shared(Name(layer.text + "." + suffix)), type, init, loc);
}

Init detail::orUniform(const Init &init, double bound) {
  return init.kind == Init::Kind::Default ? uniform(-bound, bound) : init;
}

static State openState(proto::Symbol::Kind kind, const Name &name, Type type, Init init, Loc loc) {
  std::string path = context().path(name.text);
  Call call("state", loc, path);
  if (kind == proto::Symbol::METRIC) // beside those of metrics
    path = "trainer/state." + path;
  Tensor value = openSymbol(call, "state", kind, name, path, type, init, loc);
  if (call.isPoison(value))
    return TensorAccess::makeState(UINT32_MAX, path);
  return TensorAccess::makeState(TensorAccess::trace(value), path);
}

State state(Name name, Type type, Init init, Loc loc) {
  return openState(proto::Symbol::BUFFER, name, type, init, loc);
}

State epoch_state(Name name, Type type, Loc loc) {
  return openState(proto::Symbol::METRIC, name, type, zeros(), loc);
}

State detail::counter(const Name &name, const Loc &loc) {
  return openState(proto::Symbol::COUNTER, name, i64({}), zeros(), loc);
}

Tensor hyperparameter(const std::string &name, double initial, const std::string &help, Loc loc) {
  std::string path = context().path(name);
  Call call("hyperparameter", loc, path);
  if (!call.inTrace())
    return call.poison();
  if (!call.accepts(name))
    return call.poison();
  if (!std::isfinite(initial))
    return call.fail("E0020", "expects a finite default, got " + numberText(initial));
  if (!declareScalar(path, rules::ElementType::F32, initial, help, call.loc()))
    return call.poison();
  return call.get(path, {rules::ElementType::F32, {}}, "hyperparameter '" + path + "'");
}

Tensor get_step(Loc loc) {
  Call call("get_step", loc);
  if (!call.inTrace())
    return call.poison();
  return call.get("step", {rules::ElementType::I64, {}}, "'get_step'");
}

bool training() {
  Trace *trace = context().trace;
  return trace && trace->builder.entry().kind() == proto::Entry::TRAIN;
}

Scope::Scope(const std::string &name, Loc loc) : depth(context().scopes.size()) {
  Context &current = context();
  if (!validName(name, true))
    current.error("E0006", loc,
                  "Scope expects a name of letters, digits, '_', '-' and '.', got '" + name + "'");
  current.scopes.push_back(name);
}

Scope::~Scope() {
  if (context().scopes.size() > depth) // the Model may be gone, and its scopes with it
    context().scopes.resize(depth);
}

} // namespace sinter
