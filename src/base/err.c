/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct err_info infos[] = {
    [TP_NONE] = { "TP0000", ERR_NONE, "no error", "", "" },
#define ERROR(code, kind, title, cause, fix) \
    [code] = { #code, ERR_##kind, title, cause, fix },
#include "base/errors.tbl"
#undef ERROR
};

static const char *const kind_names[] = {
    [ERR_NONE] = "none",
    [ERR_RETRY] = "retry",
    [ERR_THROTTLED] = "throttled",
    [ERR_AUTH] = "auth",
    [ERR_DATA] = "data",
    [ERR_CONFIG] = "config",
    [ERR_CONFLICT] = "conflict",
    [ERR_UNSURE] = "unsure",
    [ERR_BUG] = "bug",
};

static void PRINTF(4, 0)
    fill(struct err *err, enum err_code code, enum err_kind kind,
         const char *format, va_list args)
{
    if (err->kind != ERR_NONE)
        return;
    err->kind = kind;
    err->code = code;
    vsnprintf(err->text, sizeof err->text, format, args);
}

bool
err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, infos[code].kind, format, args);
    va_end(args);
    return false;
}

bool
err_set_kind(struct err *err, enum err_code code, enum err_kind kind,
             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, code, kind, format, args);
    va_end(args);
    return false;
}

bool
err_at(struct err *err, const char *format, ...)
{
    char outer[sizeof err->at];
    char inner[sizeof err->at];
    va_list args;

    memcpy(inner, err->at, sizeof inner);
    va_start(args, format);
    vsnprintf(outer, sizeof outer, format, args);
    va_end(args);
    size_t used = strlen(outer);
    memcpy(err->at, outer, used + 1);
    if (inner[0] != '\0' && used + 3 < sizeof err->at)
        snprintf(err->at + used, sizeof err->at - used, ": %s", inner);
    return false;
}

void
err_clear(struct err *err)
{
    memset(err, 0, sizeof *err);
}

void
err_print(FILE *out, const struct err *err)
{
    fprintf(out, "%s %s%s%s\n", err_name(err->code), err->at,
            err->at[0] ? ": " : "", err->text);
}

const char *
err_name(enum err_code code)
{
    return infos[code].name;
}

const char *
err_kind_name(enum err_kind kind)
{
    return kind_names[kind];
}

const struct err_info *
err_lookup(const char *name)
{
    for (size_t i = 1; i < TP_COUNT; i++)
        if (strcasecmp(infos[i].name, name) == 0)
            return &infos[i];
    return NULL;
}

const struct err_info *
err_info(enum err_code code)
{
    return &infos[code];
}

void
bug_abort(const char *file, int line, const char *what)
{
    fprintf(stderr, "BUG %s:%d: %s\n", file, line, what);
    abort();
}
