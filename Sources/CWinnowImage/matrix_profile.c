#include "matrix_profile.h"

#include <math.h>
#include <string.h>

/* A tag's data within the profile, or NULL (ICC.1:2022, 7.3). */
typedef struct {
    const uint8_t *bytes;
    size_t count;
} tag;

static uint32_t big16(const uint8_t *bytes) { return (uint32_t)bytes[0] << 8 | bytes[1]; }

static uint32_t big32(const uint8_t *bytes) { return big16(bytes) << 16 | big16(bytes + 2); }

/* s15Fixed16Number: signed, 16 bits behind the point. */
static double fixed(const uint8_t *bytes) { return (int32_t)big32(bytes) / 65536.0; }

static tag find_tag(const uint8_t *profile, size_t count, const char name[4]) {
    enum { header = 128, entry = 12, most_tags = 100 };
    const size_t there = (count - header - 4) / entry;
    const size_t declared = big32(profile + header);
    for (size_t i = 0; i < declared && i < there && i < most_tags; i++) {
        const uint8_t *found = profile + header + 4 + i * entry;
        const size_t offset = big32(found + 4), length = big32(found + 8);
        if (memcmp(found, name, 4) == 0)
            return offset <= count && length <= count - offset ? (tag){profile + offset, length} : (tag){NULL, 0};
    }
    return (tag){NULL, 0};
}

/* One column of the matrix, an XYZType (10.31). */
static bool read_primary(cwinnow_image_matrix_profile *matrix, size_t channel, tag tag) {
    if (tag.count < 20 || memcmp(tag.bytes, "XYZ ", 4) != 0)
        return false;
    for (size_t row = 0; row < 3; row++)
        matrix->to_xyz[row][channel] = fixed(tag.bytes + 8 + 4 * row);
    return true;
}

/* curveType (10.6): no samples for the identity, one for an exponent, else evenly spaced ones. */
static bool read_samples(float curve[256], tag tag) {
    const size_t samples = big32(tag.bytes + 8);
    if (samples > (tag.count - 12) / 2)
        return false;
    for (int i = 0; i < 256; i++) {
        const double value = i / 255.0;
        if (samples == 0) {
            curve[i] = (float)value;
        } else if (samples == 1) {
            /* u8Fixed8Number */
            curve[i] = (float)pow(value, big16(tag.bytes + 12) / 256.0);
        } else {
            const double place = value * (double)(samples - 1);
            const size_t below = (size_t)place, above = below + 1 < samples ? below + 1 : below;
            const double low = big16(tag.bytes + 12 + 2 * below), high = big16(tag.bytes + 12 + 2 * above);
            curve[i] = (float)((low + (high - low) * (place - (double)below)) / 65535.0);
        }
    }
    return true;
}

/* parametricCurveType (10.18): five forms of an exponent with a straight part. */
static bool read_parameters(float curve[256], tag tag) {
    static const size_t counts[] = {1, 3, 4, 5, 7};
    const size_t form = big16(tag.bytes + 8);
    if (form >= sizeof counts / sizeof *counts || tag.count < 12 + 4 * counts[form])
        return false;
    /* g, a, b, c, d, e, f; those that a form lacks have no effect but d, where the straight part ends. */
    double p[7] = {1, 1, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < counts[form]; i++)
        p[i] = fixed(tag.bytes + 12 + 4 * i);
    if (form == 1 || form == 2) {
        p[4] = p[1] != 0 ? -p[2] / p[1] : 0;
        p[5] = p[6] = form == 2 ? p[3] : 0;
        p[3] = 0;
    }
    for (int i = 0; i < 256; i++) {
        const double value = i / 255.0;
        curve[i] = (float)(value >= p[4] ? pow(p[1] * value + p[2], p[0]) + p[5] : p[3] * value + p[6]);
    }
    return true;
}

static bool read_curve(float curve[256], tag tag) {
    if (tag.count < 12)
        return false;
    const bool is_sampled = memcmp(tag.bytes, "curv", 4) == 0;
    if (!is_sampled && memcmp(tag.bytes, "para", 4) != 0)
        return false;
    if (!(is_sampled ? read_samples(curve, tag) : read_parameters(curve, tag)))
        return false;
    for (int i = 0; i < 256; i++)
        /* Written so that NaN becomes 0. */
        curve[i] = curve[i] > 0 ? fminf(curve[i], 1) : 0;
    return true;
}

