#include "raster.h"

#include <stdlib.h>
#include <string.h>

static void swap_pixels(uint8_t *a, uint8_t *b) {
    uint8_t pixel[3];
    memcpy(pixel, a, 3);
    memcpy(a, b, 3);
    memcpy(b, pixel, 3);
}

/* Mirrors `count` pixels from left to right. */
static void reverse(uint8_t *pixels, size_t count) {
    for (size_t i = 0, j = count - 1; i < j; i++, j--)
        swap_pixels(pixels + 3 * i, pixels + 3 * j);
}

static void flip_rows(uint8_t *pixels, size_t stride, size_t rows) {
    uint8_t part[1024];
    for (size_t above = 0, below = rows - 1; above < below; above++, below--)
        for (size_t start = 0; start < stride; start += sizeof part) {
            const size_t count = stride - start < sizeof part ? stride - start : sizeof part;
            uint8_t *a = pixels + above * stride + start, *b = pixels + below * stride + start;
            memcpy(part, a, count);
            memcpy(a, b, count);
            memcpy(b, part, count);
        }
}

/*
 * Rows become columns: output (x, y) is source (y, x), each axis of the
 * source read backwards if asked. In tiles, so that both sides stay in cache.
 */
static void transpose(const uint8_t *source, uint32_t width, uint32_t height, bool from_right, bool from_below,
                      uint8_t *output) {
    enum { tile = 32 };
    for (uint32_t top = 0; top < width; top += tile)
        for (uint32_t left = 0; left < height; left += tile)
            for (uint32_t y = top; y < width && y < top + tile; y++) {
                const size_t column = from_right ? width - 1 - y : y;
                for (uint32_t x = left; x < height && x < left + tile; x++) {
                    const size_t row = from_below ? height - 1 - x : x;
                    memcpy(output + ((size_t)y * height + x) * 3, source + (row * width + column) * 3, 3);
                }
            }
}

cwinnow_image_status cwinnow_image_orient(cwinnow_image_raster *raster, uint32_t orientation,
                                          const cwinnow_image_limits *limits) {
    const uint32_t width = raster->width, height = raster->height;
    const size_t stride = (size_t)width * 3;
    switch (orientation) {
    case 2:
        for (size_t row = 0; row < height; row++)
            reverse(raster->pixels + row * stride, width);
        return CWINNOW_IMAGE_DECODED;
    case 3:
        reverse(raster->pixels, (size_t)width * height);
        return CWINNOW_IMAGE_DECODED;
    case 4:
        flip_rows(raster->pixels, stride, height);
        return CWINNOW_IMAGE_DECODED;
    case 5 ... 8:
        break;
    default:
        return CWINNOW_IMAGE_DECODED;
    }

    uint8_t *source = raster->pixels;
    raster->pixels = NULL;
    cwinnow_image_status status = cwinnow_image_allocate(raster, limits, height, width, stride * height);
    if (status == CWINNOW_IMAGE_DECODED) {
        transpose(source, width, height, orientation == 7 || orientation == 8, orientation == 6 || orientation == 7,
                  raster->pixels);
        const uint32_t full_width = raster->full_width;
        raster->full_width = raster->full_height;
        raster->full_height = full_width;
    }
    free(source);
    return status;
}
