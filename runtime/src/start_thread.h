/* start_thread.h - starting a thread of the runtime: of the pool, or the one that reads ahead.
 *
 * Invariant: signals of the process are for the threads of its owner; a stack is never too small
 * for what runs on it. Reading on: pool.c, feed.c. */
#ifndef SINTER_RUNTIME_START_THREAD_H
#define SINTER_RUNTIME_START_THREAD_H

#include <pthread.h>

/// Starts a thread that calls run(argument). 0 or an errno.
int thread_start(pthread_t *thread, void *(*run)(void *), void *argument);

#endif
