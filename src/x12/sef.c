/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/sef.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/sef_tree.h"

enum { DEPTH_LIMIT = 12, WORD_MAX = SEF_WORD };

struct reading {
    struct x12_sef *sef;
    const char *path;
    struct problems *found;
    int line;
    char section[12];
    const char *title;
};

static const struct {
    const char *set, *group;
} groups[] = {
    { "810", "IN" }, { "820", "RA" }, { "824", "AG" }, { "830", "PS" },
    { "832", "SC" }, { "846", "IB" }, { "850", "PO" }, { "852", "PD" },
    { "855", "PR" }, { "856", "SH" }, { "860", "PC" }, { "861", "RC" },
    { "862", "SS" }, { "864", "TX" }, { "865", "CA" }, { "867", "PT" },
    { "870", "RS" }, { "875", "OG" }, { "880", "GP" }, { "940", "OW" },
    { "943", "AR" }, { "944", "RE" }, { "945", "SW" }, { "947", "AW" },
    { "997", "FA" }, { "999", "FA" }, { "204", "SM" }, { "210", "IM" },
    { "214", "QM" }, { "753", "RF" }, { "754", "RG" }, { "816", "OR" },
};

static void wrong(struct reading *reading, const char *format, ...)
    PRINTF(2, 3);

static void
wrong(struct reading *reading, const char *format, ...)
{
    char at[200], text[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_format(at, sizeof at, "%s:%d", reading->path, reading->line);
    problem_add(reading->found, TP2404, at, NULL, "%s", text);
}

static void
copy_word(char out[WORD_MAX], const char *text, size_t size)
{
    size = size < WORD_MAX ? size : WORD_MAX - 1;
    memcpy(out, text, size);
    out[size] = '\0';
}

/* At "["; returns what follows "]", or NULL. */
static const char *
take_entry(struct reading *reading, const char *at, struct sef_entry *entry)
{
    const char *end = strchr(at, ']'), *field = at + 1;

    *entry = (struct sef_entry){ .usage = 'O', .max = "1" };
    if (end == NULL) {
        wrong(reading, "found '%.20s', expected a closing ]", at);
        return NULL;
    }
    for (; strchr(".!$-&", *field) != NULL && field < end; field++)
        entry->usage = *field == '.' ? 'N' : *field == '!' ? 'M' : 'O';
    copy_word(entry->id, field, strcspn(field, ",]*@#"));
    field += strcspn(field, ",]");
    if (*field == ',') {
        field++;
        if (*field == 'M' && entry->usage == 'O')
            entry->usage = 'M';
        field += strcspn(field, ",]");
    }
    if (*field == ',' && field[1] != ']' && field[1] != ',')
        copy_word(entry->max, field + 1, strcspn(field + 1, ",]"));
    for (const char *c = entry->id; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            entry->id[0] = '\0';
    if (entry->id[0] == '\0')
        wrong(reading, "found '%.20s', expected a name in brackets", at);
    return entry->id[0] ? end + 1 : NULL;
}

/* "N1:200" after "{": how often; the text goes on at "[". */
static const char *
take_repeat(const char *at, char max[WORD_MAX])
{
    size_t size = strcspn(at, "[]{}");
    const char *colon = memchr(at, ':', size);

    copy_word(max, "1", 1);
    if (colon != NULL)
        copy_word(max, colon + 1, (size_t)(at + size - colon - 1));
    max[strcspn(max, "+*@")] = '\0';
    return at + size;
}

/* Marks between segments: "^" starts a table, "+20" and "-5" change how
 * positions are counted, which guides do not do. NULL: it is none. */
static const char *
past_mark(const char *at)
{
    if (*at == '\0' || strchr("^+-@ \t", *at) == NULL)
        return NULL;
    bool counted = *at != '^';
    at++;
    return counted ? at + strspn(at, "0123456789") : at;
}

/* What HL03 calls the levels SEF does not say; this is the usual order. */
static void
guess_levels(const char *set, size_t levels, struct buf *out)
{
    static const char *const usual[] = {
        "HL[S] > HL[I]", "HL[S] > HL[O] > HL[I]",
        "HL[S] > HL[O] > HL[P] > HL[I]", "HL[S] > HL[O] > HL[T] > HL[P] > HL[I]"
    };

    if (text_equal(set, "856") && levels > 1 &&
        levels - 2 < sizeof usual / sizeof usual[0])
        buf_addf(out,
                 "# Guessed by their number: make it what the partner sends.\n"
                 "levels %s\n",
                 usual[levels - 2]);
}

/* The tree of a set, one line for each segment. */
static void
take_tree(struct reading *reading, const char *set, const char *at,
          struct buf *out)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    struct sef_entry entry;
    struct sef_tree tree;
    char loop[WORD_MAX] = "";
    int depth = 0;

    sef_tree_begin(&tree, arena);
    while (at != NULL && *at != '\0') {
        if (*at == '{' && depth < DEPTH_LIMIT) {
            at = take_repeat(at + 1, loop);
            continue;
        }
        if (*at == '}') {
            depth -= depth > 0;
            sef_tree_close(&tree);
            at++;
            continue;
        }
        if (*at != '[') {
            if (past_mark(at) == NULL)
                wrong(reading, "found '%.10s', expected [ { or }", at);
            at = past_mark(at);
            continue;
        }
        at = take_entry(reading, at, &entry);
        bool envelope = at == NULL || text_equal(entry.id, "ST") ||
                        text_equal(entry.id, "SE");
        if (envelope)
            continue;
        if (loop[0] != '\0')
            copy_word(entry.max, loop, strlen(loop));
        sef_tree_add(&tree, &entry, loop[0] != '\0');
        depth += loop[0] != '\0';
        loop[0] = '\0';
    }
    if (tree.wrong[0] != '\0')
        wrong(reading, "%s, which cannot be imported", tree.wrong);
    sef_tree_print(&tree, out);
    guess_levels(set, tree.levels, out);
}

static void
take_set(struct reading *reading, const char *id, const char *tree)
{
    struct x12_sef *sef = reading->sef;
    const char *group = "??";

    if (strlen(id) != 3 || sef->set_count == X12_SEF_SETS) {
        wrong(reading,
              "found the set '%.20s', expected three characters and "
              "at most %d sets",
              id, X12_SEF_SETS);
        return;
    }
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (text_equal(groups[i].set, id))
            group = groups[i].group;
    text_copy(sef->sets[sef->set_count].id, 8, id);
    struct buf *out = &sef->sets[sef->set_count++].guide;
    buf_addf(out, "# Imported from %s.\nset %s %s \"%s\"\n", reading->path, id,
             group, reading->title);
    take_tree(reading, id, tree, out);
}

/* "+P0607R0203": each note a word. */
static void
take_notes(struct reading *reading, const char *at, struct buf *out)
{
    buf_adds(out, " |");
    while (*at != '\0') {
        size_t digits = 0;
        if (*at == '+' || *at == ',' || *at == ' ') {
            at++;
            continue;
        }
        while (isdigit((unsigned char)at[1 + digits]))
            digits++;
        if (strchr("PRECL", *at) == NULL || digits < 4 || digits % 2 != 0) {
            wrong(reading, "found '%.12s', expected a note such as P0304", at);
            return;
        }
        buf_addf(out, " %.*s", (int)digits + 1, at);
        at += digits + 1;
    }
}

/* Elements of a segment or composite; "{10[235][234]}" is (235 234)x10. */
static void
take_elements(struct reading *reading, const char *id, const char *at,
              struct buf *out)
{
    struct sef_entry entry;
    char times[WORD_MAX] = "";
    bool first = false;

    buf_addf(out, "%s \"%s\"", id, id);
    while (at != NULL && *at != '\0' && *at != '+') {
        if (*at == '{') {
            copy_word(times, at + 1, strspn(at + 1, "0123456789"));
            at += 1 + strlen(times);
            buf_adds(out, " (");
            first = true;
        } else if (*at == '}') {
            buf_addf(out, ")x%s", times[0] ? times : "1");
            times[0] = '\0';
            at++;
        } else if (*at == '[') {
            at = take_entry(reading, at, &entry);
            buf_addf(out, "%s%s%s", first ? "" : " ", entry.id,
                     entry.usage == 'M' ? "!" : "");
            first = false;
        } else {
            wrong(reading, "found '%.10s', expected [ { } or +", at);
            at = NULL;
        }
    }
    if (at != NULL && *at == '+')
        take_notes(reading, at, out);
    buf_addc(out, '\n');
}

/* "353=ID,2,2" */
static void
take_element(struct reading *reading, const char *id, char *value)
{
    char *rest = value;
    const char *type = text_word(&rest, ", ");
    const char *min = text_word(&rest, ", "), *max = text_word(&rest, ", ");
    long number;

    if (!text_number(id, 99999, &number) || max == NULL ||
        !text_number(min, 100000000, &number) ||
        !text_number(max, 100000000, &number)) {
        wrong(reading, "element %.20s: expected a number = type,min,max", id);
        return;
    }
    buf_addf(&reading->sef->elements, "%s %s %s %s\n", id,
             text_equal(type, "N") ? "N0" : type, min, max);
}

/* "353=00,01,04" */
static void
take_codes(struct reading *reading, const char *id, char *value)
{
    struct buf *out = &reading->sef->codes;
    size_t count = 0;

    for (char *rest = value, *code; (code = text_word(&rest, ", ")) != NULL;) {
        bool good = strlen(code) <= 8;
        for (const char *c = code; *c != '\0'; c++)
            good &= isalnum((unsigned char)*c) != 0;
        if (!good)
            continue;
        if (count++ == 0)
            buf_addf(out, "%s all", id);
        buf_addf(out, " %s", code);
    }
    if (count > 0)
        buf_addc(out, '\n');
}

/* "name,,004 010,X,X12-4.10,title": the third field without blanks. */
static void
take_ini(struct reading *reading, char *line)
{
    size_t size = 0;
    const char *at = strchr(line, ',');

    if (reading->sef->version[0] != '\0')
        return;
    at = at != NULL ? strchr(at + 1, ',') : NULL;
    for (at = at ? at + 1 : ""; *at != '\0' && *at != ','; at++)
        if (isdigit((unsigned char)*at) && size < 6)
            reading->sef->version[size++] = *at;
    if (size != 6)
        wrong(reading,
              "found '%.40s', expected a version such as 004 010 in "
              "the third field",
              line);
}

static void
take_definition(struct reading *reading, char *line)
{
    struct x12_sef *sef = reading->sef;
    char *equals = strchr(line, '=');

    if (equals == NULL) {
        wrong(reading, "found '%.20s', expected NAME=...", line);
        return;
    }
    *equals = '\0';
    const char *id = text_trim(line);
    char *value = text_trim(equals + 1);
    for (const char *c = id; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) || c - id > 8) {
            wrong(reading, "found the name '%.20s'", id);
            return;
        }
    if (text_equal(reading->section, ".SETS"))
        take_set(reading, id, value);
    else if (text_equal(reading->section, ".SEGS"))
        take_elements(reading, id, value, &sef->segments);
    else if (text_equal(reading->section, ".COMS"))
        take_elements(reading, id, value, &sef->composites);
    else if (text_equal(reading->section, ".ELMS"))
        take_element(reading, id, value);
    else
        take_codes(reading, id, value);
}

