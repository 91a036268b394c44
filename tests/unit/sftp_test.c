/* SPDX-License-Identifier: Apache-2.0 */
/* The SFTP engine against a server that says what each case scripts. */
#include "base/arena.h"
#include "sftp_fixture.h"

/* OPEN, WRITE, FSTAT, CLOSE of one small file. */
static void
written(uint64_t size)
{
    bytes(SFTP_HANDLE, 4);
    status(SFTP_OK);
    attrs(size);
    status(SFTP_OK);
}

static struct sftp_put
put(enum sftp_verify verify)
{
    struct sftp_put one = { .path = "/in/a",
                            .temp = "/in/.a.tmp",
                            .bytes = "hello",
                            .size = 5,
                            .verify = verify };

    if (!start(NULL))
        err_print(stdout, &err);
    else if (!sftp_put(sftp, &one, 1, &err))
        CHECK(err.kind != ERR_NONE && one.err.kind != ERR_NONE);
    return one;
}

static void
sends_in_this_order(void)
{
    begin_case();
    written(5);
    status(SFTP_OK);
    attrs(5);
    struct sftp_put one = put(SFTP_VERIFY_SIZE);
    CHECK(one.sent);
    CHECK_TEXT(one.how, "rename");
    CHECK(SAW(SFTP_INIT, SFTP_OPEN, SFTP_WRITE, SFTP_FSTAT, SFTP_CLOSE,
              SFTP_RENAME, SFTP_STAT));
}

static void
replaces_its_own_older_file(void)
{
    begin_case();
    written(5);
    status(SFTP_FAILURE);
    status(SFTP_OK);
    status(SFTP_OK);
    attrs(5);
    CHECK(put(SFTP_VERIFY_SIZE).sent);
    CHECK(SAW(SFTP_INIT, SFTP_OPEN, SFTP_WRITE, SFTP_FSTAT, SFTP_CLOSE,
              SFTP_RENAME, SFTP_REMOVE, SFTP_RENAME, SFTP_STAT));
}

static void
is_unsure_only_once_the_name_may_be_given(void)
{
    begin_case();
    written(5);
    special(HANG_UP);
    struct sftp_put one = put(SFTP_VERIFY_SIZE);
    CHECK(!one.sent && one.err.code == TP5047 && one.err.kind == ERR_UNSURE);
    begin_case();
    bytes(SFTP_HANDLE, 4);
    special(HANG_UP);
    one = put(SFTP_VERIFY_SIZE);
    CHECK(!one.sent && one.err.kind == ERR_RETRY);
    begin_case();
    written(5);
    status(SFTP_OK);
    status(SFTP_NO_SUCH_FILE);
    one = put(SFTP_VERIFY_SIZE);
    CHECK(!one.sent && one.err.code == TP5047);
    CHECK(sftp_alive(sftp));
}

static void
gives_no_name_to_a_file_of_another_size(void)
{
    begin_case();
    written(4);
    status(SFTP_OK);
    struct sftp_put one = put(SFTP_VERIFY_SIZE);
    CHECK(!one.sent && one.err.code == TP5044 && one.err.kind == ERR_CONFIG);
    CHECK(SAW(SFTP_INIT, SFTP_OPEN, SFTP_WRITE, SFTP_FSTAT, SFTP_CLOSE,
              SFTP_REMOVE));
}

static void
clears_away_after_a_failed_write(void)
{
    begin_case();
    bytes(SFTP_HANDLE, 4);
    status(SFTP_FAILURE);
    attrs(5);
    status(SFTP_OK);
    status(SFTP_OK);
    struct sftp_put one = put(SFTP_VERIFY_SIZE);
    CHECK(!one.sent && one.err.code == TP5042 && one.err.kind == ERR_RETRY);
    CHECK(strstr(one.err.text, "so ? it is") != NULL);
    CHECK(SAW(SFTP_INIT, SFTP_OPEN, SFTP_WRITE, SFTP_FSTAT, SFTP_CLOSE,
              SFTP_REMOVE));
}

