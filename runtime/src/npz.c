/* npz.c - finding a member of a zip file by its directory, at the end of the file, and unpacking
 * it. See npz.h. */
#define _GNU_SOURCE
#include "npz.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

/* Sizes of the records, and how long a comment may be. PKWARE, "APPNOTE.TXT", 4.3. */
enum { END = 22, ENTRY = 46, LOCAL = 30, MOST_COMMENT = 65535, STORED = 0, DEFLATED = 8 };

typedef struct zip {
  const char *path;
  int fd;
  uint64_t bytes;
  unsigned char *directory;
  uint64_t directory_at, directory_bytes, entries;
} zip;

static uint32_t number(const unsigned char *p, int bytes) {
  uint32_t value = 0;
  while (bytes--)
    value = value << 8 | p[bytes];
  return value;
}

static int bad(const zip *z, uint64_t byte, const char *expects, diag *d) {
  return diag_error(d, 2205, "'%s' byte %llu: expects %s", z->path, (unsigned long long)byte,
                    expects);
}

/* The last record says where the directory is; a comment may follow. */
static int read_directory(zip *z, diag *d) {
  static _Thread_local unsigned char tail[END + MOST_COMMENT];
  uint64_t n = z->bytes < sizeof tail ? z->bytes : sizeof tail, at = n;
  if (file_read(z->fd, z->path, z->bytes - n, tail, n, d))
    return d->code;
  for (at = n >= END ? n - END + 1 : 0; at > 0; --at)
    if (memcmp(tail + at - 1, "PK\5\6", 4) == 0)
      break;
  if (at == 0)
    return bad(z, z->bytes - n, "the end of a zip file", d);
  const unsigned char *end = tail + at - 1;
  uint64_t from = z->directory_at = number(end + 16, 4), place = z->bytes - n + at - 1;
  z->entries = number(end + 10, 2);
  z->directory_bytes = number(end + 12, 4);
  if (from > place || z->directory_bytes > place - from)
    return bad(z, place, "a directory within the file, which is below 4 GiB", d);
  z->directory = malloc(z->directory_bytes + 1);
  if (!z->directory)
    return diag_error(d, 2402, "out of memory: the directory of '%s'", z->path);
  return file_read(z->fd, z->path, from, z->directory, z->directory_bytes, d);
}

/* Where `name` stands in the directory; NULL: reported. */
static const unsigned char *find(const zip *z, const char *name, diag *d) {
  const unsigned char *entry = z->directory, *end = entry + z->directory_bytes;
  for (int list = 0; list < 2; ++list) { /* first to find it, then to say what there is */
    entry = z->directory;
    if (list)
      diag_error(d, 2205, "'%s' expects a member '%s', got none of that name", z->path, name);
    for (uint64_t i = 0; i < z->entries; ++i) {
      uint64_t left = (uint64_t)(end - entry), length = left < ENTRY ? 0 : number(entry + 28, 2);
      uint64_t bytes = ENTRY + length + (left < ENTRY ? 0 : number(entry + 30, 2)) +
                       (left < ENTRY ? 0 : number(entry + 32, 2));
      if (left < bytes || memcmp(entry, "PK\1\2", 4) != 0) {
        bad(z, z->directory_at + z->directory_bytes - left, "an entry of the directory", d);
        return NULL;
      }
      if (list && i < 20)
        diag_detail(d, "it has '%.*s'", (int)length, (const char *)entry + ENTRY);
      if (!list && length == strlen(name) && memcmp(entry + ENTRY, name, length) == 0)
        return entry;
      entry += bytes;
    }
  }
  return NULL;
}

/* to[0 .. size) = the member, whose packed bytes are `from`. */
static bool unpack(int method, unsigned char *from, uint64_t packed, unsigned char *to,
                   uint64_t size) {
  if (method == STORED) {
    memcpy(to, from, packed == size ? size : 0);
    return packed == size;
  }
  z_stream s = {.next_in = from, .avail_in = (uInt)packed, .next_out = to, .avail_out = (uInt)size};
  if (inflateInit2(&s, -15) != Z_OK)
    return false;
  bool whole = inflate(&s, Z_FINISH) == Z_STREAM_END && s.avail_out == 0;
  inflateEnd(&s);
  return whole;
}

static int take(const zip *z, const unsigned char *entry, const char *name, unsigned char *to,
                diag *d) {
  unsigned char local[LOCAL];
  uint64_t packed = number(entry + 20, 4), size = number(entry + 24, 4), at = number(entry + 42, 4);
  uint32_t method = number(entry + 10, 2);
  if (method != STORED && method != DEFLATED)
    return bad(z, at, "a member that is stored or deflated", d);
  if (at > z->bytes || z->bytes - at < LOCAL)
    return bad(z, at, "a member within the file", d);
  if (file_read(z->fd, z->path, at, local, LOCAL, d))
    return d->code;
  uint64_t from = at + LOCAL + number(local + 26, 2) + number(local + 28, 2);
  if (memcmp(local, "PK\3\4", 4) != 0 || from > z->bytes || packed > z->bytes - from)
    return bad(z, at, "a member within the file", d);
  unsigned char *bytes = malloc(packed + 1);
  if (!bytes)
    return diag_error(d, 2402, "out of memory: '%s' of '%s'", name, z->path);
  if (!file_read(z->fd, z->path, from, bytes, packed, d) &&
      (!unpack((int)method, bytes, packed, to, size) ||
       crc32(0, to, (uInt)size) != number(entry + 16, 4)))
    diag_error(d, 2205, "'%s' byte %llu: expects the bytes of '%s', got damage", z->path,
               (unsigned long long)from, name);
  free(bytes);
  return d->code;
}

/* The member in memory that has a file's name. */
static int make_file(const zip *z, const unsigned char *entry, const char *name, diag *d) {
  uint64_t size = number(entry + 24, 4);
  int fd = memfd_create(name, MFD_CLOEXEC);
  unsigned char *to = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, (off_t)size + 1) == 0) /* nothing cannot be mapped */
    to = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (to == MAP_FAILED)
    diag_error(d, 2402, "out of memory: '%s' of '%s'", name, z->path);
  else
    take(z, entry, name, to, d);
  if (to != MAP_FAILED)
    munmap(to, size + 1);
  if (fd >= 0 && (d->code || ftruncate(fd, (off_t)size) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

int npz_open(const char *path, const char *name, uint64_t *size, diag *d) {
  zip z = {.path = path};
  int fd = -1;
  z.fd = file_open(path, &z.bytes, d);
  if (z.fd < 0)
    return -1;
  const unsigned char *entry = read_directory(&z, d) ? NULL : find(&z, name, d);
  if (entry) {
    *size = number(entry + 24, 4);
    fd = make_file(&z, entry, name, d);
  }
  free(z.directory);
  close(z.fd);
  return fd;
}
