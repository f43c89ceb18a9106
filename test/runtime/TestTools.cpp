// TestTools.cpp - see TestTools.h.
#include "TestTools.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "sinter-test-XXXXXX").string();
  path = mkdtemp(name.data()) ? name : "";
  EXPECT_FALSE(path.empty());
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path.empty())
    std::filesystem::remove_all(path, ignored);
}

std::string readFile(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void writeFile(const std::string &path, const std::string &contents) {
  std::ofstream out(path, std::ios::binary);
  out << contents;
  EXPECT_TRUE(out.good()) << path;
}

bool exists(const std::string &path) { return std::filesystem::exists(path); }

::testing::AssertionResult sameBytes(const std::string &a, const std::string &b) {
  if (a == b)
    return ::testing::AssertionSuccess();
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i])
    ++i;
  return ::testing::AssertionFailure()
         << a.size() << " and " << b.size() << " bytes differ at byte " << i;
}

Outcome inChild(const std::function<int()> &body) {
  Scratch folder;
  std::string outPath = folder / "out", errPath = folder / "err";
  fflush(nullptr); // else the child writes our lines again
  pid_t child = fork();
  if (child == 0) {
    int out = open(outPath.c_str(), O_WRONLY | O_CREAT, 0600),
        err = open(errPath.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(out, 1);
    dup2(err, 2);
    int code = body();
    fflush(stdout);
    fflush(stderr);
    _exit(code);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  Outcome result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = readFile(outPath);
  result.err = readFile(errPath);
  return result;
}

int callTrainer(const sinter_module *module, std::vector<std::string> arguments) {
  std::vector<char *> argv;
  std::string program = "/somewhere/fake";
  argv.push_back(program.data());
  for (std::string &a : arguments)
    argv.push_back(a.data());
  return sinter_trainer_main(module, static_cast<int>(argv.size()), argv.data());
}

Outcome train(const sinter_module *module, std::vector<std::string> arguments) {
  return inChild([&] { return callTrainer(module, arguments); });
}

pid_t startTrainer(const sinter_module *module, std::vector<std::string> arguments) {
  fflush(nullptr); // else the child writes our lines again
  pid_t child = fork();
  if (child == 0) {
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    _exit(callTrainer(module, arguments));
  }
  return child;
}

std::string idx(const std::vector<uint32_t> &sizes, const std::string &data) {
  std::string bytes = {0, 0, 8, static_cast<char>(sizes.size())};
  for (uint32_t s : sizes)
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes += static_cast<char>(s >> shift);
  return bytes + data;
}

void writeDataset(const Scratch &folder, uint32_t n, uint32_t m, uint32_t height, uint32_t width) {
  const struct {
    const char *name;
    uint32_t count;
  } splits[] = {{"train", n}, {"t10k", m}};
  for (auto [name, count] : splits) {
    std::string pixels(static_cast<size_t>(count) * height * width, '\0'), labels(count, '\0');
    // a column pattern that tells the label, and a little noise
    for (size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<char>(
          (i % width) % 10 == (i / (height * width)) % 10 ? 200 : (i * 2654435761u >> 28));
    for (uint32_t i = 0; i < count; ++i)
      labels[i] = static_cast<char>(i % 10);
    writeFile(folder / (std::string(name) + "-images-idx3-ubyte"),
              idx({count, height, width}, pixels));
    writeFile(folder / (std::string(name) + "-labels-idx1-ubyte"), idx({count}, labels));
  }
}

std::string gzip(const std::string &bytes) {
  z_stream z = {};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, bytes.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef *>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}
