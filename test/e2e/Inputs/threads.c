/* usage: threads WEIGHTS   handles of the library mlp with threads of their own and in common: the same bits, none left. */
#define _GNU_SOURCE
#include "mlp.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 65, HANDLES = 3 };
static float images[N * 784], wanted[N * 10];

static void expect(int truth, const char *what) {
  if (truth)
    return;
  fprintf(stderr, "expected: %s\n", what);
  exit(1);
}

static void check(sinter_status status) { expect(status.code == 0, status.message); }

static int count_threads(void) {
  int count = 0;
  DIR *tasks = opendir("/proc/self/task");
  for (const struct dirent *task; (task = readdir(tasks));)
    count += task->d_name[0] != '.';
  closedir(tasks);
  return count;
}

/* Whether there are `wanted` threads; one that was joined may be listed for a moment longer. */
static int has_threads(int wanted) {
  for (int i = 0; i < 2000 && count_threads() != wanted; ++i)
    usleep(1000);
  return count_threads() == wanted;
}

static void *nothing(void *none) { return none; }

static void *predict(void *handle) {
  float logits[N * 10];
  for (int i = 0; i < 50; ++i) {
    check(mlp_predict_n(handle, N, images, logits));
    expect(memcmp(logits, wanted, sizeof logits) == 0, "the same bits for any threads");
  }
  return NULL;
}

int main(int argc, char **argv) {
  mlp_t *m[HANDLES], *child;
  pthread_t callers[HANDLES];
  sinter_options options = {sizeof options, 4, 0};
  expect(argc > 1, "a file of weights");
  /* a sanitizer has a thread of its own once there is another */
  expect(pthread_create(&callers[0], NULL, nothing, NULL) == 0, "a thread");
  pthread_join(callers[0], NULL);
  usleep(100000);
  int before = count_threads();
  for (int i = 0; i < N * 784; ++i)
    images[i] = (float)(i * 37 % 256) / 255;
  check(mlp_open(NULL, &m[0]));
  check(mlp_load(m[0], argv[1]));
  check(mlp_predict_n(m[0], N, images, wanted));
  expect(has_threads(before), "no threads by default");
  mlp_close(m[0]);
  for (int shared = 0; shared < 2; ++shared) {
    options.flags = shared ? SINTER_SHARE_THREADS : 0;
    for (int i = 0; i < HANDLES; ++i) {
      check(mlp_open(&options, &m[i]));
      check(mlp_load(m[i], argv[1]));
    }
    expect(has_threads(before + (shared ? 3 : 3 * HANDLES)), "three threads beside the caller's");
    for (int i = 0; i < HANDLES; ++i)
      expect(pthread_create(&callers[i], NULL, predict, m[i]) == 0, "a thread");
    for (int i = 0; i < HANDLES; ++i)
      pthread_join(callers[i], NULL);
    if (argc > 2) /* ThreadSanitizer does not follow forks */
      goto close;
    pid_t pid = fork();
    if (pid == 0) { /* handles from before the fork work, new ones have threads */
      alarm(60);
      predict(m[0]);
      check(mlp_open(&options, &child));
      check(mlp_load(child, argv[1]));
      expect(has_threads(4), "the child's own threads");
      predict(child);
      mlp_close(child);
      for (int i = 0; i < HANDLES; ++i)
        mlp_close(m[i]);
      exit(0);
    }
    int status;
    expect(waitpid(pid, &status, 0) == pid && status == 0, "a child that ends well");
    predict(m[1]);
  close:
    for (int i = 0; i < HANDLES; ++i)
      mlp_close(m[i]);
    expect(has_threads(before), "no thread left behind");
  }
  return 0;
}
