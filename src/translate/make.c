/* SPDX-License-Identifier: Apache-2.0 */
/* A record becomes X12, which is read back and held to the partner's guide
 * before a number is spent on it. */
#include "base/text.h"
#include "conf/conf.h"
#include "translate/read_private.h"

struct making {
    const struct route *route;
    struct made *made;
    struct arena *arena;
};

static const struct x12_guide *
route_guide(void *user, const struct x12_group *group, const char *set_id)
{
    const struct route *route = user;

    (void)group;
    return text_equal(set_id, route->set->set) ? route->guide : NULL;
}

/* With numbers that are none. */
static bool
write_it(struct making *making, bool test, struct buf *out)
{
    const struct partner *partner = making->route->partner;
    struct x12_envelope envelope = route_envelope(partner, test);
    struct x12_set *made = making->made->set;
    const struct x12_set *set = made;
    struct x12_out_group group = { .functional_id = making->made->group,
                                   .sender = partner->our_gs_id,
                                   .receiver = partner->gs_id,
                                   .version = made->version,
                                   .control = 1,
                                   .sets = &set,
                                   .count = 1 };

    made->control = "0001";
    envelope.date = "20000101";
    envelope.time = "0000";
    envelope.control = 1;
    envelope.groups = &group;
    envelope.group_count = 1;
    return x12_write(&envelope, out, &making->made->failed);
}

/* What is about to leave, as the partner would read it. */
static void
check_it(struct making *making, const struct buf *bytes)
{
    CLEANUP(buf_free) struct buf findings = { 0 };
    CLEANUP(buf_free) struct buf why = { 0 };
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = route_guide;
    options.user = (void *)(uintptr_t)making->route;
    const struct x12_file *file =
        x12_read(making->arena, buf_text(bytes), bytes->size, &options);
    BUG_IF(file->interchanges == NULL || file->interchanges->groups == NULL ||
           file->interchanges->groups->results == NULL);
    const struct x12_result *result = file->interchanges->groups->results;
    tell_findings(result->findings, &findings, &why);
    making->made->findings = arena_strdup(making->arena, buf_text(&findings));
    making->made->why = arena_strdup(making->arena, buf_text(&why));
    making->made->count = result->count;
}

bool
translate_make(const struct routes *routes, const struct make_job *job,
               const struct read_handler *handler, struct arena *arena,
               struct made *made, struct err *err)
{
    const struct partner *partner =
        partner_by_code(routes_conf(routes), job->partner);
    const struct route *route =
        partner ? routes_find(routes, partner, job->set, ROUTE_OUT) : NULL;
    struct making making = { route, made, arena };
    struct code_asker asker = { handler, job->partner };
    struct map_codes codes = codes_by(&asker);
    CLEANUP(buf_free) struct buf bytes = { 0 };

    *made = (struct made){ .findings = "",
                           .why = "",
                           .found = problems_new(arena) };
    if (route == NULL || route->map == NULL)
        return err_set(err, TP7013, "partner '%s' is not set up to be sent %s",
                       job->partner, job->set);
    made->group = x12_guide_group(route->guide);
    if (!map_write(route->map, job->record, &codes, arena, made->found,
                   &made->set, &made->failed)) {
        made->set = NULL;
        return true;
    }
    if (problems_errors(made->found) > 0 || made->set == NULL) {
        made->set = NULL;
        return true;
    }
    made->set->version = route->set->version;
    if (write_it(&making, job->test, &bytes))
        check_it(&making, &bytes);
    else
        made->set = NULL;
    return true;
}
