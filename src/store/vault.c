/* SPDX-License-Identifier: Apache-2.0 */
#include "store/vault.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/journal_private.h"
#include "store/keyring.h"

enum { NONCE = 12, TAG = 16, VALUE_MOST = 65536 };

struct vault {
    const struct conf *conf;
    struct journal *journal; /* whom to ask; NULL = own */
    struct journal *own;
    struct keyring *ring;
};

void
vault_open(struct vault **vault, const struct conf *conf)
{
    *vault = obtain(sizeof **vault);
    (*vault)->conf = conf;
}

void
vault_close(struct vault **vault)
{
    if (*vault == NULL)
        return;
    journal_close(&(*vault)->own);
    keyring_free(&(*vault)->ring);
    release(vault);
}

void
vault_use(struct vault *vault, struct journal *journal)
{
    vault->journal = journal;
    journal_close(&vault->own);
}

static bool
look_up(void *user, const char *name, struct buf *out, bool *found,
        struct err *err)
{
    return vault_get(user, name, out, found, err);
}

void
vault_attach(struct vault *vault, struct conf *conf)
{
    conf_set_vault(conf, look_up, vault);
}

static const char *
environment(const struct vault *vault)
{
    return conf_company(vault->conf)->environment;
}

/* ---- sealing: nonce, ciphertext, tag */

static void
free_cipher(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

/* Lengths stand before texts, so no two secrets have one form. */
static int
bound(char out[256], const struct sealed *it)
{
    text_format(out, 256, "tradepost secret\n%zu:%s\n%zu:%s\n%lld\n",
                strlen(it->name), it->name, strlen(it->environment),
                it->environment, (long long)it->version);
    return (int)strlen(out);
}

static bool
seal(const struct sealed *it, const unsigned char *key, const void *value,
     size_t size, struct buf *out, struct err *err)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *to = (unsigned char *)buf_room(out, size + NONCE + TAG);
    int done = 0, last = 0;
    char aad[256];

    int aad_size = bound(aad, it);
    if (context == NULL || RAND_bytes(to, NONCE) != 1 ||
        EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key, to, NULL) != 1 ||
        EVP_EncryptUpdate(context, NULL, &done, (const unsigned char *)aad,
                          aad_size) != 1 ||
        EVP_EncryptUpdate(context, to + NONCE, &done, value, (int)size) != 1 ||
        EVP_EncryptFinal_ex(context, to + NONCE + done, &last) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG,
                            to + NONCE + size) != 1)
        return err_set(err, TP4051, "secret %s could not be sealed", it->name);
    buf_took(out, size + NONCE + TAG);
    return true;
}

/* Adds the value; nothing of it is believed before the tag agrees. */
static bool
unseal(const struct sealed *it, const unsigned char *key,
       const struct buf *sealed, struct buf *out, struct err *err)
{
    CLEANUP(free_cipher) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    size_t size = sealed->size > NONCE + TAG ? sealed->size - NONCE - TAG : 0;
    const unsigned char *from = (const unsigned char *)buf_text(sealed);
    unsigned char tag[TAG], *to = (unsigned char *)buf_room(out, size);
    int done = 0, last = 0;
    char aad[256];

    int aad_size = bound(aad, it);
    if (size > 0)
        memcpy(tag, from + NONCE + size, TAG);
    if (context != NULL && size > 0 && size <= VALUE_MOST &&
        EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key, from, NULL) == 1 &&
        EVP_DecryptUpdate(context, NULL, &done, (const unsigned char *)aad,
                          aad_size) == 1 &&
        EVP_DecryptUpdate(context, to, &done, from + NONCE, (int)size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
        EVP_DecryptFinal_ex(context, to + done, &last) == 1) {
        buf_took(out, size);
        return true;
    }
    explicit_bzero(to, size);
    return err_set(err, TP4052,
                   "secret %s (version %lld for %s) is not what was sealed",
                   it->name, (long long)it->version, it->environment);
}

/* ---- keys */

