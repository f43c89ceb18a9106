//===- Interrupt.cpp - what an interrupt must not leave behind --------------------------------===//
//
// See Interrupt.h. The handler reads fixed arrays and calls the kernel; it takes no memory and no
// lock.
//
//===------------------------------------------------------------------------------------------===//
#include "compiler/Interrupt.h"
#include "compiler/Diagnostics.h"

#include "llvm/Support/ErrorHandling.h"

#include <atomic>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sinter::compiler {

static constexpr int kSlots = 8;
static char folders[kSlots][PATH_MAX];
static volatile sig_atomic_t used[kSlots];
static volatile pid_t group = 0;
static volatile sig_atomic_t groupSignal = 0;

/// As the kernel writes it.
struct Entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

static void removeFolder(const char *path) {
  alignas(Entry) static char block[4096];
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  for (bool removed = true;
       removed;) { // removing moves what is left: read again until nothing goes
    removed = false;
    lseek(fd, 0, SEEK_SET);
    long count = syscall(SYS_getdents64, fd, block, sizeof block);
    for (long at = 0; at < count; at += reinterpret_cast<Entry *>(block + at)->length) {
      const char *name = reinterpret_cast<Entry *>(block + at)->name;
      if (strcmp(name, ".") && strcmp(name, ".."))
        removed |= unlinkat(fd, name, 0) == 0;
    }
  }
  close(fd);
  rmdir(path);
}

/// Asks the group to end and gives it a second: compilers remove their own temporary files.
static void endChild() {
  if (group <= 0)
    return;
  kill(-group, groupSignal);
  const timespec pause{0, 10'000'000};
  for (int i = 0; i < 100 && waitpid(group, nullptr, WNOHANG) == 0; ++i)
    nanosleep(&pause, nullptr);
  kill(-group, SIGKILL);
}

void removeFolders() {
  for (int i = 0; i < kSlots; ++i)
    if (used[i])
      removeFolder(folders[i]);
}

extern "C" {
static void onInterrupt(int signal) {
  endChild();
  removeFolders();
  ::signal(signal, SIG_DFL);
  raise(signal);
}
}

/// Signals that are ignored, as under nohup, stay so.
static void listen() {
  static const bool once = [] {
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction old, now = {};
      now.sa_handler = onInterrupt;
      for (int other : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&now.sa_mask, other);
      if (sigaction(signal, nullptr, &old) == 0 && old.sa_handler == SIG_DFL)
        sigaction(signal, &now, nullptr);
    }
    return true;
  }();
  (void)once;
}

/// Of several threads that lack memory, the first speaks.
[[noreturn]] static void refuseMemory() {
  static std::atomic_flag spoken;
  while (spoken.test_and_set())
    pause();
  static constexpr char words[] = "error: out of memory: expects more of it than the system gives; "
                                  "raise its limit (ulimit -v), "
                                  "or make batches and layers smaller\n";
  (void)!write(STDERR_FILENO, words, sizeof words - 1);
  endChild();
  removeFolders();
  _exit(Refused);
}

void endWithoutMemory() {
  std::set_new_handler(refuseMemory);
  llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { refuseMemory(); });
}

void endIfWithoutMemory() {
  static constexpr size_t kSpare = size_t(64) << 20;
  void *spare = mmap(nullptr, kSpare, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (spare == MAP_FAILED)
    refuseMemory();
  munmap(spare, kSpare);
}

int removeOnInterrupt(const std::string &folder) {
  listen();
  for (int i = 0; i < kSlots; ++i) {
    if (used[i] || folder.size() >= PATH_MAX)
      continue;
    memcpy(folders[i], folder.c_str(), folder.size() + 1);
    used[i] = 1;
    return i;
  }
  return -1;
}

void forgetFolder(int slot) {
  if (slot >= 0)
    used[slot] = 0;
}

void endOnInterrupt(pid_t newGroup, int signal) {
  listen();
  groupSignal = signal;
  group = newGroup;
}

} // namespace sinter::compiler
