public import WinnowCore
public import WinnowGraph

/// Tensors by name as `torch.save(model.state_dict(), …)` writes them, in PyTorch's two formats: a zip file, and the
/// stream of pickles from before 1.6.
///
/// A pickle is a program, and loading one in Python runs it. Here nothing is run, and the file is not trusted: names
/// that are not on a short list, and places outside of the file, are refused.
public enum TorchStateDict {
  /// How much larger than the file its tensors may be together: several may look at the same numbers, and strides of
  /// zero repeat them. Chosen, not measured, as `largest` is.
  static let largestGrowth = 8
  /// In bytes, all tensors together.
  static let largest = 4 << 30

  private static let magicNumber: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  private static let streamVersion = 1001

  /// Whether a file begins as one of the two formats does; any zip file begins as the newer.
  public static func isBeginning(_ bytes: some Collection<UInt8>) -> Bool {
    if ZipArchive.isBeginning(bytes) { return true }
    // A pickle of the magic number, which protocols from 4 on put into a frame.
    let number = [PickleOpcode.long1.rawValue, UInt8(magicNumber.count)] + magicNumber
    return bytes.first == PickleOpcode.proto.rawValue
      && [2, 11].contains { bytes.dropFirst($0).starts(with: number) }
  }

  /// - Returns: each tensor; the bytes are shared with `file` where they lie row-major there. A dict around the state
  ///   dict, under "state_dict" or "model", is taken off, as is "module." before all names.
  /// - Throws: `.malformed` for a file that is none, ends early, contradicts itself, would run something in Python, or
  ///   whose tensors would be more than 4 GiB or eight times the file together.
  public static func read(_ file: [UInt8]) throws(WinnowError) -> [String: Tensor] {
    try ZipArchive.isBeginning(file) ? readArchive(file) : readStream(file)
  }

  /// What one pickle held, and the storages that it names, by its numbers for them.
  private struct Contents {
    var machine: PickleMachine
    var value: PickleValue
    var storages: [PickledStorage]

    init(_ pickle: ArraySlice<UInt8>) throws(WinnowError) {
      machine = PickleMachine(pickle)
      var storages: [PickledStorage] = []
      var numbers: [String: Int] = [:]
      value = try machine.run { (storage) throws(WinnowError) in
        guard let number = numbers[storage.key] else {
          numbers[storage.key] = storages.count
          storages.append(storage)
          return storages.count - 1
        }
        guard storages[number] == storage else {
          throw .brokenStateDict("the numbers \"\(storage.key.shown)\" are of two types or sizes")
        }
        return number
      }
      self.storages = storages
    }
  }

  private static func readArchive(_ file: [UInt8]) throws(WinnowError) -> [String: Tensor] {
    let archive = try ZipArchive(file)
    let pickle = "data.pkl"
    let pickles = archive.names.filter { $0.hasSuffix("/" + pickle) }
    guard pickles.count == 1, let name = pickles.first, let bytes = try archive.member(name) else {
      throw .brokenStateDict(
        "it is a zip file with \(pickles.isEmpty ? "no" : "more than one") data.pkl", remedy: WinnowError.savingAlone)
    }
    let folder = String(name.dropLast(pickle.count))
    guard try archive.member(folder + "constants.pkl") == nil else {
      throw .brokenStateDict("it is a program of TorchScript", remedy: WinnowError.savingAlone)
    }
    if let order = try archive.member(folder + "byteorder"), !order.elementsEqual("little".utf8) {
      throw bigEndian
    }
    let contents = try Contents(bytes)
    var places: [ArraySlice<UInt8>] = []
    for storage in contents.storages {
      guard let place = try archive.member(folder + "data/" + storage.key) else {
        throw .brokenStateDict("the numbers \"\(storage.key.shown)\" are missing")
      }
      guard place.count == storage.byteCount else {
        throw .brokenStateDict("the numbers \"\(storage.key.shown)\" are not as many as it says")
      }
      places.append(place)
    }
    return try tensors(contents, places, of: file)
  }

  private static func readStream(_ file: [UInt8]) throws(WinnowError) -> [String: Tensor] {
    var rest = file[...]
    func next() throws(WinnowError) -> Contents {
      let contents = try Contents(rest)
      rest = rest[contents.machine.end...]
      return contents
    }
    guard case .wideInteger(let place) = try next().value, file[place].elementsEqual(magicNumber) else {
      throw .brokenStateDict("it does not begin as one")
    }
    guard try next().value == .integer(streamVersion) else {
      throw .brokenStateDict("it is of another version than \(streamVersion)")
    }
    let system = try next()
    guard case .dictionary(let number) = system.value else { throw .brokenStateDict("it does not begin as one") }
    guard system.machine.dictionaries[number]["little_endian"] == .boolean(true) else { throw bigEndian }
    let contents = try next()
    let keys = try next()
    guard case .list(let list) = keys.value else { throw .brokenStateDict("the list of its numbers is missing") }
    let places = try places(of: contents.storages, keys: keys.machine.lists[list], in: rest)
    return try tensors(contents, places, of: file)
  }

