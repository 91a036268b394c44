/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a backup. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/backup_private.h"

#define MANIFEST_HEAD "tradepost backup 1\n"
enum { MANIFEST_MOST = 256 << 20 };

void
manifest_add(struct manifest *manifest, const char *name,
             const char sha256[DIGEST_TEXT], int64_t size)
{
    struct backup_file *file = arena_alloc(manifest->arena, sizeof *file);

    file->name = arena_strdup(manifest->arena, name);
    text_copy(file->sha256, sizeof file->sha256, sha256);
    file->size = size;
    file->next = manifest->files;
    manifest->files = file;
    manifest->info.files++;
    manifest->info.bytes += size;
}

bool
manifest_write(const struct manifest *manifest, const char *dir,
               struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    char stamp[WHEN_STAMP], sha256[DIGEST_TEXT];

    when_stamp(manifest->info.made, stamp);
    buf_addf(&text, MANIFEST_HEAD "made %s\nepoch %lld\nevent %lld %s\n", stamp,
             (long long)manifest->info.epoch, (long long)manifest->info.event,
             manifest->info.hash[0] != '\0' ? manifest->info.hash : "-");
    for (const struct backup_file *f = manifest->files; f; f = f->next)
        buf_addf(&text, "file %s %lld %s\n", f->sha256, (long long)f->size,
                 f->name);
    digest_sha256(sha256, text.text, text.size);
    buf_addf(&text, "end %s\n", sha256);
    return durable_write(dir, "MANIFEST", text.text, text.size, 0640, err);
}

static bool
no_backup(struct err *err, const char *dir, const char *why)
{
    return err_set(err, TP4061, "%s is no whole backup: %s", dir, why);
}

/* "journal.db", or "store/" and 64 hexadecimal digits: nothing else is ever
 * written or read. */
static bool
is_file_name(const char *name)
{
    if (text_equal(name, "journal.db"))
        return true;
    return text_starts(name, "store/") && strlen(name) == 6 + 64 &&
           strspn(name + 6, "0123456789abcdef") == 64;
}

static bool
read_number(const char *text, int64_t *out)
{
    long number;

    if (text == NULL || !text_number(text, INT64_MAX / 2, &number))
        return false;
    *out = number;
    return true;
}

static bool
read_line(struct manifest *manifest, char *line)
{
    char *rest = line;
    const char *word = text_word(&rest, " ");
    const char *first = text_word(&rest, " ");
    int64_t size;

    if (word == NULL || first == NULL)
        return false;
    if (text_equal(word, "made"))
        return when_parse(first, &manifest->info.made);
    if (text_equal(word, "epoch"))
        return read_number(first, &manifest->info.epoch);
    const char *second = text_word(&rest, " ");
    if (second == NULL)
        return false;
    if (text_equal(word, "event")) {
        text_copy(manifest->info.hash, sizeof manifest->info.hash,
                  text_equal(second, "-") ? "" : second);
        return read_number(first, &manifest->info.event);
    }
    const char *name = text_word(&rest, " ");
    if (!text_equal(word, "file") || name == NULL || !is_file_name(name) ||
        strlen(first) != 64 || !read_number(second, &size))
        return false;
    manifest_add(manifest, name, first, size);
    return true;
}

/* The last line proves the others. */
static bool
check_end(const struct buf *text)
{
    char sha256[DIGEST_TEXT], want[DIGEST_TEXT + 8];
    size_t tail = strlen("end \n") + 64;

    if (text->size < tail)
        return false;
    digest_sha256(sha256, text->text, text->size - tail);
    text_format(want, sizeof want, "end %s\n", sha256);
    return text_equal(text->text + text->size - tail, want);
}

bool
manifest_read(struct manifest *manifest, const char *dir, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err failed = { 0 };
    char path[1024], *rest, *line;

    text_format(path, sizeof path, "%s/MANIFEST", dir);
    if (!file_read(path, MANIFEST_MOST, &text, &failed))
        return no_backup(err, dir, "its MANIFEST cannot be read");
    if (!text_starts(buf_text(&text), MANIFEST_HEAD))
        return no_backup(err, dir, "its MANIFEST is not of this version");
    if (!check_end(&text))
        return no_backup(err, dir, "its MANIFEST was cut or changed");
    rest = text.text + strlen(MANIFEST_HEAD);
    while ((line = text_word(&rest, "\n")) != NULL)
        if (!text_starts(line, "end ") && !read_line(manifest, line))
            return no_backup(err, dir, "its MANIFEST has an unknown line");
    return true;
}
