/* <sinter/runtime.h> - functions of the runtime that compiled code and programs may call (C11).
 *
 * Four groups: random numbers (the definition of D2), a thread pool for running entries, the
 * functions behind a generated library, and the trainer's main. Invariant: nothing here aborts;
 * failures come back as a sinter_status. Reading on: <sinter/abi.h> (the tables), runtime/README.md
 * (how the pieces fit). */
#ifndef SINTER_RUNTIME_H
#define SINTER_RUNTIME_H

#include <sinter/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Generated headers repeat this block word for word, so that several models live in one program. */
#ifndef SINTER_STATUS_DEFINED
#define SINTER_STATUS_DEFINED
/// Outcome of a call: code 0 is success, else an E2 code (`sinter explain E2203`) and a message for
/// people. A success may leave a note in the message: that a load converted numbers.
typedef struct sinter_status {
  int code;
  char message[256];
} sinter_status;
#endif

/* The same holds for this one. */
#ifndef SINTER_OPTIONS_DEFINED
#define SINTER_OPTIONS_DEFINED
/// How a handle is opened. Start from `sinter_options o = {sizeof o}`: what is 0 is the default.
typedef struct sinter_options {
  size_t size;      /* sizeof(sinter_options): tells versions of this struct apart */
  uint32_t threads; /* that compute a call together, the caller's included; 0: 1 */
  uint32_t flags;   /* SINTER_SHARE_THREADS or 0 */
} sinter_options;
/// Handles of one library that are opened with this flag have their threads in common, as many as
/// the first of them asked for. A call that finds them at work for another handle runs on its
/// caller's thread alone.
#define SINTER_SHARE_THREADS 1u
#endif

/* ---- Random numbers (D2) --------------------------------------------------------------------- */

/// Four words of Philox4x32-10. The layout is part of the language's meaning; compiled kernels use
/// the same one:
///   key     = (low, high) half of seed XOR stream
///   counter = (low half of index, high half of index, low half of step, high half of step)
/// `index` is the logical row-major element, never a physical place; inside a loop the high half of
/// `step` is the iteration. `stream` is a hash of the name path. Element i of a random tensor takes
/// word 0 at index i.
typedef struct sinter_words {
  uint32_t w[4];
} sinter_words;
sinter_words sinter_philox(uint64_t seed, uint64_t stream, uint64_t step, uint64_t index);

/// Uniform f32 in [0, 1): the word's upper 24 bits times 2^-24. Exact.
float sinter_uniform_f32(uint32_t word);

/// Uniform f64 in [0, 1): 53 bits of words 0 and 1. Used by initialisers.
double sinter_uniform_f64(sinter_words words);

/// Standard normal f64 from four words: Box-Muller, with its own log and cosine made of + - * /
/// only, so that every machine gets the same bits. Used by initialisers.
double sinter_normal_f64(sinter_words words);

/// 64-bit FNV-1a hash of a name: the stream id of a name path.
uint64_t sinter_stream(const char *name);

/// order[0..count) becomes a permutation of 0..count-1 that is a function of (seed, epoch) alone.
/// In place.
void sinter_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, uint32_t count);

/* ---- Thread pool ----------------------------------------------------------------------------- */

/// Threads that run entries together. The calling thread is thread 0 of every run.
typedef struct sinter_pool sinter_pool;

/// Work of one thread of a run; every thread of the pool calls it once.
typedef void (*sinter_job_fn)(const sinter_spmd *spmd, void *argument);

/// Cores this process may use: CPU affinity, cut by the cgroup's CPU quota; at least 1.
uint32_t sinter_usable_cores(void);

/// Starts a pool of `threads` threads (0: sinter_usable_cores()). NULL when the system refuses;
/// errno says why.
sinter_pool *sinter_pool_open(uint32_t threads);
/// The pool that all who ask for it share, started with `threads` threads if there is none now;
/// sinter_pool_threads says how many it has. Each gives it back with sinter_pool_close.
sinter_pool *sinter_pool_share(uint32_t threads);
/// One more user of a pool, who gives it back with sinter_pool_close. Returns `pool`; NULL is
/// allowed.
sinter_pool *sinter_pool_keep(sinter_pool *pool);
/// Runs `entry` on all threads and returns when all are done. No allocation. The calling thread
/// runs it alone where `pool` is NULL, where another caller is running on the pool, and in the
/// child of a fork, which has none of its threads.
void sinter_pool_run(sinter_pool *pool, sinter_entry_fn entry, void *const *segments);
/// Like sinter_pool_run, for a function with an argument.
void sinter_pool_run_job(sinter_pool *pool, sinter_job_fn job, void *argument,
                         void *const *segments);
/// Number of threads of the pool; of NULL 1.
uint32_t sinter_pool_threads(const sinter_pool *pool);
/// Gives the pool back; its last user ends the threads. NULL is allowed.
void sinter_pool_close(sinter_pool *pool);

/* ---- Libraries ------------------------------------------------------------------------------- */

/// One running copy of a model. Handles are independent: each may be used by one thread at a time.
typedef struct sinter_lib sinter_lib;

/// Takes all memory and threads and, when the module has embedded weights, uses them in place.
/// options: NULL for the defaults, one thread. On failure *lib is NULL. Results have the same bits
/// for any number of threads.
sinter_status sinter_lib_open(const sinter_module *module, const sinter_options *options,
                              sinter_lib **lib);
/// A second handle on the prepared weights and the threads of `other`; both end with the last
/// handle.
sinter_status sinter_lib_open_shared(sinter_lib *other, sinter_lib **lib);
/// Reads weights (safetensors; a checkpoint works too). After a failure the handle is as it was.
sinter_status sinter_lib_load(sinter_lib *lib, const char *path);
/// Writes the weights atomically.
sinter_status sinter_lib_save(sinter_lib *lib, const char *path);
/// Runs the entry called `entry` on n examples, covered by its batch sizes, largest first.
/// inputs[i] and outputs[i] are row-major arrays of n examples, in the order of the entry's table.
/// No allocation, no lock.
sinter_status sinter_lib_run(sinter_lib *lib, const char *entry, size_t n,
                             const void *const *inputs, void *const *outputs);
/// Runs one training step on one batch. metrics (may be NULL) receives the loss of the step, then
/// every metric of the module as accumulated since the last sinter_lib_reset_metrics.
sinter_status sinter_lib_train_step(sinter_lib *lib, const void *const *inputs, double *metrics);
/// Zeroes the metric accumulators.
sinter_status sinter_lib_reset_metrics(sinter_lib *lib);
/// Sets a run-time scalar: "lr", "seed".
sinter_status sinter_lib_set(sinter_lib *lib, const char *scalar, double value);
/// The prepared SINTER_SEG_PARAMS of this handle; valid until the next load or close. For
/// --embed-weights (D27).
const void *sinter_lib_params(const sinter_lib *lib);
/// Frees the handle. NULL is allowed.
void sinter_lib_close(sinter_lib *lib);
/// Bytes that an open handle of this module takes.
uint64_t sinter_lib_arena_bytes(const sinter_module *module);

/* ---- Trainer --------------------------------------------------------------------------------- */

/// The first of `count` modules whose instructions this CPU has; the last when it has those of
/// none.
const sinter_module *sinter_choose(const sinter_module *const *modules, uint64_t count);

/// The main function of a standalone trainer; returns its exit code.
int sinter_trainer_main(const sinter_module *module, int argc, char **argv);
/// The same for data sets of PNG and JPEG files; in libsinter_pictures.a, which holds their
/// readers.
int sinter_trainer_main_pictures(const sinter_module *module, int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
