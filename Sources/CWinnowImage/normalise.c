#include "CWinnowImage.h"

void cwinnow_image_normalise(const uint8_t *source, size_t pixels, const float tables[3 * 256], bool planar,
                             float *output) {
    const float *red = tables, *green = tables + 256, *blue = tables + 512;
    const size_t step = planar ? 1 : 3;
    const size_t next_channel = planar ? pixels : 1;
    for (size_t i = 0; i < pixels; i++) {
        output[step * i] = red[source[3 * i]];
        output[step * i + next_channel] = green[source[3 * i + 1]];
        output[step * i + 2 * next_channel] = blue[source[3 * i + 2]];
    }
}
