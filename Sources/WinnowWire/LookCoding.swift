import WinnowCore

/// The largest conversion, in bytes: a picture of 200 megapixels at quality 95 stays below it.
public let conversionLimit = 512 << 20

/// A `PictureLook` as bytes of an answer, distrusted when it is read.
extension WorkerAnswer {
  static func write(_ look: PictureLook, to writer: inout ByteWriter) {
    write(look.facts, to: &writer)
    writer.write(look.storage.colour.rawValue)
    writer.write(UInt8(clamping: look.storage.bitsPerSample))
    writer.write(look.storage.hasAlpha)
    writer.write(look.storage.hasForeignProfile)
    writer.write(UInt8(clamping: look.storage.orientation))
    writer.write(look.storage.isSequence)
    let measures = look.measures
    for value in [
      measures.brightness, measures.contrast, measures.darkest, measures.lightest, measures.entropy,
      measures.sharpness,
    ] {
      writer.write(value)
    }
    writer.write(look.signature.luma)
    writer.write(look.signature.colour)
    writer.write(list: look.scores) { writer, score in
      writer.write(UInt32(clamping: score.index))
      writer.write(score.probability)
    }
    writer.write(list: look.feature) { $0.write($1) }
    writer.write(list: look.mirroredFeature) { $0.write($1) }
    writer.write(look.thumbnail)
  }

  static func readLook(from reader: inout ByteReader) throws(WinnowError) -> PictureLook {
    let facts = try readPicture(from: &reader)
    let storage = try readStorage(from: &reader)
    let measures = try readMeasures(from: &reader)
    let side = (PictureSignature.lumaSide, PictureSignature.colourSide)
    let luma = try reader.readBytes(atMost: side.0 * side.0)
    let colour = try reader.readBytes(atMost: side.1 * side.1 * 3)
    guard luma.count == side.0 * side.0, colour.count == side.1 * side.1 * 3 else {
      throw WinnowError(.malformed, "a worker sent a signature of the wrong size")
    }
    let scores = try reader.readList(atMost: 10) { reader throws(WinnowError) in
      ClassProbability(index: Int(try reader.read(UInt32.self)), probability: try reader.readDouble())
    }
    guard scores.allSatisfy({ (0...1).contains($0.probability) }) else {
      throw WinnowError(.malformed, "a worker sent probabilities outside 0 to 1")
    }
    guard zip(scores, scores.dropFirst()).allSatisfy({ $0.probability >= $1.probability }),
      Set(scores.map(\.index)).count == scores.count
    else { throw WinnowError(.malformed, "a worker sent scores that are not best first, or a class twice") }
    let feature = try readFeature(from: &reader)
    let mirrored = try readFeature(from: &reader)
    guard mirrored.isEmpty || mirrored.count == feature.count else {
      throw WinnowError(.malformed, "a worker sent features of two lengths")
    }
    return PictureLook(
      facts: facts, storage: storage, measures: measures, signature: PictureSignature(luma: luma, colour: colour),
      scores: scores, feature: feature, mirroredFeature: mirrored,
      thumbnail: try reader.readBytes(atMost: PictureLook.largestThumbnail))
  }

  private static func readFeature(from reader: inout ByteReader) throws(WinnowError) -> [Float] {
    let feature = try reader.readList(atMost: PictureLook.longestFeature) { reader throws(WinnowError) in
      try reader.readFloat()
    }
    guard feature.allSatisfy(\.isFinite) else {
      throw WinnowError(.malformed, "a worker sent a feature that is no numbers")
    }
    return feature
  }

  private static func readStorage(from reader: inout ByteReader) throws(WinnowError) -> PictureStorage {
    let name = try reader.readString(atMost: 16)
    guard let colour = PictureStorage.Colour(rawValue: name) else {
      throw WinnowError(.malformed, "a worker sent an unknown kind of colour")
    }
    let storage = PictureStorage(
      colour: colour, bitsPerSample: Int(try reader.read(UInt8.self)), hasAlpha: try reader.readBool(),
      hasForeignProfile: try reader.readBool(), orientation: Int(try reader.read(UInt8.self)),
      isSequence: try reader.readBool())
    guard (1...32).contains(storage.bitsPerSample), (1...8).contains(storage.orientation) else {
      throw WinnowError(.malformed, "a worker sent impossible facts about a picture")
    }
    return storage
  }

  private static func readMeasures(from reader: inout ByteReader) throws(WinnowError) -> PictureMeasures {
    let measures = PictureMeasures(
      brightness: try reader.readFloat(), contrast: try reader.readFloat(), darkest: try reader.readFloat(),
      lightest: try reader.readFloat(), entropy: try reader.readFloat(), sharpness: try reader.readFloat())
    let unit: ClosedRange<Float> = 0...1
    guard unit.contains(measures.brightness), unit.contains(measures.contrast), unit.contains(measures.darkest),
      unit.contains(measures.lightest), (0...8).contains(measures.entropy), measures.sharpness >= 0,
      measures.sharpness.isFinite
    else { throw WinnowError(.malformed, "a worker sent measures out of range") }
    return measures
  }
}
