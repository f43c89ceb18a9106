//===- System.cpp - files and child processes -------------------------------------------------===//
//
// See System.h.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/System.h"
#include "compiler/Interrupt.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

namespace sinter::compiler {

static int writeAll(int fd, llvm::StringRef bytes) {
  while (!bytes.empty()) {
    ssize_t count = write(fd, bytes.data(), std::min<size_t>(bytes.size(), 1 << 30));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count < 0 ? errno : EIO;
    bytes = bytes.drop_front(count);
  }
  return 0;
}

/// Where a file of that name lies, behind links, also when there is none yet.
static std::string resolve(std::string path) {
  const int mostLinks = 40;
  char name[PATH_MAX];
  for (int i = 0; i < mostLinks; ++i) {
    if (realpath(path.c_str(), name))
      return name;
    ssize_t length = readlink(path.c_str(), name, sizeof name - 1);
    if (length < 0)
      return path;
    name[length] = 0;
    size_t slash = name[0] == '/' ? path.npos : path.rfind('/');
    path = slash == path.npos ? name : path.substr(0, slash + 1) + name;
  }
  return path;
}

bool isSameFile(llvm::StringRef a, llvm::StringRef b) {
  struct stat first, second;
  if (stat(a.str().c_str(), &first) == 0 && stat(b.str().c_str(), &second) == 0)
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
  // One that is not there yet is known by its folder, which has many paths, and its name.
  auto place = [](const std::string &path) {
    size_t slash = path.rfind('/');
    std::string name = slash == path.npos ? path : path.substr(slash + 1);
    return resolve(slash == path.npos ? "." : path.substr(0, slash + 1)) + "/" + name;
  };
  return place(resolve(a.str())) == place(resolve(b.str()));
}

static constexpr char kTemporary[] = ".tmp";

std::string getTemporary(llvm::StringRef path) { return resolve(path.str()) + kTemporary; }

/// A new file, which one process writes at a time: without the lock, one could rename what another
/// is still writing. What a killed process left is no lock, and goes. Negative when refused.
static int openTemporary(const char *path, mode_t mode) {
  const int tries = 1000, waitMicroseconds = 10000;
  for (int i = 0; i < tries; ++i) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool fresh = fd >= 0, taken = !fresh && errno == EEXIST;
    if (taken)
      fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (taken && fd < 0 && errno == ENOENT) // gone since
      continue;
    if (fd < 0)
      return fd;
    struct stat ours, named;
    bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    bool ofThatName = fstat(fd, &ours) == 0 && lstat(path, &named) == 0 &&
                      ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
    if (locked && ofThatName && fresh)
      return fd;
    if (locked && ofThatName)
      unlink(path);
    close(fd);
    if (!locked)
      usleep(waitMicroseconds);
  }
  errno = EBUSY;
  return -1;
}

std::optional<std::string> writeFileAtomically(llvm::StringRef path, llvm::StringRef bytes,
                                               bool executable) {
  if (path == "-") {
    int error = writeAll(STDOUT_FILENO, bytes);
    return error && error != EPIPE // a reader that has had enough
               ? std::optional<std::string>(strerror(error))
               : std::nullopt;
  }
  std::string target = resolve(path.str());
  struct stat info;
  bool inPlace = stat(target.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
  std::string temporary = inPlace ? target : target + kTemporary;
  int fd = inPlace ? open(target.c_str(), O_WRONLY | O_CLOEXEC)
                   : openTemporary(temporary.c_str(), executable ? 0777 : 0666);
  if (fd < 0)
    return strerror(errno);
  int error = writeAll(fd, bytes);
  if (!error && !inPlace && fsync(fd))
    error = errno;
  if (!error && !inPlace && rename(temporary.c_str(), target.c_str()))
    error = errno;
  if (error && !inPlace)
    unlink(temporary.c_str());
  if (close(fd) && !error && inPlace) // gives the lock up, so it comes last
    error = errno;
  if (error)
    return strerror(error);
  if (!inPlace) {
    size_t slash = target.rfind('/');
    std::string folder = slash == std::string::npos ? "."
                         : slash == 0               ? "/"
                                                    : target.substr(0, slash);
    int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      fsync(
          directory); // the file is there; a folder that cannot be synced is not worth failing for
      close(directory);
    }
  }
  return std::nullopt;
}

std::optional<std::string> readWholeFile(llvm::StringRef path, std::string &why) {
  int fd = path == "-" ? dup(STDIN_FILENO) : open(path.str().c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    why = strerror(errno);
    return std::nullopt;
  }
  std::string bytes;
  std::vector<char> block(1 << 16);
  for (;;) {
    ssize_t count = read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      why = strerror(errno);
    if (count <= 0) {
      close(fd);
      return count < 0 ? std::nullopt : std::optional(std::move(bytes));
    }
    bytes.append(block.data(), count);
  }
}

TemporaryFolder::TemporaryFolder() {
  const char *base = getenv("TMPDIR");
  std::string root = base && *base ? base : "/tmp";
  path = root + "/sinter-XXXXXX";
  if (mkdtemp(path.data())) {
    slot = removeOnInterrupt(path);
    return;
  }
  why = "expects to make a temporary folder in '" + root + "', got: " + strerror(errno) +
        "; TMPDIR names another place";
  path.clear();
}

TemporaryFolder::~TemporaryFolder() {
  if (!path.empty())
    llvm::sys::fs::remove_directories(path);
  forgetFolder(slot);
}

static double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

namespace {
/// A pipe from the child; `into` collects what it writes.
struct Capture {
  int read = -1, write = -1;
  std::string *into = nullptr;
};
} // namespace

