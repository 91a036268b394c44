/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve - the operations as the keeper does them for its clients: take the
 * call's values, do it on the journal, put the results into the same call.
 * False: *err filled, TP4041 when the call itself is not sound.
 */
#ifndef TP_STORE_SERVE_H
#define TP_STORE_SERVE_H

#include "store/call.h"
#include "store/journal.h"

typedef bool serve_op(struct journal *, struct call *, struct arena *,
                      struct err *);

bool sound(const struct call *, struct err *) MUST_USE;
/* Begins the good answer; nothing of the question can be used any more. */
void answer(struct call *);
/* A text that may not be NULL. */
const char *needed_text(struct call *);

serve_op serve_hint, serve_incident_begin, serve_incident_end,
    serve_incident_ack, serve_incidents, serve_notices, serve_notice_move;
serve_op serve_accept, serve_piece, serve_next_arrival, serve_add_interchange,
    serve_set_interchange, serve_keep, serve_interchange, serve_known,
    serve_bytes, serve_add, serve_document, serve_advance, serve_note,
    serve_claim, serve_yield, serve_renew, serve_end_leases, serve_list,
    serve_put, serve_get, serve_events, serve_intend, serve_attempt,
    serve_settle, serve_effects, serve_number, serve_void, serve_cursor,
    serve_cursor_set, serve_seen, serve_seen_add, serve_code, serve_code_set,
    serve_release_waiting, serve_waits, serve_expect, serve_met, serve_overdue,
    serve_secret, serve_secret_put, serve_secrets, serve_purge, serve_next_due,
    serve_open_effects, serve_entity, serve_entity_put, serve_links,
    serve_link_put, serve_link_next;
#endif
