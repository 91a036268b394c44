/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "channel/channel_private.h"

enum { NAME_MAX_BYTES = 255 };

/* The size of the UTF-8 character at text, or 0 when it is none, or none that
 * a name may hold: overlong, surrogate, too high, control. */
static size_t
character(const unsigned char *at, size_t left)
{
    static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t size = at[0] < 0x80             ? 1
                  : (at[0] & 0xe0) == 0xc0 ? 2
                  : (at[0] & 0xf0) == 0xe0 ? 3
                  : (at[0] & 0xf8) == 0xf0 ? 4
                                           : 0;
    unsigned long code = size == 1 ? at[0] : at[0] & (0x7fu >> size);

    if (size == 0 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < least[size] || code > 0x10ffff || (code & ~0x7fful) == 0xd800)
        return 0;
    return code < ' ' || (code >= 0x7f && code < 0xa0) ? 0 : size;
}

/* What of a bad name may be shown. */
static void
show(const char *name, size_t size, char out[64])
{
    size_t used = 0;

    for (size_t i = 0; i < size && used < 60; i++)
        out[used++] = name[i] >= ' ' && name[i] < 0x7f ? name[i] : '?';
    out[used] = '\0';
}

bool
name_check(const char *name, size_t size, struct err *err)
{
    char shown[64];
    const char *wrong = NULL;

    show(name, size, shown);
    if (size == 0 || size > NAME_MAX_BYTES)
        wrong = "is empty or longer than 255 bytes";
    else if (memchr(name, '/', size) || memchr(name, '\\', size))
        wrong = "holds a slash";
    else if ((size == 1 && name[0] == '.') ||
             (size == 2 && name[0] == '.' && name[1] == '.'))
        wrong = "is a folder's";
    for (size_t i = 0, step; wrong == NULL && i < size; i += step) {
        step = character((const unsigned char *)name + i, size - i);
        if (step == 0)
            wrong = "holds a control character or is not UTF-8";
    }
    return wrong == NULL ||
           err_set(err, TP5043, "the name \"%s\" %s", shown, wrong);
}

bool
name_waits(const char *name)
{
    static const char *const unfinished[] = { ".tmp", ".part", ".partial",
                                              ".filepart" };
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
        size_t length = strlen(unfinished[i]);
        if (size >= length &&
            strcasecmp(name + size - length, unfinished[i]) == 0)
            return true;
    }
    return name[0] == '.';
}

bool
name_check_ours(const char *name, struct err *err)
{
    return name_check(name, strlen(name), err) &&
           (!name_waits(name) ||
            err_set(err, TP5043, "the name \"%.60s\" means an unfinished file",
                    name));
}

void
listing_add(struct listing *listing, const struct found *found,
            const char *pattern, struct looks *looks)
{
    struct listed *file = &listing->files[listing->count];
    struct err err = { 0 };

    if (!name_check(found->name, found->name_size, &err)) {
        if (listing->refused++ == 0)
            text_copy(listing->example, sizeof listing->example, err.text);
        return;
    }
    memset(file, 0, sizeof *file);
    text_copy(file->name, sizeof file->name, found->name);
    file->size = found->size;
    file->modified = found->modified;
    if (!text_matches(file->name, pattern))
        return;
    if (name_waits(file->name) ||
        (found->id != NULL &&
         !text_copy(file->id, sizeof file->id, found->id)) ||
        (looks != NULL && !looks_still(looks, file))) {
        listing->waiting++;
        return;
    }
    listing->count++;
}