/// Reads until every pipe is closed, or the child has ended and nothing is left, whoever else still
/// holds a pipe. False when the time is over before that.
static bool drain(std::vector<Capture> &captures, double deadline, pid_t child) {
  std::vector<char> block(1 << 16);
  for (;;) {
    siginfo_t ended = {};
    waitid(P_PID, child, &ended, WEXITED | WNOHANG | WNOWAIT);
    std::vector<pollfd> polls;
    for (Capture &capture : captures)
      if (capture.read >= 0)
        polls.push_back({capture.read, POLLIN, 0});
    if (polls.empty())
      return true;
    if (deadline > 0 && now() > deadline)
      return false;
    int ready = poll(polls.data(), polls.size(), ended.si_pid ? 0 : 20);
    if (ready == 0 && ended.si_pid)
      return true;
    for (pollfd &polled : polls) {
      if (!polled.revents)
        continue;
      for (Capture &capture : captures) {
        if (capture.read != polled.fd)
          continue;
        ssize_t count = read(capture.read, block.data(), block.size());
        if (count > 0) {
          capture.into->append(block.data(), count);
        } else if (count == 0 || errno != EINTR) {
          close(capture.read);
          capture.read = -1;
        }
      }
    }
  }
}

/// Waits for the child until `deadline`; true when it ended.
static bool waitUntil(pid_t pid, double deadline, int &status) {
  for (;;) {
    pid_t ended = waitpid(pid, &status, deadline > 0 ? WNOHANG : 0);
    if (ended == pid)
      return true;
    if (ended < 0 && errno != EINTR)
      return true;
    if (deadline > 0 && now() > deadline)
      return false;
    if (ended == 0)
      usleep(2000);
  }
}

/// Pointers to `texts` as exec wants them, with null at the end.
static std::vector<char *> getPointers(std::vector<std::string> &texts) {
  std::vector<char *> pointers;
  for (std::string &text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Our environment, changed by `changes`.
static std::vector<std::string> getVariables(const std::map<std::string, std::string> &changes) {
  std::vector<std::string> variables;
  for (char **variable = environ; *variable; ++variable)
    if (!changes.count(llvm::StringRef(*variable).split('=').first.str()))
      variables.push_back(*variable);
  for (auto &[name, value] : changes)
    variables.push_back(name + "=" + value);
  return variables;
}

/// Starts `child` in a group of its own, so that all it started ends with it; `captures` gets our
/// ends of its pipes. Returns why it could not be started, or 0.
static int start(Child &child, std::vector<Capture> &captures, pid_t &pid) {
  std::map<std::string, std::string> environment = child.environment;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  bool ok = true;
  auto addPipe = [&](std::string &into, std::initializer_list<int> descriptors) {
    int ends[2];
    ok = ok && pipe2(ends, O_CLOEXEC) == 0;
    if (!ok)
      return;
    captures.push_back({ends[0], ends[1], &into});
    for (int descriptor : descriptors)
      posix_spawn_file_actions_adddup2(&actions, ends[1], descriptor);
  };
  int next = 100; // descriptors of the child; far from those that a program expects to be free
  for (auto &[name, text] : child.captured) {
    addPipe(text, {next});
    environment[name] = std::to_string(next++);
  }
  if (child.output)
    addPipe(*child.output, {STDOUT_FILENO, STDERR_FILENO});
  else if (child.stdoutToStderr)
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  int error = ok ? 0 : errno;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> variables = getVariables(environment);
  std::vector<char *> arguments = getPointers(child.command), envp = getPointers(variables);
  if (!error)
    error = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  for (Capture &capture : captures)
    close(capture.write);
  return error;
}

std::optional<std::string> run(Child &child) {
  std::vector<Capture> captures;
  auto closeAll = [&] {
    for (Capture &capture : captures)
      if (capture.read >= 0)
        close(capture.read);
  };
  pid_t pid = 0;
  if (int error = start(child, captures, pid)) {
    closeAll();
    return strerror(error);
  }
  endOnInterrupt(pid, child.timeLimitSeconds ? SIGKILL : SIGTERM); // it is in no group of ours
  double deadline = child.timeLimitSeconds ? now() + child.timeLimitSeconds : 0;
  int status = 0;
  if (!drain(captures, deadline, pid) || !waitUntil(pid, deadline, status)) {
    child.timedOut = true;
    kill(-pid, SIGKILL);
    waitUntil(pid, 0, status);
  }
  kill(-pid, SIGKILL); // what it started and left behind
  endOnInterrupt(0, 0);
  closeAll();
  if (WIFSIGNALED(status))
    child.signal = WTERMSIG(status);
  else
    child.exitCode = WEXITSTATUS(status);
  return std::nullopt;
}

std::string findProgram(llvm::ArrayRef<llvm::StringRef> names) {
  for (llvm::StringRef name : names)
    if (auto found = llvm::sys::findProgramByName(name))
      return *found;
  return "";
}

std::vector<std::string> findCommand(const char *variable, llvm::ArrayRef<llvm::StringRef> names) {
  llvm::SmallVector<llvm::StringRef> words;
  if (const char *named = getenv(variable)) {
    if (strchr(named, '/') && llvm::sys::fs::can_execute(named)) // a path may hold blanks
      return {named};
    llvm::StringRef(named).split(words, ' ', -1, /*KeepEmpty=*/false);
  }
  if (!words.empty())
    return {words.begin(), words.end()};
  std::string found = findProgram(names);
  return found.empty() ? std::vector<std::string>{} : std::vector<std::string>{found};
}

} // namespace sinter::compiler
