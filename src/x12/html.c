/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/html.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "x12/guide.h"

enum { VALUE_MAX = 2000, PIECE = 1 << 16 };

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<style>body{font:15px/1.4 sans-serif;margin:1.5em;color:#111;background:"
    "#fff}\ntable{border-collapse:collapse;margin:.3em 0 1em}\n"
    "td,th{text-align:left;vertical-align:top;padding:.1em .7em;border-bottom:"
    "1px solid #ddd}\ncode{font:14px monospace;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n.bad{background:#fde2e0}.odd{background:#fff3cd}"
    "\n.seg td{background:#eef2f6;font-weight:600}\n"
    "@media print{body{margin:0}}</style>\n<title>";

/* What is no UTF-8 and what commands nothing becomes U+FFFD or a dot. */
static void
add_text(struct buf *out, const char *text, size_t size)
{
    size_t most = size < VALUE_MAX ? size : VALUE_MAX;

    for (size_t i = 0; i < most;) {
        unsigned char c = (unsigned char)text[i];
        char window[5] = "";
        memcpy(window, text + i, size - i < 4 ? size - i : 4);
        size_t width = c < 0x80 ? 1 : text_sequence(window);
        if (c == '<')
            buf_adds(out, "&lt;");
        else if (c == '>')
            buf_adds(out, "&gt;");
        else if (c == '&')
            buf_adds(out, "&amp;");
        else if (c == '"')
            buf_adds(out, "&quot;");
        else if (c < ' ' || c == 0x7F)
            buf_addc(out, '.');
        else if (width == 0)
            buf_adds(out, "\xEF\xBF\xBD");
        else
            buf_add(out, text + i, width);
        i += width > 0 ? width : 1;
    }
    if (size > most)
        buf_addf(out, "... (%zu bytes)", size);
}

static void
add_string(struct buf *out, const char *text)
{
    add_text(out, text ? text : "", text ? strlen(text) : 0);
}

static void
add_finding(struct buf *out, const struct x12_finding *finding)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    x12_finding_text(finding, &text);
    buf_addf(out, "<tr class=\"%s\"><td colspan=\"4\">%s: ",
             finding->severity == X12_REJECT ? "bad" : "odd",
             finding->severity == X12_REJECT ? "Wrong" : "Warning");
    add_string(out, buf_text(&text));
    buf_adds(out, "</td></tr>\n");
}

static void
add_findings(struct buf *out, const struct x12_finding *first)
{
    if (first == NULL)
        return;
    buf_adds(out, "<table>\n");
    for (; first != NULL; first = first->next)
        add_finding(out, first);
    buf_adds(out, "</table>\n");
}

/* Number, name, value and the code in words. */
static void
add_value(struct buf *out, const struct x12_result *result, const char *id,
          const struct x12_place *at, struct x12_element value)
{
    struct x12_place place = { .name = "" };
    const char *code = NULL;

    if (result->guide != NULL &&
        x12_guide_element(result->guide, id, at->element, at->component,
                          &place))
        code = x12_guide_code(result->guide, id, at->element, at->component,
                              value);
    buf_addf(out, "<tr><td>%s%02u", id, at->element);
    if (at->component > 0)
        buf_addf(out, "-%u", at->component);
    buf_adds(out, "</td><td>");
    add_string(out, place.name);
    buf_adds(out, "</td><td><code>");
    add_text(out, value.text, value.size);
    buf_adds(out, "</code></td><td>");
    add_string(out, code);
    buf_adds(out, "</td></tr>\n");
}

static void
add_element(struct buf *out, const struct x12_result *result,
            const struct x12_segment *segment, uint32_t element)
{
    char mark = result->set->delimiters.component;
    struct x12_element whole = x12_get(segment, element);
    struct x12_place at = { .element = element };

    if (whole.size == 0)
        return;
    if (memchr(whole.text, mark, whole.size) == NULL) {
        add_value(out, result, segment->id, &at, whole);
        return;
    }
    const char *text = whole.text, *end = text + whole.size;
    for (at.component = 1; text <= end; at.component++) {
        const char *next = memchr(text, mark, (size_t)(end - text));
        size_t size = (size_t)((next ? next : end) - text);
        if (size > 0)
            add_value(out, result, segment->id, &at,
                      (struct x12_element){ text, (uint32_t)size });
        text += size + 1;
    }
}

static int
depth_of(const struct x12_node *node)
{
    int depth = 0;

    for (; node->parent != NULL; node = node->parent)
        depth++;
    return depth;
}

