/* file.h - reading whole ranges and writing files atomically (D30).
 *
 * A write goes to TARGET.tmp, which is synced and renamed over the target, and the folder is
 * synced; a target that is not a regular file is written in place; symlinks are followed. Two
 * writers of one target take turns: each holds a lock on the temporary. Invariant: until
 * file_commit succeeds, an existing target is unchanged. No heap. Reading on:
 * weights_write.c, npy.c. */
#ifndef SINTER_RUNTIME_FILE_H
#define SINTER_RUNTIME_FILE_H

#include "diag.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct file_writer {
  int fd;
  bool in_place;
  sigset_t mask_before; /* SIGPIPE and SIGXFSZ are held back while the file is open */
  char target[PATH_MAX], temporary[PATH_MAX];
} file_writer;

/// Says before a long run what would make its write fail: a missing folder, one that may not be
/// written. Writes nothing.
int file_probe(const char *path, diag *d);
/// Whether two paths name one regular file, that exists or would be made, behind whatever links.
/// Devices and pipes are never the same.
bool file_same(const char *a, const char *b);
/// Whether `a` is the temporary that a write of `of` goes to.
bool file_is_temporary(const char *a, const char *of);
/// A file that a run will write, known by what it is on disk, and the flag that names it.
typedef struct file_claim {
  const char *flag;
  uint64_t device, inode;
} file_claim;
/// Adds the files that a write to `path` takes the place of, at most two: the target, and unless it
/// is written where it is, its temporary. Returns how many there are; others need no claim.
uint32_t file_claims(const char *path, const char *flag, bool in_place, file_claim to[2]);
/// Until `count` is 0, file_open refuses these files (E2004), as what the flag `reader` reads.
void file_guard(const file_claim *claims, uint32_t count, const char *reader);
/// Starts a write; `path` as the user named it.
int file_begin(file_writer *w, const char *path, diag *d);
/// Writes bytes. After an error only file_abandon may follow.
int file_put(file_writer *w, const void *bytes, uint64_t count, diag *d);
/// Makes the new contents durable and visible; on failure the temporary is removed.
int file_commit(file_writer *w, diag *d);
/// Gives up: removes the temporary.
void file_abandon(file_writer *w);

/// Opens a regular file for reading, if no claim is on it; `size` receives its length. -1 on
/// failure.
int file_open(const char *path, uint64_t *size, diag *d);
/// Reads exactly count bytes at offset.
int file_read(int fd, const char *path, uint64_t offset, void *bytes, uint64_t count, diag *d);

/// For tests: called before "open", "write", "fsync", "rename" and "fsync folder"; a result other
/// than 0 is the errno with which the operation fails. NULL by default.
extern int (*file_fault)(const char *operation);

#endif
