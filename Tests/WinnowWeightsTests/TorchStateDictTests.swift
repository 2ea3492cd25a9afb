import Testing
import WinnowCore
import WinnowGraph

@testable import WinnowWeights

@Suite("Files of torch.save")
struct TorchStateDictTests {
  private static let floats = Numbers(
    "0", "FloatStorage", [1, 2, 3, 4, 5, 6].flatMap { littleEndian(Float($0).bitPattern) })
  private static let matrix = Pickled.tensor(floats, [2, 3], [3, 1])

  private static func complaint(_ file: [UInt8]) -> String? {
    do {
      _ = try TorchStateDict.read(file)
      return nil
    } catch {
      return error.code == .malformed && error.remedy != nil ? error.message : "\(error.code.rawValue)"
    }
  }

  /// What reading a file says whose one tensor is this.
  private static func complaint(_ tensor: Pickled, _ numbers: [Numbers] = [floats]) -> String? {
    complaint(TorchFormat.archive.file(.dictionary([("w", tensor)]), numbers))
  }

  @Test("give their tensors by name, with shape and numbers", arguments: TorchFormat.allCases)
  func read(format: TorchFormat) throws {
    let count = Numbers("1", "LongStorage", littleEndian(Int64(-7)))
    let file = format.file(
      .dictionary([("w", Self.matrix), ("n", .tensor(count, [], []))]), [Self.floats, count])
    let tensors = try TorchStateDict.read(file)
    #expect(tensors.keys.sorted() == ["n", "w"])
    #expect(tensors["w"]?.floats == [1, 2, 3, 4, 5, 6] && tensors["w"]?.shape == [2, 3])
    #expect(tensors["n"]?.integers == [-7] && tensors["n"]?.shape == [])
  }

  @Test("are known by their first bytes", arguments: TorchFormat.allCases)
  func beginning(format: TorchFormat) {
    let file = format.file(.dictionary([("w", Self.matrix)]), [Self.floats])
    #expect(TorchStateDict.isBeginning(file) && TorchStateDict.isBeginning(file.prefix(32)))
    #expect(!TorchStateDict.isBeginning(file.prefix(3)))
    #expect(!TorchStateDict.isBeginning([UInt8]()) && !TorchStateDict.isBeginning([0x80, 2, 0x7D, 0x2E]))
    #expect(TorchStateDict.isBeginning([0x80, 4, 0x95] + littleEndian(UInt64(13)) + Pickled.magicNumber.bytes))
  }

