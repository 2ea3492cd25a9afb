import WinnowCore
import WinnowGraph

/// Reads one pickle of Python, of the protocols 2 to 5, and runs nothing of it.
///
/// It knows the instructions and names that state dicts have, and refuses a pickle with any other. The pickle is not
/// trusted: each instruction, and each value that an instruction copies, takes one of a fixed number of steps, which
/// bounds time, stack, memo and values alike. Nothing recurses.
struct PickleMachine {
  /// Ten times what the checkpoint of a large network needs; chosen, not measured.
  static let mostSteps = 1 << 21
  /// In bytes, for a module, a name of it, and the key of a storage, which is a number; chosen, not measured.
  private static let longestName = 256

  private var reader: ByteReader
  private var steps = mostSteps
  private var stack: [PickleValue] = []
  /// Where in the stack the open containers begin.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// What the tuples hold.
  private(set) var elements: [PickleValue] = []
  private(set) var lists: [[PickleValue]] = []
  private(set) var dictionaries: [PickledDictionary] = []
  private(set) var tensors: [PickledTensor] = []

  struct PickledDictionary {
    fileprivate var isOrdered: Bool
    /// As they came; a key can be there more than once.
    fileprivate(set) var items: [(key: PickleValue, value: PickleValue)] = []

    /// The value that the key has in the end.
    subscript(_ key: String) -> PickleValue? { items.last { $0.key == .text(key) }?.value }
  }

  init(_ pickle: ArraySlice<UInt8>) { reader = ByteReader(pickle) }

  /// Where the pickle ends, once it has run.
  var end: Int { reader.position }

