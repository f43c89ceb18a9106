// The harness of the DSL tests. Reading on: dsl_test.h.
#include "test/frontend/dsl_test.h"

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

namespace sinter::test {

static std::string drain(int fd) {
  std::string bytes(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  if (pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    bytes = "cannot read back";
  close(fd);
  return bytes;
}

Built build(const std::function<void(Model &)> &program, const std::string &set,
            const std::string &batch) {
  int out = memfd_create("out", 0), diagnostics = memfd_create("diagnostics", 0);
  setenv("SINTER_OUT_FD", std::to_string(out).c_str(), 1);
  setenv("SINTER_DIAG_FD", std::to_string(diagnostics).c_str(), 1);
  setenv("SINTER_SET", set.c_str(), 1);
  setenv("SINTER_BATCH", batch.c_str(), 1);
  Built built;
  {
    Model model("test", 0, nullptr);
    program(model);
    built.code = model.write();
  }
  built.bytes = drain(out);
  built.said = drain(diagnostics);
  if (built.code == 0) {
    if (auto error = graph::parseContainer(built.bytes, built.module))
      ADD_FAILURE() << error->message;
    built.text = moduleText(built.module);
  }
  return built;
}

Built predict(const std::function<void(Entry)> &body, const std::string &batch) {
  return build([&](Model &model) { model.predict(body); }, "", batch);
}

Built train(const std::function<void(Step)> &body) {
  return build([&](Model &model) {
    model.data(images("mnist", {.batch = 32}));
    model.train(body);
  });
}

const proto::Entry *Built::find(const std::string &name, int64_t batch) const {
  for (const proto::Entry &candidate : module.entries())
    if (candidate.name() == name && candidate.batch() == batch)
      return &candidate;
  return nullptr;
}

std::string Built::entry(const std::string &name, int64_t batch) const {
  const proto::Entry *found = find(name, batch);
  return found ? entryText(*found) : "no such entry";
}

} // namespace sinter::test