static struct buf fetched;

static struct sftp_get
get(int64_t expected, size_t max)
{
    struct sftp_get one = { .path = "/out/a",
                            .expected = expected,
                            .max_bytes = max,
                            .into = &fetched };

    buf_clear(&fetched);
    CHECK_OK(start(NULL), &err);
    if (!sftp_get(sftp, &one, 1, &err))
        CHECK(!sftp_alive(sftp) && !one.got && one.err.kind != ERR_NONE);
    return one;
}

static void
fetches_what_comes_in_pieces(void)
{
    begin_case();
    bytes(SFTP_HANDLE, 4);
    attrs(5);
    bytes(SFTP_DATA, 2); /* READ 0,5 */
    status(SFTP_EOF);    /* READ 5,1 */
    bytes(SFTP_DATA, 1); /* READ 2,3 */
    bytes(SFTP_DATA, 2); /* READ 3,2 */
    status(SFTP_OK);
    struct sftp_get one = get(5, 100);
    CHECK_OK(one.got, &one.err);
    CHECK_TEXT(buf_text(&fetched), "ddddd");
    begin_case();
    bytes(SFTP_HANDLE, 4);
    attrs(0);
    status(SFTP_EOF);
    status(SFTP_OK);
    CHECK(get(-1, 100).got && fetched.size == 0);
}

static void
takes_nothing_of_a_file_that_changes(void)
{
    begin_case(); /* larger than listed */
    bytes(SFTP_HANDLE, 4);
    attrs(6);
    bytes(SFTP_DATA, 5);
    bytes(SFTP_DATA, 1);
    status(SFTP_OK);
    struct sftp_get one = get(5, 100);
    CHECK(!one.got && one.err.code == TP5046 && fetched.size == 0);
    begin_case(); /* as long as listed, but it says otherwise */
    bytes(SFTP_HANDLE, 4);
    attrs(6);
    bytes(SFTP_DATA, 5);
    status(SFTP_EOF);
    status(SFTP_OK);
    CHECK(get(5, 100).err.code == TP5046);
    begin_case(); /* shorter than it says */
    bytes(SFTP_HANDLE, 4);
    attrs(5);
    status(SFTP_EOF);
    status(SFTP_EOF);
    status(SFTP_OK);
    CHECK(get(5, 100).err.code == TP5046);
    begin_case(); /* gone */
    status(SFTP_NO_SUCH_FILE);
    CHECK(get(5, 100).err.code == TP5048);
    begin_case(); /* too large: not even asked for */
    bytes(SFTP_HANDLE, 4);
    attrs(101);
    status(SFTP_OK);
    CHECK(get(101, 100).err.code == TP5045);
    CHECK(SAW(SFTP_INIT, SFTP_OPEN, SFTP_FSTAT, SFTP_CLOSE));
}

/* A reply that must end the connection, to the n-th request of a fetch. */
static void
expect_violation(void)
{
    struct sftp_get one = get(5, 100);

    CHECK(!one.got && one.err.code == TP5040 && fetched.size == 0);
    CHECK(!sftp_alive(sftp));
}

static void
gives_up_on_a_server_that_breaks_the_protocol(void)
{
    begin_case();
    NUMBERS(SFTP_HANDLE, 300); /* longer than the packet */
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 257);
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 0);
    expect_violation();
    begin_case();
    attrs(5); /* no answer to OPEN */
    expect_violation();
    begin_case();
    numbers(SFTP_STATUS, 0, NULL);
    expect_violation();
    begin_case();
    numbers((enum sftp_type)250, 0, NULL);
    expect_violation();
    begin_case();
    NUMBERS(SFTP_STATUS, 4, 0xffffffff);
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 4);
    NUMBERS(SFTP_ATTRS, 0x10, 0, 0); /* a flag that version 3 has not */
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 4);
    NUMBERS(SFTP_ATTRS, 0x80000000, 0xffffffff); /* endless extensions */
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 4);
    attrs(5);
    bytes(SFTP_DATA, 6); /* more than was asked for */
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 4);
    attrs(5);
    bytes(SFTP_DATA, 0); /* would be asked for again for ever */
    expect_violation();
    begin_case();
    bytes(SFTP_HANDLE, 4);
    script[1].packet.text[8] = 99; /* a reply to nobody */
    expect_violation();
    begin_case();
    buf_add(&script[script_size++].packet, "\x7f\xff\xff\xff", 4);
    expect_violation();
    begin_case();
    buf_add(&script[script_size++].packet, "\0\0\0\0", 4);
    expect_violation();
}

