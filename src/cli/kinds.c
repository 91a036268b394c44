/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kinds.h"

#include "channel/channel.h"
#include "conf/partner.h"
#include "conf/settings.h"
#include "system/system.h"
#include "x12/finding.h"

enum { KINDS_MAX = 32 };

/* A kind, whichever floor it belongs to. */
struct kind {
    const char *name, *about;
    const struct setting *settings;
};

static size_t
list_kinds(bool channels, struct kind out[KINDS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; channels && channel_kinds()[i] != NULL; i++) {
        const struct channel_ops *ops = channel_kinds()[i];
        BUG_IF(count == KINDS_MAX);
        out[count++] = (struct kind){ ops->name, ops->about, ops->settings };
    }
    for (size_t i = 0; !channels && system_kinds()[i] != NULL; i++) {
        const struct system_ops *ops = system_kinds()[i];
        BUG_IF(count == KINDS_MAX);
        out[count++] = (struct kind){ ops->name, ops->about, ops->settings };
    }
    return count;
}

static const struct setting *
settings_of(bool channels, const char *name)
{
    struct kind kinds[KINDS_MAX];
    size_t count = list_kinds(channels, kinds);

    for (size_t i = 0; i < count; i++)
        if (text_equal(kinds[i].name, name))
            return kinds[i].settings;
    return NULL;
}

const struct setting *
kinds_settings(const char *kind)
{
    const struct setting *settings = settings_of(true, kind);

    return settings ? settings : settings_of(false, kind);
}

static void
complain_kind(bool channels, const struct conf_group *group, const char *name,
              struct problems *problems)
{
    const char *what = channels ? "channel" : "system";
    struct kind kinds[KINDS_MAX];
    const char *names[KINDS_MAX];
    size_t count = list_kinds(channels, kinds);

    for (size_t i = 0; i < count; i++)
        names[i] = kinds[i].name;
    const char *near = text_nearest(name, names, count);
    problem_add(problems, TP1008, conf_place(group), NULL,
                "kind: found \"%.40s\", expected a kind of %s%s%s%s", name,
                what, near ? "; did you mean \"" : "", near ? near : "",
                near ? "\"?" : "");
}

/* Each secret that the group names must be there, and be kept. */
static void
check_secrets(const struct conf *conf, const struct conf_group *group,
              const struct setting *table, struct problems *problems)
{
    for (; group != NULL && table->name != NULL; table++) {
        const char *name = conf_text(group, table->name, NULL);
        if (table->type == SETTING_GROUP)
            check_secrets(conf, conf_sub(group, table->name), table->members,
                          problems);
        if (table->type != SETTING_SECRET || name == NULL ||
            !text_starts(name, "secret:"))
            continue; /* the check has told what is no name */
        struct buf secret = { 0 };
        struct err err = { 0 };
        if (!conf_secret(conf, name, &secret, &err))
            problem_add(problems, err.code, conf_place(group), NULL, "%s",
                        err.text);
        buf_wipe(&secret);
    }
}

static void
check_group(const struct conf *conf, bool channels, bool secrets,
            const struct conf_group *group, struct problems *problems)
{
    const char *name = conf_text(group, "kind", NULL);
    const struct setting *settings = name ? settings_of(channels, name) : NULL;

    if (name == NULL)
        return; /* told already */
    if (settings == NULL) {
        complain_kind(channels, group, name, problems);
        return;
    }
    conf_check(group, settings, problems);
    if (secrets)
        check_secrets(conf, group, settings, problems);
}

static void
check_tolerances(const struct partner *partner, struct problems *problems)
{
    const struct conf_group *group = conf_sub(partner->group, "tolerate");
    const char *names[X12_TOLERANCES], *name;
    enum x12_tolerance tolerance;

    for (int i = 0; i < X12_TOLERANCES; i++)
        names[i] = x12_tolerance_name((enum x12_tolerance)i);
    for (size_t i = 0; (name = conf_name_at(group, i)) != NULL; i++) {
        if (x12_tolerance_by_name(name, &tolerance))
            continue;
        const char *near = text_nearest(name, names, X12_TOLERANCES);
        problem_add(problems, TP1003, conf_place(group), NULL,
                    "tolerate.%.60s: found an unknown deviation%s%s%s", name,
                    near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
    }
}

void
kinds_check(const struct conf *conf, bool secrets, struct problems *problems)
{
    for (size_t i = 0; i < conf_system_count(conf); i++) {
        const struct conf_group *group =
            conf_system(conf, conf_system_name(conf, i));
        if (group != NULL)
            check_group(conf, false, secrets, group, problems);
    }
    for (size_t i = 0; i < partner_count(conf); i++) {
        const struct partner *partner = partner_at(conf, i);
        const struct conf_group *channel = conf_sub(partner->group, "channel");
        if (channel != NULL)
            check_group(conf, true, secrets, channel, problems);
        check_tolerances(partner, problems);
    }
}

void
kinds_manual(bool channels, bool man, struct buf *out)
{
    struct kind kinds[KINDS_MAX];
    size_t count = list_kinds(channels, kinds);

    for (size_t i = 0; i < count; i++) {
        buf_addf(out, man ? ".SS %s\n" : "%s\n", kinds[i].name);
        settings_text(man ? MANUAL_MAN : MANUAL_TEXT, kinds[i].about, out);
        buf_adds(out, ".\n");
        settings_manual(kinds[i].settings, man ? MANUAL_MAN : MANUAL_TEXT, out);
    }
}
