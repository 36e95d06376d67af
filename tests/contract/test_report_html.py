"""The HTML reports: what they say is what the result says, the urgent first, and what is cut is counted."""

from __future__ import annotations

import ast
import re
from collections import Counter
from typing import Any

import pytest

from tests.contract.page_support import (
    LANGUAGES,
    ROOT,
    STUDY,
    Element,
    Result,
    page,
    read_page,
    result_of,
    running_line_of,
    write,
)
from trialwright.locale import read_catalogue
from trialwright.record.fact import IGNORED_STATUSES
from trialwright.reports.legend import explain_criteria
from trialwright.reports.screening import html as screening
from trialwright.reports.screening.evidence import entered
from trialwright.reports.screening.next_steps import next_steps
from trialwright.reports.words import SKIPPED
from trialwright.study.prose import Words
from trialwright.terms.message import render


def numbers(row: Element) -> list[str]:
    return [cell.text() for cell in row.all("td", class_="number")]


# what the page says is what the result says


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_counts_the_participants(language: str) -> None:
    result = result_of("screen", language)
    tally = Counter(each["verdict"] for each in result["participants"])
    tiles = page(result, language).one("dl", class_="tiles").all("dd")
    shown = [tile.text() for tile in tiles if tile.attributes.get("class") != "note"]
    wanted = [len(result["participants"]), tally["eligible"], tally["undetermined"], tally["ineligible"]]
    assert shown == [str(number) for number in wanted]


