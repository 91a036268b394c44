/* SPDX-License-Identifier: Apache-2.0 */
/* backup_private - the manifest, of a backup. */
#ifndef TP_STORE_BACKUP_PRIVATE_H
#define TP_STORE_BACKUP_PRIVATE_H

#include "base/arena.h"
#include "store/backup.h"
#include "store/digest.h"

struct backup_file {
    struct backup_file *next;
    const char *name; /* "journal.db", "store/<sha256>" */
    char sha256[DIGEST_TEXT];
    int64_t size;
};
struct manifest {
    struct arena *arena;
    struct backup_info info;
    struct backup_file *files;
};

void manifest_add(struct manifest *, const char *name,
                  const char sha256[DIGEST_TEXT], int64_t size);
bool manifest_write(const struct manifest *, const char *dir,
                    struct err *) MUST_USE;
bool manifest_read(struct manifest *, const char *dir,
                   struct err *) MUST_USE; /* TP4061 */

#endif
