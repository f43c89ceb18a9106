//===- Program.cpp - model programs: C++ in, graph out ----------------------------------------===//
//
// See Program.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Program.h"
#include "compiler/System.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Regex.h"

#include <cstring>
#include <set>

namespace sinter::compiler {

static std::string here() {
  llvm::SmallString<256> path;
  if (llvm::sys::fs::real_path("/proc/self/exe", path))
    return ".";
  return llvm::sys::path::parent_path(path).str();
}

const Installation &getInstallation() {
  static const Installation found = [] {
    Installation tree;
    std::string root = llvm::sys::path::parent_path(here()).str();
    tree.libDir = root + "/lib";
    tree.includeDir = root + "/include";
    return tree;
  }();
  return found;
}

/// Calls `found` with the last group of every match of `pattern`, at most one a line.
static void eachMatch(llvm::StringRef text, llvm::StringRef pattern,
                      llvm::function_ref<void(llvm::StringRef)> found) {
  llvm::Regex regex(pattern);
  llvm::SmallVector<llvm::StringRef> lines, groups;
  text.split(lines, '\n');
  for (llvm::StringRef line : lines)
    if (regex.match(line, &groups))
      found(groups.back());
}

/// Names of functions and options that the DSL's headers declare.
static std::set<std::string> dslNames(llvm::StringRef includeDir) {
  std::set<std::string> names;
  auto add = [&](llvm::StringRef name) { names.insert(name.str()); };
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator at(includeDir + "/sinter", error), end;
       !error && at != end; at.increment(error)) {
    std::string why, text = readWholeFile(at->path(), why).value_or("");
    eachMatch(text, "^(SINTER_API|inline) [A-Za-z_:]+ ([a-z_0-9]+)\\(", add);
    eachMatch(text, "^struct ([A-Za-z0-9]+) ", add);
    eachMatch(text, "^SINTER_[A-Z]+\\(([a-z_0-9]+),", add); // a table of ops
  }
  return names;
}

/// Help for names that the C++ compiler (clang or g++) does not know: the nearest ones of the DSL;
/// empty when it said nothing of the kind.
static std::string helpForUnknown(llvm::StringRef said, llvm::StringRef includeDir) {
  std::set<std::string> names, told;
  std::string help;
  auto tell = [&](llvm::StringRef name) {
    if (!told.insert(name.str()).second)
      return;
    if (names.empty())
      names = dslNames(includeDir);
    std::vector<std::pair<unsigned, std::string>> near;
    for (const std::string &known : names)
      if (unsigned distance = name.edit_distance_insensitive(known);
          distance <= 1 + name.size() / 4)
        near.push_back({distance, known});
    llvm::sort(near);
    help += (help.empty() ? "'" : "; '") + name.str() + "' is no function of this version's DSL";
    for (size_t i = 0; i < std::min<size_t>(near.size(), 3); ++i)
      help += (i == 0 ? "; near it are " : ", ") + near[i].second;
  };
  eachMatch(said, "use of undeclared identifier '([a-zA-Z_0-9]+)'", tell);
  eachMatch(said, "error: [^a-zA-Z_0-9]+([a-zA-Z_0-9]+)[^a-zA-Z_0-9]+was not declared", tell);
  return help.empty() ? help : help + "; all are declared in " + includeDir.str() + "/sinter/ops";
}

/// `compiler` with all that makes `program` of the request's source.
static std::vector<std::string> makeCommand(std::vector<std::string> compiler,
                                            const ProgramRequest &request,
                                            const std::string &program) {
  const Installation &tree = getInstallation();
  std::string folder = llvm::sys::path::parent_path(request.source).str();
  std::vector<std::string> command = std::move(compiler);
  command.insert(command.end(), {"-std=c++20", "-O0", "-w", "-I" + tree.includeDir});
  if (!folder.empty()) { // for "…" alone: a file called `new` there is not the header <new>
    command.push_back("-iquote");
    command.push_back(folder);
  }
  if (*SINTER_SANITIZERS)
    command.push_back("-fsanitize=" SINTER_SANITIZERS);
  if (!request.depfile.empty())
    command.insert(command.end(), {"-MD", "-MF", program + ".d", "-MQ", request.depfileTarget});
  std::string source = request.source; // a name is no flag
  if (source[0] == '-' || source[0] == '@')
    source.insert(0, "./");
  command.insert(command.end(), {source, "-o", program, "-L" + tree.libDir, "-lsinter", "-Xlinker",
                                 "-rpath", "-Xlinker", tree.libDir});
  if (llvm::sys::Process::StandardErrIsDisplayed())
    command.push_back("-fdiagnostics-color=always"); // it writes into a pipe
  return command;
}

