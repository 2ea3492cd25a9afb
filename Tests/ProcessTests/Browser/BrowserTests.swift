import Glibc
import Testing
import WinnowControlAPI

extension ProcessTests {
  /// The page in a real browser, before a real daemon.
  @Suite(.enabled(if: Chromium.isInstalled, "there is no Chromium: apt-get install chromium"), .serialized)
  struct BrowserTests {
    private let chromium: Chromium
    private let winnow: Winnow

    init() throws {
      winnow = try Winnow(top: ["http: {listen: \"127.0.0.1:0\"}"])
      try winnow.start()
      chromium = try Chromium()
    }

    /// The page, signed in, at a view.
    private func page(_ view: String = "overview", width: Int = 1280, height: Int = 800) throws -> BrowserPage {
      let page = try chromium.page()
      try page.resize(width, height)
      try page.open(try winnow.control("web").decode(WebClient.Link.self).url)
      try show(view, on: page)
      return page
    }

    private func show(_ view: String, on page: BrowserPage) throws {
      try page.evaluate("location.hash = '#/\(view)'; 0")
      let name = view.split(separator: "/")[0]
      try page.wait("document.querySelector('[data-nav=\(name)][aria-current]') && document.querySelector('h1')")
    }

    /// Nothing went wrong in it, and nothing was asked of anybody else.
    private func expectSound(_ page: BrowserPage, isEmptyEnough: (String) -> Bool = { _ in false }) throws {
      let problems = page.problems().filter { !isEmptyEnough($0) }
      #expect(problems == [])
      let own = try page.evaluate("location.origin").text ?? ""
      let foreign = page.requests().filter {
        !$0.hasPrefix(own + "/") && !$0.hasPrefix("blob:" + own) && !$0.hasPrefix("about:")
      }
      #expect(foreign == [])
    }

    @Test("decisions arrive live, each with its thumbnail")
    func live() throws {
      let page = try page()
      try page.wait("document.querySelector('[data-inbox=camera]')")
      try winnow.put(Picture.png(.red, 1, side: 200), "one.png")
      try page.wait("document.querySelector('[data-feed] [data-file=\"one.png\"][data-outcome=sorted]')")
      try page.wait("document.querySelector('[data-feed] [data-file=\"one.png\"] img')?.naturalWidth > 0")
      #expect(try page.text("[data-feed] [data-file='one.png']").contains("red"))
      try page.screenshot("overview")
      try expectSound(page)
    }

    @Test("a chosen picture is classified and shown, and a file that is none is told apart")
    func upload() throws {
      let page = try page()
      let file = winnow.folder + "/sea.png"
      try Files.write(Picture.png(.blue, 3, side: 64), to: file)
      try page.wait("document.querySelector('[data-field=classify-file]')")
      try page.choose(file: file, in: "[data-field=classify-file]")
      try page.wait("document.querySelector('[data-classified=\"sea.png\"]')?.innerText.includes('blue')")
      let text = winnow.folder + "/note.txt"
      try Files.write(Array("no picture".utf8), to: text)
      try page.choose(file: text, in: "[data-field=classify-file]")
      try page.wait("document.querySelector('[data-classify]').innerText.includes('no picture format')")
      try expectSound(page) { $0.contains("422") }
    }

    @Test("review is done by keyboard: a digit sorts, Z takes it back, a range is sorted at once")
    func review() throws {
      for number in 0..<6 { try winnow.put(Picture.undecided(number), "u\(number).png") }
      try winnow.waitUntilIdle()
      let page = try page("review")
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 6")
      try page.wait("document.querySelector('[data-legend] [data-digit=\"1\"]')")
      let first = try page.evaluate("document.querySelector('[data-legend] [data-digit=\"1\"]').dataset.class").text
      let label = try #require(first)
      try page.press("1")
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 5")
      try Deadline(seconds: 30).wait(for: "the picture in \(label)") {
        Files.names(in: winnow.output + "/" + label).count == 1
      }
      try page.press("z")
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 6")
      try Deadline(seconds: 30).wait(for: "the picture in review") {
        Files.names(in: winnow.output + "/_review").count == 6
      }
      try page.press("ArrowRight", .shift)
      try page.press("ArrowRight", .shift)
      try page.screenshot("review")
      try page.press("1")
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 3")
      try Deadline(seconds: 30).wait(for: "three pictures in \(label)") {
        Files.names(in: winnow.output + "/" + label).count == 3
      }
      try page.press("Enter")
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 2")
      try expectSound(page)
      // A card leaves the page before its picture has moved.
      try Deadline(seconds: 30).wait(for: "four sorted pictures") { try winnow.counts().sorted == 4 }
      try winnow.expectVerified(checked: 6)
    }

