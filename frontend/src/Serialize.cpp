// The finished module on its way out: file names without machine paths, embedded sources, the
// container, an atomic write (D16, D30). Reading on: frontend/graph/Container.h.
#include "frontend/graph/Container.h"
#include "frontend/src/Call.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sinter::detail {

/// The last `parts` components of `path`.
static std::string tail(const std::string &path, int parts) {
  size_t at = path.size();
  for (; parts > 0 && at != std::string::npos && at > 0; --parts)
    at = path.rfind('/', at - 1);
  return parts > 0 || at == std::string::npos ? path : path.substr(at + 1);
}

/// Names that tell the files apart and say nothing about the machine: as few trailing components as
/// that takes.
static std::vector<std::string> portableNames(const std::vector<std::string> &files) {
  std::vector<std::string> names;
  for (const std::string &file : files) {
    int parts = 1;
    auto clash = [&] {
      return std::any_of(files.begin(), files.end(), [&](const std::string &other) {
        return other != file && tail(other, parts) == tail(file, parts);
      });
    };
    while (parts < 16 && clash())
      ++parts;
    names.push_back(tail(file, parts));
  }
  return names;
}

static int writeAll(int fd, const std::string &bytes) {
  for (size_t done = 0; done < bytes.size();) {
    ssize_t count = write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count < 0 ? errno : EIO;
    done += static_cast<size_t>(count);
  }
  return 0;
}

/// 0 or an errno. A regular target is replaced as a whole; anything else is written in place.
static int writeFile(const std::string &path, const std::string &bytes) {
  char real[PATH_MAX];
  std::string target = realpath(path.c_str(), real) ? real : path;
  struct stat info;
  bool exists = stat(target.c_str(), &info) == 0;
  bool inPlace = exists && !S_ISREG(info.st_mode);
  std::string temporary = inPlace ? target : target + ".tmp";
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (inPlace ? 0 : O_TRUNC);
  int fd = open(temporary.c_str(), flags, 0666);
  if (fd < 0)
    return errno;
  int error = writeAll(fd, bytes);
  if (!error && !inPlace && fsync(fd) != 0)
    error = errno;
  if (close(fd) != 0 && !error)
    error = errno;
  if (inPlace)
    return error;
  if (!error && rename(temporary.c_str(), target.c_str()) != 0)
    error = errno;
  if (error) {
    unlink(temporary.c_str());
    return error;
  }
  size_t slash = target.rfind('/');
  std::string folder = slash == std::string::npos ? "."
                       : slash == 0               ? "/"
                                                  : target.substr(0, slash);
  int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    fsync(directory); // the file is there; a folder that cannot be synced is not worth failing for
    close(directory);
  }
  return 0;
}

int writeModule(Context &context) {
  proto::Module &module = context.graph.module;
  const RunOptions &options = context.options;
  std::vector<std::string> names = portableNames(context.files);
  for (size_t i = 0; i < names.size(); ++i) {
    proto::SourceFile *file = module.add_files();
    file->set_path(utf8(names[i]));
    if (options.embedSource)
      file->set_text(sourceText(context.files[i]));
  }
  context.graph.finish();
  if (std::optional<graph::ContainerError> wrong = graph::checkGraph(module)) {
    // Every mistake of the user's has been reported before; this one is ours.
    context.diagnostics.report(
        {Severity::Error, wrong->code, "internal: the graph " + wrong->message, Place(), {}, ""});
    return 70;
  }
  std::string bytes = graph::writeContainer(module);
  int error =
      options.outFd >= 0 ? writeAll(options.outFd, bytes) : writeFile(options.outPath, bytes);
  if (error == 0)
    return 0;
  std::string target = options.outFd >= 0 ? "descriptor " + std::to_string(options.outFd)
                                          : "'" + options.outPath + "'";
  context.diagnostics.report({Severity::Error,
                              "E0023",
                              "expects to write " + target + ", got: " + std::strerror(error),
                              Place(),
                              {},
                              ""});
  return 3;
}

} // namespace sinter::detail
