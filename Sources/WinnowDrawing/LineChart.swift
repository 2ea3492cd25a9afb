import Glibc

/// Lines over two axes.
public struct LineChart {
  public struct Series {
    public var name: String
    public var colour: String
    public var points: [(x: Double, y: Double)]
    public var isDashed: Bool
    public var hasDots: Bool

    public init(
      _ name: String, colour: String, points: [(x: Double, y: Double)], isDashed: Bool = false, hasDots: Bool = false
    ) {
      self.name = name
      self.colour = colour
      self.points = points
      self.isDashed = isDashed
      self.hasDots = hasDots
    }
  }

  public struct Axis {
    public var title: String
    public var range: ClosedRange<Double>
    /// Whether its values are shares, written as percentages.
    public var isShare: Bool

    public init(_ title: String, _ range: ClosedRange<Double>, isShare: Bool = true) {
      self.title = title
      self.range = range
      self.isShare = isShare
    }

    /// Round numbers within the range, six or so.
    var ticks: [Double] {
      let span = range.upperBound - range.lowerBound
      guard span > 0, span.isFinite else { return [range.lowerBound] }
      let magnitude = pow(10, (log10(span / 5)).rounded(.down))
      let step = magnitude * ([1, 2, 5].first { span / 5 <= $0 * magnitude } ?? 10)
      var ticks: [Double] = []
      var tick = (range.lowerBound / step).rounded(.up) * step
      while tick <= range.upperBound + step / 1000 {
        ticks.append(tick)
        tick += step
      }
      return ticks
    }

    func written(_ value: Double) -> String {
      isShare ? "\(Drawing.number(value * 100))%" : Drawing.number(value)
    }
  }

  /// Told apart by most people who do not see all colours (Okabe and Ito 2008).
  public static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]

  public var title: String
  public var x: Axis
  public var y: Axis
  public var series: [Series]

  public init(_ title: String, x: Axis, y: Axis, series: [Series]) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
  }

  public var svg: String {
    let (width, height, left, top, right, bottom) = (560.0, 380.0, 64.0, 48.0, 20.0, 56.0)
    var drawing = Drawing(width: width, height: height, title: title)
    func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
      func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        let span = range.upperBound - range.lowerBound
        return span > 0 ? (min(max(value, range.lowerBound), range.upperBound) - range.lowerBound) / span : 0
      }
      return (
        left + share(point.x, x.range) * (width - left - right),
        height - bottom - share(point.y, y.range) * (height - top - bottom)
      )
    }
    drawing.text(title, left, 24, size: 15)
    for tick in y.ticks {
      let at = place((x.range.lowerBound, tick))
      drawing.line([at, (width - right, at.y)], colour: Drawing.faint)
      drawing.text(y.written(tick), left - 8, at.y + 4, size: 11, anchor: .end, colour: Drawing.quiet)
    }
    for tick in x.ticks {
      let at = place((tick, y.range.lowerBound))
      drawing.line([at, (at.x, at.y + 4)], colour: Drawing.quiet)
      drawing.text(x.written(tick), at.x, at.y + 18, size: 11, anchor: .middle, colour: Drawing.quiet)
    }
    drawing.line([(left, height - bottom), (width - right, height - bottom)], colour: Drawing.quiet)
    drawing.text(x.title, (left + width - right) / 2, height - 12, anchor: .middle)
    drawing.text(y.title, 18, (top + height - bottom) / 2, anchor: .middle, turned: true)
    for one in series {
      let points = one.points.map(place)
      drawing.line(points, colour: one.colour, width: 2, isDashed: one.isDashed)
      if one.hasDots || points.count == 1 {
        for point in points { drawing.dot(point.x, point.y, radius: 3, fill: one.colour) }
      }
    }
    let named = series.filter { !$0.name.isEmpty }
    for (index, one) in named.enumerated() {
      let y = top + 14 + Double(index) * 18
      drawing.line([(left + 12, y - 4), (left + 36, y - 4)], colour: one.colour, width: 2, isDashed: one.isDashed)
      drawing.text(one.name, left + 42, y)
    }
    return drawing.svg
  }
}
