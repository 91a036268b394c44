/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that are not what they seem: binary data, released delimiters, and
 * delimiters chosen after the data. Written and read back in every chunk size.
 */
#include "x12/finding.h"
#include "x12/write.h"
#include "x12_fixture.h"

static struct buf out, seen;

#define SIZED(text) text, sizeof(text) - 1

static void
see_segment(void *user, const struct x12_segment *segment)
{
    (void)user;
    buf_adds(&seen, segment->id);
    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = x12_get(segment, i);
        buf_addc(&seen, '[');
        buf_add(&seen, value.text, value.size);
        buf_addc(&seen, ']');
    }
    buf_addc(&seen, '\n');
}

static void
see_finding(const struct x12_finding *finding)
{
    for (; finding != NULL; finding = finding->next)
        buf_addf(&seen, "! %s %s\n", finding->code, finding->sentence);
}

static void
see_set(void *user, const struct x12_result *result)
{
    (void)user;
    see_finding(result->findings);
}

static void
see_end(void *user, const struct x12_interchange *it)
{
    (void)user;
    see_finding(it->findings);
}

static void
read_in(const char *bytes, size_t size, size_t chunk)
{
    const struct x12_handler handler = { .segment = see_segment,
                                         .set = see_set,
                                         .interchange_end = see_end };
    struct x12_options options;
    struct x12_totals totals;

    x12_options_init(&options);
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    buf_clear(&seen);
    for (size_t at = 0; at < size; at += chunk)
        x12_feed(reader, bytes + at, size - at < chunk ? size - at : chunk);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    CHECK(totals.documents + totals.spaces + totals.junk == size);
}

/* The segments between ST and SE, whatever the chunks. */
static const char *
segments_of(const char *bytes, size_t size)
{
    const char *first = NULL;

    for (size_t chunk = size; chunk > 0; chunk--) {
        read_in(bytes, size, chunk);
        if (first == NULL)
            first = arena_strndup(arena, buf_text(&seen), seen.size);
        CHECK(seen.size == strlen(first));
        CHECK(memcmp(first, buf_text(&seen), seen.size) == 0);
    }
    return first;
}

static bool
write_version(const struct x12_set *set, const char *version,
              struct x12_delimiters marks, enum x12_clash clash)
{
    struct x12_out_group group = { .functional_id = "PO",
                                   .version = version,
                                   .control = 77,
                                   .sets = &set,
                                   .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                     .sender = "US",
                                     .receiver_qualifier = "ZZ",
                                     .receiver = "THEM",
                                     .date = "20251120",
                                     .time = "0858",
                                     .control = 918,
                                     .usage = 'P',
                                     .charset = X12_CHARSET_EXTENDED,
                                     .delimiters = marks,
                                     .clash = clash,
                                     .groups = &group,
                                     .group_count = 1 };

    err_clear(&err);
    buf_clear(&out);
    return x12_write(&envelope, &out, &err);
}

static struct x12_set *
new_set(const char *version)
{
    struct x12_set *set = x12_set_new(arena, "850", version);

    set->control = "0001";
    return set;
}

static void
binary_data_is_taken_by_its_length(void)
{
    static const char data[] = "IEA*1*000000918~\r\nSE*~>^*";
    struct x12_set *set;
    struct x12_node *bin, *bds;

    fixture_begin();
    set = new_set("004010");
    bin = x12_add(arena, set, NULL, "BIN", "999", NULL);
    x12_put_binary(arena, bin, 2, SIZED(data));
    bds = x12_add(arena, set, NULL, "BDS", "ASC", "", NULL);
    x12_put_binary(arena, bds, 3, SIZED("~~\n"));
    x12_add(arena, set, NULL, "CTT", "1", NULL);
    CHECK_OK(write_version(set, "004010", (struct x12_delimiters){ 0 },
                           X12_CLASH_REFUSE),
             &err);
    CHECK(strstr(buf_text(&out), "BIN*25*IEA*1*000000918~\r\nSE*~>^*~"));
    CHECK(strstr(buf_text(&out), "BDS*ASC*3*~~\n~CTT*1~SE*5*0001~"));
    const char *all = segments_of(buf_text(&out), out.size);
    CHECK(strstr(all, "BIN[25][IEA*1*000000918~\r\nSE*~>^*]\n"
                      "BDS[ASC][3][~~\n]\nCTT[1]\nSE[5][0001]\n") != NULL);
    CHECK(strchr(all, '!') == NULL);
}