  /// - Parameter storage: Gives a storage that tensors look at a number of the caller's.
  /// - Returns: the value that the pickle holds.
  /// - Throws: `.malformed`; what `storage` throws.
  mutating func run(
    storage: (PickledStorage) throws(WinnowError) -> Int
  ) throws(WinnowError) -> PickleValue {
    while true {
      try spend(1)
      let code = try reader.integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw .brokenStateDict("it has the instruction 0x\(String(code, radix: 16)), which no state dict needs")
      }
      switch opcode {
      case .stop:
        guard marks.isEmpty, stack.count == 1, let value = stack.last else { throw Self.unbalanced }
        return value
      case .persistentID: stack.append(.storage(try storage(try pickledStorage(try pop()))))
      case .proto, .frame: try skip(opcode)
      case .none, .newTrue, .newFalse, .integer1, .integer2, .integer4, .long1, .long4, .float:
        stack.append(try number(opcode))
      case .text1, .text4, .text8, .string1, .string4: stack.append(.text(try text(opcode)))
      case .bytes1, .bytes4, .bytes8: stack.append(.bytes(try counted(opcode).indices))
      case .mark: marks.append(stack.count)
      case .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3: try makeTuple(opcode)
      case .emptyList, .append, .appends: try list(opcode)
      case .emptyDictionary, .setItem, .setItems: try dictionary(opcode)
      case .put1, .put4, .memoize: try remember(opcode)
      case .get1, .get4: try recall(opcode)
      case .global, .stackGlobal: stack.append(.global(try global(opcode)))
      case .reduce: try reduce()
      case .build: try build()
      }
    }
  }

  /// What a tuple or a list holds; nil for another value.
  func contents(_ value: PickleValue) -> ArraySlice<PickleValue>? {
    switch value {
    case .tuple(let range): elements[range]
    case .list(let index): lists[index][...]
    default: nil
    }
  }

  private mutating func skip(_ opcode: PickleOpcode) throws(WinnowError) {
    if opcode == .proto {
      let version = try reader.integer(UInt8.self)
      guard 2...5 ~= version else { throw .brokenStateDict("it is a pickle of the protocol \(version)") }
    } else {
      guard try reader.integer(UInt64.self) <= UInt64(reader.remaining) else {
        throw .brokenStateDict("it ends in the middle of a value")
      }
    }
  }

  private mutating func number(_ opcode: PickleOpcode) throws(WinnowError) -> PickleValue {
    switch opcode {
    case .newTrue: return .boolean(true)
    case .newFalse: return .boolean(false)
    case .integer1: return .integer(Int(try reader.integer(UInt8.self)))
    case .integer2: return .integer(Int(try reader.integer(UInt16.self)))
    case .integer4: return .integer(Int(try reader.integer(Int32.self)))
    case .float: return .float(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped))
    case .long1, .long4:
      let bytes = try counted(opcode)
      guard bytes.count <= 8 else { return .wideInteger(bytes.indices) }
      let sign: Int = bytes.last.map { $0 < 0x80 ? 0 : -1 } ?? 0
      return .integer(bytes.reversed().reduce(sign) { $0 << 8 | Int($1) })
    default: return .none
    }
  }

  /// Bytes with their length before them.
  private mutating func counted(_ opcode: PickleOpcode) throws(WinnowError) -> ArraySlice<UInt8> {
    switch opcode {
    case .text1, .string1, .bytes1, .long1: try reader.take(try reader.integer(UInt8.self))
    case .text8, .bytes8: try reader.take(try reader.integer(UInt64.self))
    default: try reader.take(try reader.integer(UInt32.self))
    }
  }

  private mutating func text(_ opcode: PickleOpcode) throws(WinnowError) -> String {
    guard let text = String(validating: try counted(opcode), as: UTF8.self) else {
      throw .brokenStateDict("one of its texts is no UTF-8")
    }
    return text
  }

  private mutating func makeTuple(_ opcode: PickleOpcode) throws(WinnowError) {
    let values =
      switch opcode {
      case .tuple1: try pop(1)
      case .tuple2: try pop(2)
      case .tuple3: try pop(3)
      case .tuple: try popToMark()
      default: [] as [PickleValue]
      }
    stack.append(.tuple(elements.count..<elements.count + values.count))
    elements += values
  }

  private mutating func list(_ opcode: PickleOpcode) throws(WinnowError) {
    if opcode == .emptyList {
      stack.append(.list(lists.count))
      lists.append([])
      return
    }
    let values = try opcode == .append ? pop(1) : popToMark()
    guard case .list(let index) = try top() else { throw Self.unbalanced }
    lists[index] += values
  }

  private mutating func dictionary(_ opcode: PickleOpcode) throws(WinnowError) {
    if opcode == .emptyDictionary {
      push(PickledDictionary(isOrdered: false))
      return
    }
    let values = try opcode == .setItem ? pop(2) : popToMark()
    guard case .dictionary(let index) = try top(), values.count.isMultiple(of: 2) else { throw Self.unbalanced }
    for key in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].items.append((values[key], values[key + 1]))
    }
  }

  private mutating func remember(_ opcode: PickleOpcode) throws(WinnowError) {
    let index =
      switch opcode {
      case .put1: Int(try reader.integer(UInt8.self))
      case .put4: Int(try reader.integer(UInt32.self))
      default: memo.count
      }
    memo[index] = try top()
  }

  private mutating func recall(_ opcode: PickleOpcode) throws(WinnowError) {
    let index = opcode == .get1 ? Int(try reader.integer(UInt8.self)) : Int(try reader.integer(UInt32.self))
    guard let value = memo[index] else { throw .brokenStateDict("it uses the value \(index), which it does not have") }
    stack.append(value)
  }

  private mutating func global(_ opcode: PickleOpcode) throws(WinnowError) -> PickleGlobal {
    let module: String
    let name: String
    if opcode == .global {
      module = String(decoding: try reader.line(most: Self.longestName), as: UTF8.self)
      name = String(decoding: try reader.line(most: Self.longestName), as: UTF8.self)
    } else {
      let both = try pop(2)
      guard case .text(let first) = both[0], case .text(let second) = both[1] else { throw Self.unbalanced }
      (module, name) = (first, second)
    }
    guard let global = PickleGlobal(module: module, name: name) else {
      throw .brokenStateDict(
        "loaded in Python, the file would run \("\(module).\(name)".shown), which no state dict needs",
        remedy: "use no file whose origin you do not know; of one of your own, " + WinnowError.savingAlone)
    }
    return global
  }

  private mutating func reduce() throws(WinnowError) {
    let both = try pop(2)
    guard case .global(let global) = both[0], case .tuple(let range) = both[1] else { throw Self.unbalanced }
    let arguments = Array(elements[range].prefix(8))
    switch (global, range.count) {
    case (.orderedDictionary, 0): push(PickledDictionary(isOrdered: true))
    case (.orderedDictionary, 1): push(PickledDictionary(isOrdered: true, items: try pairs(arguments[0])))
    case (.rebuildTensor, 4), (.rebuildTensorV2, 6...7):
      stack.append(.tensor(tensors.count))
      tensors.append(try pickledTensor(arguments))
    case (.rebuildParameter, 3):
      guard case .tensor = arguments[0] else { throw Self.wrongArguments }
      stack.append(arguments[0])
    default: throw Self.wrongArguments
    }
  }

  /// What Python 2 gives an OrderedDict: a list of lists of a key and a value.
  private mutating func pairs(
    _ argument: PickleValue
  ) throws(WinnowError) -> [(key: PickleValue, value: PickleValue)] {
    guard let list = contents(argument) else { throw Self.wrongArguments }
    try spend(list.count)
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    for pair in list {
      guard let both = contents(pair), both.count == 2, let key = both.first, let value = both.last else {
        throw Self.wrongArguments
      }
      pairs.append((key, value))
    }
    return pairs
  }

  /// - Parameter arguments: At least four.
  private mutating func pickledTensor(_ arguments: [PickleValue]) throws(WinnowError) -> PickledTensor {
    guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
      case .tuple(let shape) = arguments[2], case .tuple(let strides) = arguments[3]
    else { throw Self.wrongArguments }
    return PickledTensor(
      storage: storage, offset: offset, shape: try integers(elements[shape]), strides: try integers(elements[strides]))
  }

  private mutating func integers(_ values: ArraySlice<PickleValue>) throws(WinnowError) -> [Int] {
    try spend(values.count)
    var integers: [Int] = []
    for value in values {
      guard case .integer(let integer) = value else { throw Self.wrongArguments }
      integers.append(integer)
    }
    return integers
  }

  /// Attributes of an OrderedDict, such as PyTorch's `_metadata`, are of no use here.
  private mutating func build() throws(WinnowError) {
    _ = try pop()
    guard case .dictionary(let index) = try top(), dictionaries[index].isOrdered else { throw Self.wrongArguments }
  }

  /// `("storage", type, key, device, count)`, in the old format with None behind.
  private func pickledStorage(_ id: PickleValue) throws(WinnowError) -> PickledStorage {
    guard case .tuple(let range) = id, 5...6 ~= range.count else { throw Self.wrongArguments }
    let parts = Array(elements[range])
    guard parts[0] == .text("storage"), case .global(.storageType(let type)) = parts[1], case .text(let key) = parts[2],
      key.utf8.count <= Self.longestName, case .integer(let count) = parts[4], count >= 0,
      parts.count == 5 || parts[5] == .none
    else { throw Self.wrongArguments }
    return PickledStorage(key: key, elementType: type, count: count)
  }

  private mutating func push(_ dictionary: PickledDictionary) {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append(dictionary)
  }

  /// The last value of the innermost open container.
  private func top() throws(WinnowError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.unbalanced }
    return value
  }

  private mutating func pop() throws(WinnowError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(WinnowError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw Self.unbalanced }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(WinnowError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Self.unbalanced }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func spend(_ count: Int) throws(WinnowError) {
    guard count <= steps else {
      throw .brokenStateDict("it has more values than any state dict", remedy: WinnowError.savingAlone)
    }
    steps -= count
  }

  private static var unbalanced: WinnowError { .brokenStateDict("its pickle takes values that are not there") }

  private static var wrongArguments: WinnowError {
    .brokenStateDict(
      "its pickle builds something that is no tensor and no OrderedDict", remedy: WinnowError.savingAlone)
  }
}
