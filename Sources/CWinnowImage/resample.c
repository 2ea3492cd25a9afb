/*
 * Pillow's resampling of 8-bit pixels (src/libImaging/Resample.c), bilinear:
 * a horizontal pass, then a vertical one, each with coefficients in fixed
 * point and its result rounded to 8 bits. The arithmetic is Pillow's to the
 * bit; the order of work is ours: only what the window needs is computed, and
 * the inner loops are written for vectors.
 */
#include "CWinnowImage.h"
#include "vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Pillow's PRECISION_BITS, "32 bits for the result, 8 for the pixel and 2 for accumulated error". */
    precision = 32 - 8 - 2,
    rounding = 1 << (precision - 1),
    /* Rows that the horizontal pass treats together: their four-byte pixels fill one 16-byte vector. */
    rows_together = 4,
};

typedef uint8_t bytes16 __attribute__((vector_size(16), aligned(1)));
typedef int32_t ints16 __attribute__((vector_size(64)));

/* The source pixels that one output pixel is made of: `count` from `first` on, with as many weights. */
typedef struct {
    uint32_t first, count;
    const int32_t *weights;
} taps;

typedef struct {
    taps *taps;
    int32_t *weights;
    /* The source range that all of them together read. */
    uint32_t first, end;
} axis;

static void axis_close(axis *axis) {
    free(axis->taps);
    free(axis->weights);
}

static double triangle(double distance) {
    distance = fabs(distance);
    return distance < 1.0 ? 1.0 - distance : 0.0;
}

/*
 * Taps of the output pixels [start, start + count) of a side resized from
 * `source` to `target` pixels: Pillow's precompute_coeffs and
 * normalize_coeffs_8bpc, less the weights that are zero.
 */
static bool axis_open(axis *axis, uint32_t source, uint64_t target, uint64_t start, uint32_t count) {
#pragma STDC FP_CONTRACT OFF
    const double scale = (double)source / (double)target;
    const double support = scale < 1.0 ? 1.0 : scale;
    const size_t most = (size_t)ceil(support) * 2 + 1;
    double *shares = malloc(most * sizeof *shares);
    axis->taps = malloc(count * sizeof *axis->taps);
    axis->weights = calloc((size_t)count * most, sizeof *axis->weights);
    if (shares == NULL || axis->taps == NULL || axis->weights == NULL) {
        free(shares);
        axis_close(axis);
        return false;
    }
    axis->first = source;
    axis->end = 0;
    for (uint32_t i = 0; i < count; i++) {
        const double centre = ((double)(start + i) + 0.5) * scale;
        const double low = centre - support + 0.5, high = centre + support + 0.5;
        const uint32_t first = low < 0 ? 0 : (uint32_t)low;
        const uint32_t end = high > source ? source : (uint32_t)high;
        double sum = 0;
        for (uint32_t x = first; x < end; x++)
            sum += shares[x - first] = triangle(((double)x - centre + 0.5) * (1.0 / support));
        int32_t *weights = axis->weights + (size_t)i * most;
        for (uint32_t x = first; x < end; x++) {
            const double share = sum != 0 ? shares[x - first] / sum : shares[x - first];
            weights[x - first] = (int32_t)(0.5 + share * (1 << precision));
        }
        uint32_t used = end - first, skipped = 0;
        while (used > 1 && weights[used - 1] == 0)
            used--;
        while (skipped + 1 < used && weights[skipped] == 0)
            skipped++;
        axis->taps[i] = (taps){first + skipped, used - skipped, weights + skipped};
        if (axis->taps[i].first < axis->first)
            axis->first = axis->taps[i].first;
        if (first + used > axis->end)
            axis->end = first + used;
    }
    free(shares);
    return true;
}

static inline bytes16 load(const uint8_t *bytes) {
    bytes16 vector;
    memcpy(&vector, bytes, sizeof vector);
    return vector;
}

/*
 * Macros, because a function that takes a 64-byte vector would be called
 * differently at each level.
 */
#define WEIGHTED(bytes, weight) (__builtin_convertvector(load(bytes), ints16) * (weight))
/* Sums to pixels. The weights of a triangle are never negative, so only the upper end is cut. */
#define PIXELS(sums)                                                                                                   \
    __builtin_convertvector(__builtin_elementwise_min((sums) >> precision, (ints16){} + 255), bytes16)

/*
 * Four rows at once: the source pixels [first, end) of each, side by side as
 * four-byte groups in `lanes` (the fourth byte is the next pixel's and is
 * ignored), so that one vector multiplication serves all four.
 */
