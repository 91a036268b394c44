/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/split.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/raw.h"

enum { NUMBER_MAX = 16 };

enum depth { NOWHERE, IN_ISA, IN_GS, IN_ST };

struct dividing {
    const struct x12_splitting *splitting;
    struct x12_raw raw;
    struct buf isa, gs; /* the headers at hand, with their line ends */
    struct buf ta1s;    /* between ISA and the first GS */
    struct buf set;     /* from ST on */
    struct buf part;    /* what is gathered for the part at hand */
    char newline[3];
    enum depth depth;
    uint32_t sets, groups; /* in the part */
    uint32_t group_sets;   /* in the group of the part */
    bool group_open;       /* its GS is in the part */
    char id[8], control[3][NUMBER_MAX];
    size_t count, left;
    bool stopped;
};

static void
add_end(struct dividing *dividing, struct buf *out)
{
    const struct x12_raw *raw = &dividing->raw;

    buf_addc(out, raw->delimiters.terminator);
    buf_add(out, raw->tail, raw->tail_size);
    buf_adds(out, dividing->newline);
}

static void
add_raw(struct dividing *dividing, struct buf *out)
{
    buf_add(out, dividing->raw.text, dividing->raw.text_size);
    add_end(dividing, out);
}

static void
add_trailer(struct dividing *dividing, const char *id, uint32_t count,
            const char *control)
{
    char mark = dividing->raw.delimiters.element;

    buf_addf(&dividing->part, "%s%c%u%c%s", id, mark, count, mark, control);
    add_end(dividing, &dividing->part);
}

static void
keep_control(struct dividing *dividing, int which, uint32_t element)
{
    struct x12_element value = x12_get(&dividing->raw.segment, element);
    int most = NUMBER_MAX - 1;

    text_format(dividing->control[which], NUMBER_MAX, "%.*s",
                (int)value.size < most ? (int)value.size : most,
                value.size ? value.text : "");
}

static void
close_group(struct dividing *dividing)
{
    if (!dividing->group_open)
        return;
    add_trailer(dividing, "GE", dividing->group_sets, dividing->control[1]);
    dividing->group_open = false;
    dividing->groups++;
}

/* Ends the part with what it holds and gives it away. */
static void
emit(struct dividing *dividing)
{
    enum x12_split_by by = dividing->splitting->by;

    close_group(dividing);
    if (dividing->part.size == 0)
        return;
    add_trailer(dividing, "IEA", dividing->groups, dividing->control[0]);
    const struct x12_part part = {
        .number = ++dividing->count,
        .set = dividing->id,
        .control = { dividing->control[0],
                     by <= X12_SPLIT_GROUP ? dividing->control[1] : "",
                     by == X12_SPLIT_SET ? dividing->control[2] : "" },
        .bytes = &dividing->part,
    };
    dividing->stopped =
        !dividing->splitting->take(dividing->splitting->user, &part);
    buf_clear(&dividing->part);
    dividing->id[0] = '\0';
    dividing->sets = dividing->groups = 0;
}

static void
open_part(struct dividing *dividing)
{
    if (dividing->part.size > 0)
        return;
    buf_add(&dividing->part, dividing->isa.text, dividing->isa.size);
    if (dividing->splitting->by == X12_SPLIT_INTERCHANGE)
        buf_add(&dividing->part, buf_text(&dividing->ta1s),
                dividing->ta1s.size);
}

static void
take_newline(struct dividing *dividing)
{
    const struct x12_raw *raw = &dividing->raw;
    const char *after = raw->bytes + raw->after;
    size_t left = raw->size - raw->after, size = 0;

    while (!raw->wrapped && size < left && size < 2 &&
           (after[size] == '\r' || after[size] == '\n'))
        size++;
    memcpy(dividing->newline, after, size);
    dividing->newline[size] = '\0';
}

/* A set that has no SE is not whole: it is in no part. */
static void
drop_set(struct dividing *dividing)
{
    if (dividing->depth == IN_ST)
        dividing->left += dividing->set.size;
    buf_clear(&dividing->set);
}

static void
take_isa(struct dividing *dividing)
{
    take_newline(dividing);
    buf_clear(&dividing->isa);
    buf_clear(&dividing->ta1s);
    add_raw(dividing, &dividing->isa);
    keep_control(dividing, 0, 13);
    dividing->depth = IN_ISA;
}

