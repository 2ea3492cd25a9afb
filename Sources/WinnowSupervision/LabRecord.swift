internal import FoundationEssentials
public import WinnowCore

/// One line of what a job program writes to its standard output: a JSON object.
public enum LabRecord: Hashable, Sendable {
  /// `{"progress": 0.4, "text": "…"}`, either may be missing. `fraction` is 0 to 1.
  case progress(fraction: Double?, text: String?)
  /// `{"delivered": 17}`: the event of this number was taken.
  case delivered(Int64)
  /// `{"result": {…}}`: the last line of a job that succeeded, as it came; `decodeResult` takes it apart.
  case result(line: [UInt8])
  /// `{"error": {"code": …, "message": …, "remedy": …}}`: the last line of a job that failed.
  case failure(WinnowError)

  private struct Line: Decodable {
    struct Failure: Decodable {
      let code: String
      let message: String
      let remedy: String?
    }
    struct Anything: Decodable {
      init(from decoder: any Decoder) throws {}
    }

    let progress: Double?
    let text: String?
    let delivered: Int64?
    let result: Anything?
    let error: Failure?
  }

  private struct Envelope<Result: Decodable>: Decodable {
    let result: Result
  }

  /// - Throws: `.malformed` when the line is none of them.
  public init(line: [UInt8]) throws(WinnowError) {
    let fields: Line
    do {
      fields = try JSONDecoder().decode(Line.self, from: Data(line))
    } catch {
      throw Self.malformed(line, cause: "\(error)")
    }
    if let failure = fields.error {
      self = .failure(WinnowError(.init(failure.code), failure.message, remedy: failure.remedy))
    } else if fields.result != nil {
      self = .result(line: line)
    } else if let event = fields.delivered {
      self = .delivered(event)
    } else if fields.progress != nil || fields.text != nil {
      self = .progress(fraction: fields.progress.map { min(max($0, 0), 1) }, text: fields.text)
    } else {
      throw Self.malformed(line, cause: "it has none of progress, text, delivered, result and error")
    }
  }

  /// The value of a `result` line.
  ///
  /// - Throws: `.malformed` when the result is not of this shape.
  public static func decodeResult<Result: Decodable>(
    _ type: Result.Type, from line: [UInt8]
  ) throws(WinnowError) -> Result {
    do {
      return try JSONDecoder().decode(Envelope<Result>.self, from: Data(line)).result
    } catch {
      throw malformed(line, cause: "\(error)")
    }
  }

  private static func malformed(_ line: [UInt8], cause: String) -> WinnowError {
    let start = String(decoding: line.prefix(100), as: UTF8.self)
    return WinnowError(.malformed, "a job program wrote a line that is no record: \(start)", cause: cause)
  }
}
