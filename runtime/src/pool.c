/* pool.c - the thread pool: SPMD runs of an entry and the barrier inside them.
 *
 * Waiting is a bounded spin, then a futex: a parked thread costs 25-80 us to wake, a spinning one
 * on a busy core costs a time slice. A run whose pool is taken by another caller, or whose threads
 * a fork has left in the parent, is done by its caller alone: results do not depend on the number
 * of threads (D1), so nobody has to wait. Invariant: a run and its barriers neither allocate nor
 * take locks. Reading on: <sinter/abi.h> (sinter_spmd), device_cpu.c (the user). */
#define _GNU_SOURCE
#include "sanitizer.h"
#include "start_thread.h"

#include <sinter/runtime.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long a waiter spins: long enough for the serial gap between two steps. A spin in vain means
 * that the awaited thread has lost its core to another process, where spinning only costs the share
 * that is left: from then on waiters spin shorter, and a little longer again with each wait that a
 * spin was enough for. */
enum { SPIN_LONGEST_NS = 750 * 1000, SPIN_SHORTEST_NS = 20 * 1000, PAUSES_PER_CLOCK = 64 };

/* A number that only grows, and how many threads sleep until it does. */
typedef struct turnstile {
  _Alignas(64) atomic_uint number;
  atomic_uint sleepers;
  atomic_int spin_ns, longest_ns;
} turnstile;

struct sinter_pool {
  turnstile start;   /* one turn a run */
  turnstile barrier; /* one turn a barrier */
  _Alignas(64) atomic_uint arrived;
  atomic_uint taken; /* 1 while a caller runs on the threads */
  atomic_uint users; /* who will close it */
  unsigned process;  /* `forks` where the threads were started */
  sinter_job_fn job;
  void *argument;
  void *const *segments;
  bool stopping;
  uint32_t threads, running;
  pthread_t ids[];
};

typedef struct worker {
  sinter_pool *pool;
  uint32_t thread;
} worker;

/* How many forks lie between the program's start and this process: where it is another number than
 * a pool's, the pool's threads exist in an ancestor only. */
static atomic_uint forks;