  /// Where the numbers of each storage are: behind each other in the order of `keys`, each with their count before it.
  private static func places(
    of storages: [PickledStorage], keys: [PickleValue], in bytes: ArraySlice<UInt8>
  ) throws(WinnowError) -> [ArraySlice<UInt8>] {
    var waiting: [String: Int] = [:]
    for (number, storage) in storages.enumerated() { waiting[storage.key] = number }
    var places = [ArraySlice<UInt8>](repeating: [], count: storages.count)
    var reader = ByteReader(bytes)
    for key in keys {
      guard case .text(let key) = key, let number = waiting.removeValue(forKey: key) else {
        throw .brokenStateDict("the list of its numbers is not that of its tensors")
      }
      guard try reader.integer(Int64.self) == storages[number].count, let size = storages[number].byteCount else {
        throw .brokenStateDict("the numbers \"\(key.shown)\" are not as many as it says")
      }
      places[number] = try reader.take(size)
    }
    if let missing = waiting.keys.min() { throw .brokenStateDict("the numbers \"\(missing.shown)\" are missing") }
    return places
  }

  private static func tensors(
    _ contents: Contents, _ places: [ArraySlice<UInt8>], of file: [UInt8]
  ) throws(WinnowError) -> [String: Tensor] {
    guard case .dictionary(let number) = contents.value else {
      throw .brokenStateDict("it holds no dict", remedy: WinnowError.savingAlone)
    }
    let machine = contents.machine
    var dictionary = machine.dictionaries[number]
    for name in ["state_dict", "model"] {
      if case .dictionary(let inner) = dictionary[name] {
        dictionary = machine.dictionaries[inner]
        break
      }
    }
    let growth = file.count.multipliedReportingOverflow(by: largestGrowth)
    var room = growth.overflow ? largest : min(largest, growth.partialValue)
    var tensors: [String: Tensor] = [:]
    for (key, value) in dictionary.items {
      guard case .text(let name) = key, case .tensor(let index) = value else { continue }
      let pickled = machine.tensors[index]
      let type = contents.storages[pickled.storage].elementType
      if let size = pickled.byteCount(type) {
        guard size <= room else {
          throw .brokenStateDict(
            "its tensors are larger than the file by far, from \"\(name.shown)\" on", remedy: WinnowError.savingAlone)
        }
        room -= size
      }
      let tensor = try pickled.rowMajor(named: name, type, of: places[pickled.storage])
      guard tensors.updateValue(tensor, forKey: name) == nil else {
        throw .brokenStateDict("the tensor \"\(name.shown)\" is there twice")
      }
    }
    guard !tensors.isEmpty else { throw .brokenStateDict("it holds no tensors", remedy: WinnowError.savingAlone) }
    return withoutPrefix(tensors)
  }

  /// `DataParallel` puts a "module." before all names.
  private static func withoutPrefix(_ tensors: [String: Tensor]) -> [String: Tensor] {
    let prefix = "module."
    guard tensors.keys.allSatisfy({ $0.hasPrefix(prefix) }) else { return tensors }
    var renamed: [String: Tensor] = [:]
    for (name, tensor) in tensors { renamed[String(name.dropFirst(prefix.count))] = tensor }
    return renamed
  }

  private static var bigEndian: WinnowError {
    .brokenStateDict(
      "its numbers are big-endian", remedy: "load it in Python on a little-endian machine, and save it again there")
  }
}

extension WinnowError {
  static let savingAlone = "save the weights alone: torch.save(model.state_dict(), \"weights.pth\")"

  /// The one error for bytes that are no state dict.
  static func brokenStateDict(_ what: String, remedy: String = "fetch it again", cause: String? = nil) -> Self {
    Self(
      .malformed, "the file is no PyTorch state dict that can be read: \(what)", remedy: remedy, cause: cause)
  }
}

extension String {
  /// Fit for a message: short, and without characters that a terminal obeys.
  var shown: String {
    var text = ""
    for scalar in unicodeScalars.prefix(80) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: text += "?"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > 80 ? text + "…" : text
  }
}
