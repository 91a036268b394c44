/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/path.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

struct parsing {
    const char *text, *at;
    struct x12_path *path;
    struct err *err;
};

static bool
wrong(const struct parsing *parsing, const char *expected)
{
    return err_set(parsing->err, TP2402,
                   "the path '%.60s' at '%.20s': expected %s", parsing->text,
                   parsing->at, expected);
}

static uint32_t
take_number(struct parsing *parsing, int digits)
{
    uint32_t number = 0;

    for (; digits > 0 && isdigit((unsigned char)*parsing->at); digits--)
        number = number * 10 + (uint32_t)(*parsing->at++ - '0');
    return number;
}

/* "04" or "04-2" */
static bool
take_place(struct parsing *parsing, uint32_t *element, uint32_t *component)
{
    *element = take_number(parsing, 3);
    if (*element == 0)
        return wrong(parsing, "the number of an element, such as 04");
    if (*parsing->at != '-')
        return true;
    parsing->at++;
    *component = take_number(parsing, 2);
    return *component > 0 ||
           wrong(parsing, "the number of a component, such as 2");
}

/* "[2]" or "[01=ST]" */
static bool
take_test(struct parsing *parsing, struct x12_path_step *step)
{
    size_t size = strcspn(parsing->at, "]");
    const char *start = parsing->at;

    if (parsing->at[size] == '\0')
        return wrong(parsing, "a closing ]");
    if (strspn(start, "0123456789") == size) {
        step->occurrence = take_number(parsing, 8);
        return (*parsing->at++ == ']' && step->occurrence > 0) ||
               wrong(parsing, "an occurrence from 1");
    }
    if (step->test_count == X12_PATH_TESTS)
        return wrong(parsing, "fewer tests of one segment");
    struct x12_path_test *test = &step->tests[step->test_count++];
    if (!take_place(parsing, &test->element, &test->component))
        return false;
    if (*parsing->at != '=')
        return wrong(parsing, "= and a value");
    parsing->at++;
    size = strcspn(parsing->at, "]");
    if (size >= sizeof test->value)
        return wrong(parsing, "a shorter value");
    memcpy(test->value, parsing->at, size);
    parsing->at += size + 1;
    return true;
}

/* "N1", and what follows it: "N104" has the element behind the name. */
static bool
take_step(struct parsing *parsing)
{
    struct x12_path *path = parsing->path;
    size_t size = 0;

    while (isalnum((unsigned char)parsing->at[size]))
        size++;
    const char *digits = parsing->at + size - (size > 3 ? 2 : 0);
    bool joined = size > 3 && isdigit((unsigned char)digits[0]) &&
                  isdigit((unsigned char)digits[1]);
    size_t name = joined ? size - 2 : size;
    if (name < 2 || name > 3 || !isalpha((unsigned char)*parsing->at))
        return wrong(parsing, "a segment's name such as N1");
    if (path->count == X12_PATH_STEPS)
        return wrong(parsing, "fewer steps");
    struct x12_path_step *step = &path->steps[path->count++];
    for (size_t i = 0; i < name; i++)
        step->id[i] = (char)toupper((unsigned char)parsing->at[i]);
    parsing->at += name;
    while (!joined && *parsing->at == '[') {
        parsing->at++;
        if (!take_test(parsing, step))
            return false;
    }
    if (!joined && *parsing->at != '.')
        return true;
    parsing->at += !joined;
    return take_place(parsing, &path->element, &path->component);
}

bool
x12_path_parse(struct x12_path *path, const char *text, struct err *err)
{
    struct parsing parsing = { text, text, path, err };

    *path = (struct x12_path){ 0 };
    if (strspn(text, "0123456789") == 3 && text[3] == '/') {
        memcpy(path->set, text, 3);
        parsing.at += 4;
    } else if (*text == '/') {
        path->anchored = true;
        parsing.at++;
    }
    for (;;) {
        if (!take_step(&parsing))
            return false;
        if (*parsing.at == '\0')
            return true;
        if (*parsing.at != '/' || path->element > 0)
            return wrong(&parsing, path->element > 0 ? "the end" : "/ or .");
        parsing.at++;
    }
}

bool
x12_path_is_envelope(const struct x12_path *path)
{
    static const char *const ids[] = { "ISA", "IEA", "GS", "GE",
                                       "ST",  "SE",  "TA1" };

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (path->count == 1 && text_equal(path->steps[0].id, ids[i]))
            return true;
    return false;
}

static struct x12_element
value_of(const struct x12_segment *segment, char mark, uint32_t element,
         uint32_t component)
{
    struct x12_element value = x12_get(segment, element);

    return component > 0 ? x12_component(value, mark, component) : value;
}

static bool
passes(const struct x12_path_step *step, const struct x12_segment *segment,
       char mark)
{
    if (!text_equal(step->id, segment->id))
        return false;
    for (size_t i = 0; i < step->test_count; i++) {
        const struct x12_path_test *test = &step->tests[i];
        struct x12_element value =
            value_of(segment, mark, test->element, test->component);
        if (!x12_is(value, test->value))
            return false;
    }
    return true;
}

struct finding {
    const struct x12_path *path;
    char mark;
    void (*take)(void *user, const struct x12_match *);
    void *user;
    size_t count;
};

static bool
make_match(const struct x12_path *path, const struct x12_segment *segment,
           char mark, struct x12_match *match)
{
    *match = (struct x12_match){ .segment = segment };
    if (path->element == 0)
        return true;
    match->value = value_of(segment, mark, path->element, path->component);
    return match->value.size > 0;
}

/* Depth is at most X12_PATH_STEPS. */
static void
take_node(struct finding *finding, const struct x12_node *node, size_t step)
{
    const struct x12_path *path = finding->path;
    struct x12_match match;
    uint32_t seen = 0;

    if (step + 1 == path->count) {
        if (!make_match(path, &node->segment, finding->mark, &match))
            return;
        finding->count++;
        finding->take(finding->user, &match);
        return;
    }
    const struct x12_path_step *next = &path->steps[step + 1];
    for (const struct x12_node *n = node->child; n != NULL; n = n->next)
        if (passes(next, &n->segment, finding->mark) &&
            (++seen == next->occurrence || next->occurrence == 0))
            take_node(finding, n, step + 1);
}

size_t
x12_path_find(const struct x12_path *path, const struct x12_result *result,
              void (*take)(void *user, const struct x12_match *), void *user)
{
    const struct x12_path_step *first = &path->steps[0];
    struct finding finding = { .path = path, .take = take, .user = user };
    uint32_t seen = 0;

    if (result->set == NULL ||
        (path->set[0] != '\0' && !text_equal(path->set, result->id)))
        return 0;
    finding.mark = result->set->delimiters.component;
    for (const struct x12_node *n = result->set->first; n != NULL;
         n = path->anchored ? n->next : x12_following(n))
        if (passes(first, &n->segment, finding.mark) &&
            (++seen == first->occurrence || first->occurrence == 0))
            take_node(&finding, n, 0);
    return finding.count;
}

bool
x12_path_raw(const struct x12_path *path, const struct x12_raw *raw,
             uint32_t *seen, struct x12_match *match)
{
    const struct x12_path_step *step = &path->steps[0];
    char mark = raw->delimiters.component;

    return passes(step, &raw->segment, mark) &&
           (++*seen == step->occurrence || step->occurrence == 0) &&
           make_match(path, &raw->segment, mark, match);
}