  @Test(
    "keep the type of their numbers", arguments: TorchFormat.allCases,
    [
      (type: "HalfStorage", is: ElementType.float16, one: [0x00, 0x3C] as [UInt8]),
      (type: "BFloat16Storage", is: .bfloat16, one: [0x80, 0x3F]),
      (type: "DoubleStorage", is: .double, one: [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
      (type: "IntStorage", is: .int32, one: [1, 0, 0, 0]), (type: "ShortStorage", is: .int16, one: [1, 0]),
      (type: "CharStorage", is: .int8, one: [1]), (type: "ByteStorage", is: .uint8, one: [1]),
      (type: "BoolStorage", is: .bool, one: [1]),
    ])
  func types(format: TorchFormat, numbers: (type: String, is: ElementType, one: [UInt8])) throws {
    let storage = Numbers("k", numbers.type, numbers.one + numbers.one, count: 2)
    let tensor = try TorchStateDict.read(
      format.file(.dictionary([("w", .tensor(storage, [2], [1]))]), [storage]))["w"]
    #expect(tensor?.elementType == numbers.is && tensor?.shape == [2])
    #expect(tensor?.floats ?? tensor?.integers?.map(Float.init) == [1, 1])
  }

  @Test("with transposed, stepping and repeated numbers give them row-major")
  func strides() throws {
    let tensors = try TorchStateDict.read(
      TorchFormat.archive.file(
        .dictionary([
          ("transposed", .tensor(Self.floats, [3, 2], [1, 3])), ("every second", .tensor(Self.floats, [3], [2])),
          ("repeated", .tensor(Self.floats, [2, 2], [0, 1], offset: 4)),
          ("column", .tensor(Self.floats, [2, 1], [3, 9])),
          ("blocks", .tensor(Self.floats, [2, 1, 2], [4, 77, 1])), ("none", .tensor(Self.floats, [0, 3], [3, 1])),
          ("one", .tensor(Self.floats, [1, 1], [Int32.max, Int32.max], offset: 5)),
        ]), [Self.floats]))
    #expect(tensors["transposed"]?.floats == [1, 4, 2, 5, 3, 6] && tensors["transposed"]?.shape == [3, 2])
    #expect(tensors["every second"]?.floats == [1, 3, 5])
    #expect(tensors["repeated"]?.floats == [5, 6, 5, 6])
    #expect(tensors["column"]?.floats == [1, 4] && tensors["column"]?.shape == [2, 1])
    #expect(tensors["blocks"]?.floats == [1, 2, 5, 6])
    #expect(tensors["none"]?.floats == [] && tensors["none"]?.shape == [0, 3])
    #expect(tensors["one"]?.floats == [6])
  }

  @Test("whose tensors look at the same numbers give each its own part", arguments: TorchFormat.allCases)
  func shared(format: TorchFormat) throws {
    let tensors = try TorchStateDict.read(
      format.file(
        .dictionary([
          ("a", .tensor(Self.floats, [4], [1])), ("b", .tensor(Self.floats, [4], [1], offset: 2)), ("c", Self.matrix),
        ]), [Self.floats]))
    #expect(tensors["a"]?.floats == [1, 2, 3, 4] && tensors["b"]?.floats == [3, 4, 5, 6])
    #expect(tensors["c"]?.floats == [1, 2, 3, 4, 5, 6])
  }

  @Test("with an OrderedDict, its metadata and parameters are read as well", arguments: TorchFormat.allCases)
  func ordered(format: TorchFormat) throws {
    let metadata = Pickled.dictionary([("_metadata", .ordered([("", .dictionary([("version", .integer(1))]))]))])
    let parameter = Pickled.call(
      "torch._utils", "_rebuild_parameter", [Self.matrix, .boolean(true), .ordered([])])
    let tensors = try TorchStateDict.read(
      format.file(.built(.ordered([("w", parameter)]), metadata), [Self.floats]))
    #expect(tensors.count == 1 && tensors["w"]?.floats == [1, 2, 3, 4, 5, 6])
  }

  @Test("that Python 2 or PyTorch before 0.4 wrote are read as well")
  func old() throws {
    let tensor = Pickled.call(
      "torch._utils", "_rebuild_tensor",
      [.storage(Self.floats), .integer(0), .integers([3, 2]), .integers([1, 3])])
    let pairs = Pickled.list([.list([.oldText("w"), tensor])])
    let file = TorchFormat.stream.file(.call("collections", "OrderedDict", [pairs]), [Self.floats])
    #expect(try TorchStateDict.read(file)["w"]?.floats == [1, 4, 2, 5, 3, 6])
  }

  @Test("of newer protocols, with frames and memo, are read as well")
  func newer() throws {
    let pickle =
      [0x80, 4, 0x95] + littleEndian(UInt64(2)) + [0x7D, 0x94, 0x28] + Pickled.shortText("w").bytes + [0x94]
      + Self.matrix.bytes + [0x94] + Pickled.shortText("v").bytes + [0x68, 2, 0x75, 0x2E]
    let tensors = try TorchStateDict.read(zipFile(TorchFormat.members(pickle, [Self.floats])))
    #expect(tensors["w"]?.floats == [1, 2, 3, 4, 5, 6] && tensors["v"] == tensors["w"])
  }

  @Test("that wrap the weights give the weights alone, without \"module.\"", arguments: ["state_dict", "model"])
  func wrapped(name: String) throws {
    let weights = Pickled.ordered([("module.w", Self.matrix), ("module.v", Self.matrix)])
    let file = TorchFormat.archive.file(
      .dictionary([
        ("epoch", .integer(3)), ("rate", .float(0.1)), ("best", .none), (name, weights),
        ("optimizer", .dictionary([("w", Self.matrix), ("on", .boolean(false)), ("list", .list([.integer(1)]))])),
      ]), [Self.floats])
    #expect(try TorchStateDict.read(file).keys.sorted() == ["v", "w"])
  }

  @Test("keep \"module.\" where not all names have it")
  func prefix() throws {
    let file = TorchFormat.archive.file(
      .dictionary([("module.w", Self.matrix), ("model", Self.matrix)]), [Self.floats])
    #expect(try TorchStateDict.read(file).keys.sorted() == ["model", "module.w"])
  }

  @Test("that would run something in Python are refused by its name", arguments: TorchFormat.allCases)
  func programs(format: TorchFormat) throws {
    let command = Pickled.text("touch /tmp/run")
    for (module, name) in [
      ("os", "system"), ("torch.storage", "_load_from_bytes"), ("builtins", "eval"), ("torch", "load"),
    ] {
      for call in [
        Pickled.call(module, name, [command]),
        .raw(
          Pickled.shortText(module).bytes + Pickled.shortText(name).bytes + [0x93] + Pickled.tuple([command]).bytes
            + [0x52]),
        .global(module, name),
      ] {
        let file = format.file(.dictionary([("w", Self.matrix), ("x", call)]), [Self.floats])
        #expect(try #require(Self.complaint(file)).contains("the file would run \(module).\(name)"))
      }
    }
  }

  @Test("that call what only names a type, or with wrong arguments, are refused")
  func arguments() {
    for wrong: Pickled in [
      .call("torch", "FloatStorage", []), .call("torch._utils", "_rebuild_tensor_v2", []),
      .call("torch._utils", "_rebuild_tensor_v2", [.storage(Self.floats)]),
      .call("torch._utils", "_rebuild_parameter", [.none, .none, .none]),
      .call("collections", "OrderedDict", [.list([.integer(1)])]), .call("collections", "OrderedDict", [.none]),
      .built(.list([]), .dictionary([])), .built(.dictionary([]), .dictionary([])), .built(Self.matrix, .none),
      .raw(Pickled.integer(1).bytes + Pickled.tuple([]).bytes + [0x52]),
      .raw(Pickled.text("0").bytes + [0x51]), .raw(Pickled.tuple([.text("module")]).bytes + [0x51]),
      .raw([0x69] + Array("os\nsystem\n".utf8)), .raw([0x6F]), .raw([0x81]), .raw([0x82, 1]),
    ] {
      #expect(Self.complaint(wrong) != nil, "\(wrong)")
    }
  }

  @Test("that end early are refused, wherever they end", arguments: TorchFormat.allCases)
  func truncated(format: TorchFormat) {
    let file = format.file(.ordered([("w", Self.matrix), ("n", .none)]), [Self.floats])
    #expect(Self.complaint(file) == nil)
    for length in 0..<file.count { #expect(Self.complaint(Array(file[..<length])) != nil, "\(length)") }
  }

  @Test("with any byte changed are read or refused, and nothing else happens", arguments: TorchFormat.allCases)
  func changed(format: TorchFormat) {
    var random = SeededGenerator(seed: 1)
    let file = format.file(
      .ordered([("w", Self.matrix), ("v", .tensor(Self.floats, [3, 2], [1, 3]))]), [Self.floats])
    var refused = 0
    for _ in 0..<5000 {
      var broken = file
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        broken[Int.random(in: 0..<broken.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Self.complaint(broken) != nil { refused += 1 }
    }
    #expect(refused > 2000)
  }

  @Test("whose tensors reach out of their numbers are refused by name")
  func outside() throws {
    for tensor: Pickled in [
      .tensor(Self.floats, [7], [1]), .tensor(Self.floats, [6], [1], offset: 1), .tensor(Self.floats, [2, 3], [4, 1]),
      .tensor(Self.floats, [2], [Int32.max]), .tensor(Self.floats, [1], [1], offset: 6),
      .tensor(Self.floats, [2], [-1], offset: 3), .tensor(Self.floats, [1], [1], offset: -1),
      .tensor(Self.floats, [-1], [1]), .tensor(Self.floats, [2], [1, 1]), .tensor(Self.floats, [], [1]),
      .tensor(Self.floats, [Int32](repeating: 1, count: 65), [Int32](repeating: 1, count: 65)),
    ] {
      #expect(try #require(Self.complaint(tensor)).contains("the tensor \"w\""))
    }
  }

  @Test("with counts that no file has are refused without asking for memory")
  func hugeCounts() throws {
    let most = Int32.max
    #expect(Self.complaint(.tensor(Self.floats, [most, most, most], [0, 0, 0])) != nil)
    #expect(try #require(Self.complaint(.tensor(Self.floats, [most, 2], [0, 0]))).contains("larger than the file"))
    let wide: [UInt8] = [0x8A, 8] + littleEndian(Int64.max)
    for (place, huge) in [(1, wide), (2, Pickled.tuple([.raw(wide)]).bytes), (3, Pickled.tuple([.raw(wide)]).bytes)] {
      var arguments = [Pickled.storage(Self.floats), .integer(0), .integers([2]), .integers([1]), .none, .none]
      arguments[place] = .raw(huge)
      #expect(Self.complaint(.call("torch._utils", "_rebuild_tensor_v2", arguments)) != nil)
    }
    let longKey = Numbers(String(repeating: "0", count: 10_000), "FloatStorage", [])
    #expect(Self.complaint(.storage(longKey)) != nil)
    for code: UInt8 in [0x54, 0x58, 0x42, 0x8B] {
      #expect(Self.complaint(.raw([code] + littleEndian(UInt32.max))) != nil)
    }
    for code: UInt8 in [0x8D, 0x8E, 0x95] { #expect(Self.complaint(.raw([code] + littleEndian(UInt64.max))) != nil) }
    for count in [Int64.max, -1, 5, 7] {
      let storage = Pickled.tuple([
        .text("storage"), .global("torch", "FloatStorage"), .text("0"), .text("cpu"),
        .raw([0x8A, 8] + littleEndian(count)),
      ])
      let tensor = Pickled.call(
        "torch._utils", "_rebuild_tensor_v2",
        [.raw(storage.bytes + [0x51]), .integer(0), .integers([0]), .integers([1]), .none, .none])
      for format in TorchFormat.allCases {
        #expect(Self.complaint(format.file(.dictionary([("w", tensor)]), [Self.floats])) != nil, "\(count)")
      }
    }
  }

  @Test("whose tensors repeat their numbers until they outgrow the file are refused")
  func growth() throws {
    let many = (0..<2000).map { ("\($0)", Pickled.raw([0x68, 0])) }
    let numbers = Numbers("0", "ByteStorage", [UInt8](repeating: 1, count: 1000))
    let tensor = Pickled.raw(Pickled.tensor(numbers, [1000], [1]).bytes + [0x71, 0])
    let file = TorchFormat.archive.file(.dictionary([("w", tensor)] + many), [numbers])
    #expect(try #require(Self.complaint(file)).contains("larger than the file"))
  }

  @Test("that use a value they never kept, or take values that are not there, are refused")
  func memo() throws {
    #expect(try #require(Self.complaint(.raw([0x68, 7]))).contains("the value 7"))
    for wrong: [UInt8] in [
      [0x6A, 0xFF, 0xFF, 0xFF, 0xFF], [0x71, 0], [0x74, 0x74], [0x65], [0x75], [0x73], [0x61], [0x62], [0x52],
      [0x85, 0x85, 0x87], [0x93], [0x51], [0x2E], [0x28, 0x2E], [0x28, 0x71, 0], [0x5D, 0x28, 0x4E, 0x75],
      [0x7D, 0x28, 0x4E, 0x75], [0x4E, 0x4E, 0x61], [0x80, 1], [0x80, 99], [0x58, 1, 0, 0, 0, 0xFF], [0x63],
      [0x63] + [UInt8](repeating: 0x41, count: 400) + Array("\nx\n".utf8),
    ] {
      #expect(Self.complaint(zipFile(TorchFormat.members([0x80, 2] + wrong + [0x2E], []))) != nil, "\(wrong)")
      #expect(Self.complaint(.raw(wrong)) != nil, "\(wrong)")
    }
    let farthest = Pickled.raw(Self.matrix.bytes + [0x72, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(Self.complaint(farthest) == nil)
  }

  @Test("with values in each other, to any depth or in a circle, are read without recursion")
  func depth() throws {
    let deep = [0x29] + [UInt8](repeating: 0x85, count: 200_000)
    let lists = [UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)
    let circle: [UInt8] = [0x5D, 0x71, 9, 0x68, 9, 0x61]
    let file = TorchFormat.archive.file(
      .dictionary([("t", .raw(deep)), ("l", .raw(lists)), ("c", .raw(circle)), ("w", Self.matrix)]), [Self.floats])
    #expect(try TorchStateDict.read(file)["w"]?.floats == [1, 2, 3, 4, 5, 6])
    #expect(Self.complaint(.raw([UInt8](repeating: 0x28, count: 200_000))) != nil)
  }

  @Test("with more values than any state dict, in the file or by copying, are refused")
  func steps() throws {
    let empty = [UInt8](repeating: 0x7D, count: 2_200_000)
    #expect(try #require(Self.complaint(.list([.raw(empty)]))).contains("more values"))
    let pair = Pickled.tuple([.none, .none]).bytes
    let pairs = Pickled.list((0..<10_000).map { _ in .raw(pair) })
    let copies = [[UInt8]](repeating: [0x68, 1, 0x68, 0, 0x52], count: 10_000).flatMap(\.self)
    let program =
      Pickled.tuple([pairs]).bytes + [0x71, 0] + Pickled.global("collections", "OrderedDict").bytes + [0x71, 1] + copies
    #expect(try #require(Self.complaint(.list([.raw(program)]))).contains("more values"))
  }

  @Test("with big-endian numbers are refused")
  func byteOrder() throws {
    let pickle = Pickled.dictionary([("w", Self.matrix)])
    let members = TorchFormat.members(pickle.pickle, [Self.floats], byteOrder: "big")
    #expect(try #require(Self.complaint(zipFile(members))).contains("big-endian"))
    let stream = TorchFormat.streamed(pickle, [Self.floats], isLittleEndian: false)
    #expect(try #require(Self.complaint(stream)).contains("big-endian"))
    let unsaid = TorchFormat.members(pickle.pickle, [Self.floats]).filter { !$0.name.hasSuffix("byteorder") }
    #expect(Self.complaint(zipFile(unsaid)) == nil)
  }

  @Test("without their numbers, or with two kinds of them under one key, are refused")
  func numbers() throws {
    let pickle = Pickled.dictionary([("w", Self.matrix)])
    for format in TorchFormat.allCases {
      #expect(try #require(Self.complaint(format.file(pickle, []))).contains("the numbers \"0\" are missing"))
    }
    let other = Numbers("1", "ByteStorage", [1])
    for list in [[other], [Self.floats, other], [Self.floats, Self.floats]] {
      #expect(Self.complaint(TorchFormat.stream.file(pickle, list)) != nil)
    }
    let integers = Numbers("0", "IntStorage", Self.floats.bytes, count: 6)
    let both = Pickled.dictionary([("w", Self.matrix), ("v", .tensor(integers, [1], [1]))])
    #expect(try #require(Self.complaint(TorchFormat.archive.file(both, [Self.floats]))).contains("two types or sizes"))
  }

  @Test("that hold something else than named tensors are refused with what to do", arguments: TorchFormat.allCases)
  func others(format: TorchFormat) {
    for other: Pickled in [
      Self.matrix, .none, .list([Self.matrix]), .dictionary([]), .dictionary([("a", .integer(1))]),
      .dictionary([("model", .dictionary([])), ("w", Self.matrix)]),
      .dictionary([("w", Self.matrix), ("w", Self.matrix)]),
    ] {
      #expect(Self.complaint(format.file(other, [Self.floats])) != nil)
    }
  }

  @Test("with names that steer a terminal are named without that")
  func shownNames() throws {
    let file = TorchFormat.archive.file(
      .dictionary([("w\u{1B}[2J\u{202E}", .tensor(Self.floats, [9], [1]))]), [Self.floats])
    let message = try #require(Self.complaint(file))
    #expect(message.contains("w?[2J?") && !message.contains("\u{1B}"))
  }
}

@Suite("Zip files of torch.save")
struct ZipArchiveTests {
  private static let members = [
    ZipMember("a/data.pkl", [1, 2, 3]), ZipMember("a/data/0", [4, 5]), ZipMember("a/none", []),
  ]

  /// The file with a member changed, and what stands at its end.
  private static func isRefused(
    _ place: Int = 1, directory: ZipEnd = ZipEnd(), _ change: (inout ZipMember) -> Void = { _ in }
  ) -> Bool {
    var members = Self.members
    change(&members[place])
    return (try? ZipArchive(zipFile(members, directory))) == nil
  }

  @Test("give their members as they lie in the file")
  func read() throws {
    let archive = try ZipArchive(zipFile(Self.members))
    #expect(archive.names.sorted() == ["a/data.pkl", "a/data/0", "a/none"])
    #expect(try archive.member("a/data.pkl") == [1, 2, 3] && archive.member("a/data/0") == [4, 5])
    #expect(try archive.member("a/none") == [] && archive.member("b") == nil)
  }

  @Test("in the wide form, with sizes behind the members, or with a comment are read as well")
  func forms() throws {
    for end in [ZipEnd(isWide: true), ZipEnd(comment: Array("PK\u{5}\u{6} no end".utf8))] {
      #expect(try ZipArchive(zipFile(Self.members, end)).member("a/data/0") == [4, 5])
    }
    var members = Self.members
    for index in members.indices {
      members[index].flags = 8
      members[index].localSize = 0
      members[index].padding = 60
    }
    #expect(try ZipArchive(zipFile(members)).member("a/data/0") == [4, 5])
  }

  @Test("refuse compressed members with a word about it, but only where they are wanted")
  func deflated() throws {
    var members = Self.members
    members[1].method = 8
    members[1].fullSize = 100
    let archive = try ZipArchive(zipFile(members))
    #expect(try archive.member("a/data.pkl") == [1, 2, 3])
    let error = #expect(throws: WinnowError.self) { try archive.member("a/data/0") }
    #expect(error?.message.contains("deflated") == true && error?.code == .malformed)
  }

  @Test("whose sizes or places lie are refused")
  func lies() {
    #expect(!Self.isRefused())
    for size in [1, 3, 1000, UInt32.max - 1, .max] {
      #expect(Self.isRefused { $0.size = size }, "\(size)")
      #expect(Self.isRefused { ($0.size, $0.fullSize, $0.localSize) = (size, size, size) } || size == 1, "\(size)")
    }
    for size: UInt32 in [1, 3, 1000] {
      #expect(Self.isRefused { $0.fullSize = size })
      #expect(Self.isRefused { $0.localSize = size })
    }
    for offset in [1, 1000, UInt32.max - 1, .max] { #expect(Self.isRefused { $0.offset = offset }, "\(offset)") }
    #expect(Self.isRefused { $0.localName = "a/data/1" })
    #expect(Self.isRefused { $0.localMethod = 8 })
    #expect(Self.isRefused { $0.flags = 1 })
    #expect(Self.isRefused { $0.nameBytes = [0x61, 0xFF] })
    for isWide in [false, true] {
      for count in [0, 2, 4, 1000, 0xFFFE] {
        #expect(Self.isRefused(directory: ZipEnd(isWide: isWide, count: count)), "\(count)")
      }
      for size in [0, 1, 1000, 0xFFFF_FFFE] {
        #expect(Self.isRefused(directory: ZipEnd(isWide: isWide, size: size)), "\(size)")
        #expect(Self.isRefused(directory: ZipEnd(isWide: isWide, offset: size)), "\(size)")
      }
    }
    for count in [Int.max, 100_001] { #expect(Self.isRefused(directory: ZipEnd(isWide: true, count: count))) }
    #expect(Self.isRefused(directory: ZipEnd(isWide: true, size: .max)))
    #expect(Self.isRefused(directory: ZipEnd(isWide: true, offset: .max)))
    #expect(Self.isRefused(directory: ZipEnd(isWide: true, locator: .max)))
    #expect(Self.isRefused(directory: ZipEnd(isWide: true, locator: 0)))
    #expect(Self.isRefused(directory: ZipEnd(disk: 1)))
  }

  @Test("whose members overlap, or have one name, are refused")
  func overlapping() {
    let inner = zipFile([ZipMember("b", [9])])
    var outer = ZipMember("a", inner)
    #expect((try? ZipArchive(zipFile([outer, ZipMember("b", [9])]))) != nil)
    // The second member is what lies inside of the first.
    outer.padding = 0
    var hidden = ZipMember("b", [9])
    hidden.offset = UInt32(zipFile([outer]).firstRange(of: inner)?.lowerBound ?? 0)
    let error = #expect(throws: WinnowError.self) { try ZipArchive(zipFile([outer, hidden])) }
    #expect(error?.message.contains("overlap") == true)
    #expect(throws: WinnowError.self) { try ZipArchive(zipFile([ZipMember("a", [1]), ZipMember("a", [2])])) }
  }

  @Test("without one data.pkl, or with a program of TorchScript, are refused")
  func noStateDict() {
    for names in [["a/b"], [], ["a/data.pkl", "b/data.pkl"], ["a/data.pkl", "a/constants.pkl"]] {
      let file = zipFile(names.map { ZipMember($0, [0x80, 2, 0x7D, 0x2E]) } + [ZipMember("x", [])])
      #expect(throws: WinnowError.self) { try TorchStateDict.read(file) }
    }
  }
}

func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

/// A storage: its key, its type by PyTorch's name, and its numbers.
struct Numbers {
  var key: String
  var type: String
  var bytes: [UInt8]
  var count: Int

  init(_ key: String, _ type: String, _ bytes: [UInt8], count: Int? = nil) {
    (self.key, self.type, self.bytes) = (key, type, bytes)
    let width = ["FloatStorage": 4, "LongStorage": 8][type] ?? 1
    self.count = count ?? bytes.count / width
  }
}

/// A value, and the pickle that builds it.
struct Pickled {
  /// Instructions that leave one value on the stack, unless a test wants otherwise.
  var bytes: [UInt8]

  static func raw(_ bytes: [UInt8]) -> Pickled { Pickled(bytes: bytes) }

  static let none = raw([0x4E])
  static let magicNumber = raw([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])

  static func boolean(_ value: Bool) -> Pickled { raw([value ? 0x88 : 0x89]) }
  static func integer(_ value: Int32) -> Pickled { raw([0x4A] + littleEndian(value)) }
  static func float(_ value: Double) -> Pickled { raw([0x47] + littleEndian(value.bitPattern.byteSwapped)) }
  static func text(_ value: String) -> Pickled {
    raw([0x58] + littleEndian(UInt32(value.utf8.count)) + Array(value.utf8))
  }
  static func shortText(_ value: String) -> Pickled { raw([0x8C, UInt8(value.utf8.count)] + Array(value.utf8)) }
  static func oldText(_ value: String) -> Pickled { raw([0x55, UInt8(value.utf8.count)] + Array(value.utf8)) }
  static func tuple(_ values: [Pickled]) -> Pickled { raw([0x28] + values.flatMap(\.bytes) + [0x74]) }
  static func integers(_ values: [Int32]) -> Pickled { tuple(values.map(integer)) }
  static func list(_ values: [Pickled]) -> Pickled { raw([0x5D, 0x28] + values.flatMap(\.bytes) + [0x65]) }
  static func dictionary(_ items: [(String, Pickled)]) -> Pickled { filled(raw([0x7D]), items) }
  static func ordered(_ items: [(String, Pickled)]) -> Pickled {
    filled(call("collections", "OrderedDict", []), items)
  }
  private static func filled(_ empty: Pickled, _ items: [(String, Pickled)]) -> Pickled {
    raw(empty.bytes + [0x28] + items.flatMap { text($0).bytes + $1.bytes } + [0x75])
  }

  static func global(_ module: String, _ name: String) -> Pickled { raw([0x63] + Array("\(module)\n\(name)\n".utf8)) }
  static func call(_ module: String, _ name: String, _ arguments: [Pickled]) -> Pickled {
    raw(global(module, name).bytes + tuple(arguments).bytes + [0x52])
  }
  static func built(_ value: Pickled, _ state: Pickled) -> Pickled { raw(value.bytes + state.bytes + [0x62]) }

  static func storage(_ numbers: Numbers) -> Pickled {
    let id = tuple([
      text("storage"), global("torch", numbers.type), text(numbers.key), text("cpu"), integer(Int32(numbers.count)),
    ])
    return raw(id.bytes + [0x51])
  }

  static func tensor(
    _ numbers: Numbers, _ shape: [Int32], _ strides: [Int32], offset: Int32 = 0
  ) -> Pickled {
    call(
      "torch._utils", "_rebuild_tensor_v2",
      [storage(numbers), integer(offset), integers(shape), integers(strides), boolean(false), ordered([])])
  }

  var pickle: [UInt8] { [0x80, 2] + bytes + [0x2E] }
}

/// The two formats, as torch.save writes them.
enum TorchFormat: CaseIterable {
  case archive
  case stream

  func file(_ value: Pickled, _ numbers: [Numbers]) -> [UInt8] {
    self == .archive ? zipFile(Self.members(value.pickle, numbers)) : Self.streamed(value, numbers)
  }

  static func members(_ pickle: [UInt8], _ numbers: [Numbers], byteOrder: String = "little") -> [ZipMember] {
    [ZipMember("archive/data.pkl", pickle), ZipMember("archive/byteorder", Array(byteOrder.utf8))]
      + numbers.map { ZipMember("archive/data/\($0.key)", $0.bytes) }
  }

  static func streamed(_ value: Pickled, _ numbers: [Numbers], isLittleEndian: Bool = true) -> [UInt8] {
    let system = Pickled.dictionary([
      ("protocol_version", .integer(1001)), ("little_endian", .boolean(isLittleEndian)),
    ])
    let keys = Pickled.list(numbers.map { .text($0.key) })
    return [.magicNumber, .integer(1001), system, value, keys].flatMap(\.pickle)
      + numbers.flatMap { littleEndian(Int64($0.count)) + $0.bytes }
  }
}

/// A member, and what the file says of it where that is not the truth.
struct ZipMember {
  var name: String
  var content: [UInt8]
  var method: UInt16 = 0
  var flags: UInt16 = 0
  var size: UInt32?
  var fullSize: UInt32?
  var offset: UInt32?
  var localSize: UInt32?
  var localName: String?
  var localMethod: UInt16?
  var nameBytes: [UInt8]?
  /// How many bytes are put before the content.
  var padding: UInt16 = 5

  init(_ name: String, _ content: [UInt8]) { (self.name, self.content) = (name, content) }
}

/// What the end of a zip file says of its directory where that is not the truth.
struct ZipEnd {
  var isWide = false
  var count: Int?
  var size: Int?
  var offset: Int?
  var locator: Int?
  var disk: UInt16 = 0
  var comment: [UInt8] = []
}

func zipFile(_ members: [ZipMember], _ end: ZipEnd = ZipEnd()) -> [UInt8] {
  var file: [UInt8] = []
  var directory: [UInt8] = []
  for member in members {
    let size = UInt32(member.content.count)
    let offset = member.offset ?? UInt32(file.count)
    let name = member.nameBytes ?? Array((member.localName ?? member.name).utf8)
    file += littleEndian(0x0403_4B50 as UInt32) + littleEndian(20 as UInt16) + littleEndian(member.flags)
    file += littleEndian(member.localMethod ?? member.method) + [UInt8](repeating: 0, count: 8)
    file += littleEndian(member.localSize ?? size) + littleEndian(member.localSize ?? size)
    file += littleEndian(UInt16(name.count)) + littleEndian(member.padding) + name
    file += [UInt8](repeating: 0x5A, count: Int(member.padding)) + member.content

    let listed = member.nameBytes ?? Array(member.name.utf8)
    let extra = end.isWide ? [1, 0, 8, 0] + littleEndian(UInt64(offset)) : []
    directory +=
      littleEndian(0x0201_4B50 as UInt32) + littleEndian(20 as UInt16) + littleEndian(20 as UInt16)
      + littleEndian(member.flags)
    directory += littleEndian(member.method) + [UInt8](repeating: 0, count: 8)
    directory += littleEndian(member.size ?? size) + littleEndian(member.fullSize ?? size)
    directory +=
      littleEndian(UInt16(listed.count)) + littleEndian(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
    directory += littleEndian(end.isWide ? .max : offset) + listed + extra
  }
  let start = file.count
  file += directory
  let wideEnd = file.count
  let count = end.count ?? members.count
  let size = end.size ?? directory.count
  let offset = end.offset ?? start
  if end.isWide {
    file +=
      littleEndian(0x0606_4B50 as UInt32) + littleEndian(44 as UInt64) + littleEndian(45 as UInt16)
      + littleEndian(45 as UInt16)
    file += littleEndian(0 as UInt64) + littleEndian(UInt64(count)) + littleEndian(UInt64(count))
    file += littleEndian(UInt64(size)) + littleEndian(UInt64(offset))
    file +=
      littleEndian(0x0706_4B50 as UInt32) + littleEndian(0 as UInt32) + littleEndian(UInt64(end.locator ?? wideEnd))
    file += littleEndian(1 as UInt32)
  }
  file += littleEndian(0x0605_4B50 as UInt32) + littleEndian(end.disk) + littleEndian(end.disk)
  for _ in 0..<2 { file += littleEndian(end.isWide ? .max : UInt16(count)) }
  file += littleEndian(end.isWide ? .max : UInt32(size)) + littleEndian(end.isWide ? .max : UInt32(offset))
  return file + littleEndian(UInt16(end.comment.count)) + end.comment
}
