"""Holds the HTML report in a browser against what it promises: python3 tests/browser/html.py PROGRAM [--pictures FOLDER]

Needs Chromium and ChromeDriver, and `pypdf` to read what was printed. Each report is opened as a file, as people open it.
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
import unicodedata
from io import BytesIO
from pathlib import Path

import pypdf

from driver import Browser

ROOT = Path(__file__).resolve().parents[2]
WIDE, NARROW = (1280, 900), (360, 740)
A4, LETTER = (8.27, 11.69), (8.5, 11)
# What the large report holds, and after how long each step counts as hung: the machine may be busy, and the printed
# seconds tell how long people wait.
MANY = 100_000
SECONDS = 20.0


def scan(program, folder, name, *arguments):
    """A report of a scan as JSON and as a page."""
    files = [folder / f"{name}.json", folder / f"{name}.html"]
    reports = [f"--report=json={files[0]}", f"--report=html={files[1]}"]
    ended = subprocess.run([program, "scan", *arguments, "--as-of=2026-03-01", *reports], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode in (0, 1, 3), ended.stderr
    return json.loads(files[0].read_text()), files[1]


def render(program, folder, name, report):
    """A page of a report that was changed."""
    saved, page = folder / f"{name}.json", folder / f"{name}.html"
    saved.write_text(json.dumps(report))
    subprocess.run([program, "report", saved, f"--report=html={page}"], check=True, capture_output=True)
    return page


def findings(report):
    return [(rule, finding) for rule in report["rules"] for finding in rule["findings"]]


# What the page must be whatever is in it, looked for by a script that knows nothing of how it was made.
CHECKS = r"""
const wrong = [];
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
if (document.documentElement.lang !== 'en') wrong.push('the language is not said');
if (!document.title) wrong.push('the page has no title');
if (all('h1').length !== 1) wrong.push(`${all('h1').length} first headings`);
let level = 0;
for (const heading of all('h1, h2, h3, h4, h5, h6')) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) wrong.push(`heading ${heading.textContent} skips a level`);
  if (!heading.textContent.trim()) wrong.push('a heading is empty');
  level = own;
}
for (const landmark of ['main', 'header', 'nav', 'footer']) if (all(landmark).length !== 1) wrong.push(`${all(landmark).length} times ${landmark}`);
for (const table of all('table')) {
  const name = table.caption?.textContent.trim();
  if (!name) wrong.push('a table has no caption');
  for (const th of all('th', table)) {
    if (!th.scope) wrong.push(`a head of ${name} has no scope`);
    if (!th.textContent.trim()) wrong.push(`a head of ${name} is empty`);
  }
  for (const row of table.rows) if (!row.querySelector('th') && !row.closest('#list, .list')) wrong.push(`a row of ${name} has no head`);
}
const ids = all('[id]').map((element) => element.id);
if (new Set(ids).size !== ids.length) wrong.push('an id stands twice');
for (const link of all('a[href^="#"]')) if (!document.getElementById(decodeURIComponent(link.hash.slice(1)))) wrong.push(`${link.hash} leads nowhere`);
for (const link of all('a')) if (!link.textContent.trim()) wrong.push('a link has no name');
for (const element of all('[aria-labelledby]')) if (!document.getElementById(element.getAttribute('aria-labelledby'))) wrong.push('a name is missing');
for (const field of all('input, select')) if (!field.labels[0]?.firstChild.textContent.trim()) wrong.push('a field has no label');
for (const button of all('button')) if (seen(button) && !button.textContent.trim()) wrong.push('a button has no name');
for (const picture of all('svg')) if (picture.getAttribute('aria-hidden') !== 'true') wrong.push('a drawing is neither named nor hidden');
for (const element of all('*')) for (const attribute of element.attributes) {
  if (attribute.name === 'style' || attribute.name.startsWith('on')) wrong.push(`${element.tagName} has ${attribute.name}`);
  if (['src', 'srcset', 'action', 'poster', 'background'].includes(attribute.name)) wrong.push(`${element.tagName} fetches ${attribute.value}`);
}
if (document.scrollingElement.scrollWidth > innerWidth) wrong.push(`it is ${document.scrollingElement.scrollWidth - innerWidth} pixels too wide`);

