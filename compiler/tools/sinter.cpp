//===- sinter.cpp - the command line ----------------------------------------------------------===//
//
// Parses arguments into Options and calls the driver; nothing else. Flags of things that do not
// exist yet are absent. Help texts are goldens in test/driver/help. Reading on: compiler/Driver.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Driver.h"
#include "compiler/Interrupt.h"
#include "compiler/Stage.h"

#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <sstream>

#include <fcntl.h>

using sinter::compiler::getStages;
using sinter::compiler::Options;
using sinter::compiler::StageInfo;

/// Where the descriptions of a help text begin.
static constexpr int kHelpColumn = 34;

/// "512M" as bytes: plain numbers, K, M and G (powers of 1024).
static std::string parseBytes(const std::string &text, int64_t &bytes) {
  char *end = nullptr;
  errno = 0;
  long long value = std::strtoll(text.c_str(), &end, 10);
  std::string unit = end;
  int shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : -1;
  if (end == text.c_str() || errno || value <= 0 || shift < 0 || value > (INT64_MAX >> shift))
    return "--memory-budget expects bytes such as 512M, got '" + text + "'";
  bytes = value << shift;
  return "";
}

/// One of `words`.
static CLI::Validator oneOf(std::vector<std::string> words) {
  auto check = [words](const std::string &text) {
    std::string list;
    for (size_t i = 0; i < words.size(); ++i)
      list += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
    bool found = std::find(words.begin(), words.end(), text) != words.end();
    return found ? std::string() : "expects " + list + ", got '" + text + "'";
  };
  return CLI::Validator(check, "");
}

/// A whole number in a range; digits alone.
static CLI::Validator wholeNumber(int low, int high) {
  auto check = [low, high](const std::string &text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool good =
        error == std::errc() && end == text.data() + text.size() && value >= low && value <= high;
    return good ? std::string()
                : "expects a whole number from " + std::to_string(low) + " to " +
                      std::to_string(high) + ", got '" + text + "'";
  };
  return CLI::Validator(check, "");
}