/* The key that opens; another process may have rotated since ours were read. */
static bool
find_key(struct vault *vault, const struct sealed *it,
         const unsigned char **key, struct err *err)
{
    const char *path = conf_vault_key(vault->conf);

    *key = NULL;
    if (vault->ring != NULL)
        *key = keyring_key(vault->ring, it->key);
    if (*key != NULL)
        return true;
    keyring_free(&vault->ring);
    if (!keyring_open(&vault->ring, path, err))
        return false;
    *key = keyring_key(vault->ring, it->key);
    return *key != NULL ||
           err_set(err, TP4052,
                   "secret %s was sealed with the key %s, which %s does not "
                   "have",
                   it->name, it->key,
                   keyring_is_credential(vault->ring)
                       ? "the credential tradepost-vault"
                       : path);
}

/* ---- reading */

/* A journal that is not there, or not yet brought up to this version, has no
 * secrets. */
static bool
reading(struct vault *vault, struct journal **out, struct err *err)
{
    const char *dir = conf_state_dir(vault->conf);
    struct err failed = { 0 };
    char path[1024];

    *out = vault->journal != NULL ? vault->journal : vault->own;
    if (*out != NULL)
        return true;
    if (text_format(path, sizeof path, "%s/journal.db", dir) &&
        !file_exists(path))
        return true;
    if (journal_open_reader(&vault->own, dir, &failed)) {
        *out = vault->own;
        return true;
    }
    return failed.code == TP4008 ||
           err_set_kind(err, failed.code, failed.kind, "%s", failed.text);
}

static bool
get(struct vault *vault, struct journal *journal, struct sealed *it,
    struct buf *out, bool *found, struct err *err)
{
    CLEANUP(buf_free) struct buf sealed = { 0 };
    const unsigned char *key;
    struct sealed asked = *it;

    return journal_secret(journal, asked.name, asked.environment, it, &sealed,
                          found, err) &&
           (!*found || (find_key(vault, it, &key, err) &&
                        unseal(it, key, &sealed, out, err)));
}

static struct sealed
named(const struct vault *vault, const char *name)
{
    struct sealed it = { 0 };

    text_copy(it.name, sizeof it.name, name);
    text_copy(it.environment, sizeof it.environment, environment(vault));
    return it;
}

bool
vault_get(struct vault *vault, const char *name, struct buf *out, bool *found,
          struct err *err)
{
    struct sealed it = named(vault, name);
    struct journal *journal;

    *found = false;
    if (!conf_secret_name(name))
        return true;
    return reading(vault, &journal, err) &&
           (journal == NULL || get(vault, journal, &it, out, found, err));
}

/* ---- changing: always inside a transaction, which keeps others from changing
 * the key file meanwhile */

static bool
begin(struct vault *vault, bool *own, struct err *err)
{
    BUG_IF(vault->journal == NULL);
    *own = !vault->journal->writing;
    return !*own || journal_begin(vault->journal, err);
}

static bool
end(struct vault *vault, bool own, bool good, struct err *err)
{
    if (own && good)
        return journal_commit(vault->journal, err);
    if (own)
        journal_abandon(vault->journal);
    return good;
}

/* The keys as they are now; made when nothing was ever sealed. */
static bool
current_keys(struct vault *vault, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *path = conf_vault_key(vault->conf);
    struct err failed = { 0 };
    struct sealed *list;
    size_t count;

    keyring_free(&vault->ring);
    if (keyring_open(&vault->ring, path, &failed))
        return true;
    if (failed.code != TP4050)
        return err_set(err, failed.code, "%s", failed.text);
    if (!journal_secrets(vault->journal, arena, &list, &count, err))
        return false;
    if (count > 0)
        return err_set(err, failed.code, "%s", failed.text);
    return keyring_add(&vault->ring, path, err);
}

/* Seals with the first key, as the next version. */
static bool
put(struct vault *vault, const struct sealed *before, const void *value,
    size_t size, const char *what, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const char *id = keyring_first(vault->ring);
    struct sealed it = *before;

    it.version++;
    text_copy(it.key, sizeof it.key, id);
    return seal(&it, keyring_key(vault->ring, id), value, size, &bytes, err) &&
           journal_secret_put(vault->journal, &it, bytes.text, bytes.size, what,
                              err);
}

static bool
set(struct vault *vault, const char *name, const void *value, size_t size,
    struct err *err)
{
    CLEANUP(buf_free) struct buf sealed = { 0 };
    struct sealed it, wanted = named(vault, name);
    bool found;

