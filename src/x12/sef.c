/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/sef.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/sef_private.h"

void
sef_wrong(struct sef_reading *reading, const char *format, ...)
{
    char at[200], text[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_format(at, sizeof at, "%s:%d", reading->path, reading->line);
    problem_add(reading->found, TP2404, at, NULL, "%s", text);
}

void
sef_word(char out[SEF_WORD], const char *text, size_t size)
{
    size = size < SEF_WORD ? size : SEF_WORD - 1;
    memcpy(out, text, size);
    out[size] = '\0';
}

const char *
sef_entry(struct sef_reading *reading, const char *at, struct sef_entry *entry)
{
    const char *end = strchr(at, ']'), *field = at + 1;

    *entry = (struct sef_entry){ .usage = 'O', .max = "1" };
    if (end == NULL) {
        sef_wrong(reading, "found '%.20s', expected a closing ]", at);
        return NULL;
    }
    for (; strchr(".!$-&", *field) != NULL && field < end; field++)
        entry->usage = *field == '.' ? 'N' : *field == '!' ? 'M' : 'O';
    sef_word(entry->id, field, strcspn(field, ",]*@#"));
    field += strcspn(field, ",]");
    if (*field == ',') {
        field++;
        if (*field == 'M' && entry->usage == 'O')
            entry->usage = 'M';
        field += strcspn(field, ",]");
    }
    if (*field == ',' && field[1] != ']' && field[1] != ',')
        sef_word(entry->max, field + 1, strcspn(field + 1, ",]"));
    for (const char *c = entry->id; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            entry->id[0] = '\0';
    if (entry->id[0] == '\0')
        sef_wrong(reading, "found '%.20s', expected a name in brackets", at);
    return entry->id[0] ? end + 1 : NULL;
}

/* "+P0607R0203": each note a word. */
static void
take_notes(struct sef_reading *reading, const char *at, struct buf *out)
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
            sef_wrong(reading, "found '%.12s', expected a note such as P0304",
                      at);
            return;
        }
        buf_addf(out, " %.*s", (int)digits + 1, at);
        at += digits + 1;
    }
}

/* Where a definition comes from, for whoever reads our texts. */
static void
end_line(const struct sef_reading *reading, struct buf *out)
{
    buf_addf(out, " # %s:%d\n", reading->source, reading->line);
}

/* "{10" opens a group that is repeated, "}" ends it; NULL: it is wrong. */
static const char *
take_group(struct sef_reading *reading, const char *at, char times[SEF_WORD],
           struct buf *out)
{
    size_t size = strspn(at + 1, "0123456789");

    if ((*at == '{') == (times[0] != '\0')) {
        sef_wrong(reading, "found '%.10s', expected groups side by side", at);
        return NULL;
    }
    if (*at == '{') {
        sef_word(times, size ? at + 1 : "1", size ? size : 1);
        buf_adds(out, " (");
        return at + 1 + size;
    }
    buf_addf(out, ")x%s", times);
    times[0] = '\0';
    return at + 1;
}

/* Elements of a segment or composite; "{10[235][234]}" is (235 234)x10. */
static void
take_elements(struct sef_reading *reading, const char *id, const char *at,
              struct buf *out)
{
    struct sef_entry entry;
    char times[SEF_WORD] = "";

    buf_addf(out, "%s \"%s\"", id, id);
    while (at != NULL && *at != '\0' && *at != '+') {
        if (*at == '{' || *at == '}') {
            at = take_group(reading, at, times, out);
        } else if (*at == '[') {
            const char *end = buf_text(out) + out->size;
            at = sef_entry(reading, at, &entry);
            buf_addf(out, "%s%s%s", end[-1] == '(' ? "" : " ", entry.id,
                     entry.usage == 'M' ? "!" : "");
        } else {
            sef_wrong(reading, "found '%.10s', expected [ { } or +", at);
            at = NULL;
        }
    }
    if (at != NULL && times[0] != '\0')
        sef_wrong(reading, "a group of %s has no }", id);
    if (at != NULL && *at == '+')
        take_notes(reading, at, out);
    end_line(reading, out);
}

/* Those that guides know; N alone is N0. */
static bool
is_type(const char *type)
{
    static const char *const types[] = {
        "AN", "ID", "R", "DT", "TM", "B", "N"
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_equal(type, types[i]))
            return true;
    return type[0] == 'N' && isdigit((unsigned char)type[1]) && type[2] == '\0';
}

