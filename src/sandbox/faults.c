/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/faults.h"

#include <string.h>

#include "base/text.h"
#include "sandbox/world.h"

static const char *const names[] = {
    [FAULT_NONE] = "",
    [FAULT_429] = "429",
    [FAULT_503_BEFORE] = "503-before",
    [FAULT_500_AFTER] = "500-after",
    [FAULT_CUT_AFTER] = "cut-after",
    [FAULT_CUT_BEFORE] = "cut-before",
    [FAULT_SLOW] = "slow",
    [FAULT_EXPIRED_TOKEN] = "expired-token",
    [FAULT_LATE_COMMIT] = "late-commit",
};

enum { KINDS = sizeof names / sizeof *names };

static long
number_or(const json_t *from, const char *name, long otherwise)
{
    const json_t *value = json_object_get(from, name);
    return json_is_integer(value) ? (long)json_integer_value(value) : otherwise;
}

bool
faults_add(struct faults *faults, int service, const json_t *from,
           struct err *err)
{
    struct fault fault = { .count = number_or(from, "count", 1),
                           .seconds = number_or(from, "seconds", 1),
                           .retry_after = number_or(from, "retry_after", 0),
                           .service = service };
    for (int kind = 1; kind < KINDS; kind++)
        if (text_equal(names[kind], row_text(from, "fault")))
            fault.kind = (enum fault_kind)kind;
    if (fault.kind == FAULT_NONE)
        return err_set(err, TP9103, "'%s' is no fault",
                       row_text(from, "fault"));
    if (!text_copy(fault.match, sizeof fault.match, row_text(from, "match")) ||
        !strchr(fault.match, ' '))
        return err_set(err, TP9103,
                       "match must be a method and a path, found '%s'",
                       row_text(from, "match"));
    if (faults->count == FAULTS)
        return err_set(err, TP9103, "at most %d faults wait", FAULTS);
    faults->list[faults->count++] = fault;
    return true;
}

/* "/a(1)/b('x')" as "/a/b". */
static void
without_keys(const char *path, char *out, size_t size)
{
    size_t used = 0;
    int depth = 0;
    for (; *path != '\0' && used + 1 < size; path++) {
        depth += *path == '(';
        if (depth == 0)
            out[used++] = *path;
        depth -= *path == ')';
    }
    out[used] = '\0';
}

static bool
applies(const struct fault *fault, const char *method, const char *path)
{
    char pattern[200], wanted[160];
    (void)text_copy(wanted, sizeof wanted, fault->match);
    char *tail = strchr(wanted, ' ');
    *tail++ = '\0';
    if (!text_equal(wanted, "*") && !text_equal(wanted, method))
        return false;
    (void)text_format(pattern, sizeof pattern, "*/%s",
                      *tail == '/' ? tail + 1 : tail);
    return text_matches(path, pattern);
}

struct fault
faults_take(struct faults *faults, int service, const char *method,
            const char *path)
{
    char plain[2048];
    without_keys(path, plain, sizeof plain);
    for (size_t i = 0; i < faults->count; i++) {
        struct fault *fault = &faults->list[i];
        if (fault->service != service || !applies(fault, method, plain))
            continue;
        struct fault taken = *fault;
        if (--fault->count <= 0) {
            faults->count--;
            memmove(fault, fault + 1, (faults->count - i) * sizeof *fault);
        }
        return taken;
    }
    return (struct fault){ .kind = FAULT_NONE };
}

json_t *
faults_list(const struct faults *faults)
{
    json_t *list = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->list[i];
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:I,s:I}", "match", fault->match, "fault",
                      names[fault->kind], "count", (json_int_t)fault->count,
                      "seconds", (json_int_t)fault->seconds));
    }
    return list;
}
