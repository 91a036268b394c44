/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/guide_private.h"

static uint64_t
pack_code(const char *value, size_t size)
{
    uint64_t key = 0;

    memcpy(&key, value, size);
    return key;
}

static void
make_table(struct arena *arena, struct code_list *codes, uint32_t size)
{
    codes->mask = size - 1;
    codes->keys = arena_alloc(arena, size * sizeof *codes->keys);
    codes->names = arena_alloc(arena, size * sizeof *codes->names);
}

struct code_list *
codes_new(struct arena *arena, uint32_t room)
{
    struct code_list *codes = arena_alloc(arena, sizeof *codes);
    uint32_t size = 8;

    while (size < room * 2)
        size *= 2;
    make_table(arena, codes, size);
    return codes;
}

static void
put(struct code_list *codes, uint64_t key, const char *name)
{
    uint32_t at = codes_start(codes, key);

    while (codes->keys[at] != 0 && codes->keys[at] != key)
        at = (at + 1) & codes->mask;
    codes->count += codes->keys[at] == 0;
    codes->keys[at] = key;
    codes->names[at] = name;
}

void
codes_add(struct arena *arena, struct code_list *codes, const char *value,
          const char *name)
{
    size_t size = strlen(value);

    BUG_IF(size == 0 || size > CODE_MAX);
    if (codes->count * 2 > codes->mask) {
        struct code_list old = *codes;
        make_table(arena, codes, (old.mask + 1) * 2);
        codes->count = 0;
        for (uint32_t i = 0; i <= old.mask; i++)
            if (old.keys[i] != 0)
                put(codes, old.keys[i], old.names[i]);
    }
    put(codes, pack_code(value, size), name);
}

long
guide_codes_find(const struct code_list *codes, const char *value, size_t size)
{
    if (size == 0 || size > CODE_MAX)
        return -1;
    uint64_t key = pack_code(value, size);
    for (uint32_t at = codes_start(codes, key); codes->keys[at] != 0;
         at = (at + 1) & codes->mask)
        if (codes->keys[at] == key)
            return at;
    return -1;
}
