/*
 * In C++ because LibRaw's C functions do not tell where a preview lies, and so
 * would copy it, and because exceptions get out of some of them; they end here.
 *
 * LibRaw only finds the preview: its own decoders and its code for previews of
 * other kinds than JPEG, where most of its faults were, are never called.
 */
#include "raster.h"

#include <cstring>
#include <exception>
#include <libraw/libraw.h>
#include <memory>
#include <new>

namespace {

struct TimeIsUp {};

/*
 * The bytes of a RAW, which are not copied. LibRaw follows places and lengths
 * that the file names, and a hostile one leads it in circles for ever: each
 * step counts, and once time is up the next one ends the search.
 */
class Stream final : public LibRaw_buffer_datastream {
public:
    Stream(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits, cwinnow_image_raster *raster)
        : LibRaw_buffer_datastream(const_cast<uint8_t *>(bytes), count), limits(limits), raster(raster) {}

    int read(void *output, size_t size, size_t count) override {
        step();
        return LibRaw_buffer_datastream::read(output, size, count);
    }
    int seek(INT64 place, int origin) override {
        step();
        return LibRaw_buffer_datastream::seek(place, origin);
    }
    int get_char() override {
        step();
        return LibRaw_buffer_datastream::get_char();
    }

private:
    void step() {
        if (++steps % 256 == 0 && cwinnow_image_check_deadline(raster, limits) != CWINNOW_IMAGE_DECODED)
            throw TimeIsUp();
    }

    const cwinnow_image_limits *limits;
    cwinnow_image_raster *raster;
    uint64_t steps = 0;
};

/* Where a JPEG lies among the bytes of a RAW. */
struct Preview {
    const uint8_t *bytes = nullptr;
    size_t count = 0;
};

cwinnow_image_status give_up(cwinnow_image_raster *raster, int error) {
    if (error == LIBRAW_UNSUFFICIENT_MEMORY)
        return cwinnow_image_fail(raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for the RAW reader");
    return cwinnow_image_fail(raster, CWINNOW_IMAGE_UNSUPPORTED,
                              "TIFF pictures, and RAW pictures of this kind, are not read by this build");
}

/* EXIF's orientation from dcraw's: bit 0 mirrors, bit 1 turns upside down, bit 2 swaps the axes; or degrees. */
uint8_t orientation(int flip) {
    static const uint8_t of_flip[] = {1, 2, 4, 3, 5, 8, 6, 7};
    switch (flip) {
    case 0 ... 7:
        return of_flip[flip];
    case 90:
        return 6;
    case 180:
        return 3;
    case 270:
        return 8;
    default:
        return 0;
    }
}

cwinnow_image_status find(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits, Preview *preview,
                          cwinnow_image_raster *raster) {
    /* Outlives its reader, which does not own it. */
    Stream stream(bytes, count, limits, raster);
    /* Without the callbacks that write to standard error. */
    const std::unique_ptr<LibRaw> reader(
        new LibRaw(LIBRAW_OPIONS_NO_MEMERR_CALLBACK | LIBRAW_OPIONS_NO_DATAERR_CALLBACK));
    const int error = reader->open_datastream(&stream);
    /* A DNG is one by its own word, also where its raw data are of a kind that LibRaw does not know. */
    if (error != LIBRAW_SUCCESS && (error != LIBRAW_FILE_UNSUPPORTED || reader->imgdata.idata.dng_version == 0))
        return give_up(raster, error);
    const INT64 start = reader->get_internal_data_pointer()->internal_data.toffset;
    const uint64_t length = reader->imgdata.thumbnail.tlength;
    /* Some files name a few bytes too many: libjpeg tells whether those that are there suffice. */
    if (start > 0 && uint64_t(start) + 4 <= count && length >= 4 && memcmp(bytes + start, "\xff\xd8\xff", 3) == 0) {
        preview->bytes = bytes + start;
        preview->count = length < count - size_t(start) ? size_t(length) : count - size_t(start);
        raster->raw_orientation = orientation(reader->imgdata.sizes.flip);
        return CWINNOW_IMAGE_DECODED;
    }
    return cwinnow_image_fail(raster, CWINNOW_IMAGE_UNSUPPORTED, "the RAW holds no preview in JPEG");
}

cwinnow_image_status find_within(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                 Preview *preview, cwinnow_image_raster *raster) {
    try {
        return find(bytes, count, limits, preview, raster);
    } catch (const TimeIsUp &) {
        return CWINNOW_IMAGE_TIMED_OUT;
    } catch (const std::bad_alloc &) {
        return give_up(raster, LIBRAW_UNSUFFICIENT_MEMORY);
    } catch (...) {
        /* LibRaw throws numbers too. */
        return give_up(raster, LIBRAW_DATA_ERROR);
    }
}

} // namespace

cwinnow_image_status cwinnow_image_decode_raw(const uint8_t *bytes, size_t count, uint32_t minimum_shorter_side,
                                              const cwinnow_image_limits *limits, cwinnow_image_raster *raster) {
    Preview preview;
    cwinnow_image_status status = find_within(bytes, count, limits, &preview, raster);
    if (status == CWINNOW_IMAGE_DECODED)
        status = cwinnow_image_check_deadline(raster, limits);
    if (status == CWINNOW_IMAGE_DECODED)
        status = cwinnow_image_decode_jpeg(preview.bytes, preview.count, minimum_shorter_side, limits, raster);
    return status;
}
