import FoundationEssentials
import Glibc
import WinnowControlAPI

/// One tab, looked at and used as a person would.
final class BrowserPage {
  private let browser: Chromium
  private let session: String
  let context: JSONValue

  init(_ browser: Chromium, session: String, context: JSONValue) throws {
    self.browser = browser
    self.session = session
    self.context = context
    for domain in ["Page", "Runtime", "Log", "Network", "DOM"] { try call(domain + ".enable") }
  }

  @discardableResult
  func call(_ method: String, _ parameters: JSONValue = [:]) throws -> JSONValue {
    try browser.call(method, parameters, session: session)
  }

  // MARK: - Looking

  func open(_ url: String) throws {
    _ = browser.take(session: session) { $0 == "Page.loadEventFired" }
    let answer = try call("Page.navigate", ["url": .string(url)])
    if let error = answer.at("errorText").text { throw Chromium.Failure(description: "\(url): \(error)") }
    try browser.wait(for: "Page.loadEventFired", session: session)
  }

  func reload() throws {
    _ = browser.take(session: session) { $0 == "Page.loadEventFired" }
    try call("Page.reload")
    try browser.wait(for: "Page.loadEventFired", session: session)
  }

  /// The value of an expression, which may be a promise.
  @discardableResult
  func evaluate(_ expression: String) throws -> JSONValue {
    let answer = try call(
      "Runtime.evaluate", ["expression": .string(expression), "awaitPromise": true, "returnByValue": true])
    if case .object = answer.at("exceptionDetails") {
      let exception = answer.at("exceptionDetails")
      throw Chromium.Failure(
        description:
          "\(expression): \(exception.at("exception", "description").text ?? exception.at("text").text ?? "")")
    }
    return answer.at("result", "value")
  }

  /// Waits until an expression is true: it is looked at whenever the page changes.
  func wait(_ expression: String, seconds: Int = 30) throws {
    let isSo = try evaluate(
      """
      new Promise((resolve) => {
        const isSo = () => { try { return Boolean(\(expression)) } catch { return false } }
        if (isSo()) return resolve(true)
        const end = (answer) => { observer.disconnect(); clearInterval(timer); resolve(answer) }
        const observer = new MutationObserver(() => { if (isSo()) end(true) })
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
        const begin = performance.now()
        const timer = setInterval(() => {
          if (isSo()) end(true)
          else if (performance.now() - begin > \(seconds * 1000)) end(false)
        }, 50)
      })
      """)
    guard isSo == true else {
      let text = try evaluate("document.body.innerText").text ?? ""
      throw Chromium.Failure(description: "waited in vain for \(expression); the page says: \(text.prefix(2000))")
    }
  }

  func count(_ selector: String) throws -> Int {
    Int(try evaluate("document.querySelectorAll(\(Self.literal(selector))).length").number ?? 0)
  }

  func text(_ selector: String) throws -> String {
    try evaluate("document.querySelector(\(Self.literal(selector)))?.innerText ?? ''").text ?? ""
  }

  /// What went wrong in the page: exceptions, errors on its console, and what its policy forbade.
  func problems() -> [String] {
    browser.take(session: session) {
      ["Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"].contains($0)
    }
    .compactMap { method, parameters in
      switch method {
      case "Runtime.exceptionThrown":
        parameters.at("exceptionDetails", "exception", "description").text
          ?? parameters.at("exceptionDetails", "text").text
      case "Log.entryAdded":
        parameters.at("entry", "level").text == "error"
          ? (parameters.at("entry", "text").text ?? "") + " " + (parameters.at("entry", "url").text ?? "") : nil
      default: parameters.at("type").text == "error" ? "\(parameters.at("args"))" : nil
      }
    }
  }

  /// Every address that was asked for.
  func requests() -> [String] {
    browser.take(session: session) { $0 == "Network.requestWillBeSent" }
      .compactMap { $0.parameters.at("request", "url").text }
  }

  // MARK: - Using

  /// A click with the mouse in the middle of an element.
  func click(_ selector: String) throws {
    let place = try evaluate(
      """
      (() => {
        const element = document.querySelector(\(Self.literal(selector)))
        if (!element) return null
        element.scrollIntoView({ block: 'center', behavior: 'instant' })
        const box = element.getBoundingClientRect()
        return [box.x + box.width / 2, box.y + box.height / 2]
      })()
      """
    ).list
    guard place.count == 2 else { throw Chromium.Failure(description: "there is no \(selector) to click") }
    for type in ["mousePressed", "mouseReleased"] {
      try call(
        "Input.dispatchMouseEvent",
        ["type": .string(type), "x": place[0], "y": place[1], "button": "left", "clickCount": 1])
    }
  }