/* "353=ID,2,2" */
static void
take_element(struct sef_reading *reading, const char *id, char *value)
{
    char *rest = value;
    const char *type = text_word(&rest, ", ");
    const char *min = text_word(&rest, ", "), *max = text_word(&rest, ", ");
    long number, least, most;

    if (!text_number(id, 99999, &number) || max == NULL || !is_type(type) ||
        !text_number(min, 100000000, &least) ||
        !text_number(max, 100000000, &most) || least > most) {
        sef_wrong(reading, "element %.20s: expected a number = type,min,max",
                  id);
        return;
    }
    buf_addf(&reading->sef->elements, "%s %s %s %s", id,
             text_equal(type, "N") ? "N0" : type, min, max);
    end_line(reading, &reading->sef->elements);
}

static bool
is_code(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    return size <= 8;
}

/* "353=00,01,04". A list is whole only if all of it was taken. */
static void
take_codes(struct sef_reading *reading, const char *id, char *value)
{
    struct buf *out = &reading->sef->codes;
    CLEANUP(buf_free) struct buf taken = { 0 };
    bool all = true;

    for (char *rest = value, *code; (code = text_word(&rest, ", ")) != NULL;) {
        all &= is_code(code);
        if (is_code(code))
            buf_addf(&taken, " %s", code);
    }
    if (taken.size == 0)
        return;
    buf_addf(out, "%s %s%s", id, all ? "all" : "some", buf_text(&taken));
    end_line(reading, out);
}

/* The second field is reserved; some write the kind of group there. */
static void
take_group_of_ini(struct x12_sef *sef, const char *at)
{
    if (sef->group[0] == '\0' && isupper((unsigned char)at[0]) &&
        isupper((unsigned char)at[1]) && at[2] == ',')
        text_format(sef->group, sizeof sef->group, "%.2s", at);
}

/* "name,,004 010,X,X12-4.10,title": the third field without blanks. */
static void
take_ini(struct sef_reading *reading, char *line)
{
    size_t size = 0;
    const char *at = strchr(line, ',');

    if (reading->sef->version[0] != '\0')
        return;
    if (at != NULL)
        take_group_of_ini(reading->sef, at + 1);
    at = at != NULL ? strchr(at + 1, ',') : NULL;
    for (at = at ? at + 1 : ""; *at != '\0' && *at != ','; at++)
        if (isdigit((unsigned char)*at) && size < 6)
            reading->sef->version[size++] = *at;
    if (size != 6)
        sef_wrong(reading,
                  "found '%.40s', expected a version such as 004 010 in "
                  "the third field",
                  line);
}

static void
take_definition(struct sef_reading *reading, char *line)
{
    struct x12_sef *sef = reading->sef;
    char *equals = strchr(line, '=');

    if (equals == NULL) {
        sef_wrong(reading, "found '%.20s', expected NAME=...", line);
        return;
    }
    *equals = '\0';
    const char *id = text_trim(line);
    char *value = text_trim(equals + 1);
    for (const char *c = id; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) || c - id > 8) {
            sef_wrong(reading, "found the name '%.20s'", id);
            return;
        }
    if (text_equal(reading->section, ".SETS"))
        sef_set(reading, id, value);
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
pass_over(struct sef_reading *reading)
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
take_line(struct sef_reading *reading, char *line)
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
x12_sef_read(struct x12_sef *sef, const char *path, const char *group,
             char *text, struct problems *found, struct err *err)
{
    struct sef_reading reading = { .sef = sef, .path = path, .found = found };
    const char *slash = strrchr(path, '/');

    /* A comment ends with its line, whatever the file's name is. */
    text_format(reading.source, sizeof reading.source, "%s",
                slash ? slash + 1 : path);
    for (char *c = reading.source; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
    *sef = (struct x12_sef){ 0 };
    text_copy(sef->group, sizeof sef->group, group);
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
        sef_wrong(&reading, "found no .INI with a version");
    if (sef->set_count == 0)
        sef_wrong(&reading, "found no set in .SETS");
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
x12_sef_merge(const char *ours, const char *base, const char *theirs,
              struct buf *merged)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    CLEANUP(buf_free) struct buf all = { 0 };
    const char **names;
    size_t added = 0;

    buf_addf(&all, "%s\n%s", ours, base);
    size_t count = names_of(arena, buf_text(&all), &names);
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
