#include "raster.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *next;
    size_t left;
    /* giflib asked for more bytes than there are. */
    bool data_ended;
    /* From the graphic control extension before the first frame, or NO_TRANSPARENT_COLOR. */
    int transparent;
    const cwinnow_image_limits *limits;
    cwinnow_image_raster *raster;
} gif_reader;

static int on_read(GifFileType *gif, GifByteType *bytes, int count) {
    gif_reader *reader = gif->UserData;
    const size_t wanted = count > 0 ? (size_t)count : 0;
    const size_t got = wanted < reader->left ? wanted : reader->left;
    if (got < wanted)
        reader->data_ended = true;
    memcpy(bytes, reader->next, got);
    reader->next += got;
    reader->left -= got;
    return (int)got;
}

static cwinnow_image_status give_up(gif_reader *reader, int error) {
    if (reader->data_ended)
        return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_TRUNCATED, "the GIF data end early");
    if (error == D_GIF_ERR_NOT_ENOUGH_MEM)
        return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the GIF reader");
    const char *words = GifErrorString(error);
    return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_CORRUPT, "%s", words ? words : "the GIF is damaged");
}

/* Reads one extension to its end and notes a transparent colour. */
static int read_extension(gif_reader *reader, GifFileType *gif) {
    int kind;
    GifByteType *block;
    if (DGifGetExtension(gif, &kind, &block) == GIF_ERROR)
        return GIF_ERROR;
    while (block != NULL) {
        GraphicsControlBlock control;
        if (kind == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            reader->transparent = control.TransparentColor;
        if (DGifGetExtensionNext(gif, &block) == GIF_ERROR)
            return GIF_ERROR;
    }
    return GIF_OK;
}

/* Colours as Pillow has them: a missing colour map, or the end of a short one, is a ramp of greys. */
static void fill_palette(const ColorMapObject *map, uint8_t palette[256][3]) {
    for (int i = 0; i < 256; i++)
        memset(palette[i], i, 3);
    for (int i = 0; map != NULL && i < map->ColorCount && i < 256; i++) {
        palette[i][0] = map->Colors[i].Red;
        palette[i][1] = map->Colors[i].Green;
        palette[i][2] = map->Colors[i].Blue;
    }
}

/* Decodes the frame's rows, in the order they are stored, to their place on the canvas. */
static cwinnow_image_status read_rows(gif_reader *reader, GifFileType *gif, uint8_t palette[256][3], uint8_t *line) {
    static const uint32_t first_rows[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    const GifImageDesc *frame = &gif->Image;
    const int passes = frame->Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        const uint32_t step = frame->Interlace ? steps[pass] : 1;
        for (uint32_t y = frame->Interlace ? first_rows[pass] : 0; y < (uint32_t)frame->Height; y += step) {
            if (DGifGetLine(gif, line, frame->Width) == GIF_ERROR)
                return give_up(reader, gif->Error);
            uint8_t *pixels =
                reader->raster->pixels
                + (((size_t)frame->Top + y) * reader->raster->width + (size_t)frame->Left) * 3;
            for (size_t x = 0; x < (size_t)frame->Width; x++)
                memcpy(pixels + 3 * x, palette[line[x]], 3);
            const cwinnow_image_status status = cwinnow_image_check_deadline(reader->raster, reader->limits);
            if (status != CWINNOW_IMAGE_DECODED)
                return status;
        }
    }
    return CWINNOW_IMAGE_DECODED;
}

/* The canvas is the logical screen, grown, as Pillow does, where the frame reaches beyond it. */
static cwinnow_image_status read_frame(gif_reader *reader, GifFileType *gif) {
    cwinnow_image_raster *raster = reader->raster;
    if (DGifGetImageDesc(gif) == GIF_ERROR)
        return give_up(reader, gif->Error);
    const GifImageDesc *frame = &gif->Image;
    const int right = frame->Left + frame->Width, below = frame->Top + frame->Height;
    const uint32_t width = (uint32_t)(right > gif->SWidth ? right : gif->SWidth);
    const uint32_t height = (uint32_t)(below > gif->SHeight ? below : gif->SHeight);
    cwinnow_image_status status = cwinnow_image_declare(raster, reader->limits, width, height);
    if (status == CWINNOW_IMAGE_DECODED)
        status = cwinnow_image_allocate(raster, reader->limits, width, height, 0);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;

    raster->storage.colour = CWINNOW_IMAGE_STORES_PALETTE;
    raster->storage.alpha = reader->transparent >= 0;
    uint8_t palette[256][3];
    fill_palette(frame->ColorMap ? frame->ColorMap : gif->SColorMap, palette);
    const uint8_t *background = palette[reader->transparent >= 0 ? reader->transparent : 0];
    for (size_t i = 0; i < (size_t)width * height; i++)
        memcpy(raster->pixels + 3 * i, background, 3);

    uint8_t *line = malloc((size_t)frame->Width + 1);
    if (line == NULL)
        return give_up(reader, D_GIF_ERR_NOT_ENOUGH_MEM);
    status = read_rows(reader, gif, palette, line);
    free(line);
    return status;
}

/* Whether another frame begins behind the first. Damage there is none of the first frame's. */
static bool has_another_frame(gif_reader *reader, GifFileType *gif) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    while (DGifGetRecordType(gif, &record) == GIF_OK && record == EXTENSION_RECORD_TYPE)
        if (read_extension(reader, gif) == GIF_ERROR)
            return false;
    return record == IMAGE_DESC_RECORD_TYPE;
}

static cwinnow_image_status read_first_frame(gif_reader *reader, GifFileType *gif) {
    for (;;) {
        GifRecordType record;
        if (DGifGetRecordType(gif, &record) == GIF_ERROR)
            return give_up(reader, gif->Error);
        switch (record) {
        case IMAGE_DESC_RECORD_TYPE: {
            const cwinnow_image_status status = read_frame(reader, gif);
            if (status == CWINNOW_IMAGE_DECODED)
                reader->raster->storage.sequence = has_another_frame(reader, gif);
            return status;
        }
        case EXTENSION_RECORD_TYPE:
            if (read_extension(reader, gif) == GIF_ERROR)
                return give_up(reader, gif->Error);
            break;
        case TERMINATE_RECORD_TYPE:
            return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_CORRUPT, "the GIF holds no frame");
        default:
            break;
        }
    }
}

cwinnow_image_status cwinnow_image_decode_gif(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                              cwinnow_image_raster *raster) {
    gif_reader reader = {
        .next = bytes, .left = count, .transparent = NO_TRANSPARENT_COLOR, .limits = limits, .raster = raster};
    int error = 0;
    GifFileType *gif = DGifOpen(&reader, on_read, &error);
    if (gif == NULL)
        return give_up(&reader, error);
    const cwinnow_image_status status = read_first_frame(&reader, gif);
    DGifCloseFile(gif, &error);
    return status;
}
