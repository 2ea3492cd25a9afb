/// A sidecar that names a picture's class: one hierarchical keyword below a root of Winnow's own, so that it never mixes
/// with what a person wrote. The property is `lr:hierarchicalSubject`, which photo programs read.
public enum XMPSidecar {
  /// The keyword's root.
  public static let root = "Winnow"

  /// What follows the picture's whole name in the sidecar's.
  public static let ending = Array(".xmp".utf8)

  /// The whole file for a class; the parts of its name that slashes divide become levels.
  public static func contents(label: String) -> [UInt8] {
    let levels = [root] + label.split(separator: "/").map { text(of: String($0)) }.filter { !$0.isEmpty }
    return Array(
      """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:lr="http://ns.adobe.com/lightroom/1.0/">
         <lr:hierarchicalSubject>
          <rdf:Bag>
           <rdf:li>\(levels.joined(separator: "|"))</rdf:li>
          </rdf:Bag>
         </lr:hierarchicalSubject>
        </rdf:Description>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>

      """.utf8)
  }

  /// A level as XML text: without the keyword's own separator, and without characters that XML cannot hold.
  private static func text(of level: String) -> String {
    var text = ""
    for scalar in level.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "|": text += "-"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: text += " "
      case "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
