/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup - the journal and its payloads, copied while they are in use.
 *
 *   backup_create(reader, "/backup/monday", &info, &err);
 *   backup_verify("/backup/monday", found, &info, &err);    every byte
 *   backup_restore("/backup/monday", state_dir, &spool, "anna", &info, &err);
 *
 * A backup is a directory: journal.db, store/<sha256> for large payloads, and
 * MANIFEST, which is written last and names each file with its size and hash;
 * a directory without it is no backup. Secrets are in it, sealed; the vault's
 * key, the settings and the drop boxes are not.
 *
 * What was restored has not seen what happened after the backup. So it begins
 * a new epoch: nothing is under way any more, what was waits for a person
 * (TP4065), control numbers go on beyond those that may have been used, and
 * `restored` is true until somebody resumes (restored.h). Codes: TP4060-TP4065.
 */
#ifndef TP_STORE_BACKUP_H
#define TP_STORE_BACKUP_H

#include <stdint.h>

#include "base/err.h"
#include "base/when.h"

struct journal;
struct problems;

struct backup_info {
    moment made;
    int64_t event; /* the last one in it, and its hash */
    char hash[68];
    int64_t epoch, files, bytes;
};

/* Into a directory that is not there, or empty (TP8005). The journal may be a
 * reader beside a process that writes; all of it is of one moment. */
bool backup_create(struct journal *, const char *to, struct backup_info *,
                   struct err *) MUST_USE;
/* Proves each byte, then everything that `verify` proves. Differences go to
 * found; false when it is no backup at all (TP4061). */
bool backup_verify(const char *from, struct problems *found,
                   struct backup_info *, struct err *) MUST_USE;
/* After a verify without differences: into a state directory without a journal
 * (TP4063). The journal gets its name last, so that a crash leaves none, and
 * the next restore begins anew. spool is where the epoch is kept. */
bool backup_restore(const char *from, const char *state, const char *spool,
                    const char *actor, struct backup_info *,
                    struct err *) MUST_USE;

#endif