def test_the_drawn_funnel_is_that_of_the_verdicts() -> None:
    result = result_of("screen")
    living = [each for each in result["participants"] if "deceased" not in each]
    verdicts = [[row["verdict"] for row in each["criteria"]] for each in living]
    ids = [row["id"] for row in living[0]["criteria"]]
    total = len(result["participants"])
    wanted: list[list[str]] = [["", str(total), ""]]
    before = total
    for step in range(len(ids) + 1):
        best = sum("fail" not in row[:step] for row in verdicts)
        worst = sum(not {"fail", "unknown"} & set(row[:step]) for row in verdicts)
        lost = before - best
        before = best
        wanted.append([f"−{lost}" if lost else "0", str(best), str(worst)])
    table = page(result).one("table", class_="funnel")
    rows = table.one("tbody").all("tr")
    assert [numbers(row) for row in rows[:-1]] == wanted[:-1]
    assert "not assessed" in rows[-1].text(), "E10 is not assessed in a search"
    for row, (_, best_text, worst_text) in zip(rows[1:-1], wanted[1:-1], strict=True):
        widths = {piece.attributes["class"]: float(piece.attributes["width"]) for piece in row.all("rect")}
        assert widths.get("possible", 0) == pytest.approx(100 * int(best_text) / total, abs=1e-3)
        assert widths.get("certain", 0) == pytest.approx(100 * int(worst_text) / total, abs=1e-3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_candidate_is_shown_with_every_criterion_and_all_its_evidence(language: str) -> None:
    result = result_of("screen", language)
    wanted = {each["person"]: each for each in result["participants"] if each["verdict"] != "ineligible"}
    cards = page(result, language).all("article", class_="card")
    assert {card.one("h3").one("bdi").text() for card in cards} == set(wanted)
    for card in cards:
        each = wanted[card.one("h3").one("bdi").text()]
        shown = card.text()
        for row in each["criteria"]:
            assert " ".join(row["sentence"].split()) in shown
            for warned in row.get("warnings", []):
                assert warned["text"] in shown
        facts = Counter(fact["fact"] for row in each["criteria"] for fact in row["evidence"])
        assert Counter(item.text() for item in card.all("bdi", class_="fact")) == facts
        entered = [fact["value"] for row in each["criteria"] for fact in row["evidence"]]
        shown_values = [item.attributes["title"].split(" ")[0] for item in card.all("bdi", class_="entered")]
        assert Counter(shown_values) == Counter(value.split(" ")[0] for value in entered)
        verdicts = [
            badge.attributes["class"].split()[1] for badge in card.one("h3").all("span", class_="badge")
        ]
        assert verdicts == [each["verdict"]]


def test_every_ineligible_person_is_listed_with_what_fails() -> None:
    result = result_of("screen")
    wanted = {each["person"]: each for each in result["participants"] if each["verdict"] == "ineligible"}
    rows = page(result).one("section", id="ineligible").one("tbody").all("tr")
    assert Counter(row.one("th").text() for row in rows) == Counter(list(wanted))
    for row in rows:
        each = wanted[row.one("th").text()]
        failed = [criterion for criterion in each["criteria"] if criterion["verdict"] == "fail"]
        assert [id.text() for id in row.all("td")[0].all("span", class_="id")] == [
            criterion["id"] for criterion in failed
        ]
        if failed:  # of the dead only that they are: no age goes on past a death
            shown = " ".join(failed[0]["sentence"].split()) in row.text()
            assert shown == ("deceased" not in each)
        if each.get("deceased"):
            assert each["deceased"] in row.text()
        waits, lapses = (cell.text() for cell in row.all("td")[-2:])
        assert (each["possible_from"] if each["possible_from"] and not each["lapses"] else "–") in waits
        assert all(found["until"] in lapses and found["criterion"] in lapses for found in each["lapses"])


def test_a_converted_value_stands_beside_the_entered_one() -> None:
    """57 umol/L of creatinine is 57 / 88.4 = 0.645 mg/dL (concepts.yaml: 1 mg/dL = 88.4 umol/L)."""
    result = result_of("screen")
    each = next(each for each in result["participants"] if each["verdict"] == "eligible")
    row = next(row for row in each["criteria"] if row["id"] == "I4")
    row["evidence"] = [
        {"fact": "f1", "concept": "serum_creatinine", "value": "57", "unit": "umol/L", "converted": 57 / 88.4,
         "converted_unit": "mg/dL", "date": "2026-10-04"}
    ]  # fmt: skip
    row["margin"] = {"value": 3.0 - 57 / 88.4, "unit": "mg/dL"}
    cards = page(result).all("article", class_="card")
    card = next(card for card in cards if each["person"] in card.one("h3").text())
    assert "Serum creatinine 57 µmol/L = 0.645 mg/dL · 2026-10-04 f1" in card.text()
    assert "+2.36 mg/dL" in card.text()


ENTERED = [
    ("acr_1997_item", "discoid_rash", "", "discoid rash", "盘状红斑"),
    ("biopsy_tma", "false", "", "no", "否"),
    ("breastfeeding", "true", "", "yes", "是"),
    ("biopsy_class", "III+V", "", "III+V", "III+V"),
    ("urine_protein_24h", "8.90", "g/(24.h)", "8.90 g/24 h", "8.90 g/24 h"),
    ("wbc", "3.0", "10*9/L", "3.0 × 10⁹/L", "3.0 × 10⁹/L"),
    ("prednisone_oral", "50", "mg/d", "50 mg/day", "50 mg/日"),
    ("serum_creatinine", ">884.0", "umol/L", ">884.0 µmol/L", ">884.0 µmol/L"),
    ("serum_creatinine", "high", "who knows", "high who knows", "high who knows"),
    ("sle", "", "", "", ""),
]


@pytest.mark.parametrize(("concept", "value", "unit", "english", "chinese"), ENTERED)
def test_evidence_is_shown_in_words(concept: str, value: str, unit: str, english: str, chinese: str) -> None:
    found = entered({"concept": concept, "value": value, "unit": unit}, Words(STUDY))
    assert render(found, {}).lower() == english.lower()
    assert render(found, read_catalogue("zh")) == chinese


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_funnel_page_shows_the_numbers_of_its_result(language: str) -> None:
    for command in ("funnel", "funnel5"):
        result = result_of(command, language)
        root = page(result, language)
        star = {None: "*"}
        steps = root.one("table", class_="funnel").one("tbody").all("tr")[1:-1]
        assert [numbers(row) for row in steps] == [
            [star.get(row["lost"], f"−{row['lost']}" if row["lost"] else "0")]
            + [star.get(row[name], str(row[name])) for name in ("left_best", "left_worst")]
            for row in result["attrition"][:-1]
        ]
        alone = root.one("table", class_="alone").one("tbody").all("tr")
        names = ("fails", "unknown", "gained_best", "gained_worst")
        assert [numbers(row) for row in alone] == [
            [star.get(row[name], str(row[name])) for name in names] for row in result["leave_one_out"]
        ]
        shares = root.one("table", class_="shares").one("tbody").all("tr")
        for row, value in zip(shares, result["shapley"], strict=True):
            for cell, name in zip(numbers(row), ("best", "worst"), strict=True):
                if value[name] is None:
                    assert cell == "*"
                else:
                    assert float(
                        cell.removesuffix({"en": " %", "zh": "%"}[language]).replace("−", "-")
                    ) == pytest.approx(100 * value[name], abs=0.0501)
        readings = root.one("table", class_="readings").one("tbody").all("tr")
        assert [[cell.split(" ")[0] for cell in numbers(row)] for row in readings] == [
            [star.get(number, str(number)) for number in row["counts"].values()]
            for row in result["reading_effects"]
        ]
        for row, wanted in zip(readings, result["reading_effects"], strict=True):
            changes = [item.text().split(":")[0].split("人")[0] for item in row.all("li")]
            assert changes == [star.get(each["count"], str(each["count"])) for each in wanted["changes"]]


def test_what_leaves_the_site_names_nobody() -> None:
    people = {each["person"] for each in result_of("screen")["participants"]}
    open_page = write(result_of("funnel"))
    assert any(person in open_page for person in people), "without a limit it says who"
    closed_page = write(result_of("funnel5"))
    assert not any(person in closed_page for person in people)
    concepts = read_page(closed_page).one("section", id="coverage").one("tbody").all("tr")
    assert not any(re.search(r"\d", cell.text()) for row in concepts for cell in row.all("td"))


# what is loud, what comes first, what is cut


def test_synthetic_people_are_labelled() -> None:
    result = result_of("screen")
    assert not page({**result, "synthetic": False}).all("p", class_="synthetic")
    banner = page({**result, "synthetic": True}).one("p", class_="synthetic")
    assert "Synthetic" in banner.text()


@pytest.mark.parametrize("command", ["screen", "funnel"])
def test_every_printed_page_says_whose_it_is(command: str) -> None:
    """A margin box of `@page` repeats on each sheet: study, definition, and that nobody in it exists."""
    result = result_of(command)
    version = result["study_version"].removeprefix("sha256:")[:12]
    foot = running_line_of(write({**result, "synthetic": True}))
    assert foot == f"SYNTHETIC DATA · BEAM · reference date 2026-11-01 · study version {version}"
    assert "SYNTHETIC" not in running_line_of(write({**result, "synthetic": False}))
    assert "counter(page)" in write(result)


def test_a_continued_card_names_its_person_again() -> None:
    """The head of a table repeats on each printed page."""
    for card in page(result_of("screen")).all("article", class_="card"):
        name = card.one("h3").one("bdi").text()
        heads = [table.one("thead").one("tr", class_="again").text() for table in card.all("table")]
        assert heads == [name] * max(1, len(heads))


def test_warnings_stand_before_everything_else() -> None:
    result = result_of("screen")
    result["coverage"]["warnings"] = [f"warning number {number}." for number in range(9)]
    written = write(result)
    assert "9 warnings" in written
    for number in range(9):
        assert written.index(f"warning number {number}.") < written.index("<main")
    assert not page(result_of("screen")).all("section", class_="warning")


def test_another_reading_is_announced() -> None:
    result = result_of("screen")
    assert not page(result).all("ul", class_="other-readings")
    result["readings"] = {"I4": "literal"}
    for each in result["participants"]:
        each["criteria"][4]["reading"] = "literal"
    root = page(result)
    assert "I4" in root.one("ul", class_="other-readings").text()
    assert "not the study's choice" in root.one("section", id="criteria").text()
    funnel = result_of("funnel")
    for row in funnel["reading_effects"]:
        if row["criterion"] == "I4":
            row["chosen"] = "literal"
    assert "I4" in page(funnel).one("ul", class_="other-readings").text()


def person(name: str, verdict: str, **given: Any) -> Result:
    """A participant made by hand: `unknown` criteria that are open, the rest passes."""
    open_ids = given.pop("unknown", [])
    failed = given.pop("failed", [])
    criteria: list[Result] = [
        {"id": each.id, "verdict": "unknown" if each.id in open_ids else "fail" if each.id in failed else "pass",
         "reason": "", "reading": each.chosen, "sentence": "So it is.", "evidence": [], "margin": None}
        for each in STUDY.criteria
    ]  # fmt: skip
    days = dict.fromkeys(("eligible_from", "valid_until", "possible_from", "possible_until"))
    return {
        "person": name,
        "verdict": verdict,
        **days,
        "criteria": criteria,
        "recheck": [],
        "lapses": [],
        **given,
    }


def step(
    criterion: str, concept: str, action: str, reason: str, *, settles: bool, by: str | None = None
) -> Result:
    return {
        "criterion": criterion,
        "concept": concept,
        "action": action,
        "reason": reason,
        "settles": settles,
        "by": by,
    }


def order_of(result: Result, people: list[Result]) -> list[str]:
    root = page({**result, "participants": people})
    return [row.one("th").text() for row in root.all("table", class_="worklist")[0].one("tbody").all("tr")]


@pytest.mark.parametrize(
    ("concept", "action", "words"),
    [
        ("birth_date", "ask", "Ask about the birth date"),
        ("birth_date", "clarify", "Clarify in the record: the birth date"),
        ("birth_date", "repeat", "Lapses after 2026-11-20: the age"),
        ("sex", "ask", "Ask about the sex"),
    ],
)
def test_items_of_the_person_are_said_in_words(concept: str, action: str, words: str) -> None:
    given = step("A0", concept, action, "birth_date_missing", settles=True, by="2026-11-20")
    people = [person("somebody", "undetermined", unknown=["A0"], recheck=[given])]
    assert words in page({**result_of("screen"), "participants": people}).one("article", class_="card").text()


def test_who_is_looked_at_first() -> None:
    settling = [step("I3", "urine_protein_24h", "measure", "no_record", settles=True)]
    two = [
        step("I3", "urine_protein_24h", "measure", "no_record", settles=False),
        step("I4", "serum_creatinine", "measure", "no_record", settles=False),
    ]
    people = [
        person("out", "ineligible", failed=["I1"]),
        person("two open", "undetermined", unknown=["I3", "I4"], recheck=two),
        person("one open", "undetermined", unknown=["I3"], recheck=settling),
        person("eligible until June", "eligible", eligible_from="2026-11-01", valid_until="2027-06-01"),
        person("eligible until May", "eligible", eligible_from="2026-11-01", valid_until="2027-05-01"),
    ]
    assert order_of(result_of("screen"), people) == [
        "eligible until May",
        "eligible until June",
        "one open",
        "two open",
    ]


def test_who_waits_stands_before_whose_result_lapses() -> None:
    """A wait that ends later still comes first: the other's criterion is only unknown then."""
    lapse = {"criterion": "I4", "concept": "serum_creatinine", "action": "measure", "until": "2026-11-01"}
    people = [
        person("never", "ineligible", failed=["I1"]),
        person("lapses", "ineligible", failed=["I4"], possible_from="2026-11-02", lapses=[lapse]),
        person("waits", "ineligible", failed=["E4"], possible_from="2026-12-24"),
    ]
    root = page({**result_of("screen"), "participants": people})
    rows = root.one("section", id="ineligible").one("tbody").all("tr")
    assert [row.one("th").text() for row in rows] == ["waits", "lapses", "never"]
    waits, lapses = (cell.text() for cell in rows[1].all("td")[-2:])
    assert waits == "–"
    assert lapses == (
        "I4 This result counts until 2026-11-01, then it is unknown. Measure again: serum creatinine"
    )


def test_no_treatment_settles_anything() -> None:
    pulse = [step("I5", "", "give", "can_be_given", settles=True)]
    measured = [step("I3", "urine_protein_24h", "measure", "no_record", settles=True)]
    people = [
        person("pulse", "undetermined", unknown=["I5"], recheck=pulse),
        person("urine", "undetermined", unknown=["I3"], recheck=measured),
    ]
    assert order_of(result_of("screen"), people) == ["urine", "pulse"]
    card = page({**result_of("screen"), "participants": people}).all("article", class_="card")[1]
    assert "never in order to qualify" in card.text()
    assert "settles it alone" not in card.text()


def test_a_long_page_says_how_many_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "CARDS", 3)
    monkeypatch.setattr(screening, "ROWS", 2)
    people = [person(f"u{number}", "undetermined", unknown=["I3"]) for number in range(5)]
    people += [person(f"i{number}", "ineligible", failed=["I1"]) for number in range(6)]
    people += [person("the eligible one", "eligible", eligible_from="2026-11-01", valid_until="2026-11-02")]
    result = {
        **result_of("screen"),
        "participants": iter(people),
        "skipped": [broken(n) for n in range(7)],
    }
    root = page(result)
    assert [tile.text() for tile in root.one("dl", class_="tiles").all("dd")][:4] == ["12", "1", "5", "6"]
    cards = [card.one("h3").one("bdi").text() for card in root.all("article", class_="card")]
    assert cards == ["the eligible one", "u0", "u1"]
    assert "3 more eligible or undetermined people" in root.one("section", id="people").text()
    assert len(root.one("section", id="ineligible").one("tbody").all("tr")) == 2
    assert "4 more ineligible people" in root.one("section", id="ineligible").text()
    assert "5 more are not shown" in root.one("section", id="skipped").text()


