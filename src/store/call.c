/* SPDX-License-Identifier: Apache-2.0 */
#include "store/call.h"

void
put_filter(struct call *call, const struct doc_filter *filter)
{
    put_raw(call, filter, sizeof *filter);
    put_text(call, filter->partner);
    put_text(call, filter->set);
    put_text(call, filter->number);
    put_text(call, filter->text);
    put_text(call, filter->related);
    put_text(call, filter->waits_for);
    put_text(call, filter->origin);
    put_text(call, filter->key);
    put_text(call, filter->isa);
    put_text(call, filter->gs);
    put_text(call, filter->st);
}

void
take_filter(struct call *call, struct doc_filter *filter)
{
    take_raw(call, filter, sizeof *filter);
    filter->partner = take_text(call);
    filter->set = take_text(call);
    filter->number = take_text(call);
    filter->text = take_text(call);
    filter->related = take_text(call);
    filter->waits_for = take_text(call);
    filter->origin = take_text(call);
    filter->key = take_text(call);
    filter->isa = take_text(call);
    filter->gs = take_text(call);
    filter->st = take_text(call);
    call->bad = call->bad || filter->direction > DIRECTION_ANY ||
                filter->order > ORDER_STRICT;
}

/* ---- rows from another process */

#define END(text) (text)[sizeof(text) - 1] = '\0'

void
take_document(struct call *call, struct document *row)
{
    take_raw(call, row, sizeof *row);
    END(row->set);
    END(row->kind);
    END(row->partner);
    END(row->number);
    END(row->related);
    END(row->purpose);
    END(row->date);
    END(row->key);
    END(row->origin);
    END(row->isa);
    END(row->gs);
    END(row->st);
    END(row->version);
    END(row->amount);
    END(row->currency);
    END(row->reason);
    END(row->waits_for);
    END(row->system_number);
    END(row->evidence);
    END(row->texts);
    call->bad = call->bad || row->direction >= DIRECTION_ANY ||
                row->state >= DOC_STATES || row->valid > VALID_BAD ||
                row->delivered > DELIVERED_FETCHED ||
                row->acked > ACKED_REJECTED || row->posted > POSTED_REJECTED ||
                row->code >= TP_COUNT;
}

void
take_interchange(struct call *call, struct interchange *row)
{
    take_raw(call, row, sizeof *row);
    END(row->state);
    END(row->partner);
    END(row->channel);
    END(row->name);
    END(row->sender);
    END(row->receiver);
    END(row->control);
    END(row->sha256);
    END(row->reason);
    call->bad = call->bad || row->direction >= DIRECTION_ANY;
}

void
take_effect(struct call *call, struct effect *row)
{
    take_raw(call, row, sizeof *row);
    END(row->kind);
    END(row->target);
    END(row->key);
    END(row->number);
    END(row->evidence);
    call->bad = call->bad || row->state > EFFECT_FAILED;
}

void
take_expectation(struct call *call, struct expectation *row)
{
    take_raw(call, row, sizeof *row);
    END(row->partner);
    END(row->what);
}
