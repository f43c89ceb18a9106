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

/* Sizes of the records, and how long a comment may be. PKWARE, "APPNOTE.TXT", 4.3; what does not
 * fit into 32 bits is full of ones, and stands in a record of 64 bits (4.5.3). */
enum { END = 22, ENTRY = 46, LOCAL = 30, LOCATOR = 20, END64 = 56, MOST_COMMENT = 65535 };
enum { STORED = 0, DEFLATED = 8, WIDE = 1, MOST_INFLATION = 1040 };
static const uint64_t kFull = 0xffffffff;

typedef struct zip {
  const char *path;
  int fd;
  uint64_t bytes;
  unsigned char *directory;
  uint64_t directory_at, directory_bytes, entries;
} zip;

typedef struct member {
  uint64_t packed, size, at; /* bytes in the file and unpacked; where its local record is */
  uint32_t method, check;
} member;

static uint64_t number(const unsigned char *p, int bytes) {
  uint64_t value = 0;
  while (bytes--)
    value = value << 8 | p[bytes];
  return value;
}

static int bad(const zip *z, uint64_t byte, const char *expects, diag *d) {
  return diag_error(d, 2205, "'%s' byte %llu: expects %s", z->path, (unsigned long long)byte,
                    expects);
}

/* The record of 64 bits, which a locator before the last record, at `place`, names; its place then
 * is where the directory must end. */
static int read_end64(zip *z, uint64_t *place, diag *d) {
  unsigned char locator[LOCATOR], end[END64];
  uint64_t at = 0;
  if (*place < LOCATOR)
    return bad(z, *place, "a zip64 locator before it", d);
  if (file_read(z->fd, z->path, *place - LOCATOR, locator, LOCATOR, d))
    return d->code;
  if (memcmp(locator, "PK\6\7", 4) == 0)
    at = number(locator + 8, 8);
  if (!at || at > *place || *place - at < LOCATOR + END64)
    return bad(z, *place - LOCATOR, "a zip64 locator of a record within the file", d);
  if (file_read(z->fd, z->path, at, end, END64, d))
    return d->code;
  if (memcmp(end, "PK\6\6", 4) != 0)
    return bad(z, at, "the zip64 end of a zip file", d);
  z->entries = number(end + 32, 8);
  z->directory_bytes = number(end + 40, 8);
  z->directory_at = number(end + 48, 8);
  *place = at;
  return 0;
}

/* Where the last record is, and the record; a comment may follow it. */
static uint64_t find_end(zip *z, unsigned char record[END], diag *d) {
  uint64_t most = END + MOST_COMMENT, n = z->bytes < most ? z->bytes : most, at = 0;
  unsigned char *tail = malloc(n + 1);
  if (!tail)
    diag_error(d, 2402, "out of memory: the end of '%s'", z->path);
  else if (!file_read(z->fd, z->path, z->bytes - n, tail, n, d))
    for (at = n >= END ? n - END + 1 : 0; at > 0; --at)
      if (memcmp(tail + at - 1, "PK\5\6", 4) == 0)
        break;
  if (at > 0)
    memcpy(record, tail + at - 1, END);
  else if (!d->code)
    bad(z, z->bytes - n, "the end of a zip file", d);
  free(tail);
  return z->bytes - n + at - 1;
}

/* It says where the directory is. */
static int read_directory(zip *z, diag *d) {
  unsigned char end[END];
  uint64_t place = find_end(z, end, d);
  if (d->code)
    return d->code;
  z->directory_at = number(end + 16, 4);
  z->entries = number(end + 10, 2);
  z->directory_bytes = number(end + 12, 4);
  if ((z->directory_at == kFull || z->directory_bytes == kFull || z->entries == 0xffff) &&
      read_end64(z, &place, d))
    return d->code;
  if (z->directory_at > place || z->directory_bytes > place - z->directory_at)
    return bad(z, place, "a directory within the file", d);
  z->directory = malloc(z->directory_bytes + 1);
  if (!z->directory)
    return diag_error(d, 2402, "out of memory: the directory of '%s'", z->path);
  return file_read(z->fd, z->path, z->directory_at, z->directory, z->directory_bytes, d);
}