def broken(number: int) -> Result:
    return {"place": f"facts.csv:{number}", "reason": "value_unreadable", "detail": "x", "person": "p", "concept": None,
            "fact": None}  # fmt: skip


# words

NEXT = [
    ("measure", "urine_protein_24h", None, "Measure 24-hour urine protein", "检测24小时尿蛋白定量"),
    ("ask", "breastfeeding", None, "Ask about breastfeeding", "询问哺乳"),
    ("give", "", None,
     "Would count only if the treating physician gives it for clinical reasons, never in order to qualify: Steroid pulse",
     "仅在主治医师因临床需要给予时方可计入，不得为满足入选条件而给予：激素冲击治疗"),
    ("clarify", "tacrolimus", None, "Clarify in the record: tacrolimus, systemic", "在病历中核实：他克莫司（全身用药）"),
    ("repeat", "serum_creatinine", "2026-11-05", "Repeat by 2026-11-05: serum creatinine",
     "最迟于2026-11-05复查：血清肌酐"),
    ("repeat", "methylprednisolone_iv", "2026-11-02", "Lapses after 2026-11-02: methylprednisolone, intravenous",
     "2026-11-02之后失效：静脉用甲泼尼龙"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "concept", "by", "english", "chinese"), NEXT)
def test_the_next_step_in_words(
    action: str, concept: str, by: str | None, english: str, chinese: str
) -> None:
    each = person(
        "p", "undetermined", recheck=[step("I5", concept, action, "no_record", settles=True, by=by)]
    )
    (found,) = next_steps(each, study=STUDY, words=Words(STUDY))
    assert (found.criterion, found.settles, found.by) == ("I5", action != "give", by)
    labels = {concept.name: concept.label.zh for concept in STUDY.concepts}
    assert render(found.do, {}) == english
    assert render(found.do, read_catalogue("zh")) == chinese.replace("哺乳", labels["breastfeeding"]).replace(
        "他克莫司（全身用药）", labels["tacrolimus"]
    )


