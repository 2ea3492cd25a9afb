import WinnowCore

/// What cleaning keeps in memory of a look at a file.
struct Sighting: Hashable, Sendable, Codable {
  /// Hexadecimal; nil where the bytes could not be read.
  var sha256: String?
  var size: Int64 = 0
  var pixels: Int64 = 0
  /// Why it has no place in a data set, whatever the others are.
  var fault: LeaveReason?
  var detail: String?
  /// Whether it is anything but an upright RGB JPEG without a foreign profile.
  var needsConversion = false
  /// Best first; empty where there is no model.
  var classes: [Int] = []
  var probabilities: [Float] = []
}

extension Sighting {
  init(_ look: PictureLook, _ limits: CleaningLimits) {
    let facts = look.facts
    self.init(
      sha256: facts.digest.hex, size: facts.byteCount, pixels: Int64(facts.width) * Int64(facts.height),
      needsConversion: Self.needsConversion(look), classes: look.scores.map(\.index),
      probabilities: look.scores.map { Float($0.probability) })
    (fault, detail) = Self.fault(of: look, limits) ?? (nil, nil)
  }

  init(refused refusal: Refusal, digest: ContentDigest?) {
    self.init(sha256: digest?.hex, fault: .unreadable, detail: refusal.detail)
  }

  private static func needsConversion(_ look: PictureLook) -> Bool {
    let storage = look.storage
    return look.facts.format != "jpeg" || storage.colour != .rgb || storage.bitsPerSample != 8 || storage.hasAlpha
      || storage.hasForeignProfile || storage.orientation != 1
  }

  private static func fault(of look: PictureLook, _ limits: CleaningLimits) -> (LeaveReason, String)? {
    let measures = look.measures
    let sides = (min(look.facts.width, look.facts.height), max(look.facts.width, look.facts.height))
    if sides.0 < limits.shortestSide { return (.tiny, "\(look.facts.width) × \(look.facts.height) pixels") }
    if Double(sides.1) > limits.longestShape * Double(sides.0) {
      return (.oddShape, "\(look.facts.width) × \(look.facts.height) pixels")
    }
    if measures.contrast < limits.leastContrast || measures.entropy < limits.leastEntropy {
      return (.blank, "contrast \(measures.contrast), entropy \(measures.entropy) bits")
    }
    if measures.lightest < limits.leastLight { return (.dark, "the lightest parts have luma \(measures.lightest)") }
    if measures.darkest > limits.mostDark { return (.light, "the darkest parts have luma \(measures.darkest)") }
    if measures.sharpness < limits.leastSharpness { return (.blurred, "sharpness \(measures.sharpness)") }
    return nil
  }
}
