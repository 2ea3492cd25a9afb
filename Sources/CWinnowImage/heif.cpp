/*
 * In C++ because libheif lets std::bad_alloc and other exceptions through its
 * C functions; they end here.
 */
#include "colour.h"
#include "raster.h"

#include <algorithm>
#include <exception>
#include <libheif/heif.h>
#include <memory>
#include <new>
#include <vector>

namespace {

struct Release {
    void operator()(heif_context *context) const { heif_context_free(context); }
    void operator()(heif_image_handle *handle) const { heif_image_handle_release(handle); }
    void operator()(heif_image *image) const { heif_image_release(image); }
    void operator()(heif_decoding_options *options) const { heif_decoding_options_free(options); }
    void operator()(cwinnow_image_colour *colour) const { cwinnow_image_colour_close(colour); }
};

template <typename Resource> using Owned = std::unique_ptr<Resource, Release>;

cwinnow_image_status give_up(cwinnow_image_raster *raster, heif_error error) {
    cwinnow_image_status status = CWINNOW_IMAGE_CORRUPT;
    if (error.subcode == heif_suberror_End_of_data)
        status = CWINNOW_IMAGE_TRUNCATED;
    else if (error.code == heif_error_Memory_allocation_error)
        status = error.subcode == heif_suberror_Security_limit_exceeded ? CWINNOW_IMAGE_TOO_LARGE
                                                                        : CWINNOW_IMAGE_OUT_OF_MEMORY;
    else if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature)
        status = CWINNOW_IMAGE_UNSUPPORTED;
    return cwinnow_image_fail(raster, status, "%s", error.message);
}