    @Test(
      "a random sample is confirmed where it lies and corrected where it does not, and the overview tells the errors")
    func sample() throws {
      for number in 0..<4 { try winnow.put(Picture.png(.red, number, side: 40), "r\(number).png") }
      try winnow.waitUntilIdle()
      let page = try page("review")
      try page.evaluate(
        """
        (() => {
          const kind = document.querySelector('#review-kind')
          kind.value = 'sample'
          kind.dispatchEvent(new Event('change'))
        })()
        """)
      try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === 4")
      for left in [3, 2, 1] {
        try page.press("Enter")
        try page.wait("document.querySelectorAll('#review-grid [data-picture]').length === \(left)")
      }
      try page.press("c")
      try page.wait("document.querySelector('#class-field')")
      try page.type("blue")
      try page.press("Enter")
      try page.wait("!document.querySelector('#review-grid [data-picture]')")
      try Deadline(seconds: 30).wait(for: "the correction") { Files.names(in: winnow.output + "/blue").count == 1 }
      #expect(Files.names(in: winnow.output + "/red").count == 3)
      try Deadline(seconds: 30).wait(for: "four pictures that were looked at") {
        try winnow.status().inboxes[0].error?.observed?.looked_at == 4
      }
      #expect(try winnow.status().inboxes[0].error?.observed?.wrong == 1)
      try show("overview", on: page)
      try page.wait("document.querySelector('[data-inbox=camera]').innerText.includes('25')")
      try expectSound(page)
    }

    @Test("history is searched, and a move taken back from there")
    func history() throws {
      for name in ["apple.png", "berry.png", "cherry.png"] {
        try winnow.put(Picture.png(.red, name.count, side: 40), name)
      }
      try winnow.waitUntilIdle()
      let page = try page("history")
      try page.wait("document.querySelectorAll('[data-row]').length === 3")
      try page.click("[data-field=search]")
      try page.type("berry")
      try page.wait("document.querySelectorAll('[data-row]').length === 1")
      try page.click("[data-row]")
      try page.wait("document.querySelector('[data-detail] [data-action=undo]')")
      try page.click("[data-detail] [data-action=undo]")
      try Deadline(seconds: 30).wait(for: "berry.png in the inbox") {
        Files.names(in: winnow.inbox).contains("berry.png")
      }
      try expectSound(page)
    }

    @Test("a training's curves grow while it runs, and a test's report opens")
    func jobs() throws {
      let data = winnow.folder + "/data"
      try ClassFolders.fill(data, pictures: 16)
      struct Begun: Decodable { var id: String }
      let begun = try winnow.control(
        "train", data, "--name", "mine", "--backbone", "colours", "--method", "finetune", "--epochs", "3",
        "--detach"
      ).decode(Begun.self)
      let page = try page("jobs/\(begun.id)")
      try page.wait("document.querySelector('[data-curves] svg path, [data-curves] svg polyline')", seconds: 120)
      try page.wait(
        "document.querySelector('[data-job-detail]')?.innerText.toLowerCase().includes('done')", seconds: 120)
      try page.wait("document.querySelector('a[href=\"/v1/jobs/\(begun.id)/report\"]')")
      try page.screenshot("training")
      try expectSound(page) { $0.contains("404") }
      let tested = try winnow.control("evaluate", "mine", data, "--detach").decode(Begun.self)
      try show("jobs/\(tested.id)", on: page)
      try page.wait("document.querySelector('a[href=\"/v1/jobs/\(tested.id)/report\"]')", seconds: 60)
      try page.open((try page.evaluate("location.origin").text ?? "") + "/v1/jobs/\(tested.id)/report")
      try page.wait("document.body.innerText.includes('mine@1')")
      #expect(page.problems() == [])
    }

