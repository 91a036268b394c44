/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/guides.h"

#include <string.h>

#include "base/durable.h"
#include "conf/partner.h"
#include "translate/rules.h"
#include "x12/guide.h"

enum { TEXT_LIMIT_BYTES = 16 << 20, ISA_BYTES = 106 };

struct loaded {
    const char *version, *set;
    const struct partner *partner;
    struct x12_guide *guide; /* NULL: there is none */
    struct loaded *next;
};

struct guides {
    struct cli *cli;
    struct x12_sources sources;
    struct loaded *loaded;
    struct problems *found;
    const struct partner *partner;
};

/* Without settings the shipped guides serve. */
static bool
find_text(void *user, const char *name, struct arena *arena, const char **path,
          const char **content)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct guides *guides = user;
    struct err ignored = { 0 };

    *path = conf_find(guides->cli->conf, arena, name);
    if (*path == NULL || !file_read(*path, TEXT_LIMIT_BYTES, &text, &ignored))
        return false;
    *content = arena_strdup(arena, buf_text(&text));
    return true;
}

static bool
choose_partner(struct guides *guides)
{
    struct cli *cli = guides->cli;
    const char *code = cli->option[OPTION_PARTNER];
    struct err ignored = cli->err;

    if (code == NULL) {
        if (cli->option[OPTION_GUIDES] == NULL && !cli_conf(cli))
            cli->err = ignored;
        return true;
    }
    if (!cli_conf(cli))
        return false;
    guides->partner = partner_by_code(cli->conf, code);
    return guides->partner != NULL ||
           err_set(&cli->err, TP1009, "found no partner \"%.40s\"", code);
}

struct guides *
guides_open(struct cli *cli)
{
    struct guides *guides = arena_alloc(cli->arena, sizeof *guides);

    guides->cli = cli;
    guides->found = problems_new(cli->arena);
    guides->sources = (struct x12_sources){ find_text, guides };
    if (!choose_partner(guides))
        return NULL;
    const char *folder = cli->option[OPTION_GUIDES];
    if (folder == NULL)
        return guides;
    guides->sources = x12_sources_in(folder);
    if (file_exists(folder))
        return guides;
    err_set(&cli->err, TP8003, "found no folder %.200s", folder);
    return NULL;
}

void
guides_close(struct guides **guides)
{
    if (*guides == NULL)
        return;
    for (struct loaded *at = (*guides)->loaded; at != NULL; at = at->next)
        x12_guide_free(&at->guide);
    *guides = NULL;
}

/* The guide with the partner's rules; the bare one when a rule is wrong. */
static struct x12_guide *
with_rules(struct guides *guides, struct x12_guide *base, const char *set)
{
    struct arena *arena = guides->cli->arena;
    const struct partner *partner = guides->partner;
    struct x12_guide *theirs = NULL;
    struct err ignored = { 0 };

    if (base == NULL || partner == NULL)
        return base;
    struct x12_rule *rules;
    size_t count = rules_for(partner, set, arena, &rules);
    if (count == 0 || !x12_guide_overlay(&theirs, base, rules, count,
                                         guides->found, &ignored))
        return base;
    x12_guide_free(&base);
    return theirs;
}

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set_id)
{
    struct guides *guides = user;
    struct arena *arena = guides->cli->arena;
    char version[7];
    struct err ignored = { 0 };

    /* "004010VICS" and the like are checked by the standard's guide. */
    text_copy(version, sizeof version, group->version);
    for (struct loaded *at = guides->loaded; at != NULL; at = at->next)
        if (text_equal(at->version, version) && text_equal(at->set, set_id) &&
            at->partner == guides->partner)
            return at->guide;
    struct loaded *at = arena_alloc(arena, sizeof *at);
    *at = (struct loaded){ arena_strdup(arena, version),
                           arena_strdup(arena, set_id), guides->partner, NULL,
                           guides->loaded };
    if (!x12_guide_load(&at->guide, &guides->sources, version, set_id,
                        guides->found, &ignored))
        at->guide = NULL;
    at->guide = with_rules(guides, at->guide, set_id);
    guides->loaded = at;
    return at->guide;
}

const struct x12_guide *
guides_get(struct guides *guides, const char *version, const char *set)
{
    const struct x12_group group = { .version = version };

    return guide_for(guides, &group, set);
}

/* ISA05/06 stand at byte 32, ISA07/08 at byte 51, padded with blanks. */
static const struct partner *
party_at(const struct conf *conf, const char *isa, size_t offset)
{
    char qualifier[3], id[16];

    memcpy(qualifier, isa + offset, 2);
    memcpy(id, isa + offset + 3, 15);
    qualifier[2] = id[15] = '\0';
    return partner_by_isa(conf, qualifier, text_trim(id));
}

static void
recognise(struct guides *guides, const char *head, size_t size)
{
    const struct conf *conf = guides->cli->conf;

    if (guides->cli->option[OPTION_PARTNER] != NULL || conf == NULL)
        return;
    guides->partner = NULL;
    if (size < ISA_BYTES || memcmp(head, "ISA", 3) != 0)
        return;
    guides->partner = party_at(conf, head, 32);
    if (guides->partner == NULL)
        guides->partner = party_at(conf, head, 51);
}

static void
set_tolerances(const struct partner *partner, struct x12_options *options)
{
    static const enum x12_severity severities[] = {
        [TOLERANCE_REJECT] = X12_REJECT,
        [TOLERANCE_WARN] = X12_WARN,
        [TOLERANCE_IGNORE] = X12_IGNORE,
    };

    for (int i = 0; partner != NULL && i < X12_TOLERANCES; i++) {
        enum tolerance said = partner_tolerance(
            partner, x12_tolerance_name((enum x12_tolerance)i));
        if (said != TOLERANCE_DEFAULT)
            options->tolerance[i] = (unsigned char)severities[said];
    }
}

void
guides_options(struct guides *guides, const char *head, size_t size,
               struct x12_options *options)
{
    recognise(guides, head, size);
    x12_options_init(options);
    options->guide_for = guide_for;
    options->user = guides;
    set_tolerances(guides->partner, options);
}

const struct partner *
guides_partner(const struct guides *guides)
{
    return guides->partner;
}

const struct problems *
guides_problems(const struct guides *guides)
{
    return guides->found;
}

static bool
is_set(const struct x12_result *result, const char *group, const char *set)
{
    return text_equal(result->group->control, group) &&
           text_equal(result->control, set);
}

const struct x12_result *
guides_set(const struct x12_file *file, const char *group, const char *set,
           int32_t ordinal)
{
    const struct x12_result *by_ordinal = NULL;
    int32_t count = 0;

    for (const struct x12_interchange *i = file->interchanges; i; i = i->next)
        for (const struct x12_group *g = i->groups; g; g = g->next)
            for (const struct x12_result *r = g->results; r; r = r->next) {
                if (is_set(r, group, set))
                    return r;
                if (++count == ordinal)
                    by_ordinal = r;
            }
    return by_ordinal;
}
