/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/partner.h"

static const char *const *
texts_of(struct arena *arena, const struct conf_group *rule, const char *name)
{
    size_t count = conf_count(rule, name);
    const char **texts = arena_alloc(arena, (count + 1) * sizeof *texts);

    for (size_t i = 0; i < count; i++)
        texts[i] = conf_text_at(rule, name, i);
    return count > 0 ? texts : NULL;
}

static const char *
place_of(const struct conf_group *rule)
{
    const char *at = conf_text(rule, "after", NULL);

    return at ? at : conf_text(rule, "at", "");
}

static bool
is_about(const char *place, const char *set)
{
    size_t size = strlen(set);

    return text_starts(place, set) && place[size] == '/';
}

size_t
rules_for(const struct partner *partner, const char *set, struct arena *arena,
          struct x12_rule **out)
{
    size_t all = conf_count(partner->group, "rules"), count = 0;
    struct x12_rule *rules = arena_alloc(arena, (all + 1) * sizeof *rules);

    for (size_t i = 0; i < all; i++) {
        const struct conf_group *rule =
            conf_group_at(partner->group, "rules", i);
        if (!is_about(place_of(rule), set))
            continue;
        rules[count++] = (struct x12_rule){
            .at = place_of(rule),
            .where = arena_strdup(arena, conf_place(rule)),
            .usage = conf_text(rule, "usage", "")[0],
            .codes = texts_of(arena, rule, "codes"),
            .codes_add = texts_of(arena, rule, "codes_add"),
            .max = conf_number(rule, "max", 0),
            .min_length = conf_number(rule, "min_length", 0),
            .max_length = conf_number(rule, "max_length", 0),
            .pattern = conf_text(rule, "pattern", NULL),
            .segment = conf_text(rule, "segment", NULL),
            .elements = texts_of(arena, rule, "elements"),
        };
    }
    *out = rules;
    return count;
}

static bool
is_exchanged(const struct partner *partner, const char *place)
{
    for (size_t i = 0; i < partner->send_count; i++)
        if (is_about(place, partner->send[i].set))
            return true;
    for (size_t i = 0; i < partner->receive_count; i++)
        if (is_about(place, partner->receive[i].set))
            return true;
    return is_about(place, "997") || is_about(place, "999");
}

void
rules_check(const struct partner *partner, struct problems *problems)
{
    for (size_t i = 0; i < conf_count(partner->group, "rules"); i++) {
        const struct conf_group *rule =
            conf_group_at(partner->group, "rules", i);
        const char *place = place_of(rule);
        if (strlen(place) > 4 && !is_exchanged(partner, place))
            problem_warn(problems, TP2003, conf_place(rule),
                         "at \"%s\": it neither sends nor receives such a set",
                         place);
    }
}