def test_steps_for_the_same_reason_become_one() -> None:
    rows = [step("E2", concept, "measure", "no_record", settles=False) for concept in ("alt", "ast")]
    rows.append(step("E3", "glucose_fasting", "measure", "no_record", settles=False))
    found = next_steps(person("p", "undetermined", recheck=rows), study=STUDY, words=Words(STUDY))
    assert [each.criterion for each in found] == ["E2", "E3"]
    assert (
        render(found[0].do, {}) == "Measure alanine aminotransferase (ALT), aspartate aminotransferase (AST)"
    )


def test_every_reason_to_skip_a_record_has_a_sentence() -> None:
    reasons = {"status_" + status.replace("-", "_") for status in IGNORED_STATUSES}
    for path in (ROOT / "src/trialwright/exchange").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
                if node.func.id in ("Skipped", "Broken", "unreadable_fact"):
                    reasons.update(
                        part.value
                        for argument in node.args[1:3]
                        for part in ast.walk(argument)
                        if isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                        and "_" in part.value
                    )
    assert {"value_unreadable", "person_unknown", "status_cancelled"} <= reasons, "the search finds some"
    assert reasons <= set(SKIPPED)


def test_where_a_criterion_stands_is_said_in_both_languages() -> None:
    sources = {each.criterion.id: each.source for each in explain_criteria(STUDY, {})}
    assert render(sources["E5a"], {}) == "exclusion criterion 5, part 1"
    assert render(sources["E5a"], read_catalogue("zh")) == "排除标准第5条，第1部分"
    assert render(sources["I1"], read_catalogue("zh")) == "入选标准第1条"
    assert render(sources["A0"], {}) == STUDY.criterion("A0").source, "none of the registry's list"


def test_no_reading_is_shown_by_its_code_alone() -> None:
    """`default` says nothing; a code stands only beside the title, for `--reading`."""
    section = page(result_of("screen")).one("section", id="criteria")
    codes = [code.text() for code in section.all("span", class_="code")]
    assert "default" not in codes
    assert "Both together literal_and" in section.text()
