/* file.c - atomic writes and exact reads. See file.h. */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int (*file_fault)(const char *operation);

static bool fault(const char *operation) {
  int error = file_fault ? file_fault(operation) : 0;
  if (error)
    errno = error;
  return error != 0;
}

static void hold_signals(sigset_t *before) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGPIPE);
  sigaddset(&held, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &held, before);
}

static void release_signals(const sigset_t *before) {
  sigset_t held;
  sigemptyset(&held);
  if (!sigismember(before, SIGPIPE))
    sigaddset(&held, SIGPIPE);
  if (!sigismember(before, SIGXFSZ))
    sigaddset(&held, SIGXFSZ);
  struct timespec none = {0, 0};
  while (sigtimedwait(&held, NULL, &none) > 0) /* the failed write has told already */
    ;
  pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* Whether something stands at `path` that is written as it is: a device, a pipe, /dev/stdout on a
 * pipe. */
static bool written_in_place(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* Where the file of that name lies: follows a symlink, also one whose target does not exist yet.
 * Links among the folders are the system's to follow, and those of /proc that lead to no file. */
static bool resolve(const char *path, char target[PATH_MAX]) {
  size_t length = strlen(path);
  if (length >= PATH_MAX || !length) {
    errno = length ? ENAMETOOLONG : ENOENT;
    return false;
  }
  memcpy(target, path, length + 1);
  if (written_in_place(path))
    return true;
  if (path[length - 1] == '/') {
    errno = ENOTDIR;
    return false;
  }
  for (int links = 0; links < 40; ++links) {
    char link[PATH_MAX], folder[PATH_MAX];
    ssize_t n = readlink(target, link, sizeof link - 1);
    if (n < 0)
      return errno == EINVAL || errno == ENOENT;
    link[n] = 0;
    memcpy(folder, target, sizeof folder);
    int written = link[0] == '/' ? snprintf(target, PATH_MAX, "%s", link)
                                 : snprintf(target, PATH_MAX, "%s/%s", dirname(folder), link);
    if (written >= PATH_MAX) {
      errno = ENAMETOOLONG;
      return false;
    }
  }
  errno = ELOOP;
  return false;
}

static bool name_temporary(const char *target, char temporary[PATH_MAX]) {
  if (snprintf(temporary, PATH_MAX, "%s.tmp", target) < PATH_MAX)
    return true;
  errno = ENAMETOOLONG;
  return false;
}

static int cannot(const char *verb, const char *path, diag *d) {
  return diag_error(d, 2401, "cannot %s '%s': %s", verb, path, strerror(errno));
}

int file_probe(const char *path, diag *d) {
  char target[PATH_MAX], temporary[PATH_MAX];
  struct stat info;
  if (!resolve(path, target) || !name_temporary(target, temporary))
    return cannot("write", path, d);
  if (written_in_place(target)) {
    if (stat(target, &info) == 0 && S_ISDIR(info.st_mode))
      errno = EISDIR;
    else if (access(target, W_OK) == 0)
      return 0;
    return cannot("write", path, d);
  }
  /* what another write has left is replaced, if it is a file */
  bool left = lstat(temporary, &info) == 0;
  if (left && !S_ISREG(info.st_mode))
    errno = EEXIST;
  else if ((left || errno == ENOENT) && access(dirname(target), W_OK) == 0)
    return 0;
  return cannot("write", left && errno == EEXIST ? temporary : path, d);
}

/* Whether two resolved paths name one file. One that is not there yet is known by its folder, which
 * has many paths, and its name. */
static bool same_target(const char *a, const char *b) {
  char folders[2][PATH_MAX];
  struct stat x, y;
  if (stat(a, &x) == 0 && stat(b, &y) == 0)
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
  snprintf(folders[0], PATH_MAX, "%s", a);
  snprintf(folders[1], PATH_MAX, "%s", b);
  const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
  if (strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) != 0)
    return false;
  const char *folder_a = dirname(folders[0]), *folder_b = dirname(folders[1]);
  return stat(folder_a, &x) == 0 && stat(folder_b, &y) == 0
             ? x.st_dev == y.st_dev && x.st_ino == y.st_ino
             : strcmp(folder_a, folder_b) == 0;
}

bool file_same(const char *a, const char *b) {
  char targets[2][PATH_MAX];
  return !written_in_place(a) && !written_in_place(b) && resolve(a, targets[0]) &&
         resolve(b, targets[1]) && same_target(targets[0], targets[1]);
}

bool file_is_temporary(const char *a, const char *of) {
  char target[PATH_MAX], temporary[PATH_MAX], other[PATH_MAX];
  return !written_in_place(a) && !written_in_place(of) && resolve(of, target) &&
         name_temporary(target, temporary) && resolve(a, other) && same_target(other, temporary);
}

static struct {
  const file_claim *claims;
  uint32_t count;
  const char *reader;
} guard;

uint32_t file_claims(const char *path, const char *flag, bool in_place, file_claim to[2]) {
  char names[2][PATH_MAX];
  uint32_t count = 0;
  struct stat info;
  if (!resolve(path, names[0]) || !name_temporary(names[0], names[1]))
    return 0;
  for (int i = 0; i < (in_place ? 1 : 2); ++i)
    if (stat(names[i], &info) == 0 && S_ISREG(info.st_mode))
      to[count++] = (file_claim){flag, info.st_dev, info.st_ino};
  return count;
}

void file_guard(const file_claim *claims, uint32_t count, const char *reader) {
  guard.claims = claims;
  guard.count = count;
  guard.reader = reader;
}

/* Whether the file may be read: nothing will be written in its place. */
static bool unclaimed(const char *path, const struct stat *info, diag *d) {
  for (uint32_t i = 0; i < guard.count; ++i)
    if (guard.claims[i].device == info->st_dev && guard.claims[i].inode == info->st_ino) {
      diag_error(d, 2004, "--%s expects another file than '%s', which --%s reads",
                 guard.claims[i].flag, path, guard.reader);
      return false;
    }
  return true;
}

/* The temporary belongs to one writer at a time: without a lock, one could rename what another is
 * still writing. The lock ends with the process, however that ends. A file system without locks
 * gets none. */
static bool lock_temporary(file_writer *w) {
  enum { TRIES = 1000, MS = 10 };
  for (int i = 0; i < TRIES; ++i) {
    struct stat ours, named;
    w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (w->fd < 0)
      return false;
    int result = flock(w->fd, LOCK_EX | LOCK_NB);
    if (result == 0 && fstat(w->fd, &ours) == 0 &&
        (lstat(w->temporary, &named) != 0 || ours.st_ino != named.st_ino ||
         ours.st_dev != named.st_dev))
      result = -2; /* renamed or removed since it was opened: it is another file now */
    if (result == 0 || (result == -1 && errno != EWOULDBLOCK && errno != EINTR))
      return ftruncate(w->fd, 0) == 0;
    close(w->fd);
    w->fd = -1;
    if (result == -1)
      nanosleep(&(struct timespec){0, MS * 1000000}, NULL);
  }
  errno = EBUSY;
  return false;
}

int file_begin(file_writer *w, const char *path, diag *d) {
  w->fd = -1;
  w->in_place = false;
  w->temporary[0] = 0;
  hold_signals(&w->mask_before);
  struct stat info;
  int code = 0;
  if (fault("open") || !resolve(path, w->target)) {
    code = cannot("write", path, d);
  } else if (written_in_place(w->target)) {
    w->in_place = true;
    w->fd = open(w->target, O_WRONLY | O_CLOEXEC);
    if (w->fd < 0)
      code = cannot("write", path, d);
  } else if (!name_temporary(w->target, w->temporary) || !lock_temporary(w)) {
    code = cannot("write", w->temporary, d);
    if (w->fd < 0)
      w->temporary[0] = 0; /* not ours to remove */
  } else if (stat(w->target, &info) == 0 && fchmod(w->fd, info.st_mode & 07777) != 0) {
    /* A file system without modes: the contents count. */
  }
  if (code)
    file_abandon(w);
  return code;
}

int file_put(file_writer *w, const void *bytes, uint64_t count, diag *d) {
  const char *p = bytes;
  while (count) {
    size_t piece = count > 1 << 30 ? 1 << 30 : (size_t)count;
    ssize_t n = fault("write") ? -1 : write(w->fd, p, piece);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      if (n == 0)
        errno = ENOSPC;
      return cannot("write", w->in_place ? w->target : w->temporary, d);
    }
    p += n;
    count -= (uint64_t)n;
  }
  return 0;
}

