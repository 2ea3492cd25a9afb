/// How often each class was taken for each. What the figures of a classifier are counted from.
public struct ConfusionMatrix: Hashable, Sendable {
  public let classCount: Int
  /// `[right class, answered class]`, row by row.
  private var cells: [Int]

  public init(classCount: Int) {
    self.classCount = classCount
    cells = [Int](repeating: 0, count: classCount * classCount)
  }

  /// The figures of one class, as scikit-learn counts them; nil where there is nothing to divide by.
  public struct ClassFigures: Hashable, Sendable {
    /// Pictures of the class, and pictures that were taken for it.
    public let count: Int
    public let answered: Int
    public let hits: Int

    public var precision: Double? { Share(hits, of: answered).value }
    public var recall: Double? { Share(hits, of: count).value }
    /// 0 where no picture of the class was found though there were some, or others were taken for it.
    public var f1: Double? { count + answered == 0 ? nil : 2 * Double(hits) / Double(count + answered) }
  }

  public mutating func add(right: Int, answered: Int) { cells[right * classCount + answered] += 1 }

  public subscript(right: Int, answered: Int) -> Int { cells[right * classCount + answered] }

  public var count: Int { cells.reduce(0, +) }

  public var accuracy: Share { Share((0..<classCount).reduce(0) { $0 + self[$1, $1] }, of: count) }

  public func figures(of label: Int) -> ClassFigures {
    ClassFigures(
      count: (0..<classCount).reduce(0) { $0 + self[label, $1] },
      answered: (0..<classCount).reduce(0) { $0 + self[$1, label] }, hits: self[label, label])
  }

  /// The mean of F1 over the classes that there are pictures of; nil without pictures.
  public var macroF1: Double? {
    let figures = (0..<classCount).map(figures).filter { $0.count > 0 }
    return figures.isEmpty ? nil : figures.reduce(0) { $0 + ($1.f1 ?? 0) } / Double(figures.count)
  }

  /// The mean of F1 over the pictures; nil without pictures.
  public var weightedF1: Double? {
    let total = count
    guard total > 0 else { return nil }
    return (0..<classCount).map(figures).reduce(0) { $0 + ($1.f1 ?? 0) * Double($1.count) } / Double(total)
  }
}
