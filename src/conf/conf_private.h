/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf_private - the tree that settings are kept in, for this folder only.
 *
 * libconfig's own tree is read once and copied, so that partner files can be
 * laid over the default and a place is known for every value. A node is any
 * value; the public name conf_group stays, since owners only see groups.
 */
#ifndef TP_CONF_CONF_PRIVATE_H
#define TP_CONF_CONF_PRIVATE_H

#include "base/arena.h"
#include "conf/conf.h"
#include "conf/partner.h"

enum node_kind {
    NODE_TEXT,
    NODE_NUMBER,
    NODE_REAL, /* a number with a point, never accepted: amounts are texts */
    NODE_FLAG,
    NODE_GROUP,
    NODE_LIST
};

struct conf_group {
    const char *name; /* NULL: the root, or an element of a list */
    const char *place;
    enum node_kind kind;
    const char *text; /* of a text; of a number, as written */
    long long number; /* of a number or a flag */
    struct conf_group *parent, *first, *last, *next;
    size_t count;
    bool implied; /* no text has it: it is here for what it falls back to */
};

struct conf {
    struct arena *arena;
    const char *dir, *data, *state, *spool, *secrets, *vault_key;
    struct conf_group *settings;
    struct conf_group *overlays; /* env.conf's partners group, or NULL */
    struct company company;
    struct partner *partners;
    size_t partner_count;
    conf_vault *vault; /* NULL = secrets are files only */
    void *vault_user;
};

/* Which mistakes conf_check_parts() looks for: a partner's own file is checked
 * for what it says, and together with default.conf for what nobody says.
 * CHECK_KIND allows a member "kind" besides the table. */
enum { CHECK_SAID = 1U, CHECK_MISSING = 2U, CHECK_KIND = 4U };

/* Reads one file; name is relative to the directory and names it in messages.
 * TP1001, TP1002. */
bool tree_read(struct conf *, const char *name, struct conf_group **,
               struct err *) MUST_USE;
/* A new tree: base with every member of over put in its place; groups are
 * merged in turn unless their kinds differ. The place is over's. */
struct conf_group *tree_merge(struct arena *, const struct conf_group *base,
                              const struct conf_group *over);
struct conf_group *tree_member(const struct conf_group *, const char *name);
struct conf_group *tree_lookup(const struct conf_group *, const char *path);
/* Takes the member out of its group; NULL when there is none. */
struct conf_group *tree_take(struct conf_group *, const char *name);
/* An empty group, as an empty file would give. */
struct conf_group *tree_empty(struct arena *, const char *place);
/* Adds what is not said and has a fallback. */
void tree_fall_back(struct arena *, struct conf_group *,
                    const struct setting *);
/* "company.timezone", "rules[2].at". */
void tree_path(const struct conf_group *, char *out, size_t out_size);

void conf_check_parts(const struct conf_group *, const struct setting *,
                      struct problems *, unsigned parts);
/* A problem at a value: "PATH: found FOUND, expected EXPECTED". */
void conf_complain(struct problems *, const struct conf_group *,
                   const char *expected);
/* Checks a time zone's name against the system's zone files. */
void conf_check_zone(const struct conf_group *, struct problems *);
/* Splits "ZZ:CRONUS01"; complains and leaves "" when it is not of that form. */
void conf_identity(struct conf *, const struct conf_group *, struct problems *,
                   const char **qualifier, const char **id);
/* GS02/GS03: 2 to 15 characters. */
void conf_check_application(const struct conf_group *, struct problems *);

void partner_check_said(const struct conf_group *own, struct problems *);
bool partners_load(struct conf *, struct problems *, struct err *) MUST_USE;

#endif
