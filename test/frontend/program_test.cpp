// Model programs as users run them: compiled with clang and g++, by hand and as `sinter build` runs
// them; what the header costs to compile; what libsinter.so shows.
#include "test/frontend/GraphText.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>

namespace fs = std::filesystem;
using namespace sinter;
using testing::HasSubstr;
using testing::Not;

static const std::string kInclude = " -I" SINTER_INCLUDE_DIR " ";
static const std::string kSanitize = SINTER_TEST_SANITIZE;
static const std::string kLink =
    kSanitize + " -L" SINTER_LIB_DIR " -lsinter -Wl,-rpath," SINTER_LIB_DIR " ";

struct Ran {
  int code;
  std::string said;
};

static Ran run(const std::string &command) {
  FILE *pipe = popen(("(" + command + ") 2>&1").c_str(), "r");
  std::string said;
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof buffer, pipe))
    said.append(buffer, count);
  int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

static std::string slurp(const fs::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class Program : public testing::Test {
protected:
  fs::path folder;
  void SetUp() override {
    char path[] = "/tmp/sinter-program-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    folder = path;
    for (const char *name : {"SINTER_OUT_FD", "SINTER_DIAG_FD", "SINTER_SET", "SINTER_BATCH"})
      unsetenv(name);
  }
  void TearDown() override { fs::remove_all(folder); }
  std::string at(const std::string &name) const { return (folder / name).string(); }
  /// Compiles an example into `folder`; its program's path.
  std::string compile(const std::string &compiler, const std::string &name) {
    std::string source = SINTER_SOURCE_ROOT "/examples/" + name + "/" + name + ".cpp";
    Ran ran = run(compiler + " -std=c++20 -O0 -Wall -Wextra -Werror" + kInclude + source + " -o " +
                  at(name) + kLink);
    EXPECT_EQ(ran.code, 0) << ran.said;
    return at(name);
  }
};

TEST_F(Program, BothCompilersWriteTheSameModels) {
  bool gcc = kSanitize.empty() && run("g++ --version").code == 0;
  for (const char *name : {"mlp", "softmax"}) {
    std::string program = compile(SINTER_CXX, name);
    Ran ran = run(program + " -o " + at("a.sinter"));
    ASSERT_EQ(ran.code, 0) << ran.said;
    EXPECT_EQ(ran.said, "");
    proto::Module first, second;
    ASSERT_FALSE(graph::readContainer(at("a.sinter"), first));
    EXPECT_EQ(first.entries_size(), 5) << "train_step, eval_step x 256, 16, 1, predict";
    if (!gcc)
      continue;
    program = compile("g++", name);
    ASSERT_EQ(run(program + " -o " + at("b.sinter")).code, 0);
    ASSERT_FALSE(graph::readContainer(at("b.sinter"), second));
    // columns aside, which compilers count differently
    EXPECT_EQ(test::moduleText(second), test::moduleText(first));
  }
}

/// g++ reports a call at its parenthesis; the renderer steps back to the name, where clang reports
/// it (D15).
TEST_F(Program, GccDiagnosticsPointAtTheSameColumns) {
  if (!kSanitize.empty() || run("g++ --version").code != 0)
    GTEST_SKIP() << "needs g++";
  std::string source = SINTER_SOURCE_ROOT "/test/frontend/errors/contract.cpp";
  fs::copy(source, at("contract.cpp"));
  std::string in = "cd " + folder.string() + " && ";
  Ran built = run(in + "g++ -std=c++20" + kInclude + "contract.cpp -o program" + kLink);
  ASSERT_EQ(built.code, 0) << built.said;
  std::string golden = slurp(SINTER_SOURCE_ROOT "/test/frontend/errors/contract.expected");
  EXPECT_EQ(run(in + "./program -o x.sinter").said + "exit 1\n", golden);
}

TEST_F(Program, FlagsOfTheProgramItself) {
  std::string program = compile(SINTER_CXX, "mlp");
  ASSERT_EQ(
      run(program + " --set batch=64 --batch 1,8 --no-embed-source -o " + at("a.sinter")).code, 0);
  proto::Module module;
  ASSERT_FALSE(graph::readContainer(at("a.sinter"), module));
  EXPECT_EQ(module.entries(0).batch(), 64);
  EXPECT_EQ(module.entries(module.entries_size() - 1).batch(), 8);
  EXPECT_EQ(module.files(0).path(), "mlp.cpp");
  EXPECT_EQ(module.files(0).text(), "");
  // The same through the environment that `sinter build` sets, with noise on stdout kept apart.
  ASSERT_EQ(run("SINTER_OUT_FD=7 SINTER_SET=batch=64 SINTER_BATCH=1,8 SINTER_NO_EMBED_SOURCE=1 " +
                program + " 7>" + at("b.sinter"))
                .code,
            0);
  EXPECT_EQ(slurp(at("a.sinter")), slurp(at("b.sinter")));
}

TEST_F(Program, SourcesNeedNotBeUtf8) {
  std::ofstream(at("latin.cpp"))
      << "// caf\xe9\n#include <sinter/sinter.h>\n#include <stdexcept>\nusing namespace sinter;\n"
         "int main(int argc, char **argv) {\n"
         "  Model model(\"latin\", argc, argv);\n"
         "  model.predict([&](Entry e) { e.output(\"y\", e.input(\"x\", f32({2}))); "
         "if (argc > 3) throw std::runtime_error(\"caf\xe9\"); });\n"
         "  return model.write();\n}\n";
  ASSERT_EQ(
      run(SINTER_CXX " -std=c++20 -w" + kInclude + at("latin.cpp") + " -o " + at("latin") + kLink)
          .code,
      0);
  ASSERT_EQ(run(at("latin") + " -o " + at("a.sinter")).said, "");
  proto::Module module;
  ASSERT_FALSE(graph::readContainer(at("a.sinter"), module));
  EXPECT_EQ(module.files(0).text(), slurp(at("latin.cpp")));
  EXPECT_THAT(run(at("latin") + " --format json -o " + at("a.sinter")).said,
              HasSubstr("exception: caf?\""));
}

TEST_F(Program, AtomicWrite) {
  std::string program = compile(SINTER_CXX, "softmax");
  ASSERT_EQ(run(program + " -o " + at("real.sinter")).code, 0);
  fs::create_symlink("real.sinter", at("link.sinter"));
  ASSERT_EQ(run(program + " --set batch=2 -o " + at("link.sinter")).code, 0);
  EXPECT_TRUE(fs::is_symlink(at("link.sinter"))); // the file behind the link was replaced
  EXPECT_FALSE(fs::exists(at("real.sinter.tmp")));
  proto::Module module;
  ASSERT_FALSE(graph::readContainer(at("real.sinter"), module));
  EXPECT_EQ(module.entries(0).batch(), 2);
  std::string before = slurp(at("real.sinter"));
  Ran ran = run("ulimit -f 4; trap '' XFSZ; " + program + " -o " + at("real.sinter")); // no room
  EXPECT_EQ(ran.code, 3) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("[E0023]"));
  EXPECT_EQ(slurp(at("real.sinter")), before);
  EXPECT_FALSE(fs::exists(at("real.sinter.tmp")));
  EXPECT_EQ(run(program + " -o " + at("real.sinter/x")).code, 3);
  EXPECT_EQ(run(program + " -o " + folder.string()).code, 3);
}