/// A flag given as nothing, as by an unset variable of a script, is a mistake and not the default.
static void refuseEmptyValues(CLI::App &app) {
  auto check = [](const std::string &text) {
    return text.empty() ? std::string("expects a value, got ''") : "";
  };
  for (CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
    for (CLI::Option *option : command->get_options())
      if (!option->get_positional() && option->get_items_expected_max() > 0)
        option->check(CLI::Validator(check, ""));
}

/// The list of stages below the flags of `emit --help`.
static std::string describeStages() {
  std::string text = "Stages:\n";
  for (const StageInfo &stage : getStages()) {
    std::string name = "  " + stage.name.str();
    text += name + std::string(kHelpColumn - name.size(), ' ') + stage.description.str() + "\n";
  }
  return text;
}

/// --set A=1 --set B=2, --batch 1,8: one value an element.
static void addModelFlags(CLI::App *command, Options &options) {
  command
      ->add_option("MODEL", options.model,
                   "a model: .cpp (DSL program), .sinter (graph) or .mlir (any stage)")
      ->required()
      ->option_text(" ");
  command->add_option("--set", options.set, "a build option of the model; may be repeated")
      ->option_text("NAME=VALUE")
      ->expected(1)
      ->take_all();
  command
      ->add_option_function<std::string>(
          "--batch",
          [&options](const std::string &sizes) { options.batch = CLI::detail::split(sizes, ','); },
          "batch sizes of prediction entries, first one the default")
      ->option_text("1,8");
}

static void addTargetFlags(CLI::App *command, Options &options, bool several = false) {
  command
      ->add_option(
          "--target", options.target,
          several
              ? "machine to make code for, or several: the best is chosen at start (default: cpu)"
              : "machine to make code for; see sinter targets (default: cpu)")
      ->option_text(several ? "T[,T...]" : "T");
  command->add_option("-O", options.level, "optimisation level (default: 3)")
      ->option_text("0..3")
      ->check(wholeNumber(0, 3));
  command
      ->add_option_function<std::string>(
          "--type", [&options](const std::string &type) { options.f64 = type == "f64"; },
          "type that f32 models compute in: f32 or f64 (default: f32)")
      ->option_text("T")
      ->check(oneOf({"f32", "f64"}));
}

static void addWatchFlags(CLI::App *command, Options &options) {
  command->add_option("--save-stages", options.saveStages, "write the text of every stage into DIR")
      ->option_text("DIR");
  command->add_option("--stop-after", options.stopAfter, "stop when this stage is reached")
      ->option_text("STAGE");
  command->add_flag("--trace-passes", options.tracePasses,
                    "print what each pass changes, to stderr");
  command->add_flag("--timing", options.timing, "print where the time went, to stderr");
  command->add_option("--fail-after", options.failAfter, "")->group("");
  command->add_option("--break-after", options.breakAfter, "")->group("");
  command->add_option("--crash-after", options.crashAfter, "")->group("");
}

/// What is wrong with the first argument that looks like a flag and is none of `command`; empty
/// when there is none.
static std::string findUnknownFlag(const CLI::App &command, int argc, char **argv) {
  for (int i = 2; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--")
      break;
    if (word.size() < 2 || word[0] != '-')
      continue;
    bool known = command.get_option_no_throw(word.substr(0, word.find('='))) != nullptr;
    known |= word[1] != '-' && command.get_option_no_throw(word.substr(0, 2)); // -O2
    if (!known && std::isdigit(static_cast<unsigned char>(word[1])) && argv[i - 1][0] == '-')
      return std::string(argv[i - 1]) + " expects no negative number, got '" + word + "'";
    if (!known)
      return "unknown flag '" + word + "'";
  }
  return "";
}

/// What is wrong with the command line, in our words.
static std::string explainMistake(const CLI::App &app, const CLI::ParseError &error, int argc,
                                  char **argv) {
  const CLI::App *command = nullptr;
  for (const CLI::App *each : app.get_subcommands([](const CLI::App *) { return true; }))
    if (argc > 1 && each->get_name() == argv[1])
      command = each;
  if (argc > 1 && argv[1][0] != '-' && !command)
    return std::string("expects a command, got '") + argv[1] + "'; see sinter --help";
  if (!command)
    return "expects a command, got none; see sinter --help";
  std::string words = error.what(), help = "; see sinter " + command->get_name() + " --help";
  if (size_t colon = words.find(": 1 required ");
      colon != words.npos) // "-o: 1 required TEXT missing"
    return words.substr(0, colon) + " expects a value" + help;
  // A flag that nobody knows explains more than what is missing besides.
  if (std::string flag = findUnknownFlag(*command, argc, argv); !flag.empty())
    return flag + help;
  if (size_t colon = words.find(": expects ");
      colon != words.npos) // what our own checks say of an option
    return words.erase(colon, 1);
  if (size_t colon = words.find(": At Most 1 required"); colon != words.npos)
    return words.substr(0, colon) + " expects to be given once" + help;
  if (words.size() > 1 && std::islower(words[1])) // not: MODEL is required
    words[0] = static_cast<char>(std::tolower(words[0]));
  return words + help;
}

/// `status`, or Refused with a message when standard output could not take everything. Talk that
/// nobody hears is no failure.
static int finishOutput(int status) {
  llvm::errs().clear_error();
  llvm::raw_fd_ostream &out = llvm::outs();
  out.flush();
  if (!out.has_error())
    return status;
  if (out.error() == std::errc::broken_pipe) { // the reader has had enough
    out.clear_error();
    return status;
  }
  std::fprintf(stderr, "error: expects to write to standard output, got: %s [E1401]\n",
               out.error().message().c_str());
  out.clear_error(); // else LLVM ends the program at exit
  return sinter::compiler::Refused;
}

/// Files and pipes must not become number 0, 1 or 2 of a process that was started with those
/// closed. What is written to a closed standard output still fails: that number can only be read.
static void holdStandardFiles() {
  for (int fd : {0, 1, 2})
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) < 0)
      return;
}

/// --format text or json.
static void addFormatFlag(CLI::App *command, Options &options) {
  command
      ->add_option_function<std::string>(
          "--format", [&options](const std::string &format) { options.json = format == "json"; },
          "text or json, on stdout (default: text)")
      ->option_text("F")
      ->check(oneOf({"text", "json"}));
}

/// `budget` is parsed later, when all flags are known.
static CLI::App *addBuild(CLI::App &app, Options &options, std::string &budget) {
  CLI::App *build =
      app.add_subcommand("build", "compile a model to a trainer, a library or an object");
  addModelFlags(build, options);
  build
      ->add_option("-o", options.output,
                   "file to write (default: m, libm.a, libm.so or m.o here, for m.cpp)")
      ->option_text("PATH");
  build
      ->add_option("--kind", options.kind,
                   "trainer (default when the model trains), static-lib, shared-lib or object")
      ->option_text("KIND");
  addTargetFlags(build, options, /*several=*/true);
  build
      ->add_option("--embed-weights", options.embedWeights,
                   "weights to put into a library, ready to run")
      ->option_text("F.safetensors");
  build->add_option("--memory-budget", budget, "refuse entries that need more memory")
      ->option_text("512M");
  build->add_flag("--static", options.linkStatic, "link the trainer statically, libc included");
  build
      ->add_option("--sanitize", options.sanitizer,
                   "check every access of generated code: address or thread")
      ->option_text("S")
      ->check(oneOf({"address", "thread"}));
  build
      ->add_option("--depfile", options.depfile,
                   "write what the model's source includes, as a Makefile rule")
      ->option_text("F");
  build->add_flag("--no-embed-source", options.noEmbedSource,
                  "leave the model's source text out of stages");
  addWatchFlags(build, options);
  return build;
}

