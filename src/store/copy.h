/* SPDX-License-Identifier: Apache-2.0 */
/* copy - files of any size, read and copied in pieces. */
#ifndef TP_STORE_COPY_H
#define TP_STORE_COPY_H

#include <stdint.h>

#include "base/err.h"
#include "store/digest.h"

/* Reads the whole of a plain file; to (NULL = nowhere) is made, synced, and
 * refused when it is there. */
bool copy_file(const char *from, const char *to, char sha256[DIGEST_TEXT],
               int64_t *size, struct err *) MUST_USE;

#endif
