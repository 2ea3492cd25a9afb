/// What an undo or a redo did, or with `dry_run` would do.
public struct UndoReply: Codable, Hashable, Sendable {
  /// How many pictures are back.
  public var done: Int
  /// What was left alone, and why.
  public var refused: [FileReason]
  /// The run these moves make up, by which they can be taken back; absent where nothing moved.
  public var run: String?

  public init(done: Int, refused: [FileReason] = [], run: String? = nil) {
    self.done = done
    self.refused = refused
    self.run = run
  }
}
