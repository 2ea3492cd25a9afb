/*
 * libFuzzer target for one decoder, named by -DDECODER: decodes any bytes,
 * then does with the pixels what the worker does. The last two bytes choose
 * the orientation and the smallest size. scripts/fuzz.sh builds it.
 */
#include "CWinnowImage.h"

#include <stdlib.h>
#include <time.h>

enum { resized = 32, window = 28 };

static uint64_t seconds_from_now(uint64_t seconds) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_sec + seconds) * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The limits are small, so that a run spends its time on many inputs. A picture that breaks them is a finding. */
static void check(const cwinnow_image_raster *raster, const cwinnow_image_limits *limits) {
    if ((uint64_t)raster->full_width * raster->full_height > limits->max_pixels
        || (uint64_t)raster->width * raster->height * 3 > limits->max_memory || raster->width > raster->full_width
        || raster->height > raster->full_height || raster->pixels == NULL)
        abort();
    uint64_t sum = 0;
    for (size_t i = 0; i < (size_t)raster->width * raster->height * 3; i++)
        sum += raster->pixels[i];
    if (sum > UINT64_C(255) * raster->width * raster->height * 3)
        abort();
}

static void use(cwinnow_image_raster *raster, uint32_t orientation, const cwinnow_image_limits *limits) {
    if (cwinnow_image_orient(raster, orientation, limits) != CWINNOW_IMAGE_DECODED)
        return;
    const uint64_t width = raster->width, height = raster->height;
    const uint64_t longer = resized * (width > height ? width : height) / (width < height ? width : height);
    const uint64_t across = width < height ? resized : longer, down = width < height ? longer : resized;
    uint8_t crop[window * window * 3];
    float grid[32 * 32];
    cwinnow_image_resize_window(raster->pixels, raster->width, raster->height, across, down, (across - window) / 2,
                                (down - window) / 2, window, window, crop, window * 3);
    cwinnow_image_luma_grid(raster->pixels, raster->width, raster->height, 32, grid);
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    cwinnow_image_prepare();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    const cwinnow_image_limits limits = {
        .max_pixels = 1 << 20, .max_memory = 64 << 20, .deadline = seconds_from_now(2)};
    const uint8_t choice = count > 0 ? bytes[count - 1] : 0;
    cwinnow_image_raster raster = {0};
#ifdef SCALES
    const cwinnow_image_status status = DECODER(bytes, count, choice & 0x40 ? 8 : 0, &limits, &raster);
#else
    const cwinnow_image_status status = DECODER(bytes, count, &limits, &raster);
#endif
    if (status == CWINNOW_IMAGE_DECODED) {
        check(&raster, &limits);
        use(&raster, choice % 9, &limits);
    }
    cwinnow_image_release(&raster);
    return 0;
}
