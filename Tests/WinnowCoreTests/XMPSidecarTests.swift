import Testing
import WinnowCore

@Suite("XMP sidecar")
struct XMPSidecarTests {
  private func keyword(_ label: String) -> String? {
    let text = String(decoding: XMPSidecar.contents(label: label), as: UTF8.self)
    return text.split(separator: "\n").first { $0.contains("<rdf:li>") }.map {
      String($0.drop { $0 == " " }.dropFirst("<rdf:li>".count).dropLast("</rdf:li>".count))
    }
  }

  @Test(
    "a class is one keyword below Winnow's root, whatever its name holds",
    arguments: [
      ("rose", "Winnow|rose"), ("animal/cat", "Winnow|animal|cat"), ("a|b", "Winnow|a-b"), ("玫瑰", "Winnow|玫瑰"),
      ("<&>\"", "Winnow|&lt;&amp;&gt;\""), ("a\u{1}b\n", "Winnow|a b "), ("a\u{FFFF}", "Winnow|a\u{FFFD}"),
    ])
  func keyword(label: String, expected: String) { #expect(keyword(label) == expected) }
}
