/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault - secrets at rest: sealed in the journal, unsealed where they are used.
 *
 *   vault_open(&vault, conf);          opens nothing yet
 *   vault_attach(vault, conf);         conf_secret() looks here first
 *   vault_use(vault, journal);         ask this journal (or its keeper)
 *   vault_set(vault, "nav", value, size, &err);
 *   vault_close(&vault);               before the conf
 *
 * AES-256-GCM (OpenSSL) with a random nonce of 96 bits for each value; name,
 * environment and version are bound in, so no row can take another's place,
 * and a secret of prod cannot be used in test. They lie in the journal and not
 * in a file of their own: the change and its audit event are one commit, the
 * keeper hands them to other processes as it does everything, and a backup of
 * the journal has them, sealed. The key never enters the journal or the
 * keeper (keyring.h). Codes: TP4050-TP4054, TP4011 when two change one secret.
 */
#ifndef TP_STORE_VAULT_H
#define TP_STORE_VAULT_H

#include "base/buf.h"
#include "base/err.h"
#include "store/sealed.h"

struct conf;
struct vault;

/* The conf must outlive the vault. */
void vault_open(struct vault **, const struct conf *);
void vault_close(struct vault **);
void vault_attach(struct vault *, struct conf *);
/* Which journal to ask; NULL: a reader of its own, opened when needed. What
 * changes a secret needs a journal that writes. */
void vault_use(struct vault *, struct journal *);

/* Adds the value, for the settings' environment. Wipe it (buf_wipe). */
bool vault_get(struct vault *, const char *name, struct buf *, bool *found,
               struct err *) MUST_USE;
/* Each of these is one commit, unless one is open already. The first set makes
 * the key file when there is neither a credential nor any secret. */
bool vault_set(struct vault *, const char *name, const void *value, size_t size,
               struct err *) MUST_USE;
/* As set, for a secret that is there; the value that it had stays as
 * NAME.former, so that both work while the far side changes over. */
bool vault_replace(struct vault *, const char *name, const void *value,
                   size_t size, struct err *) MUST_USE;
bool vault_remove(struct vault *, const char *name, struct err *) MUST_USE;
/* Seals everything anew: with a new key, or with the first one of several (a
 * credential that was given a new one, a rotation that was interrupted). Both
 * keys are in the key file until the commit, so that a crash anywhere leaves
 * all secrets readable. Then the others are dropped from the key file; from a
 * credential the administrator drops them: leftover is true. */
bool vault_rotate(struct vault *, size_t *sealed, bool *leftover,
                  struct err *) MUST_USE;

#endif
