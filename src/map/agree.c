/* SPDX-License-Identifier: Apache-2.0 */
#include "map/agree.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

/* One field, as four records have it. */
struct values {
    const char *ours, *theirs, *ours_before, *theirs_before;
};

static const char *
value_of(const struct record *record, const char *path)
{
    return record != NULL ? record_text(record, path) : NULL;
}

static bool
owns(const struct agree_case *one, const struct binding_path *path)
{
    return path->owner == NULL || text_equal(path->owner, one->system);
}

/* Both changed it, or there is nothing that they agreed on. */
static enum agree_verdict
decide(const struct agree_case *one, const struct binding_path *path)
{
    if (path->owner == NULL)
        return AGREE_CONFLICT;
    if (text_equal(path->owner, "newest"))
        return one->theirs_newer ? AGREE_TAKE : AGREE_GIVE;
    return owns(one, path) ? AGREE_TAKE : AGREE_GIVE;
}

static enum agree_verdict
first_meeting(const struct agree_case *one, const struct binding_path *path,
              const struct values *values)
{
    if (values->ours == NULL)
        return AGREE_TAKE;
    return values->theirs == NULL ? AGREE_GIVE : decide(one, path);
}

static enum agree_verdict
judge(const struct agree_case *one, const struct binding_path *path,
      const struct values *values)
{
    bool known = one->ours_before != NULL && one->theirs_before != NULL;
    bool ours = !text_equal(values->ours, values->ours_before);
    bool theirs = !text_equal(values->theirs, values->theirs_before);

    if (!path->goes)
        return AGREE_TAKE;
    /* A number is what the rest is found by: nobody takes it away. */
    if (!path->comes ||
        (values->theirs == NULL && text_equal(path->path, "number")))
        return AGREE_GIVE;
    if (!known)
        return first_meeting(one, path, values);
    if (ours == theirs)
        return decide(one, path);
    if (ours)
        return AGREE_GIVE;
    return owns(one, path) || text_equal(path->owner, "newest") ? AGREE_TAKE
                                                                : AGREE_GIVE;
}

/* They differ, but as they did when they last agreed: the system keeps it in a
 * form of its own. */
static bool
is_settled(const struct agree_case *one, const struct values *values)
{
    return one->ours_before != NULL && one->theirs_before != NULL &&
           text_equal(values->ours, values->ours_before) &&
           text_equal(values->theirs, values->theirs_before);
}

static void
note(struct agreement *out, struct agree_field *field)
{
    struct record *from_house = out->house, *to_system = out->system;

    switch (field->verdict) {
    case AGREE_TAKE:
        record_set(from_house, field->path, field->theirs);
        out->takes++;
        break;
    case AGREE_GIVE:
        record_set(to_system, field->path, field->ours);
        out->gives++;
        break;
    case AGREE_CONFLICT:
        out->conflicts++;
        break;
    }
}

/* What was agreed on goes on from what each side has now; what is still open
 * stays what it was. */
static void
settle(const struct agree_case *one, struct agreement *out, const char *path,
       bool open)
{
    record_set(out->ours_base, path,
               open ? value_of(one->ours_before, path)
                    : record_text(out->house, path));
    record_set(out->theirs_base, path,
               open ? value_of(one->theirs_before, path)
                    : value_of(one->theirs, path));
}

static void
compare(const struct agree_case *one, const struct binding_path *path,
        struct agree_field *fields, struct agreement *out)
{
    struct values values = { value_of(one->ours, path->path),
                             value_of(one->theirs, path->path),
                             value_of(one->ours_before, path->path),
                             value_of(one->theirs_before, path->path) };
    bool same = text_equal(values.ours, values.theirs);
    bool open = false;

    if (!same && !is_settled(one, &values)) {
        struct agree_field *field = &fields[out->count++];
        *field = (struct agree_field){ path->path, values.ours, values.theirs,
                                       judge(one, path, &values) };
        note(out, field);
        open = field->verdict != AGREE_TAKE;
    }
    settle(one, out, path->path, open);
}

static struct record *
copy_of(const struct record *record, enum record_kind kind)
{
    struct record *copy = record_new(kind);

    if (record != NULL) {
        json_decref(copy->fields);
        copy->fields = json_deep_copy(record->fields);
        BUG_IF(copy->fields == NULL);
    }
    return copy;
}

void
agree(const struct agree_case *one, struct arena *arena, struct agreement *out)
{
    enum record_kind kind = binding_kind(one->binding);
    size_t count = binding_path_count(one->binding);
    struct agree_field *fields =
        arena_alloc(arena, (count + 1) * sizeof *fields);

    memset(out, 0, sizeof *out);
    out->fields = fields;
    out->house = copy_of(one->ours, kind);
    out->system = copy_of(one->theirs, kind);
    out->ours_base = record_new(kind);
    out->theirs_base = record_new(kind);
    for (size_t i = 0; i < count; i++) {
        const struct binding_path *path = binding_path(one->binding, i);
        if (!text_equal(path->path, "changed_at"))
            compare(one, path, fields, out);
    }
}

static const struct agree_field *
difference_in(const struct agreement *agreement, const char *path)
{
    for (size_t i = 0; i < agreement->count; i++)
        if (text_equal(agreement->fields[i].path, path))
            return &agreement->fields[i];
    return NULL;
}

bool
agree_written(struct agreement *agreement, const struct agree_case *one,
              const struct record *now)
{
    bool alone = true;

    for (size_t i = 0; i < binding_path_count(one->binding); i++) {
        const struct binding_path *of = binding_path(one->binding, i);
        const struct agree_field *field = difference_in(agreement, of->path);
        if (field == NULL || field->verdict != AGREE_GIVE) {
            alone &= !of->goes || text_equal(value_of(one->theirs, of->path),
                                             value_of(now, of->path));
            continue;
        }
        record_set(agreement->ours_base, of->path, field->ours);
        record_set(agreement->theirs_base, of->path, value_of(now, of->path));
    }
    return alone;
}

void
agreement_free(struct agreement *agreement)
{
    record_free(&agreement->house);
    record_free(&agreement->system);
    record_free(&agreement->ours_base);
    record_free(&agreement->theirs_base);
}
