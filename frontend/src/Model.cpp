// Model and its entries: what is traced how often, and what is checked when a trace ends (D6, D7,
// D11-D13). Reading on: include/sinter/model.h, Entry.cpp (inputs, outputs, minimize, metrics),
// Serialize.cpp.
#include "frontend/src/MicroBatches.h"

#include <algorithm>
#include <exception>

namespace sinter {

using namespace detail;

Model::Model(const std::string &name, int argc, char **argv, Loc loc) {
  if (context().modelAlive) {
    context().error("E0019", loc, "Model expects to be the program's only one, got a second");
    return;
  }
  resetContext();
  Context &current = context();
  current.modelAlive = owner = true;
  readOptions(current, argv ? argc : 0, argv);
  if (!validName(name, false))
    current.error(
        "E0006", loc,
        "Model expects a name of letters, digits, '_' and '-' that starts with a letter, got '" +
            name + "'");
  else if (name == "sinter" || name.rfind("sinter_", 0) == 0 || name.rfind("sinter-", 0) == 0)
    current.error("E0006", loc,
                  "Model expects a name that does not begin as the library's own, got '" + name +
                      "'",
                  "it becomes the prefix of C functions");
  current.graph.module.set_name(name);
}

Model::~Model() {
  if (owner)
    context().modelAlive = false;
}

int64_t Model::option(const std::string &name, int64_t default_value, Loc loc) {
  Context &current = context();
  if (!validName(name, false)) {
    current.error("E0006", loc,
                  "option expects a name of letters, digits, '_' and '-', got '" + name + "'");
    return std::max<int64_t>(default_value, 0);
  }
  for (const proto::BuildOption &known : current.graph.module.options())
    if (known.name() == name)
      return known.value();
  if (default_value < 0) {
    current.error("E0020", loc,
                  "option '" + name + "' expects a default of 0 or more, got " +
                      std::to_string(default_value));
    return 0;
  }
  proto::BuildOption *option = current.graph.module.add_options();
  option->set_name(name);
  auto chosen = current.options.set.find(name);
  option->set_value(chosen == current.options.set.end() ? default_value : chosen->second);
  return option->value();
}

/// A value that --set may not give an option: the command line is at fault.
static void refuseOption(const char *code, const std::string &name, const std::string &wanted,
                         int64_t value) {
  misuse(context(), code,
         "--set " + name + " expects " + wanted + ", got " + std::to_string(value));
}

bool Model::truth(const std::string &name, bool default_value, const Loc &loc) {
  int64_t value = option(name, default_value ? 1 : 0, loc);
  if (value > 1)
    refuseOption("E0013", name, "true or false", value);
  return value != 0;
}

/// The training batch: an option of its own name.
static int64_t batchOption(Model &model, int64_t default_value, const Loc &loc) {
  int64_t batch = model.option("batch", default_value, loc);
  if (batch < 1)
    refuseOption("E0014", "batch", "1 or more", batch);
  return std::max<int64_t>(batch, 1);
}

void Model::data(const Data &data, Loc loc) {
  Context &current = context();
  proto::DataSpec *spec = current.graph.module.mutable_data();
  if (!spec->name().empty() || current.badData) {
    current.error("E0005", loc, "data expects to be called once, got a second data set");
    return;
  }
  for (const Data::Mistake &mistake : data.mistakes)
    current.error(mistake.code.c_str(), loc, mistake.text, mistake.help);
  current.badData = data.fields.empty();
  spec->set_name(data.name);
  for (const Field &field : data.fields) {
    proto::Field *made = spec->add_fields();
    made->set_name(field.name);
    graph::setType(made->mutable_type(), toRules(field.type));
    made->set_decode(static_cast<proto::Field::Decode>(field.decode));
    made->set_classes(field.classes);
    made->set_ahead(field.ahead);
    made->set_examples(field.examples);
    made->set_column(field.column);
  }
  spec->set_order(data.sequential ? proto::DataSpec::SEQUENTIAL : proto::DataSpec::SHUFFLED);
  spec->set_train_examples(data.train);
  spec->set_test_examples(data.test);
  spec->set_most_examples(data.most);
  *spec->mutable_location() = current.location(loc, "data");
  batchOption(*this, std::max<int64_t>(data.batch, 1), loc);
}

// --- Tracing -------------------------------------------------------------------------------------

/// Runs `function` while its ops are recorded as one entry.
static void trace(const std::string &name, proto::Entry::Kind kind, int64_t batch, const Loc &loc,
                  const std::function<void()> &function) {
  Context &current = context();
  // never reused: a tensor of an earlier Model is not taken for one of this
  static uint32_t serial = 0;
  current.traces.push_back(std::make_unique<Trace>(
      ++serial, current.graph.addEntry(name, kind, batch, current.location(loc, name))));
  Trace &made = *current.traces.back();
  current.trace = &made;
  size_t scopes = current.scopes.size();
  bool returned = false;
  try {
    function();
    returned = true;
  } catch (const std::exception &exception) {
    current.error("E0017", loc,
                  "entry '" + name +
                      "' expects a function that returns, got an exception: " + exception.what());
  } catch (...) {
    current.error("E0017", loc,
                  "entry '" + name + "' expects a function that returns, got an exception");
  }
  current.call = nullptr; // an exception may have crossed an open call
  current.scopes.resize(scopes);
  if (kind != proto::Entry::PREDICT && returned && !made.minimized)
    current.error("E0008", loc, "train expects one call of minimize, got none",
                  "end the function with s.minimize(loss, sgd({.lr = 0.1}))");
  if (kind == proto::Entry::PREDICT && returned && !made.outputs)
    current.error("E0018", loc, "entry '" + name + "' expects an output, got none",
                  "e.output(\"name\", tensor)");
  made.builder.finish();
  current.trace = nullptr;
}

/// What all traces of an entry must share: names of inputs, outputs and symbols, in words.
static std::vector<std::string> surface(const graph::EntryBuilder &entry) {
  std::string inputs, outputs, symbols;
  for (const proto::Input &input : entry.entry().inputs())
    inputs += " '" + input.name() + "'";
  for (const proto::Output &output : entry.entry().outputs())
    outputs += " '" + output.name() + "'";
  for (const auto &[name, value] : entry.symbols())
    symbols += " '" + name + "'";
  auto orNone = [](const std::string &names) { return names.empty() ? " none" : names; };
  return {"inputs" + orNone(inputs), "outputs" + orNone(outputs), "symbols" + orNone(symbols)};
}

static void checkAgreement(size_t first, const Loc &loc) {
  Context &current = context();
  if (current.diagnostics.errors() > 0)
    return;
  for (size_t i = first + 1; i < current.traces.size(); ++i) {
    const graph::EntryBuilder &a = current.traces[first]->builder, &b = current.traces[i]->builder;
    std::vector<std::string> was = surface(a), is = surface(b);
    for (size_t part = 0; part < was.size(); ++part)
      if (was[part] != is[part])
        return current.error("E0021", loc,
                             "entry '" + a.entry().name() + "' expects equal traces, got " +
                                 was[part] + " with batch " + std::to_string(a.entry().batch()) +
                                 " and " + is[part] + " with batch " +
                                 std::to_string(b.entry().batch()),
                             "nothing but sizes may depend on batch()");
  }
}

void Model::trainWith(void (*call)(void *, Step), void *function, const Train &options, Loc loc) {
  Context &current = context();
  if (current.trace)
    return current.error("E0019", loc,
                         "train expects to be called outside of entries, got a call inside of one");
  if (current.trains)
    return current.error("E0005", loc,
                         "train expects to be called once, got a second training step");
  current.trains = true;
  if (options.epochs < 1 || options.epochs > INT32_MAX)
    current.error("E0020", loc,
                  "train expects epochs from 1 to 2147483647, got " +
                      std::to_string(options.epochs));
  current.graph.module.set_default_epochs(options.epochs);
  int64_t batch = batchOption(*this, 1, loc);
  std::vector<int64_t> sizes = options.eval_batches;
  if (sizes.empty())
    sizes = {batch, 16, 1};
  bool chosen = !options.eval_batches.empty();
  // Largest first, each once; the usual sizes only up to the training batch.
  std::sort(sizes.begin(), sizes.end(), std::greater<int64_t>());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  if (sizes.back() < 1) {
    current.error("E0014", loc,
                  "train expects evaluation batches of 1 or more, got " +
                      std::to_string(sizes.back()));
    sizes = {batch};
  }
  if (!chosen)
    sizes.erase(
        std::remove_if(sizes.begin(), sizes.end(), [&](int64_t size) { return size > batch; }),
        sizes.end());
  else if (sizes.back() != 1)
    sizes.push_back(1); // evaluation never drops a sample

  auto run = [&] { call(function, Step()); };
  trace("train_step", proto::Entry::TRAIN, batch, loc, run);
  Trace &whole = *current.traces.back();
  if (whole.accumulate > 1 && current.diagnostics.errors() == 0) {
    whole.builder.abandon();
    trace("train_step", proto::Entry::TRAIN, batch, loc, [&] { traceMicroBatches(whole, run); });
  }
  size_t first = current.traces.size();
  for (int64_t size : sizes)
    trace("eval_step", proto::Entry::EVAL, size, loc, run);
  checkAgreement(first, loc);
}

void Model::entryWith(const std::string &name, void (*call)(void *, Entry), void *function,
                      Loc loc) {
  Context &current = context();
  if (current.trace)
    return current.error("E0019", loc,
                         "entry '" + name +
                             "' expects to be made outside of entries, got a call inside "
                             "of one");
  if (!validName(name, false) || name.find('-') != std::string::npos)
    return current.error("E0006", loc,
                         "entry expects a name of letters, digits and '_', got '" + name + "'",
                         "it becomes part of a C function's name");
  // A library has NAME_open … beside NAME_entry and NAME_entry_n.
  static const char *const kFunctions[] = {"train_step",    "eval_step",   "open", "open_shared",
                                           "load",          "save",        "set",  "close",
                                           "reset_metrics", "arena_bytes", "t",    "metrics",
                                           "prepare",       "load_params"};
  bool reserved =
      std::find(std::begin(kFunctions), std::end(kFunctions), name) != std::end(kFunctions);
  bool taken = reserved;
  for (const std::unique_ptr<Trace> &other : current.traces)
    taken |= other->builder.entry().name() == name ||
             other->builder.entry().name() + "_n" == name ||
             other->builder.entry().name() == name + "_n";
  if (taken)
    return current.error("E0005", loc,
                         "entry '" + name + "' expects a name of its own, got one in use",
                         reserved ? "a library has a function of that name already" : "");
  std::vector<int64_t> batches = current.options.batches;
  if (batches.empty())
    batches = {1};
  size_t first = current.traces.size();
  for (int64_t batch : batches)
    trace(name, proto::Entry::PREDICT, batch, loc, [&] { call(function, Entry()); });
  checkAgreement(first, loc);
}

int Model::write(Loc loc) {
  Context &current = context();
  RunOptions &options = current.options;
  if (current.written)
    current.error("E0019", loc, "write expects to be called once, got a second call");
  current.written = true;
  if (current.traces.empty() && current.diagnostics.errors() == 0)
    current.error("E0015", loc,
                  "model '" + current.graph.module.name() +
                      "' expects a training step or an entry, got none",
                  "model.train([](Step s) { … }) or model.predict([](Entry e) { … })");
  std::string names;
  for (const proto::BuildOption &option : current.graph.module.options())
    names += (names.empty() ? "" : ", ") + option.name();
  for (const auto &[name, value] : options.set) {
    bool known = false;
    for (const proto::BuildOption &option : current.graph.module.options())
      known |= option.name() == name;
    if (!known)
      misuse(current, "E0013",
             "--set expects an option of the model (" + (names.empty() ? "it has none" : names) +
                 "), got '" + name + "'");
  }
  if (options.outFd < 0 && options.outPath.empty() && current.diagnostics.errors() == 0)
    misuse(current, "E0024", "the program expects -o FILE, got no output to write",
           "sinter build runs it for you");
  if (options.usage)
    return 2;
  return current.diagnostics.errors() > 0 ? 1 : writeModule(current);
}

} // namespace sinter