/* What an entry of the directory says; numbers of 64 bits stand in one of its extra records. */
static int read_member(const zip *z, const unsigned char *entry, member *m, diag *d) {
  *m = (member){.packed = number(entry + 20, 4),
                .size = number(entry + 24, 4),
                .at = number(entry + 42, 4),
                .method = (uint32_t)number(entry + 10, 2),
                .check = (uint32_t)number(entry + 16, 4)};
  uint64_t *wide[] = {&m->size, &m->packed, &m->at};
  const unsigned char *extra = entry + ENTRY + number(entry + 28, 2),
                      *end = extra + number(entry + 30, 2), *value = end, *last = end;
  for (; end - extra >= 4 && value == end; extra += 4 + number(extra + 2, 2))
    if (number(extra, 2) == WIDE) {
      value = extra + 4;
      last = (uint64_t)(end - value) < number(extra + 2, 2) ? end : value + number(extra + 2, 2);
    }
  for (int i = 0; i < 3; ++i) {
    if (*wide[i] != kFull)
      continue;
    if (last - value < 8)
      return bad(z, z->directory_at + (uint64_t)(entry - z->directory), "a zip64 record", d);
    *wide[i] = number(value, 8);
    value += 8;
  }
  bool sound = m->method == STORED ? m->packed == m->size : m->size / MOST_INFLATION <= m->packed;
  if (m->method != STORED && m->method != DEFLATED)
    return bad(z, m->at, "a member that is stored or deflated", d);
  if (m->at > z->bytes || z->bytes - m->at < LOCAL || m->packed > z->bytes || !sound)
    return bad(z, m->at, "a member within the file", d);
  return 0;
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

/* What a stream may take or give at a time. */
static uInt most(uint64_t left) { return left > 1u << 30 ? 1u << 30 : (uInt)left; }

/* to[0 .. size) = the member, whose packed bytes are `from`. */
static bool unpack(const member *m, unsigned char *from, unsigned char *to) {
  if (m->method == STORED) {
    memcpy(to, from, m->size);
    return true;
  }
  z_stream s = {.next_in = from, .next_out = to};
  if (inflateInit2(&s, -15) != Z_OK)
    return false;
  int result;
  do {
    s.avail_in = most((uint64_t)(from + m->packed - s.next_in));
    s.avail_out = most((uint64_t)(to + m->size - s.next_out));
    result = inflate(&s, Z_NO_FLUSH);
  } while (result == Z_OK);
  bool whole = result == Z_STREAM_END && s.next_out == to + m->size;
  inflateEnd(&s);
  return whole;
}

static int take(const zip *z, const member *m, const char *name, unsigned char *to, diag *d) {
  unsigned char local[LOCAL];
  if (file_read(z->fd, z->path, m->at, local, LOCAL, d))
    return d->code;
  uint64_t from = m->at + LOCAL + number(local + 26, 2) + number(local + 28, 2);
  if (memcmp(local, "PK\3\4", 4) != 0 || from > z->bytes || m->packed > z->bytes - from)
    return bad(z, m->at, "a member within the file", d);
  unsigned char *bytes = malloc(m->packed + 1);
  if (!bytes)
    return diag_error(d, 2402, "out of memory: '%s' of '%s'", name, z->path);
  if (!file_read(z->fd, z->path, from, bytes, m->packed, d) &&
      (!unpack(m, bytes, to) || crc32_z(0, to, m->size) != m->check))
    diag_error(d, 2205, "'%s' byte %llu: expects the bytes of '%s', got damage", z->path,
               (unsigned long long)from, name);
  free(bytes);
  return d->code;
}

/* The member in memory that has a file's name. */
static int make_file(const zip *z, const member *m, const char *name, diag *d) {
  int fd = memfd_create(name, MFD_CLOEXEC);
  unsigned char *to = MAP_FAILED;
  if (fd >= 0 && ftruncate(fd, (off_t)m->size + 1) == 0) /* nothing cannot be mapped */
    to = mmap(NULL, m->size + 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (to == MAP_FAILED)
    diag_error(d, 2402, "out of memory: '%s' of '%s'", name, z->path);
  else
    take(z, m, name, to, d);
  if (to != MAP_FAILED)
    munmap(to, m->size + 1);
  if (fd >= 0 && (d->code || ftruncate(fd, (off_t)m->size) != 0)) {
    close(fd);
    return -1;
  }
  return fd;
}

int npz_open(const char *path, const char *name, uint64_t *size, diag *d) {
  zip z = {.path = path};
  member m;
  int fd = -1;
  z.fd = file_open(path, &z.bytes, d);
  if (z.fd < 0)
    return -1;
  const unsigned char *entry = read_directory(&z, d) ? NULL : find(&z, name, d);
  if (entry && !read_member(&z, entry, &m, d)) {
    *size = m.size;
    fd = make_file(&z, &m, name, d);
  }
  free(z.directory);
  close(z.fd);
  return fd;
}