static void
add_node(struct buf *out, const struct x12_result *result,
         const struct x12_node *node)
{
    struct x12_place place = { .name = "" };

    if (result->guide != NULL)
        x12_guide_find(result->guide, node->segment.id, &place);
    buf_addf(out,
             "<tr class=\"seg\"><td style=\"padding-left:%dem\">%u %s</td>"
             "<td colspan=\"3\">",
             1 + depth_of(node), node->segment.position, node->segment.id);
    add_string(out, place.name);
    buf_adds(out, "</td></tr>\n");
    for (uint32_t i = 1; i <= node->segment.count; i++)
        add_element(out, result, &node->segment, i);
    for (const struct x12_finding *f = result->findings; f; f = f->next)
        if (f->position == node->segment.position)
            add_finding(out, f);
}

static const char *
verdict_name(enum x12_verdict verdict)
{
    return verdict == X12_REJECTED      ? "rejected"
           : verdict == X12_PARTLY      ? "partly accepted"
           : verdict == X12_WITH_ERRORS ? "accepted, errors noted"
                                        : "accepted";
}

static void
hand_over(struct x12_viewing *viewing, size_t least)
{
    if (viewing->take != NULL && viewing->text.size >= least)
        viewing->take(viewing->user, &viewing->text);
}

/* Findings that no segment of the tree shows come first. */
static void
show_set(void *user, const struct x12_result *result)
{
    struct x12_viewing *viewing = user;
    struct buf *out = &viewing->text;
    uint32_t last = result->set ? result->set->segments : 0;

    buf_adds(out, "<h3>Set ");
    add_string(out, result->id);
    buf_addc(out, ' ');
    add_string(out, result->control);
    buf_addc(out, ' ');
    add_string(out, result->guide ? x12_guide_title(result->guide) : "");
    buf_addf(out, ": %s</h3>\n<table>\n", verdict_name(result->verdict));
    for (const struct x12_finding *f = result->findings; f; f = f->next)
        if (f->position < 2 || f->position >= last)
            add_finding(out, f);
    for (const struct x12_node *n = result->set ? result->set->first : NULL;
         n != NULL; n = x12_following(n)) {
        add_node(out, result, n);
        hand_over(viewing, PIECE);
    }
    buf_adds(out, "</table>\n");
    hand_over(viewing, 1);
}

static void
show_group(void *user, const struct x12_group *group)
{
    struct buf *out = &((struct x12_viewing *)user)->text;

    buf_adds(out, "<h2>Group ");
    add_string(out, group->functional_id);
    buf_addc(out, ' ');
    add_string(out, group->control);
    buf_adds(out, ", version ");
    add_string(out, group->version);
    buf_adds(out, "</h2>\n");
}

static void
end_group(void *user, const struct x12_group *group)
{
    struct buf *out = &((struct x12_viewing *)user)->text;

    buf_adds(out, "<p>Group ");
    add_string(out, group->control);
    buf_addf(out, ": %s</p>\n", verdict_name(group->verdict));
    add_findings(out, group->findings);
}

static void
show_interchange(void *user, const struct x12_interchange *it)
{
    struct buf *out = &((struct x12_viewing *)user)->text;

    buf_adds(out, "<h1>Interchange ");
    add_string(out, it->control);
    buf_adds(out, " from ");
    add_string(out, it->sender);
    buf_adds(out, " to ");
    add_string(out, it->receiver);
    buf_addf(out, "%s</h1>\n", it->test ? " (test)" : "");
}

static void
end_interchange(void *user, const struct x12_interchange *it)
{
    struct x12_viewing *viewing = user;
    struct buf *out = &viewing->text;

    buf_adds(out, "<p>Interchange ");
    add_string(out, it->control);
    buf_addf(out, ": %s</p>\n", verdict_name(it->verdict));
    add_findings(out, it->findings);
    hand_over(viewing, 1);
}

static void
show_outside(void *user, const struct x12_finding *finding)
{
    struct x12_viewing *viewing = user;
    struct x12_finding alone = *finding;

    alone.next = NULL;
    add_findings(&viewing->text, &alone);
    hand_over(viewing, 1);
}

struct x12_handler
x12_html_handler(struct x12_viewing *viewing, const char *title)
{
    buf_adds(&viewing->text, head);
    add_string(&viewing->text, title);
    buf_adds(&viewing->text, "</title></head><body>\n");
    return (struct x12_handler){ .user = viewing,
                                 .interchange_begin = show_interchange,
                                 .group_begin = show_group,
                                 .set = show_set,
                                 .group_end = end_group,
                                 .interchange_end = end_interchange,
                                 .finding = show_outside };
}

void
x12_html_end(struct x12_viewing *viewing)
{
    buf_adds(&viewing->text, "</body></html>\n");
    hand_over(viewing, 1);
}

void
x12_html(const struct x12_file *file, const char *title, struct buf *out)
{
    struct x12_viewing viewing = { .text = *out };
    struct x12_handler handler = x12_html_handler(&viewing, title);

    x12_view_play(file, &handler);
    x12_html_end(&viewing);
    *out = viewing.text;
}