static CLI::App *addEmit(CLI::App &app, Options &options) {
  CLI::App *emit = app.add_subcommand("emit", "print a stage of the compilation as text");
  addModelFlags(emit, options);
  emit->add_option("--stage", options.stage,
                   "what to print: one of the stages below, which follow each other")
      ->option_text("S")
      ->required();
  emit->add_option("--entry", options.entry, "only this entry")->option_text("E");
  emit->add_flag("--elide", options.elide,
                 "leave out large constants and sources; such text cannot be read back");
  emit->add_option("-o", options.output, "file to write (default: stdout); F.ll: LLVM IR")
      ->option_text("F");
  addTargetFlags(emit, options);
  emit->add_flag("--no-embed-source", options.noEmbedSource,
                 "leave the model's source text out of stages");
  addWatchFlags(emit, options);
  emit->footer(describeStages());
  return emit;
}

static CLI::App *addCheck(CLI::App &app, Options &options) {
  CLI::App *check = app.add_subcommand("check", "only report what is wrong with a model");
  addModelFlags(check, options);
  addFormatFlag(check, options);
  return check;
}

static CLI::App *addInfo(CLI::App &app, Options &options) {
  CLI::App *info =
      app.add_subcommand("info", "what a model is made of: layers, parameters, work, memory");
  addModelFlags(info, options);
  addFormatFlag(info, options);
  addTargetFlags(info, options);
  return info;
}

static CLI::App *addBench(CLI::App &app, Options &options) {
  CLI::App *bench = app.add_subcommand("bench", "measure every kernel of a model on this machine");
  addModelFlags(bench, options);
  addTargetFlags(bench, options);
  bench->add_option("--threads", options.threads, "threads to run with (default: 1)")
      ->option_text("N")
      ->check(wholeNumber(1, 1024));
  bench->add_option("--entry", options.entry, "only this entry")->option_text("E");
  return bench;
}

int main(int argc, char **argv) {
  holdStandardFiles();
  sinter::compiler::endWithoutMemory();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  Options options;
  std::string code, budget;
  CLI::App app("sinter - compiles models to trainers and inference libraries");
  app.name("sinter");
  app.set_version_flag("--version", sinter::compiler::getVersion());
  app.require_subcommand(1);
  app.get_formatter()->column_width(kHelpColumn);

  CLI::App *build = addBuild(app, options, budget), *emit = addEmit(app, options),
           *check = addCheck(app, options), *info = addInfo(app, options),
           *bench = addBench(app, options);
  CLI::App *explain = app.add_subcommand("explain", "the documentation of a diagnostic");
  explain->add_option("CODE", code, "as shown behind a message: E0107")
      ->required()
      ->option_text(" ");
  app.add_subcommand("targets", "what code can be made for here");

  refuseEmptyValues(app);
  auto show = [&](const CLI::Success &asked) { // help and versions
    std::ostringstream text;
    int status = app.exit(asked, text, text);
    llvm::outs() << text.str();
    return finishOutput(status);
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &help) {
    return show(help);
  } catch (const CLI::CallForAllHelp &help) {
    return show(help);
  } catch (const CLI::CallForVersion &version) {
    return show(version);
  } catch (const CLI::ParseError &error) {
    std::fprintf(stderr, "error: %s\n", explainMistake(app, error, argc, argv).c_str());
    return sinter::compiler::Usage;
  }
  if (!budget.empty())
    if (std::string wrong = parseBytes(budget, options.memoryBudget); !wrong.empty()) {
      std::fprintf(stderr, "error: %s\n", wrong.c_str());
      return sinter::compiler::Usage;
    }
  int status = build->parsed()     ? runBuild(options)
               : emit->parsed()    ? runEmit(options)
               : check->parsed()   ? runCheck(options)
               : info->parsed()    ? runInfo(options)
               : bench->parsed()   ? runBench(options)
               : explain->parsed() ? sinter::compiler::runExplain(code)
                                   : runTargets(options);
  return finishOutput(status);
}
