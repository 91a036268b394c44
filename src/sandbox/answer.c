/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/answer.h"

#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"

enum { LETTER_MAX = 64 << 20, FIRST_CONTROL = 500000001 };

static const char usage[] =
    "tradepost-sandbox answer --in DIR --out DIR --partner CODE\n"
    "                         [--script FILE] [--date YYYY-MM-DD]\n"
    "  writes to --out what the partner sends back for the files in --in\n";

static const char state_name[] = ".answered";

/* The next control number, then the names of the files done. */
static bool
read_state(struct answer *answer)
{
    const char *path =
        arena_printf(answer->arena, "%s/%s", answer->in, state_name);
    struct buf text CLEANUP(buf_free) = { 0 };
    answer->control = FIRST_CONTROL;
    if (!file_exists(path))
        return true;
    if (!file_read(path, LETTER_MAX, &text, answer->err))
        return false;
    char *rest = arena_strdup(answer->arena, buf_text(&text));
    const char *first = text_word(&rest, "\n");
    if (!first || !text_number(first, 999999999, &answer->control))
        return err_set(answer->err, TP9103, "%s does not start with a number",
                       path);
    if (rest)
        buf_adds(&answer->done, rest);
    return true;
}

static bool
write_state(struct answer *answer)
{
    struct buf text CLEANUP(buf_free) = { 0 };
    buf_addf(&text, "%ld\n%s", answer->control, buf_text(&answer->done));
    return durable_write_view(answer->in, state_name, text.text, text.size,
                              0640, answer->err);
}

static bool
is_done(struct answer *answer, const char *name)
{
    char *rest = arena_strdup(answer->arena, buf_text(&answer->done));
    for (const char *line; (line = text_word(&rest, "\n")) != NULL;)
        if (text_equal(line, name))
            return true;
    return false;
}

static bool
answer_set(struct answer *answer, const struct letter *letter,
           const struct set *set)
{
    if (text_equal(set->id, "850"))
        return supplier_answer(answer, letter, set);
    if (text_equal(set->id, "810"))
        customer_take(answer, letter, set);
    return true;
}

static bool
answer_letter(struct answer *answer, const struct letter *letter)
{
    for (size_t g = 0; g < letter->count; g++) {
        const struct group *group = &letter->groups[g];
        /* An acknowledgment is never acknowledged. */
        if (text_equal(group->function, "FA"))
            continue;
        if (!supplier_acknowledge(answer, letter, group))
            return false;
        for (size_t i = 0; i < group->count; i++)
            if (!answer_set(answer, letter, &group->sets[i]))
                return false;
    }
    return true;
}

static bool
answer_file(struct answer *answer, const char *name)
{
    struct buf bytes CLEANUP(buf_free) = { 0 };
    const char *path = arena_printf(answer->arena, "%s/%s", answer->in, name);
    if (!file_read(path, LETTER_MAX, &bytes, answer->err))
        return false;
    const struct letter *letter = letter_read(answer->arena, &bytes);
    for (; letter; letter = letter->next)
        if (!answer_letter(answer, letter))
            return false;
    buf_addf(&answer->done, "%s\n", name);
    return true;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
whole_files(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return *name != '.' && !text_ends(name, ".tmp") &&
           !text_ends(name, ".part") && !text_ends(name, ".filepart");
}

static bool
answer_all(struct answer *answer)
{
    struct dirent **entries = NULL;
    int count = scandir(answer->in, &entries, whole_files, by_name);
    bool ok = count >= 0 ||
              err_set(answer->err, TP9103, "%s cannot be read", answer->in);
    for (int i = 0; i < count; i++) {
        if (ok && !is_done(answer, entries[i]->d_name))
            ok = answer_file(answer, entries[i]->d_name);
        release(&entries[i]);
    }
    release(&entries);
    return ok && customer_pay(answer);
}

static bool
run(struct answer *answer, const char *script)
{
    return script_read(answer, script) &&
           durable_mkdir(answer->out, 0750, answer->err) &&
           read_state(answer) && answer_all(answer) && write_state(answer);
}

int
answer_main(int argc, char **argv)
{
    static const struct option options[] = {
        { "in", required_argument, NULL, 'i' },
        { "out", required_argument, NULL, 'o' },
        { "partner", required_argument, NULL, 'p' },
        { "script", required_argument, NULL, 's' },
        { "date", required_argument, NULL, 'd' },
        { NULL, 0, NULL, 0 }
    };
    struct err err = { 0 };
    struct answer answer = { .now = when_now(), .err = &err };
    const char *script = NULL;
    bool good = true;
    for (int id; (id = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (id == 'i')
            answer.in = optarg;
        else if (id == 'o')
            answer.out = optarg;
        else if (id == 'p')
            answer.partner = optarg;
        else if (id == 's')
            script = optarg;
        else
            good = id == 'd' && when_parse(optarg, &answer.now) && good;
    }
    if (!good || !answer.in || !answer.out || !answer.partner ||
        optind != argc) {
        (void)fputs(usage, stderr);
        return 2;
    }
    answer.arena = arena_new();
    good = run(&answer, script);
    if (good)
        (void)printf("%zu files written\n", answer.sent);
    else
        err_print(stderr, &err);
    buf_free(&answer.done);
    arena_free(&answer.arena);
    return good ? 0 : 1;
}
