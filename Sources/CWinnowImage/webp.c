#include "colour.h"
#include "raster.h"

#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

/* The decoder is fed this many bytes at a time, with a look at the clock in between. */
static const size_t feed = 64u << 10;

/* Only the chunk's first occurrence counts. The bytes stay the file's. */
static bool find_chunk(const WebPDemuxer *demuxer, const char name[4], WebPData *data) {
    WebPChunkIterator chunk;
    const bool found = WebPDemuxGetChunk(demuxer, name, 1, &chunk);
    if (found)
        *data = chunk.chunk;
    WebPDemuxReleaseChunkIterator(&chunk);
    return found;
}

static cwinnow_image_status status_of(cwinnow_image_raster *raster, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OK:
        return CWINNOW_IMAGE_DECODED;
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        /* The container is whole, so the frame's own data are too short. */
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the WebP frame ends early");
    case VP8_STATUS_OUT_OF_MEMORY:
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the WebP decoder");
    default:
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the WebP frame is damaged");
    }
}

/* Decodes the frame to its place on the canvas. Alpha is dropped. */
static cwinnow_image_status decode_frame(const WebPIterator *frame, const cwinnow_image_limits *limits,
                                         cwinnow_image_raster *raster) {
    const size_t stride = (size_t)raster->width * 3;
    const size_t start = (size_t)frame->y_offset * stride + (size_t)frame->x_offset * 3;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_UNSUPPORTED, "libwebp of another version");
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = raster->pixels + start;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * raster->height - start;
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
    if (decoder == NULL)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the WebP decoder");
    cwinnow_image_status status = CWINNOW_IMAGE_DECODED;
    VP8StatusCode code = VP8_STATUS_SUSPENDED;
    for (size_t given = 0; given < frame->fragment.size && code == VP8_STATUS_SUSPENDED;) {
        const size_t left = frame->fragment.size - given;
        given += left < feed ? left : feed;
        code = WebPIUpdate(decoder, frame->fragment.bytes, given);
        status = cwinnow_image_check_deadline(raster, limits);
        if (status != CWINNOW_IMAGE_DECODED)
            break;
    }
    WebPIDelete(decoder);
    return status == CWINNOW_IMAGE_DECODED ? status_of(raster, code) : status;
}

static void convert_colours(const WebPDemuxer *demuxer, cwinnow_image_raster *raster) {
    WebPData profile;
    if (!find_chunk(demuxer, "ICCP", &profile))
        return;
    cwinnow_image_colour *colour = cwinnow_image_colour_open(CWINNOW_IMAGE_RGB, profile.bytes, profile.size);
    raster->storage.converted = colour != NULL;
    for (uint32_t y = 0; y < raster->height; y++)
        cwinnow_image_colour_rgb(colour, raster->pixels + (size_t)y * raster->width * 3, raster->width);
    cwinnow_image_colour_close(colour);
}

static cwinnow_image_status decode_first_frame(const WebPDemuxer *demuxer, const cwinnow_image_limits *limits,
                                               cwinnow_image_raster *raster) {
    const uint32_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    const uint32_t height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    cwinnow_image_status status = cwinnow_image_declare(raster, limits, width, height);
    /* libwebp holds a lossless picture as 4 bytes a pixel of its own. */
    if (status == CWINNOW_IMAGE_DECODED)
        status = cwinnow_image_allocate(raster, limits, width, height, (uint64_t)width * height * 4);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;

    raster->storage.alpha = (WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0;
    raster->storage.sequence = WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT) > 1;
    WebPIterator frame;
    if (!WebPDemuxGetFrame(demuxer, 1, &frame))
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the WebP holds no frame");
    if ((uint64_t)frame.x_offset + (uint64_t)frame.width > width
        || (uint64_t)frame.y_offset + (uint64_t)frame.height > height) {
        status = cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the WebP frame lies outside its canvas");
    } else {
        if ((uint32_t)frame.width != width || (uint32_t)frame.height != height)
            memset(raster->pixels, 0, (size_t)width * height * 3);
        status = decode_frame(&frame, limits, raster);
    }
    WebPDemuxReleaseIterator(&frame);
    return status;
}

cwinnow_image_status cwinnow_image_decode_webp(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                               cwinnow_image_raster *raster) {
    const WebPData data = {bytes, count};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
    cwinnow_image_status status;
    if (state == WEBP_DEMUX_PARSE_ERROR)
        status = cwinnow_image_fail(raster, CWINNOW_IMAGE_CORRUPT, "the WebP container is damaged");
    else if (state != WEBP_DEMUX_DONE || demuxer == NULL)
        status = cwinnow_image_fail(raster, CWINNOW_IMAGE_TRUNCATED, "the WebP data end early");
    else
        status = decode_first_frame(demuxer, limits, raster);
    WebPData exif;
    if (status == CWINNOW_IMAGE_DECODED) {
        convert_colours(demuxer, raster);
        if (find_chunk(demuxer, "EXIF", &exif))
            cwinnow_image_keep_exif(raster, exif.bytes, exif.size);
    }
    WebPDemuxDelete(demuxer);
    return status;
}