static bool sync_folder(const char *target) {
  char copy[PATH_MAX];
  memcpy(copy, target, sizeof copy);
  int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno == EACCES; /* a folder that may be written but not read: the rename stands */
  bool ok = !fault("fsync folder") && (fsync(fd) == 0 || errno == EINVAL);
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

int file_commit(file_writer *w, diag *d) {
  int code = 0;
  if (fault("fsync") || (fsync(w->fd) != 0 &&
                         !(w->in_place && (errno == EINVAL || errno == ENOTSUP || errno == EROFS))))
    code = cannot("sync", w->in_place ? w->target : w->temporary, d);
  if (!code && !w->in_place) { /* while it is open, and so locked */
    if (fault("rename") || rename(w->temporary, w->target) != 0) {
      code = cannot("replace", w->target, d);
    } else {
      w->temporary[0] = 0;
      if (!sync_folder(w->target))
        code = cannot("sync the folder of", w->target, d);
    }
  }
  if (w->in_place) { /* the other kind is synced: closing tells nothing new */
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 && !code)
      code = cannot("close", w->target, d);
  }
  file_abandon(w);
  return code;
}

void file_abandon(file_writer *w) {
  if (w->temporary[0])
    unlink(w->temporary);
  if (w->fd >= 0)
    close(w->fd);
  w->fd = -1;
  w->temporary[0] = 0;
  release_signals(&w->mask_before);
}

int file_open(const char *path, uint64_t *size, diag *d) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
  struct stat info;
  if (fd < 0) {
    diag_error(d, 2101, "cannot read '%s': %s", path, strerror(errno));
  } else if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    diag_error(d, 2101, "cannot read '%s': expects a regular file, got %s", path,
               S_ISDIR(info.st_mode) ? "a folder" : "something else");
  } else if (unclaimed(path, &info, d)) {
    *size = (uint64_t)info.st_size;
    return fd;
  }
  if (fd >= 0)
    close(fd);
  return -1;
}

int file_read(int fd, const char *path, uint64_t offset, void *bytes, uint64_t count, diag *d) {
  char *p = bytes;
  while (count) {
    ssize_t n = pread(fd, p, count > 1 << 30 ? 1 << 30 : (size_t)count, (off_t)offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return diag_error(d, 2406, "cannot read '%s' at byte %llu: %s", path,
                        (unsigned long long)offset, strerror(errno));
    if (n == 0)
      return diag_error(d, 2406, "'%s' became shorter while it was read, at byte %llu", path,
                        (unsigned long long)offset);
    p += n;
    offset += (uint64_t)n;
    count -= (uint64_t)n;
  }
  return 0;
}
