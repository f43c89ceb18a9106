/* start_thread.c - see start_thread.h. */
#define _GNU_SOURCE
#include "start_thread.h"

#include <signal.h>

/* A stack also holds the thread's own variables, of every library in the process, and has the size
 * that `ulimit -s` says: kernels and readers must not depend on it. */
enum { LEAST_STACK = 1 << 20 };

int thread_start(pthread_t *thread, void *(*run)(void *), void *argument) {
  sigset_t all, before;
  sigfillset(&all);
  /* of the thread that makes them */
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; ++i)
    sigdelset(&all, faults[i]);
  pthread_attr_t attributes;
  size_t stack = 0;
  int error = pthread_attr_init(&attributes);
  if (error)
    return error;
  pthread_attr_getstacksize(&attributes, &stack);
  if (stack < LEAST_STACK)
    pthread_attr_setstacksize(&attributes, LEAST_STACK);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(thread, &attributes, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return error;
}
