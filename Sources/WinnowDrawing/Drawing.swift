/// An SVG picture that is being drawn. Text and numbers alone; nothing in it loads anything.
public struct Drawing {
  public enum Anchor: String, Sendable {
    case start, middle, end
  }

  /// Dark on light, also in print; chosen.
  public static let ink = "#1b1f24"
  public static let faint = "#d0d7de"
  public static let quiet = "#57606a"

  private let width: Double
  private let height: Double
  private var shapes = ""

  /// - Parameter title: What it shows, for whoever cannot see it.
  public init(width: Double, height: Double, title: String) {
    self.width = width
    self.height = height
    shapes = "<title>\(MarkupText.escaped(title))</title>\n"
    rectangle(0, 0, width, height, fill: "#ffffff")
  }

  public var svg: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
    width="\(Self.number(width))" height="\(Self.number(height))" role="img" \
    font-family="'Noto Sans CJK SC','Noto Sans',system-ui,'DejaVu Sans',sans-serif">
    \(shapes)</svg>

    """
  }

  public mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, title: String? = nil
  ) {
    let place =
      "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    if let title {
      shapes += "<rect \(place) fill=\"\(fill)\"><title>\(MarkupText.escaped(title))</title></rect>\n"
    } else {
      shapes += "<rect \(place) fill=\"\(fill)\"/>\n"
    }
  }

  public mutating func line(
    _ points: [(x: Double, y: Double)], colour: String, width: Double = 1, isDashed: Bool = false
  ) {
    guard points.count > 1 else { return }
    let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
    shapes += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(Self.number(width))\""
    shapes += isDashed ? " stroke-dasharray=\"4 3\"/>\n" : "/>\n"
  }

  public mutating func dot(_ x: Double, _ y: Double, radius: Double, fill: String) {
    shapes +=
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" fill=\"\(fill)\"/>\n"
  }

  /// - Parameter turned: Whether it runs upwards.
  public mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, anchor: Anchor = .start, colour: String = Drawing.ink,
    turned: Bool = false
  ) {
    let turn = turned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    shapes +=
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" "
      + "text-anchor=\"\(anchor.rawValue)\" fill=\"\(colour)\"\(turn)>\(MarkupText.escaped(text))</text>\n"
  }

  /// Two digits behind the point at most, and none that say nothing.
  static func number(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    guard hundredths.isFinite, abs(hundredths) < 1e15 else { return "0" }
    let whole = Int(hundredths)
    let (sign, digits) = (whole < 0 ? "-" : "", abs(whole))
    guard digits % 100 != 0 else { return "\(sign)\(digits / 100)" }
    let rest = digits % 100
    return "\(sign)\(digits / 100)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }
}
