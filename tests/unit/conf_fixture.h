/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf_fixture - a configuration directory that a case writes and loads.
 *
 *   CHECK(load(COMPANY "cutover = ...;", PARTNER));      acme.conf
 *   CHECK_TEXT(said(), "TP1005 tradepost.conf:3: ...");  all problems
 *
 * fixture_begin() first, fixture_end() last.
 */
#ifndef TP_TESTS_UNIT_CONF_FIXTURE_H
#define TP_TESTS_UNIT_CONF_FIXTURE_H

#include <stdlib.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/partner.h"
#include "test.h"

#define COMPANY                                                   \
    "company = { name = \"CRONUS\"; isa = \"ZZ:CRONUS01\"; gs = " \
    "\"CRONUS01\"; };\ncutover = \"2026-12-01\";\n"
#define PARTNER                                                     \
    "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\"; channel = " \
    "{ kind = \"dir\"; };\n"

static char dir[] = "/tmp/tp-conf-XXXXXX";
static struct arena *arena;
static struct conf *conf;
static struct problems *found;
static struct err err;

static inline void
put(const char *folder, const char *name, const char *text)
{
    char path[128];
    struct err failed = { 0 };

    text_format(path, sizeof path, "%s%s", dir, folder);
    CHECK_OK(durable_mkdir(path, 0700, &failed), &failed);
    CHECK_OK(durable_write_view(path, name, text, strlen(text), 0600, &failed),
             &failed);
}

static inline void
fresh(void)
{
    struct err ignored = { 0 };

    conf_free(&conf);
    arena_free(&arena);
    arena = arena_new();
    found = problems_new(arena);
    err_clear(&err);
    CHECK(durable_remove_tree(dir, &ignored));
    CHECK(durable_mkdir(dir, 0700, &ignored));
}

static inline bool
load(const char *settings, const char *partner)
{
    fresh();
    put("", "tradepost.conf", settings);
    if (partner != NULL)
        put("/partners", "acme.conf", partner);
    return conf_load(&conf, dir, found, &err);
}

/* All problems, a line each, as people see them. */
static inline const char *
said(void)
{
    char *all = arena_strdup(arena, "");

    for (const struct problem *p = problems_first(found); p; p = p->next)
        all = arena_printf(arena, "%s%s%s %s: %s", all, all[0] ? "\n" : "",
                           err_name(p->code), p->at, p->text);
    return all;
}

static inline bool
fixture_begin(void)
{
    return mkdtemp(dir) != NULL;
}

static inline void
fixture_end(void)
{
    struct err ignored = { 0 };

    conf_free(&conf);
    arena_free(&arena);
    if (!durable_remove_tree(dir, &ignored))
        err_print(stderr, &ignored);
}

#endif