static void
take_gs(struct dividing *dividing)
{
    drop_set(dividing);
    if (dividing->splitting->by < X12_SPLIT_INTERCHANGE)
        emit(dividing);
    close_group(dividing);
    buf_clear(&dividing->gs);
    add_raw(dividing, &dividing->gs);
    keep_control(dividing, 1, 6);
    dividing->depth = IN_GS;
    if (dividing->splitting->by == X12_SPLIT_SET)
        return;
    open_part(dividing);
    buf_add(&dividing->part, dividing->gs.text, dividing->gs.size);
    dividing->group_open = true;
    dividing->group_sets = 0;
}

static void
take_se(struct dividing *dividing)
{
    open_part(dividing);
    if (!dividing->group_open) {
        buf_add(&dividing->part, dividing->gs.text, dividing->gs.size);
        dividing->group_open = true;
        dividing->group_sets = 0;
    }
    add_raw(dividing, &dividing->set);
    buf_add(&dividing->part, dividing->set.text, dividing->set.size);
    buf_clear(&dividing->set);
    dividing->sets++;
    dividing->group_sets++;
    dividing->depth = IN_GS;
    if (dividing->splitting->by == X12_SPLIT_SET)
        emit(dividing);
}

static void
take_st(struct dividing *dividing)
{
    struct x12_element id = x12_get(&dividing->raw.segment, 1);

    drop_set(dividing);
    add_raw(dividing, &dividing->set);
    keep_control(dividing, 2, 2);
    if (dividing->id[0] == '\0' || dividing->splitting->by == X12_SPLIT_SET)
        text_format(dividing->id, sizeof dividing->id, "%.*s",
                    id.size < 7 ? (int)id.size : 7, id.size ? id.text : "");
    dividing->depth = IN_ST;
}

static void
take_other(struct dividing *dividing)
{
    if (dividing->depth == IN_ST)
        add_raw(dividing, &dividing->set);
    else if (x12_raw_is(&dividing->raw, "TA1") && dividing->depth == IN_ISA)
        add_raw(dividing, &dividing->ta1s);
    else
        dividing->left += dividing->raw.text_size;
}

static void
take_segment(struct dividing *dividing)
{
    const struct x12_raw *raw = &dividing->raw;

    if (x12_raw_is(raw, "GS") && dividing->depth >= IN_ISA) {
        take_gs(dividing);
    } else if (x12_raw_is(raw, "ST") && dividing->depth >= IN_GS) {
        take_st(dividing);
    } else if (x12_raw_is(raw, "SE") && dividing->depth == IN_ST &&
               raw->terminated) {
        take_se(dividing);
    } else if (x12_raw_is(raw, "GE")) {
        drop_set(dividing);
        dividing->depth = IN_ISA;
    } else if (x12_raw_is(raw, "IEA")) {
        drop_set(dividing);
        if (dividing->splitting->by == X12_SPLIT_INTERCHANGE)
            open_part(dividing);
        emit(dividing);
        dividing->depth = NOWHERE;
    } else {
        take_other(dividing);
    }
}

static void
divide(struct dividing *dividing)
{
    struct x12_raw before = dividing->raw;

    for (; !dividing->stopped && x12_raw_next(&dividing->raw);
         before = dividing->raw) {
        dividing->left += dividing->raw.junk;
        if (!dividing->raw.header) {
            take_segment(dividing);
            continue;
        }
        /* What is open ends with the delimiters that it began with. */
        struct x12_raw next = dividing->raw;
        dividing->raw = before;
        drop_set(dividing);
        emit(dividing);
        dividing->raw = next;
        take_isa(dividing);
    }
    if (dividing->stopped)
        return;
    dividing->left += dividing->raw.junk;
    drop_set(dividing);
    emit(dividing);
}

bool
x12_split(const void *bytes, size_t size, const struct x12_splitting *splitting,
          size_t *left)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    struct dividing dividing = { .splitting = splitting };

    x12_raw_begin(&dividing.raw, arena, bytes, size);
    divide(&dividing);
    *left = dividing.left;
    buf_free(&dividing.isa);
    buf_free(&dividing.gs);
    buf_free(&dividing.ta1s);
    buf_free(&dividing.set);
    buf_free(&dividing.part);
    return !dividing.stopped;
}
