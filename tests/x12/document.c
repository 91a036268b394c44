/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <string.h>

static void
take_piece(struct document *document, char *text)
{
    struct piece *piece = &document->pieces[document->count++];

    *piece = (struct piece){ .id = strsep(&text, "*") };
    while (text != NULL && piece->count < PIECE_ELEMENTS)
        piece->elements[piece->count++] = strsep(&text, "*");
}

void
document_take(struct document *document, const struct x12_guide *guide,
              const char *text)
{
    char *rest = arena_strdup(document->arena, text), *segment;

    document->guide = guide;
    document->count = 0;
    document->counted = true;
    while ((segment = strsep(&rest, "~")) != NULL) {
        segment += strspn(segment, "\n");
        if (*segment != '\0' && document->count < PIECES_MAX)
            take_piece(document, segment);
    }
    document_walk(document);
}

bool
document_insert(struct document *document, size_t at,
                const struct piece *pieces, size_t count)
{
    if (document->count + count > PIECES_MAX)
        return false;
    struct piece *copies =
        arena_copy(document->arena, pieces, count * sizeof *copies);
    memmove(&document->pieces[at + count], &document->pieces[at],
            (document->count - at) * sizeof *pieces);
    memcpy(&document->pieces[at], copies, count * sizeof *pieces);
    document->count += count;
    return true;
}

void
document_remove(struct document *document, size_t at, size_t count)
{
    document->count -= count;
    memmove(&document->pieces[at], &document->pieces[at + count],
            (document->count - at) * sizeof *document->pieces);
}

/* SE01 is the number of segments since ST. */
static void
count_segments(struct document *document)
{
    size_t start = AT_ST;

    for (size_t i = 0; i < document->count; i++) {
        struct piece *piece = &document->pieces[i];
        if (strcmp(piece->id, "ST") == 0)
            start = i;
        if (strcmp(piece->id, "SE") == 0)
            piece->elements[0] =
                arena_printf(document->arena, "%zu", i - start + 1);
    }
}

void
document_write(struct document *document, struct buf *out)
{
    if (document->counted)
        count_segments(document);
    buf_clear(out);
    for (size_t i = 0; i < document->count; i++) {
        struct piece *piece = &document->pieces[i];
        uint32_t count = piece->count;
        while (count > 0 && *piece->elements[count - 1] == '\0')
            count--;
        piece->offset = out->size;
        buf_adds(out, piece->id);
        for (uint32_t j = 0; j < count; j++) {
            buf_addc(out, '*');
            piece->offsets[j] = out->size;
            buf_adds(out, piece->elements[j]);
        }
        buf_addc(out, '~');
    }
}

bool
document_walk(struct document *document)
{
    const struct x12_guide *guide = document->guide;
    uint16_t at = 0;
    bool all = true;

    for (size_t i = AT_ST + 1; i < document->count; i++) {
        struct piece *piece = &document->pieces[i];
        uint16_t index =
            guide_index(guide, pack_id(piece->id, strlen(piece->id)));
        piece->node = 0;
        if (strcmp(piece->id, "SE") == 0)
            break;
        if (index < KNOWN_SEGMENT)
            piece->node = guide_search(guide, at, index, NULL);
        all &= piece->node != 0;
        if (piece->node != 0)
            at = piece->node;
    }
    return all;
}

bool
node_inside(const struct x12_guide *guide, uint16_t node, uint16_t loop)
{
    while (node != 0 && node != loop)
        node = guide->nodes[node].parent;
    return node == loop;
}

size_t
document_loop_end(const struct document *document, size_t at)
{
    uint16_t loop = document->pieces[at].node;
    size_t end = at + 1;

    while (end < document->count && document->pieces[end].node != loop &&
           document->pieces[end].node != 0 &&
           node_inside(document->guide, document->pieces[end].node, loop))
        end++;
    return end;
}

size_t
places_of(const struct x12_guide *guide, uint16_t index)
{
    size_t count = 0;

    for (uint32_t i = 1; i < guide->node_count; i++)
        count += guide->nodes[i].index == index;
    return count;
}
