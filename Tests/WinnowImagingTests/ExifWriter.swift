import WinnowTestSupport

/// Writes EXIF blocks for tests.
struct ExifWriter {
  var isBigEndian = true
  /// Entries of the first directory.
  var main: TIFFWriter.Directory = []
  /// Entries of the EXIF directory, which is left out when there are none.
  var photo: TIFFWriter.Directory = []

  var bytes: [UInt8] {
    TIFFWriter(isBigEndian: isBigEndian).bytes([main + (photo.isEmpty ? [] : [(0x8769, .directory(photo))])])
  }

  /// A small PNG that carries the block.
  var picture: [UInt8] {
    var file = PNGFile(width: 3, height: 2)
    file.chunks = [("eXIf", bytes)]
    return file.bytes
  }
}
