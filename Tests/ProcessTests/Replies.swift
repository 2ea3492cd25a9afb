/// What the tests read of winnowctl's JSON: design.md §8 and nothing else.
struct StatusReply: Decodable {
  struct InboxError: Decodable, Equatable {
    struct Observed: Decodable, Equatable {
      var looked_at: Int
      var wrong: Int
      var value: Double
      var low: Double
      var high: Double
    }
    var promised: Double?
    var observed: Observed?
    var corrected: Int
  }
  struct Condition: Decodable {
    var code: String
    var text: String
    var remedy: String
  }
  struct Counts: Decodable, Equatable {
    var seen = 0
    var settling = 0
    var sorted = 0
    var review = 0
    var quarantined = 0
    var left = 0
    var failed = 0

    /// The figures that stay once nothing settles.
    static func counted(
      sorted: Int = 0, review: Int = 0, quarantined: Int = 0, left: Int = 0, failed: Int = 0
    ) -> Self {
      Self(
        seen: sorted + review + quarantined + left + failed, sorted: sorted, review: review, quarantined: quarantined,
        left: left, failed: failed)
    }
  }
  struct Inbox: Decodable {
    var name: String
    var state: String
    var source: String
    var counts: Counts
    var notes: [String]
    var error: InboxError?
    var health: Health
  }
  struct Health: Decodable {
    struct Rate: Decodable, Equatable {
      var minute: Int
      var hour: Int
    }
    var overflows: Int
    var arrived: Rate
    var decided: Rate
    var oldest: String?
    var oldest_seconds: Int?
    var heard: Bool?
  }
  struct Worker: Decodable {
    var state: String
    var precision: String?
    var restarts: Int
  }
  struct Hook: Decodable {
    var target: String
    var waiting: Int
    var delivered: Int
  }
  var state: String
  var conditions: [Condition]
  var inboxes: [Inbox]
  var worker: Worker
  var corrections: Int
  var hooks: [Hook]?

  func holds(_ code: String) -> Bool { conditions.contains { $0.code == code } }
}

struct HistoryRow: Decodable {
  var file: String
  var fileBytes: String?
  var from: String?
  var to: String?
  var outcome: String
  var reason: String
  var `class`: String?
  var sha256: String?
  var run: String?
  var by: String?
  var label: String?
  var action: String?

  private enum CodingKeys: String, CodingKey {
    case file, from, to, outcome, reason, `class`, sha256, run, by, label, action
    case fileBytes = "file_base64"
  }
}

struct ReviewRow: Decodable {
  struct Score: Decodable {
    var `class`: String
    var probability: Double
  }
  var file: String
  var number: Int
  var reason: String
  var top: [Score]
  var label: String?
}

struct ReviewReply: Decodable {
  struct Placed: Decodable {
    var file: String
    var to: String
    var `class`: String
  }
  var placed: [Placed]
  var run: String?
}

struct FileReason: Decodable {
  var file: String
  var reason: String
}

struct WaitReply: Decodable {
  var waiting: [FileReason]
}

struct UndoReply: Decodable {
  var done: Int
  var refused: [FileReason]
}

struct VerifyReply: Decodable {
  var checked: Int
  var changed: [String]
  var missing: [String]
}

struct JobReply: Decodable {
  struct Result: Decodable {
    var sorted: Int?
    var planned: [HistoryRow]?
  }
  var id: String
  var state: String
  var result: Result?
}

struct ModelListReply: Decodable {
  struct Model: Decodable {
    var name: String
    var version: Int
    var current: Bool
  }
  var models: [Model]
}