  enum Modifier: Int {
    case alt = 1
    case control = 2
    case shift = 8
  }

  /// Presses a key, by its name as the DOM has it: `1`, `z`, `Enter`, `ArrowRight`.
  func press(_ key: String, _ modifiers: Modifier...) throws {
    let flags = modifiers.reduce(0) { $0 | $1.rawValue }
    let codes = [
      "Enter": 13, "Escape": 27, " ": 32, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
    ]
    let isLetter = key.count == 1 && key != " "
    let scalar = Int(key.uppercased().unicodeScalars.first?.value ?? 0)
    let code = key == " " ? "Space" : isLetter ? (Int(key) != nil ? "Digit\(key)" : "Key\(key.uppercased())") : key
    var event: [String: JSONValue] = [
      "key": .string(key), "code": .string(code), "modifiers": .number(Double(flags)),
      "windowsVirtualKeyCode": .number(Double(codes[key] ?? scalar)),
    ]
    let isTyped = (isLetter || key == " " || key == "Enter") && flags & ~Modifier.shift.rawValue == 0
    if isTyped { event["text"] = .string(key == "Enter" ? "\r" : key) }
    event["type"] = .string(isTyped ? "keyDown" : "rawKeyDown")
    try call("Input.dispatchKeyEvent", .object(event))
    event["type"] = "keyUp"
    event["text"] = nil
    try call("Input.dispatchKeyEvent", .object(event))
  }

  func type(_ text: String) throws { try call("Input.insertText", ["text": .string(text)]) }

  /// Chooses a file of this machine, as somebody does in a dialogue.
  func choose(file: String, in selector: String) throws {
    let root = try call("DOM.getDocument").at("root", "nodeId")
    let node = try call("DOM.querySelector", ["nodeId": root, "selector": .string(selector)]).at("nodeId")
    try call("DOM.setFileInputFiles", ["files": [.string(file)], "nodeId": node])
  }

  // MARK: - The screen

  func resize(_ width: Int, _ height: Int, isPhone: Bool = false) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .number(Double(width)), "height": .number(Double(height)), "deviceScaleFactor": isPhone ? 2 : 1,
        "mobile": .bool(isPhone),
      ])
    try call("Emulation.setTouchEmulationEnabled", ["enabled": .bool(isPhone)])
  }

  func setDark(_ isDark: Bool) throws {
    try call(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
  }

  /// The language that pages see, such as `zh-CN`.
  func setLanguage(_ language: String) throws {
    let agent = try evaluate("navigator.userAgent").text ?? ""
    try call("Emulation.setUserAgentOverride", ["userAgent": .string(agent), "acceptLanguage": .string(language)])
  }

  /// The screen as a PNG. With WINNOW_SCREENSHOTS=DIR it is left there under this name.
  @discardableResult
  func screenshot(_ name: String) throws -> [UInt8] {
    let text = try call("Page.captureScreenshot", ["format": "png"]).at("data").text ?? ""
    let bytes = Array(Data(base64Encoded: text) ?? Data())
    if let folder = getenv("WINNOW_SCREENSHOTS") {
      try Files.write(bytes, to: String(cString: folder) + "/\(name).png")
    }
    return bytes
  }

  // MARK: - Accessibility

  /// What axe-core finds, worst first: rule, impact, where. Nil where axe-core is not there.
  func audit() throws -> [String]? {
    guard let path = Self.axe else { return nil }
    try evaluate(Files.text(path) + ";0")
    let found = try evaluate(
      """
      axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((violation) =>
        [violation.impact, violation.id, violation.nodes.map((node) => node.target.join(' ')).join(', ')].join(' ')))
      """)
    return found.list.compactMap(\.text)
  }

  private static var axe: String? {
    let named = getenv("WINNOW_AXE").map { String(cString: $0) }
    let built = Programs.root + "/.deps/axe/axe.min.js"
    return [named, built].compactMap { $0 }.first { Files.exists($0) }
  }

  private static func literal(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "''"
  }
}