/// A model file compiles in about a second; time is machine-bound, so the text behind
/// the header counts too.
TEST_F(Program, TheHeaderIsThin) {
  std::ofstream(at("h.cpp")) << "#include <sinter/sinter.h>\n";
  for (const std::string compiler : {SINTER_CXX, "g++"}) {
    if (run(compiler + " --version").code != 0)
      continue;
    Ran lines = run(compiler + " -std=c++20 -E -P" + kInclude + at("h.cpp") + " | wc -l");
    // <string>, <vector> and <optional> bring 24,500 lines, all of the DSL 1,500.
    EXPECT_LT(std::stoi(lines.said), 24500 + 2500) << compiler;
    Ran names = run(compiler + " -std=c++20 -M" + kInclude + at("h.cpp"));
    for (const char *heavy :
         {"protobuf", "/functional", "/iostream", "/map", "/regex", "mlir", "llvm/"})
      EXPECT_THAT(names.said, Not(HasSubstr(std::string(heavy) + (heavy[0] == '/' ? " " : ""))))
          << compiler;
    auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(run(compiler + " -std=c++20 -O0 -fsyntax-only -Wall -Wextra -Werror" + kInclude +
                  at("h.cpp"))
                  .code,
              0);
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(seconds.count(), 10) << compiler; // a second on an idle machine; this one may be busy
  }
}

TEST_F(Program, EachHeaderStandsAlone) {
  for (const fs::directory_entry &entry : fs::recursive_directory_iterator(SINTER_INCLUDE_DIR))
    if (entry.path().extension() == ".h") {
      std::ofstream(at("h.cpp")) << "#include \"" << entry.path().string() << "\"\n";
      Ran ran = run(SINTER_CXX " -std=c++20 -fsyntax-only -Wall -Wextra -Werror" + kInclude +
                    at("h.cpp"));
      EXPECT_EQ(ran.code, 0) << entry.path() << ran.said;
    }
}

TEST_F(Program, TheLibraryShowsNoProtobuf) {
  Ran symbols = run("nm -D --defined-only -C " SINTER_LIB_DIR "/libsinter.so");
  ASSERT_EQ(symbols.code, 0) << symbols.said;
  EXPECT_THAT(symbols.said, HasSubstr("sinter::linear("));
  EXPECT_THAT(symbols.said, Not(HasSubstr("proto")));
  // A build that does not inline shows what the headers define inline; nothing of the standard
  // library.
  EXPECT_THAT(symbols.said, Not(HasSubstr(" W std::")));
  for (const char *inside : {"sinter::detail", "sinter::rules", "sinter::graph"})
    EXPECT_THAT(symbols.said, Not(HasSubstr(inside)));
}
