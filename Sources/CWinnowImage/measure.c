#include "CWinnowImage.h"
#include "vectors.h"

#include <stdlib.h>

/* Luma (ITU-R BT.601) with 16 bits of fraction, rounded; the weights add up to 65,536. */
CWINNOW_IMAGE_VECTORS
static void lumas_of(const uint8_t *source, size_t pixels, int16_t *lumas) {
    for (size_t i = 0; i < pixels; i++)
        lumas[i] = (int16_t)((19595u * source[3 * i] + 38470u * source[3 * i + 1] + 7471u * source[3 * i + 2] + 32768u)
                             >> 16);
}

/* Adds up a row of the Laplacian and its squares. A row of 2^24 pixels still fits. */
CWINNOW_IMAGE_VECTORS
static void add_laplacian(const int16_t *above, const int16_t *row, const int16_t *below, size_t width, int64_t *sum,
                          int64_t *squares) {
    int64_t values = 0, powers = 0;
    for (size_t x = 1; x + 1 < width; x++) {
        const int32_t value = above[x] + below[x] + row[x - 1] + row[x + 1] - 4 * row[x];
        values += value;
        powers += value * value;
    }
    *sum += values;
    *squares += powers;
}

bool cwinnow_image_measure(const uint8_t *source, uint32_t width, uint32_t height, cwinnow_image_figures *figures) {
    *figures = (cwinnow_image_figures){0};
    int16_t *rows = malloc((size_t)width * 3 * sizeof *rows);
    if (rows == NULL)
        return false;
    int64_t sum = 0, squares = 0;
    for (uint32_t y = 0; y < height; y++) {
        int16_t *row = rows + (size_t)(y % 3) * width;
        lumas_of(source + (size_t)y * width * 3, width, row);
        for (uint32_t x = 0; x < width; x++)
            figures->histogram[row[x]]++;
        if (y >= 2)
            add_laplacian(rows + (size_t)((y - 2) % 3) * width, rows + (size_t)((y - 1) % 3) * width, row, width, &sum,
                          &squares);
    }
    free(rows);
    if (width >= 3 && height >= 3) {
        const double count = (double)(width - 2) * (double)(height - 2);
        const double mean = (double)sum / count;
        figures->sharpness = (double)squares / count - mean * mean;
    }
    return true;
}

void cwinnow_image_colour_grid(const uint8_t *source, uint32_t width, uint32_t height, uint32_t side, uint8_t *grid) {
    for (uint32_t row = 0; row < side; row++) {
        const uint32_t top = (uint32_t)((uint64_t)row * height / side);
        const uint32_t end = (uint32_t)((uint64_t)(row + 1) * height / side);
        const uint32_t below = end > top ? end : top + 1;
        for (uint32_t column = 0; column < side; column++) {
            const uint32_t left = (uint32_t)((uint64_t)column * width / side);
            const uint32_t last = (uint32_t)((uint64_t)(column + 1) * width / side);
            const uint32_t right = last > left ? last : left + 1;
            uint64_t sums[3] = {0, 0, 0};
            for (uint32_t y = top; y < below; y++)
                for (uint32_t x = left; x < right; x++)
                    for (int channel = 0; channel < 3; channel++)
                        sums[channel] += source[((size_t)y * width + x) * 3 + (size_t)channel];
            const uint64_t count = (uint64_t)(below - top) * (right - left);
            for (int channel = 0; channel < 3; channel++)
                grid[((size_t)row * side + column) * 3 + (size_t)channel] =
                    (uint8_t)((sums[channel] + count / 2) / count);
        }
    }
}
