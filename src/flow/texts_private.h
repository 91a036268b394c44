/* SPDX-License-Identifier: Apache-2.0 */
/* texts_private - a line of a flow file, word by word. */
#ifndef TP_FLOW_TEXTS_PRIVATE_H
#define TP_FLOW_TEXTS_PRIVATE_H

#include "flow/texts.h"

enum { MAX_WORDS = 32 };

/* One line taken apart: words, of which quoted ones are marked. */
struct flow_line {
    struct arena *arena;
    struct problems *found;
    const char *path;
    int number;
    const char *words[MAX_WORDS];
    bool quoted[MAX_WORDS];
    size_t count, at;
};

/* A mistake of this line (TP7001). */
void line_wrong(struct flow_line *, const char *format, ...) PRINTF(2, 3);
/* The next word, or NULL at the line's end. */
const char *line_peek(const struct flow_line *);
/* Takes the word when it is the next one, and not in quotes. */
bool line_take_if(struct flow_line *, const char *word);
/* The next word; at the end "" and a mistake that says what was expected. */
const char *line_take(struct flow_line *, const char *expected);

/* schedule_text.c: "every 4h", at the end of from; the other lines of a
 * schedule (false: it is another line), and what is usual when none is said. */
void parse_every(struct flow_line *, struct schedule *);
bool parse_schedule(struct flow_line *, struct schedule *);
void schedule_usual(struct flow_line *, struct schedule *);

#endif
