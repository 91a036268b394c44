/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err - what went wrong: a kind that decides policy, a stable code, a place
 * and a sentence.
 *
 *   struct err err = { 0 };
 *   if (!journal_open(&journal, path, &err))
 *       err_print(stderr, &err);
 *
 * The caller owns the object; nothing allocates. A function that returns
 * false has filled it; one that returns true has left it untouched. The
 * first failure wins: filling a filled object changes nothing. On the way up
 * callers add the place with err_at(). Layers below flow report and never
 * log, retry or exit.
 */
#ifndef TP_BASE_ERR_H
#define TP_BASE_ERR_H

#include <stdbool.h>
#include <stdio.h>

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define CLEANUP(fn)  __attribute__((cleanup(fn)))

/* What a failure means for whoever decides; flow/trouble.c alone acts. */
enum err_kind {
    ERR_NONE,
    ERR_RETRY,     /* passing: try again later */
    ERR_THROTTLED, /* the far side asks to wait; not a failure */
    ERR_AUTH,      /* credentials refused */
    ERR_DATA,      /* this document is wrong: hold it */
    ERR_CONFIG,    /* our settings are wrong: stop this route */
    ERR_CONFLICT,  /* somebody else changed it: read again, compare */
    ERR_UNSURE,    /* the far side may have acted: look before repeating */
    ERR_BUG        /* our own mistake */
};

/* TP1001 ... as a C name for each row of errors.tbl */
enum err_code {
    TP_NONE,
#define ERROR(code, kind, title, cause, fix) code,
#include "base/errors.tbl"
#undef ERROR
    TP_COUNT
};

struct err {
    enum err_kind kind;
    enum err_code code;
    int retry_after_seconds; /* with ERR_THROTTLED; 0 = not told */
    char at[160];            /* the place: file:line, segment, field path */
    char text[320];          /* one sentence for a person */
};

struct err_info {
    const char *name; /* "TP2104" */
    enum err_kind kind;
    const char *title;
    const char *cause;
    const char *fix;
};

/* Fills an empty err with the code and a sentence. Always returns false. */
bool err_set(struct err *, enum err_code, const char *format, ...) PRINTF(3, 4);
/* As err_set, for the few codes whose kind depends on the answer received. */
bool err_set_kind(struct err *, enum err_code, enum err_kind,
                  const char *format, ...) PRINTF(4, 5);
/* Puts a place in front of the places already there. Always returns false. */
bool err_at(struct err *, const char *format, ...) PRINTF(2, 3);
void err_clear(struct err *);
/* "TP2104 partners/a.conf:3: sentence" plus a newline. */
void err_print(FILE *, const struct err *);
const char *err_name(enum err_code);
const char *err_kind_name(enum err_kind);
/* NULL when no such code; takes "TP2104" in any case. */
const struct err_info *err_lookup(const char *name);
const struct err_info *err_info(enum err_code);

/* Our own mistakes end the process, in every build: the spool makes that
 * safe. */
#define BUG_IF(condition)                              \
    do {                                               \
        if (condition)                                 \
            bug_abort(__FILE__, __LINE__, #condition); \
    } while (0)
void bug_abort(const char *file, int line, const char *what)
    __attribute__((noreturn));

#endif