/* Sections that say more than guides can. */
static void
pass_over(struct reading *reading)
{
    static const char *const more[] = { ".TEXT",     ".SEMREFS",   ".MASKS",
                                        ".OBJVARS",  ".VALREFS",   ".VALLISTS",
                                        ".TEXTSETS", ".COMSEMREFS" };
    struct buf *passed = &reading->sef->passed;

    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (text_equal(reading->section, more[i]) &&
            strstr(buf_text(passed), more[i]) == NULL)
            buf_addf(passed, "%s%s", passed->size ? ", " : "", more[i]);
}

static void
take_line(struct reading *reading, char *line)
{
    static const char *const ours[] = { ".SETS", ".SEGS", ".COMS", ".ELMS",
                                        ".CODES" };

    if (*line == '.' && isupper((unsigned char)line[1])) {
        text_format(reading->section, sizeof reading->section, "%.*s",
                    (int)strcspn(line, " \t"), line);
        pass_over(reading);
        return;
    }
    if (text_equal(reading->section, ".INI"))
        take_ini(reading, line);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (text_equal(reading->section, ours[i]))
            take_definition(reading, line);
}

bool
x12_sef_read(struct x12_sef *sef, const char *path, char *text,
             struct problems *found, struct err *err)
{
    struct reading reading = {
        .sef = sef, .path = path, .found = found, .title = "Imported"
    };