/* The pool that handles share which ask for it. The lock is for opening and closing alone. */
static struct {
  pthread_mutex_t lock;
  sinter_pool *pool;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* In the child of a fork: no thread of the parent is here, nor whoever may have held the lock. */
static void forget_threads(void) {
  atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
  shared.pool = NULL;
  shared.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

static void watch_forks(void) { pthread_atfork(NULL, NULL, forget_threads); }

static bool has_threads(const sinter_pool *pool) {
  return pool && pool->threads > 1 &&
         pool->process == atomic_load_explicit(&forks, memory_order_relaxed);
}

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
  sanitizer_release(t);
  /* sequentially consistent against `sleepers`: no wake-up is lost */
  atomic_fetch_add(&t->number, 1);
  if (atomic_load(&t->sleepers))
    syscall(SYS_futex, &t->number, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void await_number(turnstile *t, unsigned old) {
  int64_t deadline = 0;
  int spin_ns = atomic_load_explicit(&t->spin_ns, memory_order_relaxed);
  for (;;) {
    for (int i = 0; i < PAUSES_PER_CLOCK; ++i) {
      if (atomic_load_explicit(&t->number, memory_order_acquire) != old) {
        int longest = atomic_load_explicit(&t->longest_ns, memory_order_relaxed);
        if (spin_ns < longest && deadline) {
          int longer = spin_ns + spin_ns / 8;
          atomic_store_explicit(&t->spin_ns, longer < longest ? longer : longest,
                                memory_order_relaxed);
        }
        return;
      }
      pause_core();
    }
    int64_t now = now_ns();
    if (!deadline)
      deadline = now + spin_ns;
    else if (now > deadline)
      break;
  }
  int shorter = spin_ns / 4;
  atomic_store_explicit(&t->spin_ns, shorter > SPIN_SHORTEST_NS ? shorter : SPIN_SHORTEST_NS,
                        memory_order_relaxed);
  atomic_fetch_add(&t->sleepers, 1);
  while (atomic_load(&t->number) == old)
    syscall(SYS_futex, &t->number, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  atomic_fetch_sub(&t->sleepers, 1);
}

static void wait_for_turn(turnstile *t, unsigned old) {
  await_number(t, old);
  sanitizer_acquire(t);
}

/* 1 to the thread that comes last, which must release the others. */
static uint32_t pool_enter_serial(sinter_pool *pool) {
  unsigned old = atomic_load_explicit(&pool->barrier.number, memory_order_relaxed);
  sanitizer_release(&pool->arrived);
  if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 == pool->threads) {
    sanitizer_acquire(&pool->arrived);
    atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
    return 1;
  }
  wait_for_turn(&pool->barrier, old);
  return 0;
}

static void pool_leave_serial(sinter_pool *pool) { turn(&pool->barrier); }

static void pool_barrier(sinter_pool *pool) {
  if (pool_enter_serial(pool))
    pool_leave_serial(pool);
}

static void spmd_barrier(const sinter_spmd *self) { pool_barrier(self->pool); }
static uint32_t spmd_enter_serial(const sinter_spmd *self) { return pool_enter_serial(self->pool); }
static void spmd_leave_serial(const sinter_spmd *self) { pool_leave_serial(self->pool); }

/* What a thread without others knows. */
static void no_barrier(const sinter_spmd *self) { (void)self; }
static uint32_t comes_last(const sinter_spmd *self) {
  (void)self;
  return 1;
}

/* Where nobody asks: a device puts its own in this place. */
static void forget_fault(const sinter_spmd *self, const char *line, int64_t value, int64_t position,
                         int64_t size) {
  (void)self, (void)line, (void)value, (void)position, (void)size;
}

static void run_alone(sinter_job_fn job, void *argument, void *const *segments) {
  sinter_spmd spmd = {.segments = segments,
                      .thread = 0,
                      .threads = 1,
                      .barrier = no_barrier,
                      .enter_serial = comes_last,
                      .leave_serial = no_barrier,
                      .out_of_range = forget_fault};
  job(&spmd, argument);
}

static void run_share(sinter_pool *pool, uint32_t thread) {
  sinter_spmd spmd = {.segments = pool->segments,
                      .thread = thread,
                      .threads = pool->threads,
                      .barrier = spmd_barrier,
                      .enter_serial = spmd_enter_serial,
                      .leave_serial = spmd_leave_serial,
                      .pool = pool,
                      .out_of_range = forget_fault};
  pool->job(&spmd, pool->argument);
  pool_barrier(pool);
}

static void *worker_main(void *argument) {
  worker w = *(worker *)argument;
  free(argument);
  for (unsigned turn_number = 0;; ++turn_number) {
    wait_for_turn(&w.pool->start, turn_number);
    if (w.pool->stopping)
      return NULL;
    run_share(w.pool, w.thread);
  }
}

/* Starts the threads behind the first. 0 or an errno. */
static int start_threads(sinter_pool *pool) {
  int error = 0;
  for (pool->running = 1; pool->running < pool->threads && !error;) {
    worker *w = malloc(sizeof *w);
    if (w)
      *w = (worker){pool, pool->running};
    error = w ? thread_start(&pool->ids[pool->running], worker_main, w) : ENOMEM;
    if (error)
      free(w);
    else
      ++pool->running;
  }
  return error;
}

sinter_pool *sinter_pool_open(uint32_t threads) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
  uint32_t cores = sinter_usable_cores();
  if (!threads)
    threads = cores;
  size_t size = (sizeof(sinter_pool) + threads * sizeof(pthread_t) + 63) / 64 * 64;
  sinter_pool *pool = aligned_alloc(64, size);
  if (!pool) {
    errno = ENOMEM;
    return NULL;
  }
  memset(pool, 0, size);
  pool->threads = threads;
  pool->process = atomic_load_explicit(&forks, memory_order_relaxed);
  atomic_store(&pool->users, 1);
  turnstile *turnstiles[] = {&pool->start, &pool->barrier};
  for (int i = 0; i < 2; ++i) {
    turnstiles[i]->longest_ns = threads > cores ? SPIN_SHORTEST_NS : SPIN_LONGEST_NS;
    turnstiles[i]->spin_ns = turnstiles[i]->longest_ns;
  }
  int error = start_threads(pool);
  if (error) {
    sinter_pool_close(pool);
    errno = error;
    return NULL;
  }
  return pool;
}

sinter_pool *sinter_pool_share(uint32_t threads) {
  pthread_mutex_lock(&shared.lock);
  if (shared.pool)
    sinter_pool_keep(shared.pool);
  else
    shared.pool = sinter_pool_open(threads);
  sinter_pool *pool = shared.pool;
  int error = errno;
  pthread_mutex_unlock(&shared.lock);
  errno = error;
  return pool;
}

sinter_pool *sinter_pool_keep(sinter_pool *pool) {
  if (pool)
    atomic_fetch_add(&pool->users, 1);
  return pool;
}

/* Whether the calling thread has all threads of the pool for itself now. */
static bool take(sinter_pool *pool) {
  if (atomic_exchange_explicit(&pool->taken, 1, memory_order_acquire))
    return false;
  sanitizer_acquire(&pool->taken);
  return true;
}

static void give_back(sinter_pool *pool) {
  sanitizer_release(&pool->taken);
  atomic_store_explicit(&pool->taken, 0, memory_order_release);
}

void sinter_pool_run_job(sinter_pool *pool, sinter_job_fn job, void *argument,
                         void *const *segments) {
  if (!has_threads(pool) || !take(pool)) {
    run_alone(job, argument, segments);
    return;
  }
  pool->job = job;
  pool->argument = argument;
  pool->segments = segments;
  turn(&pool->start);
  run_share(pool, 0);
  give_back(pool);
}

static void run_entry(const sinter_spmd *spmd, void *argument) {
  (*(sinter_entry_fn *)argument)(spmd);
}

void sinter_pool_run(sinter_pool *pool, sinter_entry_fn entry, void *const *segments) {
  sinter_pool_run_job(pool, run_entry, &entry, segments);
}

uint32_t sinter_pool_threads(const sinter_pool *pool) { return pool ? pool->threads : 1; }

static void end_threads(sinter_pool *pool) {
  if (has_threads(pool)) {
    pool->stopping = true;
    turn(&pool->start);
    for (uint32_t i = 1; i < pool->running; ++i)
      pthread_join(pool->ids[i], NULL);
  }
  free(pool);
}

void sinter_pool_close(sinter_pool *pool) {
  if (!pool)
    return;
  pthread_mutex_lock(&shared.lock); /* a pool that is found is a pool that is kept */
  bool last = atomic_fetch_sub(&pool->users, 1) == 1;
  if (last && shared.pool == pool)
    shared.pool = NULL;
  pthread_mutex_unlock(&shared.lock);
  if (last)
    end_threads(pool);
}
