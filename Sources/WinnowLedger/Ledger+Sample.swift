internal import GRDB
public import WinnowCore

/// What people found of a model's own decisions in one inbox.
public struct ObservedDecisions: Hashable, Sendable {
  /// Pictures drawn at random that people said something of, and how many of them were in the wrong class.
  public var judged: Int
  public var wrong: Int
  /// Pictures that people put elsewhere, drawn or not. Nobody corrects everything, so there may be more.
  public var corrected: Int

  public init(judged: Int, wrong: Int, corrected: Int) {
    self.judged = judged
    self.wrong = wrong
    self.corrected = corrected
  }
}

/// Pictures drawn at random from what a model sorted by itself, to be looked at by people: how often it is wrong cannot
/// be told from corrections, since nobody looks at everything.
extension Ledger {
  /// Draws pictures of an inbox that this version sorted, that nobody said anything of, and that were not drawn before.
  ///
  /// - Returns: how many there were to draw, `count` at most.
  @discardableResult
  public func drawSample(
    inbox: String, model: ModelVersion, count: Int, at time: Timestamp
  ) throws(WinnowError) -> Int {
    try write { connection in
      guard let inbox = try connection.existingNumber(ofWord: inbox),
        let name = try connection.existingNumber(ofWord: model.name)
      else { return 0 }
      return try connection.run(
        """
        INSERT INTO sampled (picture, model, model_version, drawn)
        SELECT id, model, model_version, ? FROM picture
        WHERE state = 'sorted' AND gone = 0 AND decided = 1 AND label IS NULL AND inbox = ? AND model = ?
          AND model_version = ? AND id NOT IN (SELECT picture FROM sampled)
        ORDER BY random() LIMIT ?
        """, [time.nanoseconds, inbox, name, model.version, count])
    }
  }

  /// A page of the drawn pictures that wait for somebody to look at them, by number.
  ///
  /// - Parameter id: the last number of the page before; zero for the first.
  public func sample(inbox: String?, after id: Int64 = 0, limit: Int = 256) throws(WinnowError) -> [PictureRecord] {
    try read { connection in
      var number: Int64?
      if let inbox {
        number = try connection.existingNumber(ofWord: inbox)
        if number == nil { return [] }
      }
      return try connection.all(
        LedgerConnection.pictureColumns + """
           WHERE p.id IN (SELECT picture FROM sampled WHERE picture > ?1) AND p.state = 'sorted' AND p.gone = 0
            AND p.label IS NULL AND (?2 IS NULL OR p.inbox = ?2)
          ORDER BY p.id LIMIT ?3
          """, [id, number, limit]
      ) { try connection.knownPicture($0).record }
    }
  }

  /// Takes a drawn picture out again: whoever looked could not tell.
  ///
  /// - Returns: whether it was drawn.
  public func leaveOutOfSample(picture: Int64) throws(WinnowError) -> Bool {
    try write { try $0.run("DELETE FROM sampled WHERE picture = ?", [picture]) > 0 }
  }

  /// What people found of the decisions of one version in one inbox.
  public func observed(inbox: String, model: ModelVersion) throws(WinnowError) -> ObservedDecisions {
    try read { connection in
      guard let inbox = try connection.existingNumber(ofWord: inbox),
        let name = try connection.existingNumber(ofWord: model.name)
      else { return ObservedDecisions(judged: 0, wrong: 0, corrected: 0) }
      let sample = try connection.first(
        """
        SELECT count(*), coalesce(sum(p.state = 'corrected'), 0) FROM sampled s JOIN picture p ON p.id = s.picture
        WHERE s.model = ? AND s.model_version = ? AND p.inbox = ? AND p.label IS NOT NULL
        """, [name, model.version, inbox]
      ) { (judged: Int(try $0.integer(0)), wrong: Int(try $0.integer(1))) }
      // What came out of review was no decision of the model's.
      let corrected = try connection.first(
        """
        SELECT count(*) FROM picture p WHERE p.label IS NOT NULL AND p.gone = 0 AND +p.state = 'corrected'
          AND p.inbox = ? AND p.model = ? AND p.model_version = ?
          AND EXISTS (SELECT 1 FROM history h WHERE h.picture = p.id AND h.outcome = 'sorted' AND h.label IS NULL)
        """, [inbox, name, model.version]
      ) { Int(try $0.integer(0)) }
      return ObservedDecisions(judged: sample?.judged ?? 0, wrong: sample?.wrong ?? 0, corrected: corrected ?? 0)
    }
  }
}
