/* feed.c - a thread that reads ahead. See feed.h. */
#define _GNU_SOURCE
#include "feed.h"

#include "instance.h"
#include "start_thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the first `count` inputs; each begins on a line of the cache. */
static uint64_t input_bytes(const sinter_entry *entry, uint32_t count) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count; ++i)
    bytes += (entry->inputs[i].bytes + 63) / 64 * 64;
  return bytes;
}

static char *input_at(const fed_batch *b, uint32_t i) {
  return b->inputs + input_bytes(b->fill.entry, i);
}

uint64_t feed_bytes(const sinter_entry *entry) { return input_bytes(entry, entry->input_count); }

/* The first example that nobody has begun with, of the batch that is asked for before the next. The
 * lock is held. */
static fed_batch *claim(feed *f, uint64_t *example) {
  for (int i = 0; i < 2; ++i) {
    fed_batch *b = &f->batches[i ? !f->used : f->used];
    if (b->next < b->count) {
      *example = b->next++;
      return b;
    }
  }
  return NULL;
}

/* All fields of an example; the lock is not held. */
static void fill_example(feed *f, fed_batch *b, uint64_t example, uint32_t thread) {
  char text[sizeof b->text];
  diag d = diag_make(text, sizeof text);
  const dataset *data = b->fill.data;
  const sinter_entry *entry = b->fill.entry;
  for (uint32_t i = 0; i < entry->input_count && !d.code; ++i) {
    const sinter_tensor *t = &entry->inputs[i];
    uint32_t field = (uint32_t)(instance_field(data->spec, t->name) - data->spec->fields);
    data->reader->fill(data, b->fill.from, field, batch_place(&b->fill, example), t->dtype,
                       input_at(b, i) + example * (t->bytes / b->count), thread, &d);
  }
  pthread_mutex_lock(&f->lock);
  if (d.code && (!b->error || example < b->failed)) {
    b->error = d.code;
    b->failed = example;
    memcpy(b->text, text, sizeof text);
  }
  ++b->done;
  pthread_cond_broadcast(&f->filled);
  pthread_mutex_unlock(&f->lock);
}

static void *read_ahead(void *argument) {
  feed *f = argument;
  uint64_t example;
  pthread_mutex_lock(&f->lock);
  while (!f->stops) {
    fed_batch *b = claim(f, &example);
    if (!b) {
      pthread_cond_wait(&f->begun, &f->lock);
      continue;
    }
    pthread_mutex_unlock(&f->lock);
    fill_example(f, b, example, sinter_pool_threads(f->pool));
    pthread_mutex_lock(&f->lock);
  }
  pthread_mutex_unlock(&f->lock);
  return NULL;
}

/* The threads of the pool do what is left of the batch that is asked for. */
static void help(const sinter_spmd *spmd, void *argument) {
  feed *f = argument;
  for (;;) {
    pthread_mutex_lock(&f->lock);
    fed_batch *b = &f->batches[f->used];
    bool left = b->next < b->count;
    uint64_t example = left ? b->next++ : 0;
    pthread_mutex_unlock(&f->lock);
    if (!left)
      return;
    fill_example(f, b, example, spmd->thread);
  }
}

static void begin(fed_batch *b, const batch_fill *fill) {
  b->fill = *fill;
  b->count = (uint64_t)fill->entry->batch;
  b->next = b->done = 0;
  b->error = 0;
}

/* The batch behind it; false: it is the last. */
static bool follow(const batch_fill *fill, batch_fill *next) {
  *next = *fill;
  next->first += (uint64_t)fill->entry->batch;
  next->entry = next->first < next->end
                    ? instance_variant(next->entries, next->variants, next->end - next->first)
                    : NULL;
  return next->entry && next->entry->batch > 0;
}

/* The lock is held. */
static void wait_for(feed *f, const fed_batch *b) {
  while (b->done < b->next)
    pthread_cond_wait(&f->filled, &f->lock);
}

static void drop(feed *f) {
  for (int i = 0; i < 2; ++i) {
    fed_batch *b = &f->batches[i];
    uint64_t begun = b->next;
    b->next = b->count; /* nobody begins with another */
    while (b->done < begun)
      pthread_cond_wait(&f->filled, &f->lock);
    b->count = b->next = b->done = 0;
  }
}

const fed_batch *feed_take(feed *f, const batch_fill *fill, diag *d) {
  double start = clock_seconds();
  batch_fill next;
  pthread_mutex_lock(&f->lock);
  fed_batch *b = &f->batches[!f->used], *other = &f->batches[f->used];
  bool ready = b->count && b->fill.from == fill->from && b->fill.entry == fill->entry &&
               b->fill.first == fill->first;
  if (!ready) {
    drop(f);
    begin(b, fill);
  }
  f->used = !f->used;
  other->count = other->next = other->done = 0;
  if (follow(fill, &next))
    begin(other, &next);
  bool left = b->next < b->count;
  pthread_cond_signal(&f->begun);
  pthread_mutex_unlock(&f->lock);
  if (left)
    sinter_pool_run_job(f->pool, help, f, NULL);
  pthread_mutex_lock(&f->lock);
  wait_for(f, b);
  pthread_mutex_unlock(&f->lock);
  f->wait_ms = (clock_seconds() - start) * 1e3;
  if (b->error)
    diag_copy(d, b->error, b->text);
  return b->error ? NULL : b;
}

void feed_copy(const sinter_spmd *spmd, void *batch) {
  const fed_batch *b = batch;
  for (uint32_t i = 0; i < b->fill.entry->input_count; ++i) {
    const sinter_tensor *t = &b->fill.entry->inputs[i];
    uint64_t from = t->bytes * spmd->thread / spmd->threads,
             to = t->bytes * (spmd->thread + 1) / spmd->threads;
    memcpy((char *)spmd->segments[t->segment] + t->offset + from, input_at(b, i) + from, to - from);
  }
}

void feed_drop(feed *f) {
  if (!f->opened)
    return;
  pthread_mutex_lock(&f->lock);
  drop(f);
  pthread_mutex_unlock(&f->lock);
}

int feed_open(feed *f, sinter_pool *pool, uint64_t bytes, diag *d) {
  *f = (feed){.pool = pool,
              .lock = PTHREAD_MUTEX_INITIALIZER,
              .begun = PTHREAD_COND_INITIALIZER,
              .filled = PTHREAD_COND_INITIALIZER};
  for (int i = 0; i < 2 && !d->code; ++i)
    if (!(f->batches[i].inputs = calloc(bytes + 1, 1)))
      diag_error(d, 2402, "out of memory: two batches of %llu bytes", (unsigned long long)bytes);
  int error = d->code ? 0 : thread_start(&f->reader, read_ahead, f);
  if (error)
    diag_error(d, 2404, "cannot start the thread that reads ahead: %s", strerror(error));
  f->opened = !d->code;
  if (!f->opened)
    feed_close(f);
  return d->code;
}

void feed_close(feed *f) {
  if (f->opened) {
    pthread_mutex_lock(&f->lock);
    f->stops = true;
    pthread_cond_signal(&f->begun);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->reader, NULL);
  }
  for (int i = 0; i < 2; ++i)
    free(f->batches[i].inputs);
  *f = (feed){.opened = false};
}
