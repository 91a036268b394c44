/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf - the settings and partner files, read once and checked whole.
 *
 *   struct problems *found = problems_new(arena);
 *   if (!conf_load(&conf, "/etc/tradepost", found, &err))
 *       ...                         nothing usable: syntax error in settings
 *   if (problems_errors(found) > 0) ...      tradepost check, exit 4
 *   conf_free(&conf);
 *
 * Reads DIR/tradepost.conf and DIR/partners/NAME.conf (each inherits what it
 * does not say from DIR/partners/default.conf). DIR/env.conf, when it is there,
 * is laid over both: settings of one place (a test, a demo), and
 * partners = { CODE = { ... }; }. Beyond syntax every mistake is reported at
 * once as "file:line: found, expected", with a did-you-mean; a partner file
 * with a syntax error leaves that partner out. Texts belong to the conf.
 * Format: tradepost.conf(5), tradepost-partner(5).
 */
#ifndef TP_CONF_CONF_H
#define TP_CONF_CONF_H

#include <stddef.h>

#include "base/err.h"
#include "base/problems.h"

struct arena;
struct conf;

/* A group of settings somewhere in a file: "channel = { ... };" */
struct conf_group;

enum setting_type {
    SETTING_TEXT,
    SETTING_NUMBER,
    SETTING_FLAG,     /* true or false */
    SETTING_DURATION, /* "24h" */
    SETTING_AMOUNT,   /* a decimal in quotes */
    SETTING_DATE,
    SETTING_CLOCK,  /* "18:00", a time of day */
    SETTING_SECRET, /* "secret:NAME" */
    SETTING_TEXTS,  /* [ "a", "b" ] */
    SETTING_GROUP,  /* { ... }, checked against members */
    SETTING_GROUPS, /* ( { ... }, ... ), each checked against members */
    SETTING_FREE    /* { any = "text"; } or a mixed list: the owner checks it */
};

/* A table of these, ended by a NULL name, is the schema, the check and the
 * manual of a group. Channels and systems declare their own. */
struct setting {
    const char *name;
    enum setting_type type;
    const char *fallback; /* NULL = none */
    const char *about;    /* one line for the manual */
    bool required;
    const char *const *choices;    /* NULL, or the allowed words, NULL-ended */
    const struct setting *members; /* of SETTING_GROUP(S) */
};

bool conf_load(struct conf **, const char *dir, struct problems *,
               struct err *) MUST_USE;
void conf_free(struct conf **);

/* Where a group stands: "partners/a.conf:12". */
const char *conf_place(const struct conf_group *);
/* Checks names, types, choices and required members. Fallbacks apply on read.
 */
void conf_check(const struct conf_group *, const struct setting *table,
                struct problems *);
/* Values by dotted path, relative to the group ("auth.kind"); the fallback
 * when it is not set. Numbers are whole. */
const char *conf_text(const struct conf_group *, const char *path,
                      const char *fallback);
long conf_number(const struct conf_group *, const char *path, long fallback);
bool conf_flag(const struct conf_group *, const char *path, bool fallback);
long conf_seconds(const struct conf_group *, const char *path, long fallback);
const struct conf_group *conf_sub(const struct conf_group *, const char *path);
/* Whether a text names the group at all: conf_sub() finds one that falls back
 * in everything, too. */
bool conf_has(const struct conf_group *, const char *path);
/* Lists: the count and the i-th text or group. */
size_t conf_count(const struct conf_group *, const char *path);
const char *conf_text_at(const struct conf_group *, const char *path, size_t);
const struct conf_group *conf_group_at(const struct conf_group *,
                                       const char *path, size_t);
/* Members of a SETTING_FREE group: the i-th name, or NULL. */
const char *conf_name_at(const struct conf_group *, size_t);

/* The settings file as a group, and what everybody needs of it. */
const struct conf_group *conf_settings(const struct conf *);
struct company {
    const char *name, *isa_qualifier, *isa_id, *gs_id, *zone, *currency;
    const char *environment; /* "prod", "test", ... */
    bool production;         /* only then ISA15 = P */
    const char *cutover;     /* a date */
};
const struct company *conf_company(const struct conf *);
const char *conf_dir(const struct conf *);
/* Directories, absolute: data (guides, maps, codes, flows as shipped), state
 * (journal), spool, secrets. */
const char *conf_data_dir(const struct conf *);
const char *conf_state_dir(const struct conf *);
const char *conf_spool_dir(const struct conf *);
/* Where the shipped texts are when the settings do not say. */
const char *conf_shipped_dir(struct arena *);
/* Opens a text (guide, map, code table, flow...) by its relative name: the
 * site's DIR/NAME before the shipped DATA/NAME; without settings (NULL) the
 * shipped one. NULL when neither is there. */
const char *conf_find(const struct conf *, struct arena *, const char *name);
/* The names of all texts of a folder ("flows", ".flow"), site and shipped, each
 * once, sorted. */
size_t conf_list(const struct conf *, struct arena *, const char *folder,
                 const char *suffix, const char ***out);
/* Adds the secret's bytes: from the vault, when one is set and has it, else
 * from the file of that name, without a final newline; checks that only the
 * owner may read the file (TP1020). name as in "secret:NAME": without the
 * prefix it may be the secret itself, and is refused unseen. Wipe what you got
 * (buf_wipe). */
struct buf;
bool conf_secret(const struct conf *, const char *name, struct buf *,
                 struct err *) MUST_USE;
/* Where secrets are looked for before their files; see store/vault.h. found
 * says whether it has the secret; a vault that fails is not passed over. */
typedef bool conf_vault(void *user, const char *name, struct buf *, bool *found,
                        struct err *);
void conf_set_vault(struct conf *, conf_vault *, void *user);
/* Adds a private file's bytes as it is: regular, mode 0600 or 0400, owned by
 * us or root, at most 64 KB (TP1020); TP1021 when there is none. */
bool conf_private_file(const char *path, struct buf *, struct err *) MUST_USE;
/* A plain name: letters, digits, ".", "-" and "_", no "." in front. */
bool conf_secret_name(const char *name);
/* The vault's key file, absolute. */
const char *conf_vault_key(const struct conf *);

/* The settings and partners as they are in force, one a line, for somebody
 * else's eyes: what may be a secret, and users, passwords and queries of URLs,
 * are left out. */
void conf_outline(const struct conf *, struct buf *);

/* All that a group says, exactly, to tell whether it is still what it was; for
 * nobody's eyes. NULL says nothing. */
void conf_group_says(const struct conf_group *, struct buf *);

/* Systems, in the order of the file: systems.NAME = { kind = ... }. */
size_t conf_system_count(const struct conf *);
const char *conf_system_name(const struct conf *, size_t);
const struct conf_group *conf_system(const struct conf *, const char *name);

#endif
