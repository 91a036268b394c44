/* SPDX-License-Identifier: Apache-2.0 */
#include "store/keyring.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/harden.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/digest.h"

struct keyring {
    size_t count;
    bool credential;
    char ids[KEYS_MOST][KEY_ID];
    unsigned char keys[KEYS_MOST][KEY_BYTES];
};

static void
set_id(struct keyring *ring, size_t i)
{
    static const char label[] = "tradepost vault key";
    unsigned char text[sizeof label + KEY_BYTES];
    char digest[DIGEST_TEXT];

    memcpy(text, label, sizeof label);
    memcpy(text + sizeof label, ring->keys[i], KEY_BYTES);
    digest_sha256(digest, text, sizeof text);
    explicit_bzero(text, sizeof text);
    text_format(ring->ids[i], KEY_ID, "%.16s", digest);
}

static int
digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strchr(digits, tolower((unsigned char)c));

    return c != '\0' && at != NULL ? (int)(at - digits) : -1;
}

static bool
read_key(unsigned char key[KEY_BYTES], const char *line)
{
    for (size_t i = 0; i < KEY_BYTES; i++) {
        int high = digit(line[2 * i]);
        int low = high < 0 ? -1 : digit(line[2 * i + 1]);
        if (low < 0)
            return false;
        key[i] = (unsigned char)(high * 16 + low);
    }
    return strlen(line) == 2 * (size_t)KEY_BYTES;
}

static bool
read_keys(struct keyring *ring, char *text, const char *path, struct err *err)
{
    char *rest = text, *line;
    int number = 0;

    while ((line = strsep(&rest, "\n")) != NULL) {
        number++;
        line[strcspn(line, "#")] = '\0';
        line = text_trim(line);
        if (line[0] == '\0')
            continue;
        if (ring->count == KEYS_MOST)
            return err_set(err, TP4051, "%s has more than %d keys", path,
                           (int)KEYS_MOST);
        if (!read_key(ring->keys[ring->count], line))
            return err_set(err, TP4051,
                           "%s:%d: found a line of %zu characters, expected a "
                           "key of 64 hexadecimal digits",
                           path, number, strlen(line));
        set_id(ring, ring->count++);
    }
    return ring->count > 0 ||
           err_set(err, TP4051, "%s holds no key of 64 hexadecimal digits",
                   path);
}

/* False and nothing in err: there is no credential. */
static bool
find_credential(char *path, size_t size)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");

    return !text_empty(dir) &&
           text_format(path, size, "%s/tradepost-vault", dir) &&
           file_exists(path);
}

/* The service manager guards what it brings; only that others cannot read it
 * is looked at. */
static bool
read_credential(const char *path, struct buf *text, struct err *err)
{
    struct stat info;

    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
        (info.st_mode & 07) != 0)
        return err_set(err, TP1020,
                       "the credential %s is not a regular file, or others "
                       "may read it",
                       path);
    buf_room(text, 4096);
    return file_read_plain(path, 4096, text, err);
}

static bool
load(struct keyring *ring, const char *path, struct err *err)
{
    CLEANUP(buf_wipe) struct buf text = { 0 };
    struct err failed = { 0 };
    char credential[1024];

    ring->credential = find_credential(credential, sizeof credential);
    if (ring->credential)
        return read_credential(credential, &text, err) &&
               read_keys(ring, text.text, credential, err);
    if (conf_private_file(path, &text, &failed)) {
        buf_addc(&text, '\n');
        return read_keys(ring, text.text, path, err);
    }
    if (failed.code != TP1021)
        return err_set(err, failed.code, "%s", failed.text);
    return err_set(err, TP4050,
                   "the vault's key is missing: no credential "
                   "tradepost-vault, and no file %s",
                   path);
}

bool
keyring_open(struct keyring **out, const char *path, struct err *err)
{
    struct keyring *ring = guarded_page(sizeof *ring);

    if (load(ring, path, err)) {
        *out = ring;
        return true;
    }
    keyring_free(&ring);
    *out = NULL;
    return false;
}

