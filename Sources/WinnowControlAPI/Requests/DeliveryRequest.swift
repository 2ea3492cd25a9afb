public import WinnowCore

/// Events for one hook, in the order in which they are to be tried.
public struct DeliveryRequest: Codable, Hashable, Sendable {
  public struct Event: Codable, Hashable, Sendable {
    public var id: Int64
    /// Events of one lane go in order: after one that is not taken the rest of its lane waits.
    public var lane: Int
    /// Tried even where the one before it in its lane was not taken, to tell a bad event from a bad target.
    public var isProbe: Bool
    /// A `HookEvent` as JSON: the very bytes that are sent and that the signature is of.
    public var body: String
    /// `sha256=` and hexadecimal digits; nil where there is no key. The key itself stays with the daemon.
    public var signature: String?

    public init(id: Int64, lane: Int, isProbe: Bool = false, body: String, signature: String? = nil) {
      self.id = id
      self.lane = lane
      self.isProbe = isProbe
      self.body = body
      self.signature = signature
    }
  }

  /// The program to run, and its arguments; nil for a web address.
  public var program: [String]?
  /// What the program has in its environment beside the event.
  public var variables: [String: String]?
  /// The address to post to; nil for a program.
  public var url: String?
  public var events: [Event]

  public init(
    program: [String]? = nil, variables: [String: String]? = nil, url: String? = nil, events: [Event]
  ) {
    self.program = program
    self.variables = variables
    self.url = url
    self.events = events
  }
}

/// Which of the events that were tried were not taken. Each one that was is told at once, in a line of its own.
public struct DeliveryReport: Codable, Hashable, Sendable {
  public struct Failure: Codable, Hashable, Sendable {
    public var id: Int64
    public var fault: HookFault
    /// One sentence, for people.
    public var message: String
    /// The last line of what a program said, for the journal: nobody knows what may stand in it.
    public var said: String?

    public init(id: Int64, fault: HookFault, message: String, said: String? = nil) {
      self.id = id
      self.fault = fault
      self.message = message
      self.said = said
    }
  }

  public var failures: [Failure]

  public init(failures: [Failure]) { self.failures = failures }
}