/// The rule that the compiler left beside `program`, where the user wants it.
static int copyDepfile(const ProgramRequest &request, const std::string &program,
                       Reporter &reporter) {
  std::string why;
  std::optional<std::string> rule = readWholeFile(program + ".d", why);
  if (rule)
    why = writeFileAtomically(request.depfile, *rule).value_or("");
  return why.empty()
             ? int(Done)
             : reporter.error(Refused, "expects to write '" + request.depfile + "', got: " + why,
                              "E1401");
}

static int compileProgram(const ProgramRequest &request, const std::string &program,
                          Reporter &reporter) {
  std::vector<std::string> compiler = findCommand("CXX", {"clang++-22", "clang++", "g++"});
  if (compiler.empty())
    return reporter.error(Refused,
                          "expects a C++ compiler to build '" + request.source +
                              "', got none: set CXX or install g++",
                          "E1201");
  std::string said, name = compiler[0];
  Child child;
  child.command = makeCommand(std::move(compiler), request, program);
  child.environment["TMPDIR"] =
      llvm::sys::path::parent_path(program).str(); // its files go with ours
  child.output = &said;
  std::optional<std::string> notRun = run(child);
  llvm::errs() << said;
  if (notRun)
    return reporter.error(
        Refused, "expects to run the C++ compiler '" + name + "', got: " + *notRun, "E1201");
  if (child.signal)
    return reporter.error(Refused,
                          "the C++ compiler '" + name + "' was ended by signal " +
                              llvm::Twine(child.signal) + " (" + strsignal(child.signal) + ")",
                          "E1201");
  // A compiler that has no room for its files fails as one that has read a mistake.
  if (child.exitCode != 0)
    if (auto full = writeFileAtomically(program, std::string(4 << 20, ' ')))
      return reporter.error(Refused, "expects to write '" + program + "', got: " + *full, "E1203");
  if (child.exitCode != 0) {
    reporter.report({Message::Error,
                     "'" + request.source + "' does not compile; the compiler's messages are above",
                     "E1202",
                     {},
                     {},
                     helpForUnknown(said, getInstallation().includeDir)});
    return Wrong;
  }
  return request.depfile.empty() ? int(Done) : copyDepfile(request, program, reporter);
}

int runProgram(const ProgramRequest &request, Reporter &reporter, std::string &graph) {
  TemporaryFolder folder;
  if (folder.path.empty())
    return reporter.error(Refused, folder.why, "E1203");
  std::string program = folder.file("model");
  if (int code = compileProgram(request, program, reporter))
    return code;
  Child child;
  child.command = {program};
  child.stdoutToStderr = true;
  child.timeLimitSeconds = request.timeLimitSeconds;
  child.captured = {{"SINTER_OUT_FD", ""}, {"SINTER_DIAG_FD", ""}};
  child.environment["SINTER_SET"] = llvm::join(request.set, ",");
  child.environment["SINTER_BATCH"] = llvm::join(request.batch, ",");
  child.environment["SINTER_NO_EMBED_SOURCE"] = request.embedSource ? "" : "1";
  if (auto why = run(child))
    return reporter.error(Refused,
                          "expects to run the model program '" + program + "', got: " + *why +
                              "; TMPDIR names another place for it",
                          "E1203");
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(child.captured["SINTER_DIAG_FD"]).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines)
    reporter.relay(line);
  if (child.timedOut)
    return reporter.error(Wrong,
                          "expects the model program of '" + request.source + "' to end within " +
                              llvm::Twine(request.timeLimitSeconds) + " s, got one that still runs",
                          "E1204");
  if (child.signal)
    return reporter.error(Wrong,
                          "the model program of '" + request.source + "' was ended by signal " +
                              llvm::Twine(child.signal) + " (" + strsignal(child.signal) + ")",
                          "E1205");
  if (child.exitCode != 0) {
    // The DSL ends so after it has said why; any other program may end with any code.
    if (reporter.getErrors() && (child.exitCode == Usage || child.exitCode == Refused))
      return child.exitCode;
    if (!reporter.getErrors())
      reporter.error(Wrong,
                     "the model program of '" + request.source + "' ended with exit code " +
                         llvm::Twine(child.exitCode),
                     "E1206");
    return Wrong;
  }
  graph = std::move(child.captured["SINTER_OUT_FD"]);
  if (graph.empty())
    return reporter.error(Wrong,
                          "the model program of '" + request.source +
                              "' wrote no graph; its main ends with `return model.write();`",
                          "E1207");
  return reporter.getErrors() ? Wrong : Done;
}

} // namespace sinter::compiler
