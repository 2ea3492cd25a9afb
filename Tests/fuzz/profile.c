/* libFuzzer target for ICC profiles: opens a converter for each colour model and converts a few pixels. */
#include "../../Sources/CWinnowImage/colour.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    uint8_t inks[4 * 64], pixels[3 * 64];
    for (size_t i = 0; i < sizeof inks; i++)
        inks[i] = (uint8_t)i;
    for (int model = CWINNOW_IMAGE_GREY; model <= CWINNOW_IMAGE_CMYK; model++) {
        cwinnow_image_colour *colour = cwinnow_image_colour_open((cwinnow_image_model)model, bytes, count);
        memset(pixels, 77, sizeof pixels);
        if (model == CWINNOW_IMAGE_CMYK)
            cwinnow_image_colour_cmyk(colour, inks, pixels, 64);
        else
            cwinnow_image_colour_rgb(colour, pixels, 64);
        cwinnow_image_colour_close(colour);
    }
    return 0;
}
