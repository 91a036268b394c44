/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/finding.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static const struct {
    const char *name, *text;
    enum x12_severity severity;
} tolerances[] = {
#define TOLERANCE(name, word, severity, text) { word, text, X12_##severity },
#include "x12/tolerances.tbl"
#undef TOLERANCE
};

const char *
x12_tolerance_name(enum x12_tolerance tolerance)
{
    return tolerance < X12_TOLERANCES ? tolerances[tolerance].name : NULL;
}

const char *
x12_tolerance_text(enum x12_tolerance tolerance)
{
    BUG_IF(tolerance >= X12_TOLERANCES);
    return tolerances[tolerance].text;
}

enum x12_severity
x12_tolerance_default(enum x12_tolerance tolerance)
{
    BUG_IF(tolerance >= X12_TOLERANCES);
    return tolerances[tolerance].severity;
}

bool
x12_tolerance_by_name(const char *name, enum x12_tolerance *out)
{
    if (strcmp(name, "isa_unpadded") == 0)
        name = "isa_trimmed";
    for (int i = 0; i < X12_TOLERANCES; i++) {
        if (strcmp(tolerances[i].name, name) == 0) {
            *out = (enum x12_tolerance)i;
            return true;
        }
    }
    return false;
}

const char *
x12_severity_name(enum x12_severity severity)
{
    static const char *const names[] = { "ignore", "warn", "reject" };

    return names[severity];
}

static const char *
level_name(enum x12_level level)
{
    static const char *const names[] = { "file", "interchange", "group",
                                         "set",  "segment",     "element" };

    return names[level];
}

static void
add_element_place(const struct x12_finding *finding, struct buf *out)
{
    if (finding->element == 0)
        return;
    buf_addf(out, ", %s%02u", finding->segment, finding->element);
    if (finding->component > 0)
        buf_addf(out, "-%u", finding->component);
    if (finding->repetition > 1)
        buf_addf(out, " (repetition %u)", finding->repetition);
}

void
x12_finding_place(const struct x12_finding *finding, struct buf *out)
{
    switch (finding->level) {
    case X12_FILE:
        buf_addf(out, "file, line %u", finding->line);
        return;
    case X12_INTERCHANGE:
        buf_addf(out, "interchange %s", finding->interchange);
        break;
    case X12_GROUP:
        buf_addf(out, "group %s", finding->group);
        break;
    case X12_SET:
    case X12_SEGMENT:
    case X12_ELEMENT:
        buf_addf(out, "%s %s", finding->set_id, finding->set);
        break;
    }
    if (finding->position > 0)
        buf_addf(out, ", segment %u (%s)", finding->position, finding->segment);
    add_element_place(finding, out);
}

void
x12_finding_text(const struct x12_finding *finding, struct buf *out)
{
    const char *sin = x12_tolerance_name(finding->tolerance);

    x12_finding_place(finding, out);
    buf_addf(out, ": %s", finding->sentence);
    if (*finding->code != '\0')
        buf_addf(out, " [%s]", finding->code);
    else if (sin != NULL && finding->severity == X12_WARN)
        buf_addf(out, " [warning %s]", sin);
}

/* The size of the UTF-8 character at text, 0 when it is none. */
static size_t
character_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = at[0] < 0x80                     ? 1
                  : at[0] >= 0xC2 && at[0] < 0xE0  ? 2
                  : at[0] >= 0xE0 && at[0] < 0xF0  ? 3
                  : at[0] >= 0xF0 && at[0] <= 0xF4 ? 4
                                                   : 0;

    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

/* Bytes that are no UTF-8 are shown as the Latin-1 characters they may be. */
static void
add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    while (*text != '\0') {
        size_t size = character_size(text);
        if (*text == '"' || *text == '\\')
            buf_addf(out, "\\%c", *text);
        else if (size == 0 || (unsigned char)*text < ' ')
            buf_addf(out, "\\u%04x", (unsigned char)*text);
        else
            buf_add(out, text, size);
        text += size ? size : 1;
    }
    buf_addc(out, '"');
}

static void
add_text(struct buf *out, const char *key, const char *value)
{
    if (*value == '\0')
        return;
    buf_addf(out, ",\"%s\":", key);
    add_quoted(out, value);
}

static void
add_number(struct buf *out, const char *key, uint32_t value)
{
    if (value > 0)
        buf_addf(out, ",\"%s\":%u", key, value);
}

void
x12_finding_json(const struct x12_finding *finding, struct buf *out)
{
    const char *sin = x12_tolerance_name(finding->tolerance);

    buf_addf(out, "{\"level\":\"%s\",\"severity\":\"%s\"",
             level_name(finding->level), x12_severity_name(finding->severity));
    add_text(out, "code", finding->code);
    add_text(out, "tolerance", sin ? sin : "");
    if (finding->consequence)
        buf_adds(out, ",\"consequence\":true");
    add_text(out, "interchange", finding->interchange);
    add_text(out, "group", finding->group);
    add_text(out, "set_id", finding->set_id);
    add_text(out, "set", finding->set);
    add_text(out, "loop", finding->loop);
    add_text(out, "segment", finding->segment);
    add_number(out, "position", finding->position);
    add_number(out, "element", finding->element);
    add_number(out, "component", finding->component);
    add_number(out, "repetition", finding->repetition);
    add_number(out, "element_number", finding->element_number);
    buf_addf(out, ",\"offset\":%llu,\"line\":%u",
             (unsigned long long)finding->offset, finding->line);
    add_text(out, "value", finding->value);
    add_text(out, "sentence", finding->sentence);
    buf_addc(out, '}');
}
