import Foundation

/// What Package.swift says about targets, read from its text: asking SwiftPM would need a second build.
struct PackageDescriptionText {
  struct Target {
    enum Kind { case module, program, test, system }
    let name: String
    let kind: Kind
    /// Our own targets, and products of other packages.
    let dependencies: Set<String>
  }

  let targets: [String: Target]

  static let ofRepository = Result { try PackageDescriptionText(Repository.text("Package.swift")) }

  init(_ text: String) throws {
    // let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
    var products: [String: String] = [:]
    for match in text.matches(of: /let (\w+) = Target\.Dependency\.product\(name: "([^"]+)"/) {
      products[String(match.1)] = String(match.2)
    }
    var targets: [String: Target] = [:]
    let list = text[(text.range(of: "targets: [\n")?.upperBound ?? text.startIndex)...]
    for match in list.matches(
      of: /\n\s+(module|program|tests|\.target|\.systemLibrary)\(\s*(?:name: )?"([^"]+)"(,\s*\[)?/)
    {
      let kind: Target.Kind =
        switch match.1 {
        case "module": .module
        case "program": .program
        case "tests": .test
        default: .system
        }
      let dependencies = match.3 == nil ? [] : Self.dependencies(in: list[match.range.upperBound...], products)
      let name = String(match.2)
      // A target may lie among the tests.
      let rest = list[match.range.upperBound...]
      let isForTests = rest[..<(rest.range(of: "),\n")?.lowerBound ?? rest.endIndex)].contains(/path: "Tests\//)
      targets[name] = Target(name: name, kind: isForTests ? .test : kind, dependencies: dependencies)
    }
    self.targets = targets
  }

  /// The elements up to the bracket that closes the list.
  private static func dependencies(in text: Substring, _ products: [String: String]) -> Set<String> {
    let list = text.prefix { $0 != "]" }
    var found: Set<String> = []
    for element in list.matches(of: /\.product\(name: "([^"]+)", package: "[^"]+"\)|"([^"]+)"|\b([a-z]\w*)\b/) {
      if let product = element.1 ?? element.2 {
        found.insert(String(product))
      } else if let constant = element.3 {
        found.insert(products[String(constant)] ?? String(constant))
      }
    }
    return found
  }

  /// Everything that `name` links, itself not included.
  func closure(of name: String) -> Set<String> {
    var reached: Set<String> = []
    var next = [name]
    while let target = next.popLast() {
      for dependency in targets[target]?.dependencies ?? [] where reached.insert(dependency).inserted {
        next.append(dependency)
      }
    }
    return reached
  }
}