static void
a_wrong_binary_length_is_told(void)
{
    fixture_begin();
    const char *text = wrap("PO", "850", "BIN*3*ABCDE~");
    CHECK(strstr(segments_of(text, strlen(text)), "! AK") != NULL);
}

static void
a_released_delimiter_is_data(void)
{
    const struct x12_delimiters marks = { .release = '?' };
    struct x12_set *set;
    struct x12_node *ref;

    fixture_begin();
    set = new_set("007040");
    x12_add(arena, set, NULL, "N1", "ST", "A*B~C>D^E?F", NULL);
    ref = x12_add(arena, set, NULL, "REF", "DP", "", NULL);
    x12_put(arena, set, ref, 4, 1, "V>N");
    x12_put(arena, set, ref, 4, 2, "22");
    CHECK_OK(write_version(set, "007040", marks, X12_CLASH_REFUSE), &err);
    CHECK(strstr(buf_text(&out), "*00704*000000918*0*P*>~ISX*?~GS*") != NULL);
    CHECK(strstr(buf_text(&out), "N1*ST*A?*B?~C?>D?^E??F~") != NULL);
    CHECK(strstr(buf_text(&out), "REF*DP***V?>N>22~") != NULL);
    const char *all = segments_of(buf_text(&out), out.size);
    CHECK(strstr(all, "N1[ST][A*B~C>D^E?F]\n") != NULL);
    CHECK(strstr(all, "REF[DP][][][V>N\x1F"
                      "22]\n") != NULL);
    CHECK(strchr(all, '!') == NULL);
}

static void
before_007040_nothing_is_released(void)
{
    const struct x12_delimiters marks = { .release = '?' };
    struct x12_set *set;

    fixture_begin();
    set = new_set("004010");
    x12_add(arena, set, NULL, "N1", "ST", "A?B", NULL);
    CHECK_OK(write_version(set, "004010", marks, X12_CLASH_REFUSE), &err);
    CHECK(strstr(buf_text(&out), "ISX") == NULL);
    CHECK(strstr(buf_text(&out), "N1*ST*A?B~") != NULL);
    x12_add(arena, set, NULL, "N1", "ST", "A*B", NULL);
    CHECK(!write_version(set, "004010", marks, X12_CLASH_REFUSE));
    CHECK(err.code == TP2301);
}

static void
an_isx_before_007040_is_told(void)
{
    const char *text =
        arena_printf(arena,
                     "%sISX*?~GS*PO*A*B*20251120*0858*1*X*004010~GE*0*1~"
                     "IEA*1*000000918~",
                     ISA);

    read_in(text, strlen(text), 7);
    CHECK(strstr(buf_text(&seen), "! TA105=022") != NULL);
}

static void
delimiters_are_chosen_after_the_data(void)
{
    struct x12_set *set;
    struct x12_node *ref;

    fixture_begin();
    set = new_set("005010");
    x12_add(arena, set, NULL, "N1", "ST", "A*B~C^D|E", NULL);
    ref = x12_add(arena, set, NULL, "REF", "DP", "", NULL);
    x12_put(arena, set, ref, 4, 1, "VN");
    x12_put(arena, set, ref, 4, 2, "22");
    CHECK_OK(write_version(set, "005010", (struct x12_delimiters){ 0 },
                           X12_CLASH_CHOOSE),
             &err);
    CHECK(strstr(buf_text(&out), "N1:ST:A*B~C^D|E!") != NULL);
    CHECK(strstr(buf_text(&out), "REF:DP:::VN>22!") != NULL);
    const char *all = segments_of(buf_text(&out), out.size);
    CHECK(strstr(all, "N1[ST][A*B~C^D|E]\n") != NULL);
    CHECK(strchr(all + 4, '!') == NULL);
}

