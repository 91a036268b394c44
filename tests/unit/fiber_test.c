/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include "base/fiber.h"
#include "test.h"

enum { JOBS = 10 };

/* What jobs wrote, one after the other. */
static char story[256];
static bool open_gates[JOBS];
static int turns;

struct job {
    char name;
    int waits;
    int gate;
};

static void
tell(char what)
{
    size_t size = strlen(story);

    if (size + 1 < sizeof story)
        story[size] = what;
}

/* Opens one gate at a time, the last first. */
static void
open_next(void *user, int milliseconds)
{
    (void)user;
    turns += milliseconds > 0;
    for (int i = JOBS - 1; i >= 0; i--)
        if (!open_gates[i]) {
            open_gates[i] = true;
            return;
        }
}

/* Its own stack is its own: what is on it survives the others' turns. */
static void
work(void *user)
{
    struct job *job = user;
    volatile char own[2000];

    memset((char *)(uintptr_t)own, job->name, sizeof own);
    tell(job->name);
    for (int i = 0; i < job->waits; i++)
        fiber_wait(&open_gates[job->gate], open_next, NULL);
    for (size_t i = 0; i < sizeof own; i++)
        if (own[i] != job->name)
            tell('!');
    tell((char)(job->name - 'a' + 'A'));
}

static void
begin(void)
{
    memset(story, 0, sizeof story);
    memset(open_gates, 0, sizeof open_gates);
    turns = 0;
}

static void
run_all(size_t most, struct job *jobs, size_t count)
{
    struct fibers *fibers = fibers_new(most);
    size_t next = 0;

    while (next < count || fibers_busy(fibers) > 0)
        if (next < count && fibers_room(fibers))
            fibers_start(fibers, work, &jobs[next++]);
        else
            fibers_turn(fibers);
    fibers_free(&fibers);
}

static void
goes_on_in_the_order_of_the_answers(void)
{
    struct job jobs[] = { { 'a', 1, 0 }, { 'b', 1, 1 }, { 'c', 1, 2 } };

    begin();
    memset(open_gates + 3, 1, sizeof open_gates - 3);
    run_all(3, jobs, 3);
    CHECK_TEXT(story, "abcCBA");
}

static void
holds_no_more_than_there_is_room_for(void)
{
    struct job jobs[] = { { 'a', 1, 0 }, { 'b', 1, 1 }, { 'c', 1, 2 } };

    begin();
    memset(open_gates + 3, 1, sizeof open_gates - 3);
    run_all(2, jobs, 3);
    CHECK_TEXT(story, "abBcCA");
}

static void
is_a_plain_call_with_room_for_one(void)
{
    struct job jobs[] = { { 'a', 1, 0 }, { 'b', 2, 1 } };

    begin();
    run_all(1, jobs, 2);
    CHECK_TEXT(story, "aAbB");
}

static void
waits_for_nothing_that_is_there(void)
{
    struct job jobs[] = { { 'a', 3, 0 }, { 'b', 0, 1 } };

    begin();
    open_gates[0] = true;
    run_all(2, jobs, 2);
    CHECK_TEXT(story, "aAbB");
    CHECK(turns == 0);
}

static void
stacks_are_used_again(void)
{
    static struct job jobs[200];

    begin();
    memset(open_gates, 1, sizeof open_gates);
    for (size_t i = 0; i < 200; i++)
        jobs[i] = (struct job){ 'a', 1, (int)(i % JOBS) };
    struct fibers *fibers = fibers_new(4);
    for (size_t i = 0; i < 200; i++) {
        open_gates[jobs[i].gate] = i % 3 > 0;
        while (!fibers_room(fibers))
            fibers_turn(fibers);
        fibers_start(fibers, work, &jobs[i]);
    }
    while (fibers_busy(fibers) > 0)
        fibers_turn(fibers);
    fibers_free(&fibers);
    CHECK(fibers == NULL && strchr(story, '!') == NULL);
}

int
main(void)
{
    RUN(goes_on_in_the_order_of_the_answers);
    RUN(holds_no_more_than_there_is_room_for);
    RUN(is_a_plain_call_with_room_for_one);
    RUN(waits_for_nothing_that_is_there);
    RUN(stacks_are_used_again);
    return test_end();
}
