/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kinds of channel share: names, stillness, and paths.
 */
#ifndef TP_CHANNEL_CHANNEL_PRIVATE_H
#define TP_CHANNEL_CHANNEL_PRIVATE_H

#include "channel/channel.h"

struct arena;

extern const struct channel_ops channel_sftp, channel_cleo, channel_dir,
    channel_mem, channel_flaky;

/* A name that may be taken or given: UTF-8 of 1 to 255 bytes without slash,
 * backslash or control characters, and not "." or "..". Else TP5043. */
bool name_check(const char *name, size_t size, struct err *) MUST_USE;
/* Hidden, or of a form that writers use for files not yet whole. */
bool name_waits(const char *name);
/* As name_check, and not one that the far side would take as unfinished. */
bool name_check_ours(const char *name, struct err *) MUST_USE;
/* "folder/name"; out must have room for it (TP5050). */
bool path_join(char *out, size_t size, const char *folder, const char *name,
               struct err *) MUST_USE;

/* Which files have been still: as large and as old as at an earlier look. */
struct looks;
struct looks *looks_new(long still_seconds);
void looks_free(struct looks **);
/* Whether the file may be taken: old enough by its own time, or seen the same
 * in an earlier look and still for long enough. */
bool looks_still(struct looks *, const struct listed *);
/* Ends one look over a folder; what was not seen in it is forgotten. */
void looks_end(struct looks *);

/* One name of a folder, as the far side tells it. */
struct found {
    const char *name;
    size_t name_size;
    int64_t size, modified; /* -1 and 0 = not told */
    const char *id;         /* NULL = none */
};
/* Puts it into the listing, or counts why not: refused, unfinished, not of
 * the pattern, or not still (looks may be NULL). files has room. */
void listing_add(struct listing *, const struct found *, const char *pattern,
                 struct looks *);

/* Calls ready, if there is one, for those of the parcels that are begun. False:
 * they have its err, and are not begun any longer. */
bool parcels_ready(struct parcel *, size_t count, const struct channel_ready *);

/* Settings that every kind with folders has, the same in each. */
#define CHANNEL_PATTERN                                           \
    {                                                             \
        .name = "pattern", .type = SETTING_TEXT, .fallback = "*", \
        .about = "the names that are fetched, with * and ?"       \
    }
#define CHANNEL_STABLE_SECONDS(seconds)                               \
    {                                                                 \
        .name = "stable_seconds", .type = SETTING_NUMBER,             \
        .fallback = (seconds),                                        \
        .about = "how long a file must have been still before it is " \
                 "fetched"                                            \
    }
#define CHANNEL_MAX_BYTES                                                    \
    {                                                                        \
        .name = "max_bytes", .type = SETTING_NUMBER, .fallback = "67108864", \
        .about = "the largest file that is fetched"                          \
    }

/* The folder of the settings that this step cannot do without (TP5050). */
bool folder_needed(const char *folder, const char *what, struct err *) MUST_USE;

/* What the setting "absent" says of a file in doubt that is not there, nor is
 * its temporary copy. The words are for the table of settings. */
extern const char *const absent_words[];
/* Without the setting: taken where files are renamed, else unknown. Without
 * renaming "taken" is refused (TP5050). */
bool absent_read(const struct channel *, bool renames, enum channel_found *,
                 struct err *) MUST_USE;

/* The text of a required setting, or TP5050. */
bool setting_text(const struct channel *, const char *name, const char **,
                  struct err *) MUST_USE;
/* The secret that the setting names; out stays empty without the setting. */
bool setting_secret(const struct channel *, const char *name, struct buf *out,
                    struct err *) MUST_USE;
void secret_wipe(struct buf *);

#endif