    if (!journal_secret(vault->journal, name, wanted.environment, &it, &sealed,
                        &found, err))
        return false;
    wanted.version = it.version;
    return put(vault, &wanted, value, size, "secret set", err);
}

static bool
is_sound(const char *name, size_t size, struct err *err)
{
    if (!conf_secret_name(name))
        return err_set(err, TP4053,
                       "found \"%.80s\", expected a name of at most 63 "
                       "letters, digits, dots, - and _",
                       name);
    return (size > 0 && size <= VALUE_MOST) ||
           err_set(err, TP4053, "secret %s has %zu bytes, expected 1 to %d",
                   name, size, (int)VALUE_MOST);
}

bool
vault_set(struct vault *vault, const char *name, const void *value, size_t size,
          struct err *err)
{
    bool own;

    return is_sound(name, size, err) && begin(vault, &own, err) &&
           end(vault, own,
               current_keys(vault, err) && set(vault, name, value, size, err),
               err);
}

static bool
missing(const struct vault *vault, const char *name, struct err *err)
{
    return err_set(err, TP4054, "the vault has no secret \"%.60s\" for %s",
                   name, environment(vault));
}

static bool
replace(struct vault *vault, const char *name, const void *value, size_t size,
        struct err *err)
{
    CLEANUP(buf_wipe) struct buf old = { 0 };
    struct sealed it = named(vault, name);
    char former[80];
    bool found;

    text_format(former, sizeof former, "%s.former", name);
    if (!is_sound(former, size, err) || !current_keys(vault, err) ||
        !get(vault, vault->journal, &it, &old, &found, err))
        return false;
    if (!found)
        return missing(vault, name, err);
    return set(vault, former, old.text, old.size, err) &&
           set(vault, name, value, size, err);
}

bool
vault_replace(struct vault *vault, const char *name, const void *value,
              size_t size, struct err *err)
{
    bool own;

    return begin(vault, &own, err) &&
           end(vault, own, replace(vault, name, value, size, err), err);
}

bool
vault_remove(struct vault *vault, const char *name, struct err *err)
{
    CLEANUP(buf_free) struct buf sealed = { 0 };
    struct sealed it;
    bool found;

    if (!journal_secret(vault->journal, name, environment(vault), &it, &sealed,
                        &found, err))
        return false;
    if (!found)
        return missing(vault, name, err);
    it.version++;
    return journal_secret_put(vault->journal, &it, NULL, 0, "secret removed",
                              err);
}

/* ---- a new key */

static bool
seal_anew(struct vault *vault, const struct sealed *it, struct err *err)
{
    CLEANUP(buf_wipe) struct buf value = { 0 };
    struct sealed now = *it;
    bool found;

    return get(vault, vault->journal, &now, &value, &found, err) &&
           (found || missing(vault, it->name, err)) &&
           put(vault, &now, value.text, value.size, "secret sealed anew", err);
}

static bool
seal_all_anew(struct vault *vault, size_t *sealed, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *path = conf_vault_key(vault->conf);
    struct sealed *list;
    size_t count;

    *sealed = 0;
    if (!current_keys(vault, err) ||
        (keyring_count(vault->ring) == 1 &&
         !keyring_add(&vault->ring, path, err)) ||
        !journal_secrets(vault->journal, arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!seal_anew(vault, &list[i], err))
            return false;
    *sealed = count;
    return true;
}

/* Only what nothing is sealed with any more is dropped. */
static bool
drop_former(struct vault *vault, bool *leftover, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct sealed *list;
    size_t count;

    *leftover = false;
    if (!current_keys(vault, err) ||
        !journal_secrets(vault->journal, arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!text_equal(list[i].key, keyring_first(vault->ring)))
            return true;
    *leftover = keyring_is_credential(vault->ring);
    return *leftover ||
           keyring_trim(&vault->ring, conf_vault_key(vault->conf), err);
}

bool
vault_rotate(struct vault *vault, size_t *sealed, bool *leftover,
             struct err *err)
{
    if (!journal_begin(vault->journal, err) ||
        !end(vault, true, seal_all_anew(vault, sealed, err), err) ||
        !journal_begin(vault->journal, err))
        return false;
    bool good = drop_former(vault, leftover, err);
    journal_abandon(vault->journal);
    return good;
}
