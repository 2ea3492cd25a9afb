import COpenVINO
public import WinnowCore

extension WinnowError.Code {
  /// The inference engine could not do what was asked.
  public static let engineFailure = Self("engine_failure")
  /// The network is not one picture in, one value for each class out.
  public static let unfitModel = Self("unfit_model")
}

/// Turns OpenVINO's statuses into errors.
enum Engine {
  /// - Parameter action: As in "OpenVINO cannot `action`".
  static func check(
    _ status: ov_status_e, _ action: String, code: WinnowError.Code = .engineFailure, remedy: String? = nil
  ) throws(WinnowError) {
    guard status != OK else { return }
    // The text belongs to this thread and is overwritten by its next failure.
    let text = ov_get_last_err_msg().map { String(cString: $0) } ?? ""
    throw WinnowError(code, "OpenVINO cannot \(action)", remedy: remedy, cause: lastLine(of: text, status: status))
  }

  /// OpenVINO's texts begin with lines about its own source files; what matters stands at the end.
  private static func lastLine(of text: String, status: ov_status_e) -> String {
    let lines = text.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }
    guard let last = lines.last else { return "status \(status.rawValue)" }
    return String(last.prefix(500))
  }
}
