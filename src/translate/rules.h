/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - where a partner's guide differs from the standard, as its file says,
 * in the form that x12_guide_overlay() takes.
 */
#ifndef TP_TRANSLATE_RULES_H
#define TP_TRANSLATE_RULES_H

#include "x12/guide.h"

struct arena;
struct partner;

/* Those about the set, in the order of the file; how many. They live as long as
 * the arena and the settings do. */
size_t rules_for(const struct partner *, const char *set, struct arena *,
                 struct x12_rule **);
/* Warns of rules about sets that the partner neither sends nor receives. */
void rules_check(const struct partner *, struct problems *);

#endif
