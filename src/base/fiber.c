/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fiber.h"

#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif

enum {
    STACK_BYTES = 512 << 10, /* only what is touched is taken */
    WAIT_MS = 1000,
    WAIT_SHARED_MS = 10 /* when jobs wait for different things */
};

struct wait {
    const bool *until;
    fiber_turn *turn;
    void *user;
};

struct fiber {
    struct fibers *all;
    ucontext_t context;
    char *stack; /* a page that must not be touched, then STACK_BYTES */
    void *shadow;
    fiber_job *job;
    void *user;
    struct wait wait;
    bool busy;
};

struct fibers {
    size_t most, busy;
    ucontext_t home; /* of whoever called */
    void *home_shadow;
    const void *home_stack;
    size_t home_size;
    struct fiber list[];
};

static struct fiber *running; /* NULL outside of jobs */

/* AddressSanitizer has to hear of each change of stacks. */
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
/* What it noted of frames that were never left belongs to nobody any more. */
#define FRESH(stack, size) __asan_unpoison_memory_region(stack, size)
#define LEAVE(shadow, stack, size) \
    __sanitizer_start_switch_fiber(shadow, stack, size)
#define ARRIVE(shadow, stack, size) \
    __sanitizer_finish_switch_fiber(shadow, stack, size)
#else
#define FRESH(stack, size)         ((void)(stack))
#define LEAVE(shadow, stack, size) ((void)(shadow), (void)(stack), (void)(size))
#define ARRIVE(shadow, stack, size) \
    ((void)(shadow), (void)(stack), (void)(size))
#endif

struct fibers *
fibers_new(size_t most)
{
    struct fibers *fibers;

    BUG_IF(most < 1 || most > FIBERS_MAX);
    fibers = obtain(sizeof *fibers + most * sizeof *fibers->list);
    fibers->most = most;
    return fibers;
}

static size_t
page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void
fibers_free(struct fibers **out)
{
    struct fibers *fibers = *out;

    if (fibers == NULL)
        return;
    BUG_IF(fibers->busy > 0);
    for (size_t i = 0; i < fibers->most; i++)
        if (fibers->list[i].stack != NULL)
            (void)munmap(fibers->list[i].stack, page() + STACK_BYTES);
    release(out);
}

size_t
fibers_busy(const struct fibers *fibers)
{
    return fibers->busy;
}

bool
fibers_room(const struct fibers *fibers)
{
    return fibers->busy < fibers->most;
}

static void
give_stack(struct fiber *fiber)
{
    if (fiber->stack != NULL)
        return;
    void *stack =
        mmap(NULL, page() + STACK_BYTES, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    OUT_OF_MEMORY_IF(stack == MAP_FAILED);
    OUT_OF_MEMORY_IF(mprotect(stack, page(), PROT_NONE) != 0);
    fiber->stack = stack;
}

/* swapcontext() would do, but for AddressSanitizer, which warns of it even when
 * it is told of the change. */
static void
change(ucontext_t *from, const ucontext_t *to)
{
    volatile bool back = false;

    BUG_IF(getcontext(from) != 0);
    if (back)
        return;
    back = true;
    (void)setcontext(to);
    BUG_IF(true);
}

/* Back to whoever gave the turn. */
static void
leave(struct fiber *fiber)
{
    struct fibers *all = fiber->all;

    LEAVE(fiber->busy ? &fiber->shadow : NULL, all->home_stack, all->home_size);
    change(&fiber->context, &all->home);
    ARRIVE(fiber->shadow, NULL, NULL);
}

/* The bottom of each stack: reached by the first turn of a job. */
static void
begin(void)
{
    struct fiber *fiber = running;

    ARRIVE(NULL, &fiber->all->home_stack, &fiber->all->home_size);
    fiber->job(fiber->user);
    fiber->busy = false;
    fiber->all->busy--;
    leave(fiber);
}

static void
give_turn(struct fiber *fiber)
{
    struct fibers *all = fiber->all;

    running = fiber;
    LEAVE(&all->home_shadow, fiber->stack + page(), (size_t)STACK_BYTES);
    change(&all->home, &fiber->context);
    ARRIVE(all->home_shadow, NULL, NULL);
    running = NULL;
}

void
fibers_start(struct fibers *fibers, fiber_job *job, void *user)
{
    struct fiber *fiber = fibers->list;

    BUG_IF(running != NULL || !fibers_room(fibers));
    if (fibers->most == 1) {
        job(user);
        return;
    }
    while (fiber->busy)
        fiber++;
    give_stack(fiber);
    fiber->all = fibers;
    fiber->job = job;
    fiber->user = user;
    fiber->busy = true;
    fibers->busy++;
    BUG_IF(getcontext(&fiber->context) != 0);
    fiber->context.uc_stack.ss_sp = fiber->stack + page();
    fiber->context.uc_stack.ss_size = STACK_BYTES;
    fiber->context.uc_link = NULL;
    FRESH(fiber->stack + page(), (size_t)STACK_BYTES);
    makecontext(&fiber->context, begin, 0);
    give_turn(fiber);
}

static bool
go_on(struct fibers *fibers)
{
    bool any = false;

    for (size_t i = 0; i < fibers->most; i++) {
        struct fiber *fiber = &fibers->list[i];
        if (!fiber->busy || !*fiber->wait.until)
            continue;
        any = true;
        give_turn(fiber);
    }
    return any;
}

static bool
is_same(const struct wait *one, const struct wait *other)
{
    return one->turn == other->turn && one->user == other->user;
}

/* Is it the first of the busy ones that waits for this? */
static bool
is_first(const struct fibers *fibers, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (fibers->list[i].busy &&
            is_same(&fibers->list[i].wait, &fibers->list[at].wait))
            return false;
    return fibers->list[at].busy;
}

void
fibers_turn(struct fibers *fibers)
{
    size_t different = 0;

    if (go_on(fibers))
        return;
    for (size_t i = 0; i < fibers->most; i++)
        different += is_first(fibers, i);
    for (size_t i = 0; i < fibers->most; i++) {
        const struct wait *wait = &fibers->list[i].wait;
        if (is_first(fibers, i))
            wait->turn(wait->user, different > 1 ? WAIT_SHARED_MS : WAIT_MS);
    }
    (void)go_on(fibers);
}

void
fiber_wait(const bool *until, fiber_turn *turn, void *user)
{
    struct fiber *fiber = running;

    if (fiber == NULL) {
        while (!*until)
            turn(user, WAIT_MS);
        return;
    }
    fiber->wait = (struct wait){ until, turn, user };
    while (!*until)
        leave(fiber);
}
