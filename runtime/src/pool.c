/* pool.c - the thread pool: SPMD runs of an entry and the barrier inside them.
 *
 * Waiting is a bounded spin, then a futex: a parked thread costs 25-80 us to wake, a spinning one on a busy core costs
 * a time slice. Invariant: a run and its barriers neither allocate nor take locks.
 * Reading on: <sinter/abi.h> (sinter_spmd), device.c (the user). */
#define _GNU_SOURCE
#include <sinter/runtime.h>

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long a waiter spins: long enough for the serial gap between two steps, short when cores are oversubscribed. */
enum { SPIN_NS = 750 * 1000, SPIN_NS_CROWDED = 5 * 1000, PAUSES_PER_CLOCK = 64 };

/* A number that only grows, and how many threads sleep until it does. */
typedef struct turnstile {
  _Alignas(64) atomic_uint number;
  atomic_uint sleepers;
} turnstile;

struct sinter_pool {
  turnstile start;   /* one turn a run */
  turnstile barrier; /* one turn a barrier */
  _Alignas(64) atomic_uint arrived;
  sinter_job_fn job;
  void *argument;
  void *const *segments;
  bool stopping;
  uint32_t threads, running;
  int64_t spin_ns;
  pthread_t ids[];
};

typedef struct worker {
  sinter_pool *pool;
  uint32_t thread;
} worker;

static void pause_core(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void turn(turnstile *t) {
  atomic_fetch_add(&t->number, 1); /* sequentially consistent against `sleepers`: no wake-up is lost */
  if (atomic_load(&t->sleepers))
    syscall(SYS_futex, &t->number, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void wait_for_turn(turnstile *t, unsigned old, int64_t spin_ns) {
  int64_t deadline = 0;
  for (;;) {
    for (int i = 0; i < PAUSES_PER_CLOCK; ++i) {
      if (atomic_load_explicit(&t->number, memory_order_acquire) != old)
        return;
      pause_core();
    }
    int64_t now = now_ns();
    if (!deadline)
      deadline = now + spin_ns;
    else if (now > deadline)
      break;
  }
  atomic_fetch_add(&t->sleepers, 1);
  while (atomic_load(&t->number) == old)
    syscall(SYS_futex, &t->number, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  atomic_fetch_sub(&t->sleepers, 1);
}

static void pool_barrier(sinter_pool *pool) {
  if (pool->threads == 1)
    return;
  unsigned old = atomic_load_explicit(&pool->barrier.number, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 == pool->threads) {
    atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
    turn(&pool->barrier);
  } else {
    wait_for_turn(&pool->barrier, old, pool->spin_ns);
  }
}

static void spmd_barrier(const sinter_spmd *self) { pool_barrier(self->pool); }

static void run_share(sinter_pool *pool, uint32_t thread) {
  sinter_spmd spmd = {.segments = pool->segments,
                      .thread = thread,
                      .threads = pool->threads,
                      .barrier = spmd_barrier,
                      .pool = pool};
  pool->job(&spmd, pool->argument);
  pool_barrier(pool);
}

static void *worker_main(void *argument) {
  worker w = *(worker *)argument;
  free(argument);
  for (unsigned turn_number = 0;; ++turn_number) {
    wait_for_turn(&w.pool->start, turn_number, w.pool->spin_ns);
    if (w.pool->stopping)
      return NULL;
    run_share(w.pool, w.thread);
  }
}

sinter_pool *sinter_pool_open(uint32_t threads) {
  uint32_t cores = sinter_usable_cores();
  if (!threads)
    threads = cores;
  size_t size = (sizeof(sinter_pool) + threads * sizeof(pthread_t) + 63) / 64 * 64;
  sinter_pool *pool = aligned_alloc(64, size);
  if (!pool)
    return NULL;
  memset(pool, 0, size);
  pool->threads = threads;
  pool->spin_ns = threads > cores ? SPIN_NS_CROWDED : SPIN_NS;
  sigset_t all, before; /* signals are for the thread that owns the pool */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (pool->running = 1; pool->running < threads; ++pool->running) {
    worker *w = malloc(sizeof *w);
    if (!w)
      break;
    *w = (worker){pool, pool->running};
    if (pthread_create(&pool->ids[pool->running], NULL, worker_main, w) != 0) {
      free(w);
      break;
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (pool->running < threads) {
    sinter_pool_close(pool);
    return NULL;
  }
  return pool;
}

void sinter_pool_run_job(sinter_pool *pool, sinter_job_fn job, void *argument, void *const *segments) {
  pool->job = job;
  pool->argument = argument;
  pool->segments = segments;
  if (pool->threads > 1)
    turn(&pool->start);
  run_share(pool, 0);
}

static void run_entry(const sinter_spmd *spmd, void *argument) {
  (*(sinter_entry_fn *)argument)(spmd);
}

void sinter_pool_run(sinter_pool *pool, sinter_entry_fn entry, void *const *segments) {
  sinter_pool_run_job(pool, run_entry, &entry, segments);
}

uint32_t sinter_pool_threads(const sinter_pool *pool) { return pool->threads; }

void sinter_pool_close(sinter_pool *pool) {
  if (!pool)
    return;
  pool->stopping = true;
  turn(&pool->start);
  for (uint32_t i = 1; i < pool->running; ++i)
    pthread_join(pool->ids[i], NULL);
  free(pool);
}
