/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle - files for somebody else, in a new directory.
 *
 *   bundle_begin(&bundle, "/tmp/for-support", &err);   nothing may be there
 *   bundle_add(&bundle, "status.txt", text, size, &err);
 *
 * The directory and its files are for their owner alone. TP8005 when the
 * directory holds something already.
 */
#ifndef TP_STORE_BUNDLE_H
#define TP_STORE_BUNDLE_H

#include <stddef.h>

#include "base/err.h"

struct bundle {
    char dir[768];
};

bool bundle_begin(struct bundle *, const char *dir, struct err *) MUST_USE;
bool bundle_add(const struct bundle *, const char *name, const void *bytes,
                size_t size, struct err *) MUST_USE;

#endif
