/* SPDX-License-Identifier: Apache-2.0 - what is wrong with the 850s of a file, from standard input */
#include <stdio.h>
#include <string.h>
#include <tradepost-x12.h>
static const struct x12_guide *guide_for(void *user, const struct x12_group *group, const char *set) {
    return strcmp(set, "850") || strcmp(group->version, "004010") ? NULL : user;
}
static void tell(void *user, const struct x12_result *set) {
    for (const struct x12_finding *f = set->findings; f; f = f->next)
        fprintf(user, "%s %s, %s: %s\n", set->id, set->control, f->segment, f->sentence);
}
int main(int argc, char **argv) {
    struct x12_sources guides = x12_sources_in(argc > 1 ? argv[1] : x12_guides_directory());
    struct x12_arena *arena = x12_arena_new();
    struct x12_guide *guide = NULL;
    struct x12_err err = { 0 };
    if (!x12_guide_load(&guide, &guides, "004010", "850", x12_problems_new(arena), &err))
        return fprintf(stderr, "%s %s\n", x12_err_name(&err), err.text), 2;
    struct x12_options options;
    x12_options_init(&options);
    options.guide_for = guide_for, options.user = guide, options.lean = true;
    struct x12_reader *reader = x12_reader_new(&options, &(struct x12_handler){ .user = stdout, .set = tell });
    char chunk[65536];
    while (!feof(stdin) && !ferror(stdin))
        x12_feed(reader, chunk, fread(chunk, 1, sizeof chunk, stdin));
    struct x12_totals totals;
    x12_end(reader, &totals);
    x12_reader_free(&reader), x12_guide_free(&guide), x12_arena_free(&arena);
    return printf("%u sets, %u rejected\n", totals.sets, totals.rejected), totals.rejected > 0;
}
