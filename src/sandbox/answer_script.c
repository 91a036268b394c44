/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "sandbox/answer.h"

/* What a script may say, with the number of words after it. */
static const struct {
    const char *what;
    size_t words;
} known[] = {
    { "reject", 5 },     { "unknown-item", 2 }, { "over-ship", 2 },
    { "short-ship", 2 }, { "no-997", 0 },       { "no-856", 0 },
    { "no-810", 0 },     { "price", 2 },        { "duplicate", 0 },
    { "freight", 1 },    { "discount", 1 },     { "deduct", 2 },
    { "remit", 1 },      { "unpaid", 0 },
};

static bool
is_known(const struct script_case *made, size_t words)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_equal(known[i].what, made->words[2]))
            return words == 3 + known[i].words;
    return false;
}

static bool
read_line(struct answer *answer, const char *path, long number, char *line,
          const struct script_case ***last)
{
    struct script_case *made = arena_alloc(answer->arena, sizeof *made);
    size_t words = 0;
    line[strcspn(line, "#")] = '\0';
    for (char *word; (word = text_word(&line, " \t\r")) != NULL; words++) {
        if (words == CASE_WORDS)
            break;
        made->words[words] = word;
    }
    if (words == 0)
        return true;
    if (words < 3 || !is_known(made, words))
        return err_set(answer->err, TP9103,
                       "%s:%ld: '%s' is no case, or has a wrong number of "
                       "details",
                       path, number, words < 3 ? "" : made->words[2]);
    **last = made;
    *last = &made->next;
    return true;
}

bool
script_read(struct answer *answer, const char *path)
{
    enum { SCRIPT_MAX = 1 << 20 };
    struct buf text CLEANUP(buf_free) = { 0 };
    const struct script_case **last = &answer->cases;
    if (!path)
        return true;
    if (!file_read(path, SCRIPT_MAX, &text, answer->err))
        return false;
    char *line = arena_strdup(answer->arena, buf_text(&text));
    for (long number = 1; line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        if (!read_line(answer, path, number, line, &last))
            return false;
        line = end;
    }
    return true;
}

/* The number in a document may carry a prefix: PO-106207 is 106207. */
const struct script_case *
script_find(const struct answer *answer, const char *document, const char *what)
{
    for (const struct script_case *at = answer->cases; at; at = at->next)
        if (text_equal(at->words[0], answer->partner) &&
            (text_equal(at->words[1], "*") ||
             text_ends(document, at->words[1])) &&
            text_equal(at->words[2], what))
            return at;
    return NULL;
}

struct decimal
script_number(const struct script_case *at, size_t word)
{
    return decimal_of(at->words[word]);
}
