/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "conf/settings.h"

static const char *const type_words[] = {
    [SETTING_TEXT] = "text",
    [SETTING_NUMBER] = "number",
    [SETTING_FLAG] = "true or false",
    [SETTING_DURATION] = "duration",
    [SETTING_AMOUNT] = "amount",
    [SETTING_DATE] = "date",
    [SETTING_CLOCK] = "time of day",
    [SETTING_SECRET] = "secret",
    [SETTING_TEXTS] = "list of texts",
    [SETTING_GROUP] = "group",
    [SETTING_GROUPS] = "list of groups",
    [SETTING_FREE] = "group, free",
};

/* In a man page "-" is a hyphen and a leading "." or "'" is a request. */
void
settings_text(enum manual_form form, const char *text, struct buf *out)
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
        settings_text(form, words[i], out);
    }
}

static void
add_entry(struct buf *out, enum manual_form form, const char *name,
          const struct setting *setting)
{
    bool man = form == MANUAL_MAN;
    const char *indent = man ? "" : "      ";

    buf_adds(out, man ? ".TP\n\\fB" : "");
    settings_text(form, name, out);
    buf_adds(out, man ? "\\fR (" : "  (");
    buf_addf(out, "%s", type_words[setting->type]);
    buf_adds(out, setting->required ? ", must be there)\n" : ")\n");
    if (!text_empty(setting->about)) {
        buf_adds(out, indent);
        settings_text(form, setting->about, out);
        buf_adds(out, ".\n");
    }
    if (setting->choices != NULL) {
        buf_addf(out, "%sOne of ", indent);
        add_words(out, form, setting->choices);
        buf_adds(out, ".\n");
    }
    if (!text_empty(setting->fallback)) {
        buf_addf(out, "%sWhen not said: ", indent);
        settings_text(form, setting->fallback, out);
        buf_adds(out, ".\n");
    }
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
