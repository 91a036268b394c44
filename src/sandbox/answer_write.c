/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "sandbox/answer.h"

enum { DAY_MS = 86400000 };

const char *
number_text(struct arena *arena, struct decimal number)
{
    char text[DECIMAL_TEXT];
    return arena_strdup(arena, decimal_text(number, text));
}

const char *
date_text(struct answer *answer, int days)
{
    char text[16];
    when_format(answer->now + (moment)days * DAY_MS, NULL, "%Y%m%d", text,
                sizeof text);
    return arena_strdup(answer->arena, text);
}

static void
add_list(struct draft *draft, const char *tag, va_list args)
{
    size_t pending = 0;
    buf_adds(&draft->text, tag);
    for (const char *element; (element = va_arg(args, const char *)) != NULL;) {
        pending++;
        if (*element == '\0')
            continue;
        while (pending > 0) {
            buf_addc(&draft->text, draft->separator);
            pending--;
        }
        buf_adds(&draft->text, element);
    }
    buf_adds(&draft->text, "~\n");
    draft->segments++;
}

void
draft_add(struct draft *draft, const char *tag, ...)
{
    va_list args;
    va_start(args, tag);
    add_list(draft, tag, args);
    va_end(args);
}

/* The sender becomes the receiver. */
static void
add_envelope(struct draft *draft)
{
    const char *const *isa = draft->letter->isa.elements;
    char date[8], time[8];
    struct answer *answer = draft->answer;
    when_format(answer->now, NULL, "%y%m%d", date, sizeof date);
    when_format(answer->now, NULL, "%H%M", time, sizeof time);
    draft_add(draft, "ISA", "00", "          ", "00", "          ", isa[7],
              isa[8], isa[5], isa[6], date, time, isa[11], isa[12],
              arena_printf(answer->arena, "%09ld", answer->control), "0",
              isa[15], ">", NULL);
    const char *const *gs = draft->letter->gs.elements;
    draft_add(draft, "GS", draft->function, gs[3], gs[2], date_text(answer, 0),
              time, arena_printf(answer->arena, "%ld", answer->control), "X",
              gs[8], NULL);
}

void
draft_begin(struct draft *draft, struct answer *answer,
            const struct letter *letter, const char *function, const char *id)
{
    *draft = (struct draft){ .answer = answer,
                             .letter = letter,
                             .function = function,
                             .id = id,
                             .separator = letter->separator };
    add_envelope(draft);
    draft->segments = 0;
    draft_add(draft, "ST", id, "0001", NULL);
}

/* What stands in a document is data, never a path. */
static const char *
safe_name(struct arena *arena, const char *name)
{
    enum { LONGEST = 80 };
    char *safe = arena_printf(arena, "%.*s", LONGEST, name);
    for (char *c = safe; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c))
            *c = '-';
    return safe;
}

bool
draft_send(struct draft *draft, const char *name)
{
    struct answer *answer = draft->answer;
    struct arena *arena = answer->arena;
    draft_add(draft, "SE", arena_printf(arena, "%zu", draft->segments + 1),
              "0001", NULL);
    draft_add(draft, "GE", "1", arena_printf(arena, "%ld", answer->control),
              NULL);
    draft_add(draft, "IEA", "1", arena_printf(arena, "%09ld", answer->control),
              NULL);
    const char *file = arena_printf(arena, "%s-%s-%ld.edi", draft->id,
                                    safe_name(arena, name), answer->control);
    bool ok = durable_write_view(answer->out, file, draft->text.text,
                                 draft->text.size, 0640, answer->err);
    buf_free(&draft->text);
    answer->control++;
    answer->sent += ok;
    return ok;
}
