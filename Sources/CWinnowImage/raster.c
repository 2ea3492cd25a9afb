#include "raster.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

cwinnow_image_status cwinnow_image_fail(cwinnow_image_raster *raster, cwinnow_image_status status, const char *format,
                                        ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raster->detail, sizeof raster->detail, format, arguments);
    va_end(arguments);
    return status;
}

cwinnow_image_status cwinnow_image_declare(cwinnow_image_raster *raster, const cwinnow_image_limits *limits,
                                           uint64_t width, uint64_t height) {
    if (width == 0 || height == 0)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the picture declares no pixels");
    if (width > UINT32_MAX || height > UINT32_MAX || width > limits->max_pixels / height)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_TOO_LARGE, "%llu x %llu pixels declared, %llu allowed",
                                  (unsigned long long)width, (unsigned long long)height,
                                  (unsigned long long)limits->max_pixels);
    raster->full_width = (uint32_t)width;
    raster->full_height = (uint32_t)height;
    return CWINNOW_IMAGE_DECODED;
}

cwinnow_image_status cwinnow_image_allocate(cwinnow_image_raster *raster, const cwinnow_image_limits *limits,
                                            uint32_t width, uint32_t height, uint64_t besides) {
    const uint64_t bytes = (uint64_t)width * height * 3;
    if (bytes > limits->max_memory || besides > limits->max_memory - bytes)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "%llu MB of memory needed, %llu allowed",
                                  (unsigned long long)((bytes + besides) >> 20),
                                  (unsigned long long)(limits->max_memory >> 20));
    uint8_t *pixels = malloc(bytes + 1);
    if (pixels == NULL)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no %llu MB of memory for the pixels",
                                  (unsigned long long)(bytes >> 20));
    pixels[bytes] = 0;
    free(raster->pixels);
    raster->pixels = pixels;
    raster->width = width;
    raster->height = height;
    return CWINNOW_IMAGE_DECODED;
}

void cwinnow_image_keep_exif(cwinnow_image_raster *raster, const uint8_t *block, size_t count) {
    static const uint8_t prefix[6] = "Exif\0";
    if (count >= sizeof prefix && memcmp(block, prefix, sizeof prefix) == 0) {
        block += sizeof prefix;
        count -= sizeof prefix;
    }
    if (count < 8 || raster->exif != NULL)
        return;
    raster->exif = malloc(count);
    if (raster->exif == NULL)
        return;
    memcpy(raster->exif, block, count);
    raster->exif_count = count;
}

cwinnow_image_status cwinnow_image_check_deadline(cwinnow_image_raster *raster, const cwinnow_image_limits *limits) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec <= limits->deadline)
        return CWINNOW_IMAGE_DECODED;
    return cwinnow_image_fail(raster, CWINNOW_IMAGE_TIMED_OUT, "decoding took longer than allowed");
}

void cwinnow_image_release(cwinnow_image_raster *raster) {
    free(raster->pixels);
    free(raster->exif);
    memset(raster, 0, sizeof *raster);
}