static void
what_no_value_holds_stays(void)
{
    struct x12_set *set;

    fixture_begin();
    set = new_set("004010");
    x12_add(arena, set, NULL, "N1", "ST", "A^B", NULL);
    CHECK_OK(write_version(set, "004010", (struct x12_delimiters){ 0 },
                           X12_CLASH_CHOOSE),
             &err);
    CHECK(strstr(buf_text(&out), "N1*ST*A^B~") != NULL);
}

static void
service_requests_may_stand_before_the_groups(void)
{
    const char *good = arena_printf(
        arena,
        "%sISB*1~ISE*200601*0515*04~GS*PO*A*B*20251120*0858*1*X*004010~"
        "ST*850*0001~SE*2*0001~GE*1*1~IEA*1*000000918~",
        ISA);
    const char *late = arena_printf(
        arena,
        "%sGS*PO*A*B*20251120*0858*1*X*004010~ST*850*0001~SE*2*0001~"
        "GE*1*1~ISB*1~IEA*1*000000918~",
        ISA);

    CHECK(strchr(segments_of(good, strlen(good)), '!') == NULL);
    CHECK(strstr(segments_of(late, strlen(late)), "! TA105=022") != NULL);
}

/* Sign, point and exponent are not counted: PO102 has at most 15 digits. */
static void
numbers_may_have_an_exponent(void)
{
    static const struct {
        const char *number, *code;
    } cases[] = {
        { "1.5E2", "" },
        { "-1234567890123.456E-12", "AK403=5" },
        { "-1234567890123.45", "" },
        { "-1234567890123.45E-12", "" },
        { "1.5E", "AK403=6" },
        { "E5", "AK403=6" },
        { "1E5.5", "AK403=6" },
    };

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct x12_options options = fixture_options();
        const char *text = arena_printf(
            arena, "BEG*00*SA*PO-1**20251112~PO1*1*%s*CA*1~", cases[i].number);
        text = wrap("PO", "850", text);
        const struct x12_file *file =
            x12_read(arena, text, strlen(text), &options);
        const struct x12_finding *found_one =
            file->interchanges->groups->results->findings;
        printf("# %s\n", cases[i].number);
        CHECK_TEXT(found_one ? found_one->code : "", cases[i].code);
    }
    x12_guide_free(&guide);
}

static void
a_ta1_is_checked(void)
{
    static const char *const wrong[] = {
        "TA1*00000001*251120*0858*A*000",  "TA1*000000001*251320*0858*A*000",
        "TA1*000000001*251120*2558*A*000", "TA1*000000001*251120*0858*Z*000",
        "TA1*000000001*251120*0858*A*00",  "TA1*000000001*251120*0858*A",
    };

    fixture_begin();
    for (size_t i = 0; i <= sizeof wrong / sizeof *wrong; i++) {
        bool good = i == sizeof wrong / sizeof *wrong;
        const char *text =
            arena_printf(arena, "%s%s~IEA*0*000000918~", ISA,
                         good ? "TA1*000000001*251120*0858*A*000" : wrong[i]);
        read_in(text, strlen(text), 5);
        printf("# %s\n", good ? "good" : wrong[i]);
        CHECK((strstr(buf_text(&seen), "! TA105=024") != NULL) == !good);
    }
}

int
main(void)
{
    fixture_begin();
    RUN(binary_data_is_taken_by_its_length);
    RUN(a_wrong_binary_length_is_told);
    RUN(a_released_delimiter_is_data);
    RUN(before_007040_nothing_is_released);
    RUN(an_isx_before_007040_is_told);
    RUN(delimiters_are_chosen_after_the_data);
    RUN(what_no_value_holds_stays);
    RUN(service_requests_may_stand_before_the_groups);
    RUN(numbers_may_have_an_exponent);
    RUN(a_ta1_is_checked);
    buf_free(&out);
    buf_free(&seen);
    arena_free(&arena);
    return test_end();
}
