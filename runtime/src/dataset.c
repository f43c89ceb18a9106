/* dataset.c - which files a data set is read from. See data.h.
 *
 * Grey images lie in IDX files, images of more channels in CIFAR-10's binary records. Invariant:
 * after an error nothing is held. Reading on: idx.c, cifar.c, synthetic.c (what trains without
 * files). */
#include "data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int dataset_read(dataset *data, const sinter_data *spec, const char *folder, diag *d) {
  *data = (dataset){.train = {.name = "train"},
                    .test = {.name = "test"},
                    .example_bytes = (uint64_t)spec->channels * spec->height * spec->width};
  struct stat info;
  if (stat(folder, &info) != 0)
    return diag_error(d, 2101, "cannot read '%s': %s", folder, strerror(errno));
  if (!S_ISDIR(info.st_mode))
    return diag_error(d, 2101, "cannot read '%s': expects a folder, got a file", folder);
  int code =
      spec->channels == 1 ? idx_read(data, spec, folder, d) : cifar_read(data, spec, folder, d);
  if (code)
    dataset_free(data);
  return code;
}

void dataset_free(dataset *data) {
  free(data->train.pixels);
  free(data->train.labels);
  free(data->test.pixels);
  free(data->test.labels);
  *data = (dataset){0};
}
