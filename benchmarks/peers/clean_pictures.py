"""What one would write in Python to clean a folder of pictures, to be raced by benchmarks/clean.sh.

    clean_pictures.py pillow SRC DST     read every picture whole, write it as an RGB JPEG
    clean_pictures.py imagehash SRC      near duplicates by perceptual hash, all pairs
    clean_pictures.py cleanvision SRC    blank, dark, light, blurred, odd-shaped pictures and duplicates

Prints the seconds that the work took, loading of modules apart. All processors are used.
"""

import multiprocessing
import os
import sys
import time
from pathlib import Path

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif"}
NEAR = 8  # bits of 64


def pictures(folder):
    return sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in ENDINGS)


def rewrite(job):
    from PIL import Image

    source, target = job
    try:
        with Image.open(source) as picture:
            picture.convert("RGB").save(target, quality=95)
    except OSError as error:
        print(f"{source}: {error}", file=sys.stderr)


def signature(path):
    import imagehash
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return imagehash.phash(picture.convert("RGB")).hash.flatten()
    except OSError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return None


def pillow(source, target):
    os.makedirs(target)
    jobs = [(p, Path(target) / f"picture_{n}.jpg") for n, p in enumerate(pictures(source))]
    with multiprocessing.Pool() as pool:
        pool.map(rewrite, jobs, chunksize=16)


def imagehash_pairs(source):
    import numpy

    with multiprocessing.Pool() as pool:
        found = pool.map(signature, pictures(source), chunksize=16)
    bits = numpy.packbits(numpy.array([h for h in found if h is not None]), axis=1)
    counts = numpy.unpackbits(numpy.arange(256, dtype=numpy.uint8)[:, None], axis=1).sum(axis=1)
    pairs = 0
    for index in range(len(bits)):
        distances = counts[bits[index + 1 :] ^ bits[index]].sum(axis=1)
        pairs += int((distances <= NEAR).sum())
    print(f"{pairs} pairs", file=sys.stderr)


def cleanvision(source):
    from cleanvision import Imagelab

    lab = Imagelab(data_path=source)
    lab.find_issues(n_jobs=multiprocessing.cpu_count(), verbose=False)


def main():
    mode, *arguments = sys.argv[1:]
    # Loaded before the clock starts, in the processes that a pool forks as well.
    if mode == "cleanvision":
        import cleanvision as _  # noqa: F401
    else:
        import PIL.Image  # noqa: F401

        if mode == "imagehash":
            import imagehash  # noqa: F401
    begin = time.perf_counter()
    {"pillow": pillow, "imagehash": imagehash_pairs, "cleanvision": cleanvision}[mode](*arguments)
    print(f"{time.perf_counter() - begin:.3f}")


if __name__ == "__main__":
    main()
