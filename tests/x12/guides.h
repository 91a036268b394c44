/* SPDX-License-Identifier: Apache-2.0 */
/* Every guide that is shipped, for the tests of tests/x12 and tests/fuzz. */
#ifndef TP_TESTS_X12_GUIDES_H
#define TP_TESTS_X12_GUIDES_H

#include "x12/guide.h"
#include "x12/read.h"

enum { GUIDES = 29 };

void guides_load(void); /* ends the program when one does not load */
void guides_free(void);
const char *guides_source(void); /* the project's folder */
/* In order; NULL after the last. */
const struct x12_guide *guides_at(size_t);
/* For struct x12_options: by set and the first six characters of GS08. */
const struct x12_guide *guides_for(void *user, const struct x12_group *,
                                   const char *set);

#endif
