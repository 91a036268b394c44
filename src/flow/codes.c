/* SPDX-License-Identifier: Apache-2.0 */
/* Codes by the chain: the partner's table, the run-time table, the shipped or
 * site's table; locations and units that no table has are taken as they are
 * when the table is empty. */
#include "flow/flow_private.h"

#include <string.h>

/* Loaded tables by path; a NULL table is a file with mistakes. */
struct table {
    const char *path;
    struct codes *codes;
    struct table *next;
};

struct named_table {
    const char *name;
    struct codes *codes; /* NULL = there is none */
    struct named_table *next;
};

/* What the run-time table answered in this stage: one line of a document asks
 * what the one before it did. */
enum { ANSWERS = 256 };
struct code_answer {
    unsigned stage;
    bool found;
    char asked[200], text[128];
};

static struct codes *
table_at(struct flow *flow, const char *path)
{
    enum { LARGEST_TABLE = 16 << 20 };
    struct table *table = flow->tables;
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err err = { 0 };

    for (; table != NULL; table = table->next)
        if (text_equal(table->path, path))
            return table->codes;
    table = arena_alloc(flow->arena, sizeof *table);
    table->path = arena_strdup(flow->arena, path);
    table->next = flow->tables;
    flow->tables = table;
    if (!file_read_plain(path, LARGEST_TABLE, &text, &err))
        problem_add(flow->found, err.code, path, NULL, "%s", err.text);
    else if (!codes_load(&table->codes, path, buf_text(&text), flow->found,
                         &err))
        table->codes = NULL;
    return table->codes;
}

/* Looked for once: a file that appears later is seen by the next run. */
static struct codes *
shipped_table(struct flow *flow, const char *name)
{
    struct named_table *named = flow->named_tables;

    while (named != NULL && !text_equal(named->name, name))
        named = named->next;
    if (named != NULL)
        return named->codes;
    named = arena_alloc(flow->arena, sizeof *named);
    named->name = arena_strdup(flow->arena, name);
    const char *path =
        conf_find(flow->conf, flow->arena,
                  arena_printf(flow->arena, "codes/%s.csv", name));
    named->codes = path ? table_at(flow, path) : NULL;
    named->next = flow->named_tables;
    flow->named_tables = named;
    return named->codes;
}

static struct codes *
partner_table(struct flow *flow, const struct partner *partner,
              const char *name, struct arena *arena)
{
    const char *path =
        partner ? partner_codes(flow->conf, partner, name, arena) : NULL;

    return path ? table_at(flow, path) : NULL;
}

static struct code_answer *
slot_of(struct flow *flow, const char *asked)
{
    unsigned hash = 5381;

    if (flow->code_answers == NULL)
        flow->code_answers =
            arena_alloc(flow->arena, ANSWERS * sizeof *flow->code_answers);
    for (const char *at = asked; *at != '\0'; at++)
        hash = hash * 33 + (unsigned char)*at;
    return &flow->code_answers[hash % ANSWERS];
}

static bool
at_run_time(const struct code_user *user, const char *const *words,
            const char *value, struct arena *arena, const char **out)
{
    const char *partner = user->partner ? user->partner->code : "";
    struct flow *flow = user->flow;
    struct err err = { 0 };
    char asked[200];

    if (flow->journal == NULL)
        return false;
    bool fits = text_format(asked, sizeof asked, "%s\x1f%s\x1f%s\x1f%s\x1f%s",
                            words[0], partner, words[1], words[2], value);
    struct code_answer *answer = slot_of(flow, asked);
    if (!fits || flow->stage == 0 || answer->stage != flow->stage ||
        !text_equal(answer->asked, asked)) {
        answer->stage = 0;
        if (!journal_code(flow->journal, words[0], partner, words[1], words[2],
                          value, answer->text, &answer->found, &err))
            return false;
        text_copy(answer->asked, sizeof answer->asked, asked);
        answer->stage = fits ? flow->stage : 0;
    }
    if (answer->found)
        *out = arena_strdup(arena, answer->text);
    return answer->found;
}

static bool
look_up(void *context, const char *table, const char *from, const char *to,
        const char *value, struct arena *arena, const char **out,
        const char **guess)
{
    const struct code_user *user = context;
    const char *const words[] = { table, from, to };
    struct codes *theirs =
        partner_table(user->flow, user->partner, table, arena);
    struct codes *shipped = shipped_table(user->flow, table);

    if (theirs != NULL && codes_find(theirs, from, to, value, out))
        return true;
    if (at_run_time(user, words, value, arena, out))
        return true;
    if (shipped != NULL && codes_find(shipped, from, to, value, out))
        return true;
    if (text_equal(table, "location") && theirs == NULL &&
        (shipped == NULL || codes_rows(shipped) == 0)) {
        *out = arena_strdup(arena, value);
        return true;
    }
    *guess = theirs ? codes_guess(theirs, from, value) : NULL;
    if (*guess == NULL && shipped != NULL)
        *guess = codes_guess(shipped, from, value);
    return false;
}

bool
answer_code(void *user, const char *partner, const char *const words[3],
            const char *value, struct arena *arena, const char **out,
            const char **guess)
{
    struct flow *flow = user;
    struct code_user asker = { flow, partner_by_code(flow->conf, partner) };

    return look_up(&asker, words[0], words[1], words[2], value, arena, out,
                   guess);
}

struct map_codes
codes_of(struct code_user *user)
{
    return (struct map_codes){ look_up, user };
}

/* Tables that partners name must be there and right. */
bool
tables_open(struct flow *flow, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < partner_count(flow->conf); i++) {
        const struct partner *partner = partner_at(flow->conf, i);
        const struct conf_group *codes = conf_sub(partner->group, "codes");
        const char *name;
        for (size_t at = 0; codes && (name = conf_name_at(codes, at)); at++)
            partner_table(flow, partner, name, flow->arena);
    }
    return true;
}

void
tables_close(struct flow *flow)
{
    for (struct table *table = flow->tables; table; table = table->next)
        codes_free(&table->codes);
}