void
keyring_free(struct keyring **ring)
{
    void *page = *ring;

    guarded_free(&page, sizeof **ring);
    *ring = NULL;
}

/* ---- changing the key file */

static void
write_keys(const struct keyring *ring, struct buf *out)
{
    buf_room(out, 4096);
    buf_adds(out, "# The key of Tradepost's vault; the first one seals. Keep "
                  "a copy apart from\n# the backups: without it their secrets "
                  "cannot be read.\n");
    for (size_t i = 0; i < ring->count; i++) {
        for (size_t j = 0; j < KEY_BYTES; j++)
            buf_addf(out, "%02x", ring->keys[i][j]);
        buf_addc(out, '\n');
    }
}

/* The new file belongs to whom the old one did, so that the service still
 * reads what root has changed. */
static bool
keep_owner(const char *staged, const char *path, struct err *err)
{
    struct stat old, new;

    if (stat(path, &old) != 0 || stat(staged, &new) != 0 ||
        (old.st_uid == new.st_uid &&old.st_gid == new.st_gid))
        return true;
    return chown(staged, old.st_uid, old.st_gid) == 0 ||
           err_set(err, TP4001, "cannot give %s to its owner: %s", staged,
                   strerror(errno));
}

static bool
save(const struct keyring *ring, const char *path, struct err *err)
{
    CLEANUP(buf_wipe) struct buf text = { 0 };
    char dir[1024], staged[1024];

    if (ring->credential)
        return err_set(err, TP4051,
                       "the vault's key is a credential of systemd, which "
                       "only its administrator changes");
    const char *slash = strrchr(path, '/');
    BUG_IF(slash == NULL);
    text_format(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    text_format(staged, sizeof staged, "%s/.%s.new", dir, slash + 1);
    write_keys(ring, &text);
    return durable_stage(dir, strrchr(staged, '/') + 1, text.text, text.size,
                         0600, err) &&
           keep_owner(staged, path, err) && durable_rename(staged, path, err);
}

/* The new ring, its first key fresh, then the old one's. */
static bool
with_new_key(struct keyring *new, const struct keyring *old, struct err *err)
{
    if (RAND_priv_bytes(new->keys[0], KEY_BYTES) != 1)
        return err_set(err, TP4051, "no random bytes are to be had");
    set_id(new, 0);
    new->count = 1;
    for (size_t i = 0; old != NULL && i < old->count; i++) {
        memcpy(new->keys[new->count], old->keys[i], KEY_BYTES);
        set_id(new, new->count++);
    }
    return true;
}

bool
keyring_add(struct keyring **ring, const char *path, struct err *err)
{
    struct keyring *new;

    if (*ring != NULL && (*ring)->count == KEYS_MOST)
        return err_set(err, TP4051, "%s has %d keys already", path,
                       (int)KEYS_MOST);
    new = guarded_page(sizeof *new);
    new->credential = *ring != NULL && (*ring)->credential;
    if (!with_new_key(new, *ring, err) || !save(new, path, err)) {
        keyring_free(&new);
        return false;
    }
    keyring_free(ring);
    *ring = new;
    return true;
}

bool
keyring_trim(struct keyring **ring, const char *path, struct err *err)
{
    struct keyring *old = *ring;
    size_t count = old->count;

    if (count == 1)
        return true;
    old->count = 1;
    if (!save(old, path, err)) {
        old->count = count;
        return false;
    }
    for (size_t i = 1; i < KEYS_MOST; i++)
        explicit_bzero(old->keys[i], KEY_BYTES);
    return true;
}

bool
keyring_is_credential(const struct keyring *ring)
{
    return ring->credential;
}

size_t
keyring_count(const struct keyring *ring)
{
    return ring->count;
}

const char *
keyring_first(const struct keyring *ring)
{
    return ring->ids[0];
}

const unsigned char *
keyring_key(const struct keyring *ring, const char *id)
{
    for (size_t i = 0; i < ring->count; i++)
        if (text_equal(ring->ids[i], id))
            return ring->keys[i];
    return NULL;
}
