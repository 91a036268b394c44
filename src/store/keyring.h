/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring - the keys that seal secrets. The first one seals; the others open
 * what was sealed before a rotation.
 *
 * The key comes from the file tradepost-vault in $CREDENTIALS_DIRECTORY, which
 * systemd fills, else from the key file of the settings: one key a line, 64
 * hexadecimal digits, "#" begins a comment. Codes: TP4050-TP4052, TP1020.
 */
#ifndef TP_STORE_KEYRING_H
#define TP_STORE_KEYRING_H

#include <stddef.h>

#include "base/err.h"

enum { KEY_BYTES = 32, KEY_ID = 17, KEYS_MOST = 8 };

struct keyring; /* in guarded memory */

/* TP4050 when there is no key at all; path is the key file. */
bool keyring_open(struct keyring **, const char *path, struct err *) MUST_USE;
void keyring_free(struct keyring **);
/* Makes the key file with a new key in front of those that are there. Replaces
 * it as a whole, durably, and keeps its owner. TP4051 for a credential. */
bool keyring_add(struct keyring **, const char *path, struct err *) MUST_USE;
/* Drops all keys but the first, in the same way. */
bool keyring_trim(struct keyring **, const char *path, struct err *) MUST_USE;
/* Does the key come from a credential, which only the administrator changes? */
bool keyring_is_credential(const struct keyring *);
size_t keyring_count(const struct keyring *);
/* The id of the key that seals: 16 hexadecimal digits that tell nothing. */
const char *keyring_first(const struct keyring *);
/* NULL when no key has that id. */
const unsigned char *keyring_key(const struct keyring *, const char *id);

#endif