// Contrast, as WCAG 2 counts it.
const color = (text) => { const part = text.match(/[\d.]+/g).map(Number); return part.length < 4 ? [...part, 1] : part; };
const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
const behind = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(color(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrasts = new Map();
let looked = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node && looked < 4000; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest('script, noscript, .aside, [aria-hidden=true]') || !seen(element)) continue;
  looked += 1;
  const style = getComputedStyle(element);
  const below = behind(element);
  const [one, two] = [light(over(color(style.color), below)), light(below)];
  const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  if (contrast < (large ? 3 : 4.5)) contrasts.set(`${element.tagName}.${element.className} ${style.color}`, contrast.toFixed(2));
}
if (looked < 100) wrong.push(`only ${looked} texts were looked at`);
for (const [what, contrast] of contrasts) wrong.push(`${what} has a contrast of ${contrast} only`);
return [...new Set(wrong)].slice(0, 20);
"""


class Page:
    """A report in the browser."""

    def __init__(self, browser, file):
        self.browser, self.file = browser, file
        browser.log("browser"), browser.log("performance")
        browser.open(file)

    def is_quiet(self):
        """Nothing went wrong that the browser tells, and nothing was asked for but the file."""
        told = [entry["message"] for entry in self.browser.log("browser")]
        assert not told, told
        asked = set()
        for entry in self.browser.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.add(message["params"]["request"]["url"].split("#")[0])
        asked = {url for url in asked if not url.startswith("data:")}
        assert asked == {self.file.resolve().as_uri()}, asked

    def rows(self):
        """The rows that are shown, each as what it says."""
        return self.browser.run("return [...document.querySelectorAll('#list tr[data-k]')].map((row) => [...row.cells].map((cell) => cell.textContent))")

    def told(self):
        return self.browser.run("return document.getElementById('shown').textContent")

    def sort(self, name):
        self.browser.run(
            "[...document.querySelectorAll('#list th button')].find((button) => button.textContent === arguments[0]).click()", name)
        return self.browser.run(
            "return [...document.querySelectorAll('#list th[aria-sort]')].map((th) => [th.textContent, th.ariaSort])")

    def choose(self, by, value):
        """Narrows the list, by the words of an option or of a search."""
        self.browser.run("""
            const field = document.querySelector(`#filter [data-by=${arguments[0]}]`);
            const option = [...(field.options ?? [])].find((option) => option.textContent === arguments[1]);
            field.value = field.options ? option.value : arguments[1];
            field.dispatchEvent(new Event(field.options ? 'change' : 'input'));
        """, by, value)
        if by == "text":
            time.sleep(0.3)

    def clear(self):
        self.browser.run("document.getElementById('clear').click()")


def looks_right(browser, file, pictures):
    """In the light and in the dark, wide and narrow."""
    for scheme in ("light", "dark"):
        for width, height in (WIDE, NARROW):
            browser.look(width, height, scheme)
            page = Page(browser, file)
            browser.run("for (const rule of [...document.querySelectorAll('.rule')].slice(0, 6)) rule.open = true")
            wrong = browser.run(CHECKS)
            assert not wrong, f"{file.name}, {scheme}, {width} wide: {wrong}"
            page.is_quiet()
            if pictures:
                for part in ("top", "summary", "gaps", "deficiencies", "rules", "inputs", "evidence"):
                    browser.run("scrollTo(0, 0); document.getElementById(arguments[0])?.scrollIntoView()", part)
                    browser.picture(pictures / f"{file.stem}-{scheme}-{width}-{part}.png")
    browser.look(*WIDE)


def names_its_controls(browser, file):
    """What the browser tells those who don't see the page."""
    Page(browser, file)
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    seen = set()
    for node in nodes:
        role = node.get("role", {}).get("value")
        if role in ("button", "combobox", "searchbox", "link", "table", "navigation", "DisclosureTriangle"):
            assert node.get("name", {}).get("value", "").strip(), f"a {role} has no name"
            seen.add(role)
    assert seen >= {"button", "combobox", "searchbox", "link", "table", "navigation"}, seen


def sorts(browser, file, report):
    page = Page(browser, file)
    before = page.rows()
    assert len(before) == min(len(findings(report)), 500)
    grave = {"error": 2, "warning": 1, "note": 0}
    bands = ["", "up to 30 days", "31 to 60 days", "61 to 90 days", "91 to 180 days", "181 to 365 days", "more than 365 days"]
    for name, column, key in (("Severity", 0, grave.get), ("Overdue", 3, bands.index)):
        for direction in ("descending", "ascending"):
            assert page.sort(name) == [[name, direction]]
            keys = [key(row[column]) for row in page.rows()]
            assert keys == sorted(keys, reverse=direction == "descending"), f"{name}, {direction}"
            assert len(set(keys)) > 1, f"{name} sorts nothing"
    assert page.sort("Where") == [["Where", "ascending"]]
    files = [row[2].split("record ")[0] for row in page.rows() if "record " in row[2]]
    assert files == sorted(files) and len(set(files)) > 1
    page.clear()
    assert page.rows() == before
    page.is_quiet()


