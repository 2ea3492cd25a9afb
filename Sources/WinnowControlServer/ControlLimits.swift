import WinnowControlAPI

/// Bounds on what peers can make the daemon hold. All are chosen, not measured.
public struct ControlLimits: Hashable, Sendable {
  /// Bytes of a JSON object.
  public var json = 4 << 20
  /// Bytes of a picture or an ONNX file.
  public var file = 512 << 20
  /// Bytes of a picture or an ONNX file from a browser.
  public var browserFile = 128 << 20
  /// Bytes of files being received or used at one moment; a request beyond them is told to come again.
  public var spooled = 1 << 30
  /// Open connections, of which the last `reservedForOwners` are for root and the daemon's own user.
  public var connections = 64
  public var reservedForOwners = 8
  /// Open connections of browsers, beside those.
  public var browserConnections = 128
  /// Bytes of records waiting for the reader of a stream; a reader further behind is cut off.
  public var streamBacklog = 1 << 20
  /// Seconds without a byte from a client that is to send some, before its connection is closed.
  public var stall = 30
  /// Seconds a connection may lie idle between two requests.
  public var idle = 120

  public init() {}

  func body(of kind: Route.Body) -> Int {
    switch kind {
    case .none: 0
    case .json: json
    case .file: file
    case .jsonThenFile: json + file
    }
  }
}
