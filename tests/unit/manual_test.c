/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of settings in the man pages are those of the tables. To write
 * them anew: make manual. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "conf/settings.h"
#include "test.h"

#define BEGIN ".\\\" settings begin\n"
#define END   ".\\\" settings end\n"

static void
same(const char *page, const struct setting *table)
{
    struct arena *arena = arena_new();
    struct buf file = { 0 }, list = { 0 };
    struct err err = { 0 };
    const char *source = getenv("TP_SOURCE");

    settings_manual(table, MANUAL_MAN, &list);
    CHECK_OK(file_read(arena_printf(arena, "%s/doc/man/%s",
                                    source ? source : ".", page),
                       1 << 20, &file, &err),
             &err);
    const char *begin = strstr(buf_text(&file), BEGIN);
    const char *end = begin ? strstr(begin, END) : NULL;
    CHECK(end != NULL);
    begin += strlen(BEGIN);
    CHECK_TEXT(arena_strndup(arena, begin, (size_t)(end - begin)),
               buf_text(&list));
    buf_free(&file);
    buf_free(&list);
    arena_free(&arena);
}

static void
settings_page(void)
{
    same("tradepost.conf.5", settings_main);
}

static void
partner_page(void)
{
    same("tradepost-partner.5", settings_partner);
}

static void
text_form(void)
{
    static const char *const words[] = { "a", "b-c", NULL };
    static const struct setting members[] = { { .name = "x", .about = "an x" },
                                              { 0 } };
    static const struct setting table[] = { { .name = "group",
                                              .type = SETTING_GROUPS,
                                              .about = "these",
                                              .members = members },
                                            { .name = "word",
                                              .about = ".a word",
                                              .required = true,
                                              .choices = words,
                                              .fallback = "a" },
                                            { 0 } };
    struct buf out = { 0 };

    settings_manual(table, MANUAL_TEXT, &out);
    CHECK_TEXT(buf_text(&out), "group[]  (list of groups)\n      these.\n"
                               "group[].x  (text)\n      an x.\n"
                               "word  (text, must be there)\n      .a word.\n"
                               "      One of a or b-c.\n"
                               "      When not said: a.\n");
    buf_clear(&out);
    settings_manual(table + 1, MANUAL_MAN, &out);
    CHECK_TEXT(buf_text(&out), ".TP\n\\fBword\\fR (text, must be there)\n"
                               "\\&.a word.\nOne of a or b\\-c.\n"
                               "When not said: a.\n");
    buf_free(&out);
}

int
main(void)
{
    RUN(settings_page);
    RUN(partner_page);
    RUN(text_form);
    return test_end();
}
