#include "colour.h"
#include "raster.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one ancillary chunk may unpack to: room for any real profile or EXIF block; chosen, not measured. */
static const size_t largest_chunk = 16u << 20;
/* How many chunks of unbounded number are kept. */
static const uint32_t most_chunks = 64;

typedef struct {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    const uint8_t *next;
    size_t left;
    /* libpng asked for more bytes than there are. */
    bool data_ended;
    const cwinnow_image_limits *limits;
    cwinnow_image_raster *raster;
    cwinnow_image_colour *colour;
} png_reader;

static void on_read(png_structp png, png_bytep bytes, size_t count) {
    png_reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        reader->data_ended = true;
        png_error(png, "the data end");
    }
    memcpy(bytes, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

static _Noreturn void on_error(png_structp png, png_const_charp words) {
    png_reader *reader = png_get_error_ptr(png);
    if (reader->data_ended)
        cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_TRUNCATED, "the PNG data end early");
    else
        cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_CORRUPT, "%s", words);
    longjmp(reader->escape, 1);
}

/* Warnings concern ancillary chunks, which are then left out. */
static void on_warning(png_structp png, png_const_charp words) {
    (void)png;
    (void)words;
}

/* Asks for RGB of 8 bits whatever is stored: alpha and transparent palette entries are dropped, not blended. */
static void choose_transformations(png_reader *reader) {
    png_structp png = reader->png;
    png_set_scale_16(png);
    png_set_expand(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
}

/* Whether an animation is announced before the pixels: acTL with the number of its frames. libpng does not read it. */
static bool is_animated(const uint8_t *bytes, size_t count) {
    for (size_t at = 8; at <= count && count - at >= 16;) {
        const size_t length = png_get_uint_32(bytes + at);
        if (memcmp(bytes + at + 4, "IDAT", 4) == 0)
            return false;
        if (memcmp(bytes + at + 4, "acTL", 4) == 0)
            return length == 8 && png_get_uint_32(bytes + at + 8) > 1;
        /* Length, name and checksum are 12 bytes more. */
        if (length > count - at - 12)
            return false;
        at += length + 12;
    }
    return false;
}

static void note_storage(png_reader *reader) {
    const png_byte type = png_get_color_type(reader->png, reader->info);
    cwinnow_image_storage *storage = &reader->raster->storage;
    storage->colour = type == PNG_COLOR_TYPE_PALETTE        ? CWINNOW_IMAGE_STORES_PALETTE
                      : (type & PNG_COLOR_MASK_COLOR) == 0 ? CWINNOW_IMAGE_STORES_GREY
                                                           : CWINNOW_IMAGE_STORES_RGB;
    storage->bits = png_get_bit_depth(reader->png, reader->info);
    storage->alpha = (type & PNG_COLOR_MASK_ALPHA) != 0
                     || png_get_valid(reader->png, reader->info, PNG_INFO_tRNS) != 0;
}

static void open_colour(png_reader *reader) {
    png_charp name;
    png_bytep profile;
    png_uint_32 count;
    int compression;
    if (png_get_iCCP(reader->png, reader->info, &name, &compression, &profile, &count) != PNG_INFO_iCCP)
        return;
    const bool grey = (png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR) == 0;
    reader->colour = cwinnow_image_colour_open(grey ? CWINNOW_IMAGE_GREY : CWINNOW_IMAGE_RGB, profile, count);
}

static cwinnow_image_status read_rows(png_reader *reader) {
    cwinnow_image_raster *raster = reader->raster;
    const size_t stride = (size_t)raster->width * 3;
    const int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    if (png_get_rowbytes(reader->png, reader->info) != stride)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "a PNG of an unknown colour type");
    if (passes > 1)
        memset(raster->pixels, 0, stride * raster->height);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < raster->height; y++) {
            png_read_row(reader->png, raster->pixels + y * stride, NULL);
            if (y % 16 == 0) {
                const cwinnow_image_status status = cwinnow_image_check_deadline(raster, reader->limits);
                if (status != CWINNOW_IMAGE_DECODED)
                    return status;
            }
        }
    for (uint32_t y = 0; y < raster->height; y++)
        cwinnow_image_colour_rgb(reader->colour, raster->pixels + y * stride, raster->width);
    return CWINNOW_IMAGE_DECODED;
}

static void keep_exif(png_reader *reader) {
    png_uint_32 count;
    png_bytep block;
    if (png_get_eXIf_1(reader->png, reader->info, &count, &block) == PNG_INFO_eXIf)
        cwinnow_image_keep_exif(reader->raster, block, count);
}

/*
 * Checks the declared size in the first chunk before libpng sees it: libpng
 * calls some of the very large ones broken, and they may be followed by
 * nothing.
 */
static cwinnow_image_status check_header(const png_reader *reader) {
    static const size_t header = 24;
    if (reader->left < header || memcmp(reader->next + 12, "IHDR", 4) != 0)
        return CWINNOW_IMAGE_DECODED;
    return cwinnow_image_declare(reader->raster, reader->limits, png_get_uint_32(reader->next + 16),
                                 png_get_uint_32(reader->next + 20));
}

/* The one function that libpng's errors jump back to; all that must survive the jump lives in the reader. */
static cwinnow_image_status read_picture(png_reader *reader) {
    if (setjmp(reader->escape) != 0)
        return reader->data_ended ? CWINNOW_IMAGE_TRUNCATED : CWINNOW_IMAGE_CORRUPT;
    png_structp png = reader->png;
    png_set_read_fn(png, reader, on_read);
    /* Our own limit on pixels stands instead of libpng's on each side. */
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, largest_chunk);
    png_set_chunk_cache_max(png, most_chunks);
    static const png_byte texts[] = "tEXt\0zTXt\0iTXt\0sPLT";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, texts, 4);
    cwinnow_image_status status = check_header(reader);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    reader->raster->storage.sequence = is_animated(reader->next, reader->left);
    png_read_info(png, reader->info);
    status = cwinnow_image_allocate(reader->raster, reader->limits, png_get_image_width(png, reader->info),
                                    png_get_image_height(png, reader->info), 0);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    note_storage(reader);
    open_colour(reader);
    reader->raster->storage.converted = reader->colour != NULL;
    choose_transformations(reader);
    status = read_rows(reader);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    png_read_end(png, reader->info);
    keep_exif(reader);
    return CWINNOW_IMAGE_DECODED;
}

cwinnow_image_status cwinnow_image_decode_png(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                              cwinnow_image_raster *raster) {
    png_reader reader = {.next = bytes, .left = count, .limits = limits, .raster = raster};
    cwinnow_image_status status;
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    if (reader.png != NULL)
        reader.info = png_create_info_struct(reader.png);
    if (reader.info != NULL)
        status = read_picture(&reader);
    else
        status = cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the PNG reader");
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    cwinnow_image_colour_close(reader.colour);
    return status;
}
