/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/edi.h"

#include <stdio.h>

#include "base/durable.h"

bool
edi_bytes(struct cli *cli, const char *name, struct buf *bytes)
{
    bool standard = text_equal(name, "-");

    if (!standard && !file_exists(name))
        return err_set(&cli->err, TP8003, "found no file %.200s", name);
    return file_read(standard ? "/dev/stdin" : name, EDI_LIMIT_BYTES, bytes,
                     &cli->err);
}

const struct x12_file *
edi_read(struct cli *cli, struct guides *guides, const char *name)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct x12_options options;

    if (!edi_bytes(cli, name, &bytes))
        return NULL;
    guides_options(guides, buf_text(&bytes), bytes.size, &options);
    return x12_read(cli->arena,
                    arena_copy(cli->arena, buf_text(&bytes), bytes.size + 1),
                    bytes.size, &options);
}

size_t
edi_problems(const struct guides *guides)
{
    const struct problems *found = guides_problems(guides);
    size_t count = 0;

    for (const struct problem *p = problems_first(found); p; p = p->next) {
        if (p->code == TP2002) /* a set without a guide is no mistake */
            continue;
        fprintf(stderr, "tradepost: %s: %s [%s]\n", p->at, p->text,
                err_name(p->code));
        count++;
    }
    return count;
}

void
edi_print(void *user, struct buf *text)
{
    (void)user;
    fwrite(buf_text(text), 1, text->size, stdout);
    buf_clear(text);
}