static void
refuses_other_greetings(void)
{
    begin_case();
    stop();
    version(2, false);
    CHECK(!start(NULL) && err.code == TP5037);
    stop();
    buf_adds(&script[script_size++].packet, "Welcome to our server!\r\n");
    CHECK(!start(NULL) && err.code == TP5040 && strstr(err.text, "greeting"));
    stop();
    status(0);
    CHECK(!start(NULL) && err.code == TP5040);
    stop();
    special(HANG_UP);
    CHECK(!start(NULL) && err.kind == ERR_RETRY);
    stop();
    special(SILENT);
    CHECK(!start(&(struct sftp_limits){ .idle_ms = 100 }));
    CHECK(err.code == TP5003 && err.kind == ERR_RETRY);
}

/* One NAME packet of count names, claiming claimed. */
static void
names(unsigned count, uint32_t claimed)
{
    size_t start_at;
    struct buf *packet = begin(SFTP_NAME, &start_at);

    sftp_add_u32(packet, claimed);
    for (unsigned i = 0; i < count; i++) {
        sftp_add_bytes(packet, i == 0 ? "." : "a\0b", i == 0 ? 1 : 3);
        sftp_add_text(packet, "-rw-r--r--");
        sftp_add_u32(packet, 0);
    }
    sftp_packet_end(packet, start_at);
}

static const struct sftp_entry *
list(struct arena *arena, size_t max)
{
    const struct sftp_entry *first = NULL;

    CHECK_OK(start(NULL), &err);
    if (!sftp_list(sftp, "/out", max, arena, &first, &err))
        return NULL;
    return first;
}

static void
lists_within_bounds(void)
{
    struct arena *arena = arena_new();

    begin_case();
    bytes(SFTP_HANDLE, 4);
    names(2, 2);
    for (int i = 0; i < 9; i++) /* the ninth when the names came early */
        status(SFTP_EOF);
    const struct sftp_entry *first = list(arena, 100);
    CHECK(first != NULL && first->next == NULL && first->name_size == 3);
    CHECK(memcmp(first->name, "a\0b", 4) == 0 && first->attrs.size == -1);
    begin_case();
    bytes(SFTP_HANDLE, 4);
    names(2, 0xffffffff); /* claims more than it brings */
    CHECK(list(arena, 100) == NULL && err.code == TP5040);
    begin_case();
    bytes(SFTP_HANDLE, 4);
    names(5, 5);
    for (int i = 0; i < 7; i++)
        status(SFTP_EOF);
    status(SFTP_OK);
    first = list(arena, 3);
    CHECK(first != NULL && first->next != NULL && first->next->next == NULL);
    begin_case();
    status(SFTP_PERMISSION_DENIED);
    CHECK(list(arena, 3) == NULL && err.code == TP5041 && sftp_alive(sftp));
    arena_free(&arena);
}

int
main(void)
{
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    RUN(sends_in_this_order);
    RUN(replaces_its_own_older_file);
    RUN(is_unsure_only_once_the_name_may_be_given);
    RUN(gives_no_name_to_a_file_of_another_size);
    RUN(clears_away_after_a_failed_write);
    RUN(fetches_what_comes_in_pieces);
    RUN(takes_nothing_of_a_file_that_changes);
    RUN(gives_up_on_a_server_that_breaks_the_protocol);
    RUN(refuses_other_greetings);
    RUN(lists_within_bounds);
    if (script_size > 0)
        stop();
    buf_free(&fetched);
    return test_end();
}