uint64_t big_endian(const uint8_t *bytes, size_t count) {
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/*
 * Whether the file goes on at least as far as its boxes say, each of which
 * begins with its length and name (ISO 14496-12, 4.2), and has those that a
 * picture needs. libheif reads a file that was cut in its picture data without
 * a word and fails in the codec.
 */
bool is_whole(const uint8_t *bytes, size_t count) {
    bool has_description = false, has_data = false;
    while (count >= 8) {
        uint64_t length = big_endian(bytes, 4);
        if (length == 1 && count >= 16)
            length = big_endian(bytes + 8, 8);
        has_description |= std::equal(bytes + 4, bytes + 8, "meta") || std::equal(bytes + 4, bytes + 8, "moov");
        has_data |= std::equal(bytes + 4, bytes + 8, "mdat");
        /* 0: to the end of the file. Shorter than its own head: broken, which libheif tells. */
        if (length < 8)
            return true;
        if (length > count)
            return false;
        bytes += length;
        count -= length;
    }
    /* A few bytes behind the last box are the start of one, unless all is there already. */
    return has_description && (has_data || count == 0);
}

void keep_exif(const heif_image_handle *handle, cwinnow_image_raster *raster) {
    heif_item_id item;
    if (heif_image_handle_get_list_of_metadata_block_IDs(handle, "Exif", &item, 1) < 1)
        return;
    std::vector<uint8_t> block(heif_image_handle_get_metadata_size(handle, item));
    if (block.size() <= 4 || heif_image_handle_get_metadata(handle, item, block.data()).code != heif_error_Ok)
        return;
    /* Four bytes say how far behind them the TIFF header stands (ISO 23008-12, A.2.1). */
    const uint64_t start = 4 + big_endian(block.data(), 4);
    if (start < block.size())
        cwinnow_image_keep_exif(raster, block.data() + start, block.size() - start);
}

void convert_colours(const heif_image_handle *handle, cwinnow_image_raster *raster) {
    std::vector<uint8_t> profile(heif_image_handle_get_raw_color_profile_size(handle));
    if (profile.empty() || heif_image_handle_get_raw_color_profile(handle, profile.data()).code != heif_error_Ok)
        return;
    const Owned<cwinnow_image_colour> colour(
        cwinnow_image_colour_open(CWINNOW_IMAGE_RGB, profile.data(), profile.size()));
    raster->storage.converted = colour != nullptr;
    const size_t stride = size_t(raster->width) * 3;
    for (size_t y = 0; y < raster->height; y++)
        cwinnow_image_colour_rgb(colour.get(), raster->pixels + y * stride, raster->width);
}

cwinnow_image_status copy_pixels(const heif_image *image, const cwinnow_image_limits *limits,
                                 cwinnow_image_raster *raster) {
    const int width = heif_image_get_width(image, heif_channel_interleaved);
    const int height = heif_image_get_height(image, heif_channel_interleaved);
    int stride = 0;
    const uint8_t *plane = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
    if (plane == nullptr || width <= 0 || height <= 0 || stride < width * 3)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the HEIF decoder gave no pixels");
    cwinnow_image_status status = cwinnow_image_declare(raster, limits, uint64_t(width), uint64_t(height));
    if (status == CWINNOW_IMAGE_DECODED)
        status = cwinnow_image_allocate(raster, limits, uint32_t(width), uint32_t(height), 0);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    const size_t row = size_t(width) * 3;
    for (size_t y = 0; y < size_t(height); y++)
        std::copy_n(plane + y * size_t(stride), row, raster->pixels + y * row);
    return CWINNOW_IMAGE_DECODED;
}

cwinnow_image_status decode_pixels(const heif_image_handle *handle, const cwinnow_image_limits *limits,
                                   cwinnow_image_raster *raster) {
    const Owned<heif_decoding_options> options(heif_decoding_options_alloc());
    if (options == nullptr)
        throw std::bad_alloc();
    options->convert_hdr_to_8bit = 1;
    options->strict_decoding = 1;
    heif_image *decoded = nullptr;
    const heif_error error =
        heif_decode_image(handle, &decoded, heif_colorspace_RGB, heif_chroma_interleaved_RGB, options.get());
    const Owned<heif_image> image(decoded);
    return error.code == heif_error_Ok ? copy_pixels(image.get(), limits, raster) : give_up(raster, error);
}

cwinnow_image_status decode_handle(const heif_image_handle *handle, const cwinnow_image_limits *limits,
                                   cwinnow_image_raster *raster) {
    const int width = heif_image_handle_get_ispe_width(handle), height = heif_image_handle_get_ispe_height(handle);
    cwinnow_image_status status =
        cwinnow_image_declare(raster, limits, uint64_t(std::max(width, 0)), uint64_t(std::max(height, 0)));
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    /* The codec's planes, libheif's RGB and our own: up to 9 bytes a pixel at the same time. */
    if (uint64_t(width) * uint64_t(height) > limits->max_memory / 9)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "more memory needed for the HEIF than allowed");
    status = decode_pixels(handle, limits, raster);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    const int bits = heif_image_handle_get_luma_bits_per_pixel(handle);
    raster->storage.bits = uint8_t(bits > 0 && bits < 256 ? bits : 8);
    raster->storage.alpha = heif_image_handle_has_alpha_channel(handle) != 0;
    convert_colours(handle, raster);
    keep_exif(handle, raster);
    raster->upright = true;
    return cwinnow_image_check_deadline(raster, limits);
}

cwinnow_image_status decode(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                            cwinnow_image_raster *raster) {
    const Owned<heif_context> context(heif_context_alloc());
    if (context == nullptr)
        throw std::bad_alloc();
    /* Tiles are decoded one after the other in this thread: the caller decides how many threads there are. */
    heif_context_set_max_decoding_threads(context.get(), 0);
    heif_error error = heif_context_read_from_memory_without_copy(context.get(), bytes, count, nullptr);
    if (error.code != heif_error_Ok)
        return give_up(raster, error);
    heif_image_handle *primary = nullptr;
    error = heif_context_get_primary_image_handle(context.get(), &primary);
    const Owned<heif_image_handle> handle(primary);
    raster->storage.sequence = heif_context_get_number_of_top_level_images(context.get()) > 1;
    return error.code == heif_error_Ok ? decode_handle(handle.get(), limits, raster) : give_up(raster, error);
}

} // namespace

cwinnow_image_status cwinnow_image_decode_heif(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                               cwinnow_image_raster *raster) {
    if (!is_whole(bytes, count))
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_TRUNCATED, "the HEIF data end early");
    try {
        return decode(bytes, count, limits, raster);
    } catch (const std::bad_alloc &) {
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the HEIF decoder");
    } catch (const std::exception &error) {
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the HEIF decoder failed: %s", error.what());
    } catch (...) {
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the HEIF decoder failed");
    }
}
