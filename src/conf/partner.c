/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/partner.h"

#include <strings.h>

#include "base/text.h"
#include "conf/conf_private.h"

size_t
partner_count(const struct conf *conf)
{
    return conf->partner_count;
}

const struct partner *
partner_at(const struct conf *conf, size_t index)
{
    return index < conf->partner_count ? &conf->partners[index] : NULL;
}

const struct partner *
partner_by_code(const struct conf *conf, const char *code)
{
    for (size_t i = 0; i < conf->partner_count; i++)
        if (strcasecmp(conf->partners[i].code, code) == 0)
            return &conf->partners[i];
    return NULL;
}

const struct partner *
partner_by_isa(const struct conf *conf, const char *qualifier, const char *id)
{
    for (size_t i = 0; i < conf->partner_count; i++)
        if (text_equal(conf->partners[i].isa_id, id) &&
            text_equal(conf->partners[i].isa_qualifier, qualifier))
            return &conf->partners[i];
    return NULL;
}

const struct partner *
partner_by_vendor(const struct conf *conf, const char *number)
{
    for (size_t i = 0; i < conf->partner_count; i++)
        if (conf->partners[i].vendor != NULL &&
            text_equal(conf->partners[i].vendor, number))
            return &conf->partners[i];
    return NULL;
}

const struct partner *
partner_by_customer(const struct conf *conf, const char *number)
{
    for (size_t i = 0; i < conf->partner_count; i++)
        if (conf->partners[i].customer != NULL &&
            text_equal(conf->partners[i].customer, number))
            return &conf->partners[i];
    return NULL;
}

static const struct partner_set *
find_set(const struct partner_set *sets, size_t count, const char *set)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(sets[i].set, set))
            return &sets[i];
    return NULL;
}

const struct partner_set *
partner_sends(const struct partner *partner, const char *set)
{
    return find_set(partner->send, partner->send_count, set);
}

const struct partner_set *
partner_receives(const struct partner *partner, const char *set)
{
    return find_set(partner->receive, partner->receive_count, set);
}

enum tolerance
partner_tolerance(const struct partner *partner, const char *name)
{
    const char *word =
        conf_text(conf_sub(partner->group, "tolerate"), name, "");

    if (text_equal(word, "reject"))
        return TOLERANCE_REJECT;
    if (text_equal(word, "warn"))
        return TOLERANCE_WARN;
    return text_equal(word, "ignore") ? TOLERANCE_IGNORE : TOLERANCE_DEFAULT;
}

const char *
partner_codes(const struct conf *conf, const struct partner *partner,
              const char *table, struct arena *arena)
{
    const char *file =
        conf_text(conf_sub(partner->group, "codes"), table, NULL);

    if (file == NULL)
        return NULL;
    const char *path =
        conf_find(conf, arena, arena_printf(arena, "partners/%s", file));
    return path ? path
                : conf_find(conf, arena, arena_printf(arena, "codes/%s", file));
}
