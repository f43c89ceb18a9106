/* npz.h - members of a .npz file: a zip file of .npy files, stored or deflated.
 *
 * Invariant: sizes and places are within the file, and a member's bytes match its check sum, before
 * a reader sees them. Reading on: npz.c, npy.h (what a member is). */
#ifndef SINTER_RUNTIME_NPZ_H
#define SINTER_RUNTIME_NPZ_H

#include "diag.h"

#include <stdint.h>

/// An unnamed file of what the member `name` holds, unpacked, and its length; -1: reported.
int npz_open(const char *path, const char *name, uint64_t *size, diag *d);

#endif
