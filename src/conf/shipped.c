/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"

/* From the build's folder the source serves; a program that was installed
 * somewhere else (DESTDIR) finds its data beside itself. */
const char *
conf_shipped_dir(struct arena *arena)
{
    char program[4096];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

    if (size <= 0)
        return TP_DATADIR;
    program[size] = '\0';
    if (text_starts(program, TP_BUILDDIR "/"))
        return TP_SOURCEDIR;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(program, '/');
        if (slash == NULL)
            return TP_DATADIR;
        *slash = '\0';
    }
    const char *beside = arena_printf(arena, "%s/share/tradepost", program);
    return file_exists(beside) ? beside : TP_DATADIR;
}