static inline __attribute__((always_inline)) void interleave(const uint8_t *const rows[rows_together], uint32_t first,
                                                             uint32_t end, uint8_t *lanes) {
    for (size_t x = first; x < end; x++)
        for (size_t row = 0; row < rows_together; row++)
            memcpy(lanes + 4 * (rows_together * (x - first) + row), rows[row] + 3 * x, 4);
}

/* The horizontal pass over four rows. Each output row has room for one byte more. */
CWINNOW_IMAGE_VECTORS
static void resize_rows(const uint8_t *const rows[rows_together], const axis *columns, uint32_t count, uint8_t *lanes,
                        uint8_t *const outputs[rows_together]) {
    interleave(rows, columns->first, columns->end, lanes);
    for (size_t x = 0; x < count; x++) {
        const taps *taps = &columns->taps[x];
        const uint8_t *pixels = lanes + 4 * rows_together * (size_t)(taps->first - columns->first);
        ints16 sums = (ints16){} + rounding;
        for (size_t i = 0; i < taps->count; i++)
            sums += WEIGHTED(pixels + 4 * rows_together * i, taps->weights[i]);
        const bytes16 result = PIXELS(sums);
        for (size_t row = 0; row < rows_together; row++)
            memcpy(outputs[row] + 3 * x, (const uint8_t *)&result + 4 * row, 4);
    }
}

/* The vertical pass for one output row of `count` bytes. The rows it reads are readable up to a multiple of 16. */
CWINNOW_IMAGE_VECTORS
static void blend_rows(const uint8_t *first, size_t stride, const taps *taps, size_t count, uint8_t *output) {
    for (size_t start = 0; start < count; start += 16) {
        ints16 sums = (ints16){} + rounding;
        for (size_t i = 0; i < taps->count; i++)
            sums += WEIGHTED(first + i * stride + start, taps->weights[i]);
        const bytes16 result = PIXELS(sums);
        memcpy(output + start, &result, count - start < 16 ? count - start : 16);
    }
}

/* The memory between the passes: the rows that the vertical one reads, each as wide as the window. */
typedef struct {
    uint8_t *rows;
    size_t stride;
    uint8_t *lanes;
} workspace;

static bool workspace_open(workspace *workspace, const axis *columns, const axis *rows, uint32_t width) {
    workspace->stride = ((size_t)width * 3 + 1 + 63) / 64 * 64;
    /* Cleared, because the padding is read, though nothing comes of it. */
    workspace->rows = calloc(rows->end - rows->first, workspace->stride);
    workspace->lanes = malloc((size_t)(columns->end - columns->first) * 4 * rows_together);
    return workspace->rows != NULL && workspace->lanes != NULL;
}

static void workspace_close(workspace *workspace) {
    free(workspace->rows);
    free(workspace->lanes);
}

bool cwinnow_image_resize_window(const uint8_t *source, uint32_t source_width, uint32_t source_height, uint64_t width,
                                 uint64_t height, uint64_t left, uint64_t top, uint32_t window_width,
                                 uint32_t window_height, uint8_t *output, size_t output_stride) {
    axis columns, rows;
    if (!axis_open(&columns, source_width, width, left, window_width))
        return false;
    if (!axis_open(&rows, source_height, height, top, window_height)) {
        axis_close(&columns);
        return false;
    }
    workspace workspace;
    const bool enough = workspace_open(&workspace, &columns, &rows, window_width);
    if (enough) {
        for (uint32_t y = rows.first; y < rows.end; y += rows_together) {
            const uint8_t *inputs[rows_together];
            uint8_t *outputs[rows_together];
            for (uint32_t i = 0; i < rows_together; i++) {
                /* The last group may be short: it repeats its last row, to the same effect. */
                const uint32_t row = y + i < rows.end ? y + i : rows.end - 1;
                inputs[i] = source + (size_t)row * source_width * 3;
                outputs[i] = workspace.rows + (row - rows.first) * workspace.stride;
            }
            resize_rows(inputs, &columns, window_width, workspace.lanes, outputs);
        }
        for (uint32_t y = 0; y < window_height; y++)
            blend_rows(workspace.rows + (rows.taps[y].first - rows.first) * workspace.stride, workspace.stride,
                       &rows.taps[y], (size_t)window_width * 3, output + y * output_stride);
    }
    workspace_close(&workspace);
    axis_close(&rows);
    axis_close(&columns);
    return enough;
}
