/* file.c - atomic writes and exact reads. See file.h. */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
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

/* Follows a symlink, also one whose target does not exist yet. Links among the folders are the system's to follow. */
static bool resolve(const char *path, char target[PATH_MAX]) {
  if (snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return false;
  }
  for (int links = 0; links < 40; ++links) {
    char link[PATH_MAX], folder[PATH_MAX];
    ssize_t n = readlink(target, link, sizeof link - 1);
    if (n < 0)
      return errno == EINVAL || errno == ENOENT;
    link[n] = 0;
    memcpy(folder, target, sizeof folder);
    int length = link[0] == '/' ? snprintf(target, PATH_MAX, "%s", link)
                                : snprintf(target, PATH_MAX, "%s/%s", dirname(folder), link);
    if (length >= PATH_MAX) {
      errno = ENAMETOOLONG;
      return false;
    }
  }
  errno = ELOOP;
  return false;
}

static int cannot(const char *verb, const char *path, diag *d) {
  return diag_error(d, 2401, "cannot %s '%s': %s", verb, path, strerror(errno));
}

int file_probe(const char *path, diag *d) {
  char target[PATH_MAX];
  struct stat info;
  if (!resolve(path, target))
    return cannot("write", path, d);
  bool exists = stat(target, &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    errno = EISDIR;
  else if (access(exists && !S_ISREG(info.st_mode) ? target : dirname(target), W_OK) == 0)
    return 0;
  return cannot("write", path, d);
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
    file_abandon(w);
    return code;
  }
  bool exists = stat(w->target, &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    w->in_place = true;
    w->fd = open(w->target, O_WRONLY | O_CLOEXEC);
    if (w->fd < 0)
      code = cannot("write", path, d);
  } else {
    if (snprintf(w->temporary, PATH_MAX, "%s.tmp", w->target) >= PATH_MAX)
      errno = ENAMETOOLONG;
    else
      w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (w->fd < 0) {
      code = cannot("write", w->temporary, d);
      w->temporary[0] = 0;
    } else if (exists && fchmod(w->fd, info.st_mode & 07777) != 0) {
      /* A file system without modes: the contents count. */
    }
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
  if (fault("fsync") ||
      (fsync(w->fd) != 0 && !(w->in_place && (errno == EINVAL || errno == ENOTSUP || errno == EROFS))))
    code = cannot("sync", w->in_place ? w->target : w->temporary, d);
  int fd = w->fd;
  w->fd = -1;
  if (close(fd) != 0 && !code)
    code = cannot("close", w->in_place ? w->target : w->temporary, d);
  if (!code && !w->in_place) {
    if (fault("rename") || rename(w->temporary, w->target) != 0) {
      code = cannot("replace", w->target, d);
    } else {
      w->temporary[0] = 0;
      if (!sync_folder(w->target))
        code = cannot("sync the folder of", w->target, d);
    }
  }
  file_abandon(w);
  return code;
}

void file_abandon(file_writer *w) {
  if (w->fd >= 0)
    close(w->fd);
  if (w->temporary[0])
    unlink(w->temporary);
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
    close(fd);
    fd = -1;
  } else {
    *size = (uint64_t)info.st_size;
  }
  return fd;
}

int file_read(int fd, const char *path, uint64_t offset, void *bytes, uint64_t count, diag *d) {
  char *p = bytes;
  while (count) {
    ssize_t n = pread(fd, p, count > 1 << 30 ? 1 << 30 : (size_t)count, (off_t)offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return diag_error(d, 2406, "cannot read '%s' at byte %llu: %s", path, (unsigned long long)offset,
                        strerror(errno));
    if (n == 0)
      return diag_error(d, 2406, "'%s' became shorter while it was read, at byte %llu", path,
                        (unsigned long long)offset);
    p += n;
    offset += (uint64_t)n;
    count -= (uint64_t)n;
  }
  return 0;
}
