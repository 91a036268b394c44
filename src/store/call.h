/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - questions to the keeper and its answers (base/call.h). That both ends
 * are the same program is proved by the greeting. In an answer's head, op is 1
 * when it is good and 0 when a struct err follows.
 */
#ifndef TP_STORE_CALL_H
#define TP_STORE_CALL_H

#include "base/call.h"
#include "store/document.h"

enum op {
#define OP(name, kind, function) OP_##name,
#include "store/ops.tbl"
#undef OP
    OPS
};

void put_filter(struct call *, const struct doc_filter *);
void take_filter(struct call *, struct doc_filter *);

/* Rows as they came from another process: every text ended. */
void take_document(struct call *, struct document *);
void take_interchange(struct call *, struct interchange *);
void take_effect(struct call *, struct effect *);
void take_expectation(struct call *, struct expectation *);

#endif