def sorts_by_keyboard(browser, file):
    page = Page(browser, file)
    browser.run("document.getElementById('clear').focus()")
    for _ in range(4):
        browser.press("Tab", 9)
        if browser.run("return document.activeElement.textContent") == "Severity":
            break
    assert browser.run("return document.activeElement.matches('th button:focus-visible')"), "it is not reached"
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") != "none", "the focus is not seen"
    browser.press("Enter", 13)
    assert browser.run("return document.activeElement.closest('th').ariaSort") == "descending"
    page.is_quiet()


def filters(browser, file, report):
    page = Page(browser, file)
    listed = findings(report)

    def holds(wanted, **choices):
        for by, value in choices.items():
            page.choose(by, value)
        shown = page.rows()
        count = sum(1 for rule, finding in listed if wanted(rule, finding))
        assert 0 < count < len(listed) and len(shown) == min(count, 500), f"{choices}: {len(shown)} of {count}"
        told = page.told()
        assert f"{count:,} deficienc" in told and f"of {len(listed):,}" in told, told
        page.clear()

    holds(lambda rule, _: rule["severity"] == "warning", severity="warning")
    holds(lambda rule, _: rule["family"] == "confidentiality", family="confidentiality")
    file_name = next(finding["file"] for _, finding in listed if finding["file"])
    holds(lambda _, finding: finding["file"] == file_name, file=file_name)
    person = next(finding["assign"]["tag"] for _, finding in listed if finding["assign"])
    of_person = lambda finding: finding["assign"] is not None and finding["assign"]["tag"] == person
    holds(lambda _, finding: of_person(finding), assignee=person)
    holds(lambda rule, finding: of_person(finding) and rule["severity"] == "error", assignee=person, severity="error")
    holds(lambda _, finding: finding.get("overdue") == "more than 365 days", overdue="more than 365 days")
    rule_id = listed[0][0]["id"]
    holds(lambda rule, _: rule["id"] == rule_id, text=rule_id.upper())
    page.choose("text", "no such words")
    assert page.rows() == [] and page.told().startswith("0 deficiencies")
    page.clear()
    # From a rule to its rows, and from a row to its rule.
    browser.run("document.querySelector('a[data-rule]').click()")
    assert 0 < len(page.rows()) < len(listed)
    opened = browser.run("""
        const link = document.querySelector('#list td a');
        link.click();
        const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
        return new Promise((done) => setTimeout(() => done(target.closest('details').open), 100));
    """)
    assert opened, "the rule stays folded"
    page.is_quiet()


def tells_what_is_waived(browser, file, report):
    """Waived findings stand apart, and each leads to its waiver."""
    page = Page(browser, file)
    listed = findings(report)
    assert {finding.get("status", "open") for _, finding in listed} >= {"open", "waived"}
    for status in ("open", "waived"):
        page.choose("status", status)
        wanted = [finding for rule, finding in listed if finding.get("status", "open") == status and rule["outcome"] != "pass"]
        shown = page.rows()
        assert len(shown) == len(wanted) and all(row[5].startswith(status) for row in shown), f"{status}: {len(shown)} of {len(wanted)}"
        page.clear()
    page.choose("status", "waived")
    leads = browser.run("return [...document.querySelectorAll('#list td:last-child a')].map((link) => document.querySelector(link.hash)?.cells[0].textContent)")
    assert len(leads) == len(wanted) and leads == [row[5].removeprefix("waivedwaiver ") for row in page.rows()], leads
    page.is_quiet()


def is_whole_without_scripts(browser, file, report):
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(file)
    browser.cdp("DOM.enable")
    found = lambda path: browser.cdp("DOM.performSearch", query=path)["resultCount"]
    count = found("//tr[@data-k]")
    controls = found("//*[@id='filter' or @id='unfold'][not(@hidden)] | //th//button")
    browser.cdp("DOM.disable")
    browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    assert count == len(findings(report)), f"{count} of {len(findings(report))} rows"
    assert not controls, "there are controls that do nothing"


