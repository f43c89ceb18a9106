// Runs every program of errors/ and compares what it says and its exit code with the golden beside
// it; and checks that every code of Errors.def is met by a golden or by a test that names it.
// SINTER_UPDATE_GOLDENS=1 rewrites goldens.
#include "sinter/rules/errors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/wait.h>

namespace fs = std::filesystem;

static std::string slurp(const fs::path &path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

static std::vector<std::string> caseNames() {
  std::vector<std::string> names;
  for (const fs::directory_entry &entry : fs::directory_iterator(SINTER_TEST_DIR "/errors"))
    if (entry.path().extension() == ".cpp")
      names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

/// What the program says, with the source folder taken out of paths, and its exit code.
static std::string run(const std::string &name) {
  fs::path source = fs::path(SINTER_TEST_DIR) / "errors" / (name + ".cpp");
  std::string arguments = " -o /dev/null", text = slurp(source), key = "// ARGS:";
  if (size_t at = text.find(key); at != std::string::npos)
    arguments = text.substr(at + key.size(), text.find('\n', at) - at - key.size());
  std::string command = "env -u SINTER_OUT_FD -u SINTER_DIAG_FD -u SINTER_SET -u SINTER_BATCH " +
                        std::string(SINTER_ERROR_PROGRAMS "/") + name + arguments + " 2>&1";
  FILE *pipe = popen(command.c_str(), "r");
  std::string out;
  char buffer[4096];
  while (size_t count = fread(buffer, 1, sizeof buffer, pipe))
    out.append(buffer, count);
  int status = pclose(pipe);
  std::string folder = source.parent_path().string() + "/";
  for (size_t at; (at = out.find(folder)) != std::string::npos;)
    out.erase(at, folder.size());
  return out + (WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status)) : "signal") +
         "\n";
}

class Errors : public testing::TestWithParam<std::string> {};

TEST_P(Errors, SaysWhatTheGoldenSays) {
  fs::path golden = fs::path(SINTER_TEST_DIR) / "errors" / (GetParam() + ".expected");
  std::string said = run(GetParam());
  if (std::getenv("SINTER_UPDATE_GOLDENS")) {
    std::ofstream(golden, std::ios::binary) << said;
    return;
  }
  ASSERT_TRUE(fs::exists(golden)) << "missing golden; SINTER_UPDATE_GOLDENS=1 writes it:\n" << said;
  EXPECT_EQ(said, slurp(golden));
}

INSTANTIATE_TEST_SUITE_P(All, Errors, testing::ValuesIn(caseNames()),
                         [](const auto &info) { return info.param; });

TEST(ErrorTable, EveryFrontendCodeIsTested) {
  std::string goldens, tests;
  for (const std::string &name : caseNames())
    goldens += slurp(fs::path(SINTER_TEST_DIR) / "errors" / (name + ".expected"));
  for (const fs::directory_entry &entry : fs::directory_iterator(SINTER_TEST_DIR))
    if (entry.path().extension() == ".cpp")
      tests += slurp(entry.path());
  int count = 0;
  const sinter::rules::ErrorInfo *errors = sinter::rules::allErrors(count);
  for (int i = 0; i < count; ++i) {
    std::string code(errors[i].code);
    if (code[1] != '0')
      continue; // the compiler's, tested there
    bool tested = goldens.find("[" + code + "]") != std::string::npos ||
                  tests.find('"' + code + '"') != std::string::npos;
    EXPECT_TRUE(tested) << code << " (" << errors[i].title << ") is in no golden";
  }
}

TEST(ErrorTable, CodesAreUniqueAndDocumented) {
  int count = 0;
  const sinter::rules::ErrorInfo *errors = sinter::rules::allErrors(count);
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(sinter::rules::findError(errors[i].code), errors + i) << errors[i].code;
    EXPECT_EQ(errors[i].code.size(), 5u);
    EXPECT_FALSE(errors[i].title.empty());
    EXPECT_GT(errors[i].documentation.size(), 20u) << errors[i].code;
  }
  EXPECT_EQ(sinter::rules::findError("E9999"), nullptr);
}

/// Every line that is an error reads "… expects …, got …".
TEST(ErrorTable, EveryErrorExpectsAndGot) {
  for (const std::string &name : caseNames()) {
    std::istringstream lines(slurp(fs::path(SINTER_TEST_DIR) / "errors" / (name + ".expected")));
    for (std::string line; std::getline(lines, line);)
      if (line.find(": error: ") != std::string::npos && line[0] != '{') {
        EXPECT_NE(line.find("expects "), std::string::npos) << line;
        EXPECT_NE(line.find("got "), std::string::npos) << line;
      }
  }
}
