import FoundationEssentials
import WinnowCore

/// A provider's answer in JSON, taken apart so that a change of its form is named by the field.
enum ProviderAnswer {
  static func fetch<Answer: Decodable>(
    _ type: Answer.Type, of kind: SourceKind, at address: WebAddress, referer: String? = nil, _ fetcher: PageFetcher,
    mending: ([UInt8]) -> [UInt8] = { $0 }
  ) throws(WinnowError) -> Answer {
    switch try fetcher.fetch(address, accept: "application/json", referer: referer) {
    case .failure(let failure): throw .source(kind, failure)
    case .success(let page):
      do {
        return try JSONDecoder().decode(Answer.self, from: Data(mending(page.body)))
      } catch let error as DecodingError {
        throw .changed(kind, words(for: error))
      } catch {
        throw .changed(kind, "its answer is no JSON")
      }
    }
  }

  static func words(for error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
    switch error {
    case .keyNotFound(let key, let context): return "there is no \(place(context.codingPath + [key])) in its answer"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context.codingPath)) in its answer is something else"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "its answer is no JSON" : "\(place(context.codingPath)) in its answer is damaged"
    @unknown default: return "its answer cannot be read"
    }
  }
}