    *sef = (struct x12_sef){ 0 };
    while (text != NULL && *text != '\0') {
        char *next = strchr(text, '\n');
        if (next != NULL)
            *next++ = '\0';
        reading.line++;
        text = text_trim(text);
        if (*text != '\0')
            take_line(&reading, text);
        text = next;
    }
    if (sef->version[0] == '\0')
        wrong(&reading, "found no .INI with a version");
    if (sef->set_count == 0)
        wrong(&reading, "found no set in .SETS");
    return problems_to_err(found, err);
}

void
x12_sef_free(struct x12_sef *sef)
{
    for (size_t i = 0; i < sef->set_count; i++)
        buf_free(&sef->sets[i].guide);
    buf_free(&sef->composites);
    buf_free(&sef->segments);
    buf_free(&sef->elements);
    buf_free(&sef->codes);
    buf_free(&sef->passed);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first word of each line that begins with one. */
static size_t
names_of(struct arena *arena, const char *text, const char ***out)
{
    size_t count = 0, lines = 1;

    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    *out = arena_alloc(arena, lines * sizeof **out);
    for (const char *at = text; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, " \t\r\n");
        if (size > 0 && *at != '#')
            (*out)[count++] = arena_strndup(arena, at, size);
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    qsort(*out, count, sizeof **out, by_name);
    return count;
}

size_t
x12_sef_merge(const char *ours, const char *theirs, struct buf *merged)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    const char **names;
    size_t count = names_of(arena, ours, &names), added = 0;

    buf_adds(merged, ours);
    for (const char *at = theirs; *at != '\0';) {
        size_t size = strcspn(at, "\n");
        const char *name = arena_strndup(arena, at, strcspn(at, " \n"));
        if (bsearch(&name, names, count, sizeof *names, by_name) == NULL) {
            buf_add(merged, at, size);
            buf_addc(merged, '\n');
            added++;
        }
        at += size + (at[size] == '\n');
    }
    return added;
}
