/* feed.h - batches that are ready before they are asked for: a thread fills the next one while the
 * step of this one runs.
 *
 * There are two places, one for the batch that is used and one for the next. What the reader thread
 * has not done of a batch when it is asked for, the threads of the pool do. Invariant: a batch is a
 * function of its place alone, so bits do not depend on who filled it; everything that threads have
 * in common is touched under one lock. Reading on: feed.c, gather.c (data that lie in memory as
 * they are need none of this). */
#ifndef SINTER_RUNTIME_FEED_H
#define SINTER_RUNTIME_FEED_H

#include "data.h"

#include <pthread.h>

/// A batch: the inputs of its entry, one behind the other.
typedef struct fed_batch {
  batch_fill fill;
  char *inputs;
  uint64_t count, next, done; /* examples: of the batch, that nobody has begun with, filled */
  uint64_t failed;            /* the first that could not be filled */
  int error;                  /* why: code and text; 0: none failed */
  char text[2048];
} fed_batch;

typedef struct feed {
  sinter_pool *pool;
  pthread_mutex_t lock;
  pthread_cond_t begun, filled; /* there is something to fill; somebody filled something */
  pthread_t reader;
  bool opened, stops;
  int used; /* which of `batches` was asked for last */
  fed_batch batches[2];
  double wait_ms; /* for the batch that was asked for last */
} feed;

/// Bytes that a batch of an entry takes.
uint64_t feed_bytes(const sinter_entry *entry);
/// Takes memory for batches of at most `bytes`, and starts the thread.
int feed_open(feed *f, sinter_pool *pool, uint64_t bytes, diag *d);
/// The batch, when it is filled; the one behind it is begun. It stays as it is until the next call.
/// NULL: an example of it could not be read; of several, the first is told.
const fed_batch *feed_take(feed *f, const batch_fill *fill, diag *d);
/// A device_fill_fn over a fed_batch.
void feed_copy(const sinter_spmd *spmd, void *batch);
/// Forgets what was begun, and waits for who is at it: orders and places of examples may change.
void feed_drop(feed *f);
/// Ends the thread. A feed of zeros is allowed.
void feed_close(feed *f);

#endif
