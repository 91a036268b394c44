/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "conf/settings.h"

static const char *const type_words[] = {
    [SETTING_TEXT] = "text",          [SETTING_NUMBER] = "number",
    [SETTING_FLAG] = "true or false", [SETTING_DURATION] = "duration",
    [SETTING_AMOUNT] = "amount",      [SETTING_DATE] = "date",
    [SETTING_SECRET] = "secret",      [SETTING_TEXTS] = "list of texts",
    [SETTING_GROUP] = "group",        [SETTING_GROUPS] = "list of groups",
    [SETTING_FREE] = "group, free",
};

/* In a man page "-" is a hyphen and a leading "." or "'" is a request. */
static void
add_text(struct buf *out, enum manual_form form, const char *text)
{
    if (form == MANUAL_MAN && (*text == '.' || *text == '\''))
        buf_adds(out, "\\&");
    for (; *text != '\0'; text++) {
        if (form == MANUAL_MAN && *text == '\\')
            buf_adds(out, "\\e");
        else if (form == MANUAL_MAN && *text == '-')
            buf_adds(out, "\\-");
        else
            buf_addc(out, *text);
    }
}

static void
add_words(struct buf *out, enum manual_form form, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            buf_adds(out, words[i + 1] == NULL ? " or " : ", ");
        add_text(out, form, words[i]);
    }
}

static void
add_entry(struct buf *out, enum manual_form form, const char *name,
          const struct setting *setting)
{
    bool man = form == MANUAL_MAN;

    buf_adds(out, man ? ".TP\n\\fB" : "");
    add_text(out, form, name);
    buf_adds(out, man ? "\\fR (" : "  (");
    buf_addf(out, "%s", type_words[setting->type]);
    buf_adds(out, setting->required ? ", must be there)\n" : ")\n");
    buf_adds(out, man ? "" : "      ");
    add_text(out, form, setting->about);
    buf_adds(out, ".");
    if (setting->choices != NULL) {
        buf_adds(out, man ? "\n" : "\n      ");
        buf_adds(out, "One of ");
        add_words(out, form, setting->choices);
        buf_adds(out, ".");
    }
    if (!text_empty(setting->fallback)) {
        buf_adds(out, man ? "\n" : "\n      ");
        buf_adds(out, "When not said: ");
        add_text(out, form, setting->fallback);
        buf_adds(out, ".");
    }
    buf_adds(out, "\n");
}

static void
add_table(struct buf *out, enum manual_form form, const char *prefix,
          const struct setting *table)
{
    char name[128];

    for (; table->name != NULL; table++) {
        const char *tail = table->type == SETTING_GROUPS ? "[]" : "";
        text_format(name, sizeof name, "%s%s%s", prefix, table->name, tail);
        add_entry(out, form, name, table);
        if (table->members == NULL)
            continue;
        size_t size = strlen(name);
        text_copy(name + size, sizeof name - size, ".");
        add_table(out, form, name, table->members);
    }
}

void
settings_manual(const struct setting *table, enum manual_form form,
                struct buf *out)
{
    add_table(out, form, "", table);
}
