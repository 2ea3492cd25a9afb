#include "CWinnowImage.h"
#include "vectors.h"

#include <string.h>

enum { strip_pixels = 256 };

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* One cell's pixels along an axis: its first, and the first after it. At least one, so that small pictures repeat. */
typedef struct {
    uint32_t start, end;
} span;

static span span_of(uint32_t cell, uint32_t side, uint32_t length) {
    const uint32_t start = (uint32_t)((uint64_t)cell * length / side);
    const uint32_t end = (uint32_t)((uint64_t)(cell + 1) * length / side);
    return (span){start, larger(end, start + 1)};
}

/*
 * The luma (ITU-R BT.601) of a strip of columns, each summed over `rows`. A
 * 32-bit sum holds 16 million rows.
 */
CWINNOW_IMAGE_VECTORS
static void sum_columns(const uint8_t *source, size_t stride, span rows, size_t pixels, float *lumas) {
    uint32_t sums[3 * strip_pixels];
    memset(sums, 0, 3 * pixels * sizeof *sums);
    for (size_t y = rows.start; y < rows.end; y++)
        for (size_t i = 0; i < 3 * pixels; i++)
            sums[i] += source[y * stride + i];
    for (size_t i = 0; i < pixels; i++)
        lumas[i] = 0.299f * (float)sums[3 * i] + 0.587f * (float)sums[3 * i + 1] + 0.114f * (float)sums[3 * i + 2];
}

void cwinnow_image_luma_grid(const uint8_t *source, uint32_t width, uint32_t height, uint32_t side, float *grid) {
    float lumas[strip_pixels];
    for (uint32_t y = 0; y < side; y++) {
        float *cells = grid + (size_t)y * side;
        const span rows = span_of(y, side, height);
        memset(cells, 0, side * sizeof *cells);
        for (uint32_t start = 0; start < width; start += strip_pixels) {
            const uint32_t end = smaller(width, start + strip_pixels);
            sum_columns(source + (size_t)start * 3, (size_t)width * 3, rows, end - start, lumas);
            for (uint32_t x = 0; x < side; x++) {
                const span columns = span_of(x, side, width);
                for (uint32_t i = larger(columns.start, start); i < smaller(columns.end, end); i++)
                    cells[x] += lumas[i - start];
            }
        }
        for (uint32_t x = 0; x < side; x++) {
            const span columns = span_of(x, side, width);
            cells[x] /= (float)(columns.end - columns.start) * (float)(rows.end - rows.start);
        }
    }
}