def letters(text):
    """The text without spaces and ligatures, which paper has where it likes."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def prints(browser, file, report, pictures):
    page = Page(browser, file)
    texts = []
    for name, size in (("a4", A4), ("letter", LETTER)):
        data = browser.pdf(size)
        if pictures:
            (pictures / f"{file.stem}-{name}.pdf").write_bytes(data)
        paper = pypdf.PdfReader(BytesIO(data))
        box = paper.pages[0].mediabox
        assert abs(float(box.width) / 72 - size[0]) < 0.02 and abs(float(box.height) / 72 - size[1]) < 0.02, box
        texts.append(letters(" ".join(sheet.extract_text() for sheet in paper.pages)))
        assert f"1/{len(paper.pages)}" in texts[-1], "the sheets are not numbered"
    for text in texts:
        for words in ("Audit of health records", report["as_of"], "What could not be judged", "Evidence", "not legal advice"):
            assert letters(words) in text, f"{words} is not on paper"
        assert letters("Show all") not in text, "controls are on paper"
        for rule in report["rules"]:
            assert letters(rule["title"]) in text, f"{rule['title']} is not on paper"
    # Folded rules are a line; those that were unfolded are printed so.
    because = next(rule["because"] for rule in report["rules"] if rule["because"] and rule["outcome"] == "fail")
    browser.run("document.getElementById('unfold').click()")
    unfolded = letters(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(browser.pdf(A4))).pages))
    assert letters(because) in unfolded and letters(because) not in texts[0]
    page.is_quiet()


def prints_every_row(browser, file, report):
    """On paper stand all rows that match, also those that the screen does not show yet."""
    page = Page(browser, file)
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert len(page.rows()) == min(len(findings(report)), 5000)
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.rows()) == 500


def refuses_what_is_added(browser, file, folder):
    """The policy works: what somebody puts into the page neither runs nor is fetched."""
    added = folder / "added.html"
    text = file.read_text()
    hostile = (
        "<script>document.title = 'run'</script><img src='http://127.0.0.1:9/a.png' onerror=\"document.title = 'run'\">"
        "<link rel=stylesheet href='http://127.0.0.1:9/a.css'><p id=styled style='color: rgb(1, 2, 3)'>x</p>"
        "<a id=script href=\"javascript:document.title = 'run'\">x</a>"
    )
    added.write_text(text.replace("<main>", f"<main>{hostile}", 1))
    page = Page(browser, added)
    browser.run("document.getElementById('script').click()")
    assert browser.run("return document.title") != "run"
    assert browser.run("return getComputedStyle(document.getElementById('styled')).color") != "rgb(1, 2, 3)"
    told = [entry["message"] for entry in browser.log("browser")]
    assert sum("Content Security Policy" in message for message in told) >= 5, told
    try:
        page.is_quiet()
    except AssertionError:
        return
    raise AssertionError("the checks would not notice a page that fetches something")


def takes_hostile_text(browser, program, folder, report):
    """Texts of a saved report stay texts, whatever they say."""
    hostile = "</script></noscript></style><script>document.title='run'</script>\"'><img src=x onerror=document.title='run'> \u05d0\u05d1 \u202e a\nb `c"
    report = json.loads(json.dumps(report))
    report["provenance"]["facility"] = hostile
    report["exit_reason"] = report["notice"] = hostile
    for index, rule in enumerate(report["rules"]):
        rule.update(title=hostile, because=hostile, remedy=hostile, record_set=hostile, check=hostile, id=f"completeness/{index}{hostile}")
        for guideline in rule["guideline"]:
            guideline.update(cite=hostile, authority=hostile, url="javascript:document.title='run'")
        for finding in rule["findings"]:
            finding.update(message=hostile, file=hostile)
            for field in finding["fields"]:
                field.update(name=hostile, value=hostile)
    # Enough that rows stand behind the page as text too.
    while len(findings(report)) < 1200:
        for rule in report["rules"]:
            rule["findings"] *= 2
    file = render(program, folder, "hostile", report)
    page = Page(browser, file)
    browser.run("for (const fold of document.querySelectorAll('details')) fold.open = true; document.querySelector('#more button').click()")
    assert len(page.rows()) == 1000
    assert browser.run("return document.title.includes('audit of health records')")
    assert browser.run("return document.querySelectorAll('main script, main img').length") == 0
    page.choose("text", "</noscript></style>")
    assert len(page.rows()) == 500
    page.is_quiet()
    return file, report


def opens_a_hundred_thousand(browser, program, folder, report):
    """A list of that length opens, sorts and filters while people look."""
    report = json.loads(json.dumps(report))
    rules = [rule for rule in report["rules"] if rule["findings"]]
    count, number = len(findings(report)), 0
    for rule in rules:
        share = -(-len(rule["findings"]) * MANY // count)
        copies = []
        for index in range(share):
            number += 1
            copy = dict(rule["findings"][index % len(rule["findings"])], record=index + 1, line=index + 2)
            copy["key"] = [dict(part, tag=f"#{number}") for part in copy["key"]]
            copies.append(copy)
        rule["findings"] = copies
    total = len(findings(report))
    started = time.monotonic()
    file = render(program, folder, "many", report)
    rendered = time.monotonic() - started
    page = Page(browser, file)
    opened = browser.run("const [entry] = performance.getEntriesByType('navigation'); return entry.loadEventEnd / 1000")
    assert page.told() == f"The first 500 of {total:,} deficiencies", page.told()

    def timed(script):
        return browser.run(f"const start = performance.now(); {script}; document.body.offsetHeight; return (performance.now() - start) / 1000")

    sort = timed("[...document.querySelectorAll('#list th button')][3].click()")
    assert page.rows()[0][3] == "more than 365 days"
    choose = timed("""
        const field = document.querySelector('#filter [data-by=severity]');
        field.value = 1;
        field.dispatchEvent(new Event('change'))
    """)
    assert set(row[0] for row in page.rows()) == {"warning"}
    page.clear()
    # The search waits until nobody types.
    search = browser.run("""
        const field = document.querySelector('#filter [data-by=text]'), shown = document.getElementById('shown');
        const start = performance.now();
        field.value = 'record 77';
        return new Promise((done) => {
            new MutationObserver(() => { document.body.offsetHeight; done((performance.now() - start) / 1000); }).observe(shown, { childList: true });
            field.dispatchEvent(new Event('input'));
        });
    """)
    wanted = sum(1 for _, finding in findings(report) if f"record {finding['record']:,},".startswith("record 77"))
    assert "match, of" in page.told() and wanted > 0
    page.is_quiet()
    size = file.stat().st_size
    print(f"  {total:,} findings: {size / 1e6:.1f} MB, rendered in {rendered:.1f} s, opened in {opened:.2f} s, "
          f"sorted in {sort:.2f} s, filtered in {choose:.2f} s, searched in {search:.2f} s")
    assert max(opened, sort, choose, search) < SECONDS


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program")
    arguments.add_argument("--pictures", type=Path)
    arguments = arguments.parse_args()
    program, pictures = str(Path(arguments.program).resolve()), arguments.pictures
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        folder = Path(folder)
        large, large_page = scan(program, folder, "faulty", "fixtures/hospital/ehr/faulty", "--jurisdiction=US-MA", "--facility=hospital", "--fictional=report")
        small, small_page = scan(program, folder, "formats", "fixtures/formats/export", "--config=fixtures/formats/chartaudit.yaml")
        _, clear_page = scan(program, folder, "clear", "fixtures/formats/export", "--config=fixtures/formats/chartaudit.yaml", "--reveal=values")
        waived, waived_page = scan(program, folder, "waived", "fixtures/waivers/export", "--config=fixtures/waivers/chartaudit.yaml", "--examples=100")
        _, damaged_page = scan(program, folder, "damaged", "fixtures/hospital/damaged")
        steps = [(looks_right, file, pictures) for file in (large_page, small_page, clear_page, waived_page, damaged_page)]
        steps += [
            (names_its_controls, small_page),
            (sorts, large_page, large),
            (sorts_by_keyboard, large_page),
            (filters, large_page, large),
            (tells_what_is_waived, waived_page, waived),
            (is_whole_without_scripts, large_page, large),
            (prints, small_page, small, pictures),
            (refuses_what_is_added, small_page, folder),
        ]
        for step, *more in steps:
            started = time.monotonic()
            step(browser, *more)
            print(f"{step.__name__.replace('_', ' ')}: {more[0].stem} ({time.monotonic() - started:.1f} s)", flush=True)
        long_page, long = takes_hostile_text(browser, program, folder, large)
        prints_every_row(browser, long_page, long)
        is_whole_without_scripts(browser, long_page, long)
        print("takes hostile text, and prints all of it", flush=True)
        opens_a_hundred_thousand(browser, program, folder, large)


if __name__ == "__main__":
    main()
