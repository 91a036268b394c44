/* SPDX-License-Identifier: Apache-2.0 */
#include "base/harden.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/err.h"

void
harden_process(void)
{
    const struct rlimit none = { 0, 0 };

    /* A write past the limit fails, as one to a full disk does. */
    signal(SIGXFSZ, SIG_IGN);
    /* Neither can fail for a process that acts on itself. */
    setrlimit(RLIMIT_CORE, &none);
    if (!SANITIZED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void *
guarded_page(size_t size)
{
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    BUG_IF(page == MAP_FAILED);
    mlock(page, size);
    madvise(page, size, MADV_DONTDUMP);
    return page;
}

void
guarded_free(void **page, size_t size)
{
    if (*page == NULL)
        return;
    explicit_bzero(*page, size);
    munmap(*page, size);
    *page = NULL;
}
