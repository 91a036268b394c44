/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"

/* What was installed, also somewhere else (DESTDIR), finds its data beside
 * itself; for a program in its build folder the source serves. */
const char *
conf_shipped_dir(struct arena *arena)
{
    char program[4096];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

    if (size <= 0)
        return TP_DATADIR;
    program[size] = '\0';
    bool built = text_starts(program, TP_BUILDDIR "/");
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(program, '/');
        if (slash == NULL)
            return TP_DATADIR;
        *slash = '\0';
    }
    const char *beside = arena_printf(arena, "%s/share/tradepost", program);
    if (file_exists(beside))
        return beside;
    return built ? TP_SOURCEDIR : TP_DATADIR;
}