    @Test("names that look like markup are shown as they are, and run nothing")
    func markup() throws {
      let name = "<img src=x onerror=alert(1)>.png"
      try winnow.put(Picture.png(.green, 1, side: 40), name)
      try winnow.put(Picture.undecided(1), "\"><script>alert(2)<!--.png")
      try winnow.waitUntilIdle()
      let label = "<b onclick=alert(3)>"
      try Files.makeFolder(winnow.output + "/" + label)
      #expect(try winnow.control("review", "set", winnow.output + "/green/" + name, label).status == 0)
      let page = try page()
      for view in ["overview", "review", "history"] {
        try show(view, on: page)
        try page.wait("document.querySelector('[data-picture], [data-row]')")
        #expect(try page.count("img[src=x], script:not([src]), b[onclick]") == 0)
      }
      #expect(try page.evaluate("document.body.innerText.includes('<img src=x onerror=alert(1)>.png')") == true)
      try expectSound(page)
    }

    @Test("every view is sound for assistive programs, in light and dark, wide and on a phone, in both languages")
    func accessibility() throws {
      for number in 0..<3 { try winnow.put(Picture.undecided(number), "u\(number).png") }
      for number in 0..<3 { try winnow.put(Picture.png(.red, number, side: 60), "r\(number).png") }
      try winnow.waitUntilIdle()
      let views = ["overview", "review", "history", "models", "jobs", "inboxes"]
      for (isDark, isPhone) in [(false, false), (true, true)] {
        let page = try page()
        try page.setDark(isDark)
        if isPhone {
          try page.setLanguage("zh-CN")
          try page.resize(390, 844, isPhone: true)
          try page.reload()
          try page.wait("document.documentElement.lang.startsWith('zh')")
        }
        for view in views {
          try show(view, on: page)
          if view == "inboxes", !isPhone {
            try page.wait("document.body.textContent.includes('6 came, 6 decided')")
          }
          // Motions would be looked at half way.
          try page.wait("document.getAnimations().every((motion) => motion.playState === 'finished')")
          try page.screenshot("\(view)\(isDark ? "-dark" : "")\(isPhone ? "-phone" : "")")
          let width = try page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
          #expect(width == 0, "\(view) is wider than the screen")
          let findings = try #require(try page.audit(), "axe-core is not there: run scripts/setup.sh test")
          for finding in findings {
            #expect(!finding.hasPrefix("serious") && !finding.hasPrefix("critical"), "\(view): \(finding)")
          }
        }
        try expectSound(page)
      }
    }

    @Test("ten open pages all hear of what happens, through one stream of events")
    func tenPages() throws {
      let first = try page()
      var pages = [first]
      let address = try first.evaluate("location.href").text ?? ""
      for _ in 1..<10 {
        let page = try chromium.page(beside: first)
        try page.open(address)
        try page.wait("document.querySelector('[data-inbox=camera]')")
        pages.append(page)
      }
      try winnow.put(Picture.png(.blue, 5, side: 40), "late.png")
      for page in pages {
        // A page that nobody sees paints nothing.
        try page.call("Page.bringToFront")
        try page.wait("document.querySelector('[data-feed] [data-file=\"late.png\"]')")
      }
      #expect(pages.flatMap { $0.requests().filter { $0.hasSuffix("/v1/events") } }.count == 1)
    }

    @Test("without a session the page says how to get one, and shows nothing else")
    func signedOut() throws {
      try winnow.put(Picture.png(.blue, 5, side: 40), "private.png")
      try winnow.waitUntilIdle()
      let link = try winnow.control("web").decode(WebClient.Link.self)
      let page = try chromium.page()
      let wrong = link.url.replacing(link.token, with: String(repeating: "0", count: 64))
      try page.open(wrong)
      try page.wait("document.querySelector('[data-view=signed-out]')?.innerText.includes('winnowctl web')")
      #expect(try page.evaluate("document.body.innerText.includes('private.png')") == false)
      try expectSound(page) { $0.contains("401") }
    }
  }
}
