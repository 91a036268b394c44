/* SPDX-License-Identifier: Apache-2.0 */
#include "store/bundle.h"

#include <dirent.h>

#include "base/durable.h"
#include "base/text.h"

static bool
is_empty(const char *path)
{
    DIR *dir = opendir(path);
    bool empty = true;

    if (dir == NULL)
        return true;
    for (struct dirent *e; empty && (e = readdir(dir)) != NULL;)
        empty = text_equal(e->d_name, ".") || text_equal(e->d_name, "..");
    closedir(dir);
    return empty;
}

bool
bundle_begin(struct bundle *bundle, const char *dir, struct err *err)
{
    if (!text_copy(bundle->dir, sizeof bundle->dir, dir))
        return err_set(err, TP4001, "the path %.100s... is too long", dir);
    if (!is_empty(dir))
        return err_set(err, TP8005, "%s holds something already", dir);
    return durable_mkdir(dir, 0700, err);
}

bool
bundle_add(const struct bundle *bundle, const char *name, const void *bytes,
           size_t size, struct err *err)
{
    return durable_write_view(bundle->dir, name, bytes, size, 0600, err);
}
