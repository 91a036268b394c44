/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html - x12_view as a page that needs nothing else: no script, no file beside
 * it, every value escaped.
 */
#ifndef TP_X12_HTML_H
#define TP_X12_HTML_H

#include "x12/view.h"

/* As x12_view_handler(); x12_html_end() ends the page. */
struct x12_handler x12_html_handler(struct x12_viewing *, const char *title);
void x12_html_end(struct x12_viewing *);
void x12_html(const struct x12_file *, const char *title, struct buf *);

#endif