bool cwinnow_image_matrix_profile_read(cwinnow_image_matrix_profile *matrix, const uint8_t *profile, size_t count) {
    static const char *const primaries[] = {"rXYZ", "gXYZ", "bXYZ"}, *const curves[] = {"rTRC", "gTRC", "bTRC"};
    if (count < 132 || memcmp(profile + 16, "RGB XYZ ", 8) != 0 || memcmp(profile + 36, "acsp", 4) != 0)
        return false;
    if (find_tag(profile, count, "A2B0").bytes != NULL || find_tag(profile, count, "D2B0").bytes != NULL)
        return false;
    tag previous = {NULL, 0};
    for (size_t channel = 0; channel < 3; channel++) {
        if (!read_primary(matrix, channel, find_tag(profile, count, primaries[channel])))
            return false;
        const tag curve = find_tag(profile, count, curves[channel]);
        /* Often all three are one and the same. */
        if (channel > 0 && curve.bytes == previous.bytes && curve.count == previous.count)
            memcpy(matrix->curves[channel], matrix->curves[channel - 1], sizeof matrix->curves[channel]);
        else if (!read_curve(matrix->curves[channel], curve))
            return false;
        previous = curve;
    }
    return true;
}

/* IEC 61966-2-1, 5.2: encoded value to linear light. */
static double srgb_to_linear(double value) {
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

bool cwinnow_image_matrix_profile_is_srgb(const cwinnow_image_matrix_profile *matrix) {
    /* As in the ICC's own sRGB profiles. */
    static const double to_xyz[3][3] = {
        {0.4361, 0.3851, 0.1431}, {0.2225, 0.7169, 0.0606}, {0.0139, 0.0971, 0.7141}};
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            if (fabs(matrix->to_xyz[row][column] - to_xyz[row][column]) > 0.002)
                return false;
    for (int value = 0; value < 256; value += 5) {
        const double expected = srgb_to_linear(value / 255.0);
        for (int channel = 0; channel < 3; channel++)
            if (fabs(matrix->curves[channel][value] - expected) > 0.001)
                return false;
    }
    return true;
}

void cwinnow_image_matrix_conversion_fill(cwinnow_image_matrix_conversion *conversion,
                                          const cwinnow_image_matrix_profile *matrix) {
    /* XYZ to linear sRGB, adapted from D65 to D50 by Bradford's method: the inverse of the matrix above. */
    static const double from_xyz[3][3] = {{3.1338561, -1.6168667, -0.4906146},
                                          {-0.9787684, 1.9161415, 0.0334540},
                                          {0.0719453, -0.2289914, 1.4052427}};
    const int last = sizeof conversion->values - 1;
    memcpy(conversion->curves, matrix->curves, sizeof conversion->curves);
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++) {
            double sum = 0;
            for (int i = 0; i < 3; i++)
                sum += from_xyz[row][i] * matrix->to_xyz[i][column];
            /* Scaled to the index, so that a pixel needs no further multiplication. */
            conversion->to_srgb[row][column] = (float)(sum * last);
        }
    int index = 0;
    for (int value = 0; value < 256; value++) {
        /* Up to half-way to the next value. */
        const double end = value < 255 ? srgb_to_linear((value + 0.5) / 255.0) * last : last + 1;
        for (; index <= last && index < end; index++)
            conversion->values[index] = (uint8_t)value;
    }
}

void cwinnow_image_matrix_convert(const cwinnow_image_matrix_conversion *conversion, uint8_t *pixels, size_t count) {
    const float last = sizeof conversion->values - 1;
    for (size_t i = 0; i < count; i++, pixels += 3) {
        const float red = conversion->curves[0][pixels[0]];
        const float green = conversion->curves[1][pixels[1]];
        const float blue = conversion->curves[2][pixels[2]];
        for (int channel = 0; channel < 3; channel++) {
            const float *row = conversion->to_srgb[channel];
            const float light = row[0] * red + row[1] * green + row[2] * blue + 0.5f;
            pixels[channel] = conversion->values[(int)(light > 0 ? (light < last ? light : last) : 0)];
        }
    }
}
