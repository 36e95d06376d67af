"""The parts of a study that later rooms fill: the conduct of BEAM, as the protocol states it, can be written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.study.errors import StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.model import Study

BEAM = Path(__file__).parents[2] / "studies" / "beam"

# Source of every number: the protocol of the BEAM project (regimen, visits, response, safety, analysis).
INTERVENTIONS = """\
interventions:
  - id: methylprednisolone_pulse
    type: drug
    title: {en: Pulse, zh: 冲击}
    concept: methylprednisolone_iv
    role: background
    regimen:
      route: iv
      frequency: once_daily
      lasts_at_least: 3 d
      lasts_at_most: 6 d
      stops: {anchor: week0, at: 0 d}
      course: pulse_start
      steps: [{amount: 0.5 g/d}]
      total_low: 1.5 g
      total_high: 3.0 g
  - id: belimumab
    type: biological
    title: {en: Belimumab, zh: 贝利尤单抗}
    concept: belimumab
    role: investigational
    regimen:
      route: iv
      frequency: once_per_encounter
      encounters: [week_0, week_2, week_4, week_8, week_12, week_16, week_20]
      steps: [{amount: 10 mg/kg}]
      weight: latest(body_weight, within=28 d)
      adjustments:
        - id: serious_infection
          when: is(serious_infection)
          action: hold
          because: {en: Active serious infection., zh: 活动性严重感染。}
        - id: hypersensitivity
          when: is(serious_hypersensitivity, within=ever)
          action: stop
          because: {en: Serious hypersensitivity., zh: 严重过敏反应。}
      preparation:
        containers:
          - {contents: 120 mg, dissolved_in: 1.5 mL}
          - {contents: 400 mg, dissolved_in: 4.8 mL}
        choose: [least_waste, fewest_containers]
        concentration: 80 mg/mL
        diluted_to: 250 mL
        diluent: {en: "0.9 % sodium chloride, never dextrose", zh: 0.9％氯化钠，禁用葡萄糖}
        given_over: 1 h
        used_within: 8 h
  - id: mycophenolate_mofetil
    type: drug
    title: {en: Mycophenolate, zh: 吗替麦考酚酯}
    concept: mycophenolate
    role: background
    regimen:
      route: po
      frequency: twice_daily
      steps: [{amount: 1.0 g/d}]
      low: 1.0 g/d
      high: 1.5 g/d
      carry_on: present_dose
      adjustments:
        - id: creatinine_or_albumin
          when: latest(serum_creatinine) > 1 ULN or latest(serum_albumin) <= 20 g/L
          action: set
          amount: 0.75 g/d
          deviation: false
          because: {en: Raised creatinine or low albumin., zh: 肌酐升高或白蛋白低。}
  - id: tacrolimus
    type: drug
    title: {en: Tacrolimus, zh: 他克莫司}
    concept: tacrolimus
    role: background
    regimen:
      route: po
      frequency: daily_in_divided_doses
      steps: [{amount: 4 mg/d}]
      low: 2 mg/d
      high: 4 mg/d
      carry_on: present_dose
      rounding: {to: 0.5 mg/d, towards: present_dose}
      target: {concept: tacrolimus_trough, low: 5 ng/mL, high: 8 ng/mL}
      adjustments:
        - id: above_target
          when: latest(tacrolimus_trough) > 8 ng/mL
          action: change
          by: -25 %
          again_after: 7 d
          because: {en: Trough above target., zh: 谷浓度高于目标。}
  - id: prednisone
    type: drug
    title: {en: Prednisone, zh: 泼尼松}
    concept: prednisone_oral
    role: background
    regimen:
      route: po
      frequency: once_daily
      starts: {en: the day after the last pulse day, zh: 末次冲击次日}
      weight: latest(body_weight, within=ever)
      rounding: {to: 2.5 mg/d, towards: nearest, ties: up}
      steps:
        - {amount: 0.6 mg/kg/d, maximum: 40 mg/d, lasts: 4 wk}
        - {change: -5 mg/d, every: 2 wk, until: 20 mg/d}
        - {change: -2.5 mg/d, every: 2 wk, until: 10 mg/d}
"""
SCHEDULE = """\
study_day_1: week0
anchors:
  - {id: enrolment, title: {en: Enrolment, zh: 入组}, events: [{event: enrolment}]}
  - {id: pulse_start, title: {en: Pulse, zh: 冲击},
     events: [{event: first_dose, interventions: [methylprednisolone_pulse], prior_care: counts}]}
  - id: week0
    title: {en: Week 0, zh: 第0周}
    events:
      - {arms: [BEL+MT], event: first_dose, interventions: [belimumab], prior_care: ignored}
      - {arms: [MT], event: first_dose, interventions: [tacrolimus, mycophenolate_mofetil], prior_care: ignored}
encounters:
  - id: screening
    title: {en: Screening, zh: 筛选}
    epoch: screening
    timing: {anchor: enrolment, earliest: -28 d, latest: -1 d}
  - id: week_0
    title: {en: Week 0, zh: 第0周}
    epoch: treatment
    timing: {anchor: enrolment, earliest: 0 d, latest: 7 d}
WEEKS
  - {id: unscheduled, title: {en: Unscheduled, zh: 计划外}, type: unscheduled}
activities:
  - id: urine
    title: {en: 24-hour urine, zh: 24小时尿}
    encounters: [screening, week_0, week_24, unscheduled]
    forms: [urine]
  - id: infusion
    title: {en: Infusion, zh: 输注}
    encounters: [week_0, week_2, week_20]
    interventions: [belimumab]
  - id: culture
    title: {en: Urine culture, zh: 尿培养}
    encounters: [week_0]
    condition: latest(urine_wbc_hpf) > 5 /[HPF]
""".replace(
    "WEEKS\n",
    "".join(
        f"  - {{id: week_{week}, title: {{en: Week {week}, zh: 第{week}周}}, epoch: treatment, "
        f"timing: {{anchor: week0, at: {week} wk, before: {window} d, after: {window} d}}}}\n"
        for week, window in ((2, 3), (4, 3), (8, 7), (12, 7), (16, 7), (20, 7), (24, 7))
    ),
)
FORMS = """\
code_lists:
  - id: outcome
    entries:
      - {value: recovered, label: {en: Recovered, zh: 恢复}}
      - {value: fatal, label: {en: Fatal, zh: 死亡}}
forms:
  - id: urine
    title: {en: Urine, zh: 尿液}
    groups:
      - id: day
        title: {en: Collection, zh: 留尿}
        items:
          - {id: protein, label: {en: Protein, zh: 蛋白}, type: number, concept: urine_protein_24h,
             units: ["g/(24.h)", "mg/(24.h)"], possible: {low: 0, high: 100}, expected: {high: 20}}
          - {id: complete, label: {en: Complete, zh: 完整}, type: calculated,
             calculation: urine_completeness(urine_creatinine_24h)}
  - id: adverse_event
    title: {en: Adverse event, zh: 不良事件}
    repeating: true
    groups:
      - id: event
        title: {en: Event, zh: 事件}
        items:
          - {id: term, label: {en: Term, zh: 名称}, type: text}
          - {id: outcome, label: {en: Outcome, zh: 转归}, type: choice, code_list: outcome}
          - {id: ended, label: {en: Ended on, zh: 结束日期}, type: partial_date, required: false,
             condition: "outcome = recovered",
             checks: [{id: order, rule: ended >= began, severity: query, message: {en: Before it began., zh: 早于开始。}}]}
"""
ALLOCATION = "method: concurrent_control\nreason_required: true\n"
SAFETY = """\
grading:
  standard: CTCAE
  version: "5.0"
  terms:
    - {id: alt_increased, title: {en: ALT increased, zh: ALT升高}, concept: alt,
       term: Alanine aminotransferase increased, direction: high, from_baseline: true}
    - id: hemoglobin_low
      title: {en: Anaemia, zh: 贫血}
      concept: hemoglobin
      direction: low
      from_baseline: true
      grades: [{grade: 2, rule: latest(hemoglobin) < 100 g/L}, {grade: 3, rule: latest(hemoglobin) < 80 g/L}]
investigational_products:
  interventions: [belimumab]
  because: {en: It is tested., zh: 系受试药物。}
clocks:
  - {id: sae, title: {en: SAE, zh: 严重不良事件}, applies: {event: [serious]}, sender: site, recipient: sponsor, within: 24 h,
     source: ICH E2A}
  - {id: susar_fatal, title: {en: Fatal SUSAR, zh: 致死性SUSAR},
     applies: {event: [serious, suspected, unexpected], any_of: [death, life_threatening]}, sender: sponsor,
     recipient: authority, within: 7 d, follow_up_within: 8 d, source: ICH E2A}
alerts:
  - {id: potassium, title: {en: Potassium, zh: 血钾}, rule: latest(potassium) > 5.5 mmol/L,
     message: {en: Potassium above 5.5 mmol/L., zh: 血钾高于5.5 mmol/L。}}
stopping_rules:
  - id: serious_infection
    title: {en: Serious infection, zh: 严重感染}
    method: beta_binomial
    event: is(serious_infection)
    population: present(belimumab, within=ever)
    arms: [BEL+MT]
    prior_a: 0.4
    prior_b: 1.6
    rate: 0.2
    cut: 0.9
    action: {en: Pause and convene the board., zh: 暂停并召集委员会。}
"""
ANALYSIS = """\
alpha: 0.05
sample_size: {planned: 15, assumption: {en: As registered., zh: 按注册。}}
baseline:
  chosen: week0
  readings:
    week0: {because: {en: Declared., zh: 已声明。}, anchor: week0, not_older_than: 28 d}
    pulse: {because: {en: Before the pulse., zh: 冲击之前。}, anchor: pulse_start, not_older_than: 28 d}
responses:
  - id: response
    title: {en: Response, zh: 应答}
    endpoints: [cr_week_24, pr_week_24, nr_week_24]
    several_results: worst_for_response
    chosen: beam
    readings:
      beam:
        because: {en: Registered., zh: 注册。}
        categories:
          - {id: CR, title: {en: Complete, zh: 完全}, rule: urine_protein_24h < 0.4 g/(24.h) and not active_sediment}
          - {id: PR, title: {en: Partial, zh: 部分}, rule: urine_protein_24h < 3.5 g/(24.h)}
          - {id: NR, title: {en: None, zh: 未缓解}}
sets:
  - {id: full, title: {en: Full, zh: 全分析集}, description: {en: Everyone allocated., zh: 全部分组者。},
     grouped_by: allocated}
intercurrent_events:
  - {id: rescue, title: {en: Rescue, zh: 挽救治疗}, rule: "present(cyclophosphamide, rituximab, within=today)",
     after: week0, counts_from: next_day}
estimands:
  - id: primary
    title: {en: CR at week 24, zh: 第24周CR}
    level: primary
    endpoint: cr_week_24
    response: response
    categories: [CR]
    population: full
    arms: [BEL+MT, MT]
    encounter: week_24
    counted: at_encounter
    outside_window: not_used
    intercurrent_events: [{event: rescue, strategy: composite}]
    summary: risk_difference
methods:
  - {id: difference, title: {en: Risk difference, zh: 率差}, estimands: [primary], method: miettinen_nurminen,
     role: main, parameters: {level: 0.95}, source: "Miettinen and Nurminen 1985"}
"""
PARTS = {
    "interventions.yaml": INTERVENTIONS,
    "schedule.yaml": SCHEDULE,
    "forms.yaml": FORMS,
    "allocation.yaml": ALLOCATION,
    "safety.yaml": SAFETY,
    "analysis.yaml": ANALYSIS,
}


def load(**changed: str) -> Study:
    texts = {path.name: path.read_text(encoding="utf-8") for path in BEAM.glob("*.yaml")}
    return load_study(texts | PARTS | {f"{name}.yaml": text for name, text in changed.items()})


def test_the_protocol_of_beam_can_be_written_down() -> None:
    study = load()
    belimumab = next(one for one in study.interventions if one.id == "belimumab").regimen
    assert belimumab is not None
    assert belimumab.preparation is not None
    assert len(belimumab.encounters) == 7
    assert [vial.contents for vial in belimumab.preparation.containers] == ["120 mg", "400 mg"]
    assert study.schedule is not None
    assert [encounter.id for encounter in study.schedule.encounters][-2:] == ["week_24", "unscheduled"]
    assert study.forms is not None
    assert study.forms.forms[1].repeating is True
    assert study.safety is not None
    assert study.safety.stopping_rules[0].prior_a == "0.4"
    assert study.analysis is not None
    assert study.analysis.responses[0].readings["beam"].categories[2].rule is None
    assert study.allocation is not None
    assert study.allocation.method == "concurrent_control"


# fmt: off
MISFITS = [
    # part, old, new, words
    ("interventions", "10 mg/kg}", "10}", 'amount is "10"'),
    ("interventions", "10 mg/kg}", "10 mgs/kg}", "mgs/kg is not a known UCUM unit"),
    ("interventions", "every: 2 wk, until: 20", "until: 20", "only some of change, every and until"),
    ("interventions", "{amount: 10 mg/kg}", "{maximum: 10 mg/kg}", "neither an amount nor a change"),
    ("interventions", "          amount: 0.75 g/d\n", "", "creatinine_or_albumin does not say how much"),
    ("interventions", "week_0, week_2", "week_0, week_1", "encounters / 2 names the encounter week_1"),
    ("interventions", "tacrolimus_trough, low", "trough, low", "names the concept trough"),
    ("interventions", "concept: belimumab", "concept: belimumap", "Did you mean `belimumab`?"),
    ("interventions", "towards: nearest, ties: up", "towards: nearest", "what happens half way exactly when"),
    ("interventions", "weight: latest(body_weight, within=28 d)", "starts: {en: x, zh: x}", "per kilogram needs a weight"),
    ("interventions", "      course: pulse_start\n", "", "needs its first day"),
    ("interventions", "course: pulse_start", "course: pulse", "names the anchor pulse"),
    ("interventions", "stops: {anchor: week0", "stops: {anchor: week_0", "names the anchor week_0"),
    ("interventions", "      encounters: [week_0, week_2, week_4, week_8, week_12, week_16, week_20]\n", "", "names them, and no other"),
    ("interventions", "      carry_on: present_dose\n      rounding", "      rounding", "what follows when nothing is to change"),
    ("interventions", ", lasts: 4 wk}", "}", "does not say how long it lasts"),
    ("interventions", "        choose: [least_waste, fewest_containers]\n", "", "not which of them are taken"),
    ("schedule", "study_day_1: week0", "study_day_1: week_0", "names the anchor week_0"),
    ("schedule", "event: enrolment", "event: first_dose", "names interventions exactly when its event is a dose"),
    ("schedule", "prior_care: counts", "before: week0", "whether prior care counts exactly when its event is a dose"),
    ("schedule", "{event: enrolment}", "{event: enrolment, before: week0}", "whether prior care counts exactly when"),
    ("schedule", "event: first_dose, interventions: [methyl", "event: course_start, interventions: [methyl", "how many days apart"),
    ("schedule", "prior_care: counts", "prior_care: counts, before: pulse_start", "The anchor pulse_start waits for itself"),
    ("schedule", "prior_care: counts", "prior_care: counts, before: week_0", "names the anchor week_0"),
    ("schedule", "arms: [MT]", "arms: [TM]", "names the arm TM"),
    ("schedule", "interventions: [belimumab]", "interventions: [beli]", "names the intervention beli"),
    ("schedule", "epoch: screening", "epoch: run", "names the epoch run"),
    ("schedule", "earliest: -28 d, latest", "at: 0 d, latest", "neither a day with its window nor a span"),
    ("schedule", "earliest: -28 d, latest: -1 d", "earliest: -28 d", "neither a day with its window nor a span"),
    ("schedule", "at: 12 wk, before", "at: 12 w, before", 'at is "12 w"'),
    ("schedule", "anchor: enrolment, ear", "anchor: enrollment, ear", "Did you mean `enrolment`?"),
    ("schedule", ", type: unscheduled", "", "The encounter unscheduled is scheduled"),
    ("schedule", "forms: [urine]", "forms: [urin]", "names the form urin"),
    ("schedule", "[week_0, week_2, week_20]", "[]", "has too few entries: 0"),
    ("forms", "type: number", "type: text", "protein is of type text and cannot have units"),
    ("forms", "type: calculated", "type: number", "does not fit its calculation"),
    ("forms", "type: choice, code_list: outcome", "type: choice", "does not fit its code list"),
    ("forms", "code_list: outcome", "code_list: outcomes", "names the code list outcomes"),
    ("forms", "concept: urine_protein_24h", "concept: urine_protein", "Did you mean `urine_protein_24h`?"),
    ("forms", "mg/(24.h)", "mg/24h", "mg/24h is not a known UCUM unit"),
    ("forms", "id: outcome, label", "id: term, label", "term stands twice"),
    ("allocation", "reason_required: true", "ratio: {MT: 1}", "has no key ratio"),
    ("safety", "concept: alt,", "concept: alat,", "names the concept alat"),
    ("safety", "       term: Alanine aminotransferase increased, direction", "       direction", "alt_increased does not say in one way"),
    ("safety", "concept: hemoglobin", "term: Anemia\n      concept: hemoglobin", "hemoglobin_low does not say in one way"),
    ("safety", "concept: hemoglobin", "version: '4.03'\n      concept: hemoglobin", "hemoglobin_low does not say in one"),
    ("safety", "event: [serious]", "event: []", "has too few entries: 0"),
    ("safety", "event: [serious]", "event: [severe]", 'event / 1 is "severe"'),
    ("safety", "any_of: [death,", "any_of: [dead,", 'any_of / 1 is "dead"'),
    ("safety", "within: 7 d", "within: 7.5 d", "The limit 7.5 d is no whole number of calendar days"),
    ("safety", "within: 8 d", "within: 8.5 d", "The limit 8.5 d is no whole number of calendar days"),
    ("safety", "prior_a: 0.4", "prior_a: 0", "Beta(0, 1.6) is no prior"),
    ("safety", "prior_b: 1.6", "prior_b: -1", "Beta(0.4, -1) is no prior"),
    ("safety", "rate: 0.2", "rate: 20", "The rate 20 and the cut 0.9 must lie between 0 and 1"),
    ("safety", "cut: 0.9", "cut: 1", "The rate 0.2 and the cut 1 must lie between 0 and 1"),
    ("safety", "grade: 2", "grade: 6", 'grade is "6"'),
    ("safety", "arms: [BEL+MT]", "arms: [BEL]", "names the arm BEL"),
    ("safety", "within: 24 h", "within: 24", 'within is "24"'),
    ("analysis", "{id: PR, ", "{id: CR, ", "CR stands twice"),
    ("analysis", ", rule: urine_protein_24h < 3.5 g/(24.h)", "", "The category PR has no rule"),
    ("analysis", "chosen: beam", "chosen: beta", "names the reading beta"),
    ("analysis", "chosen: week0", "chosen: week1", "names the reading week1"),
    ("analysis", "anchor: pulse_start", "anchor: pulse", "names the anchor pulse"),
    ("analysis", "endpoint: cr_week_24", "endpoint: cr", "names the endpoint cr"),
    ("analysis", "response: response", "response: responder", "names the response responder"),
    ("analysis", "categories: [CR]", "categories: [XR]", "names the response category XR"),
    ("analysis", "population: full", "population: all", "names the analysis set all"),
    ("analysis", "arms: [BEL+MT, MT]", "arms: [BEL+MT, TM]", "names the arm TM"),
    ("analysis", "encounter: week_24", "encounter: week_26", "names the encounter week_26"),
    ("analysis", "event: rescue", "event: rescued", "names the intercurrent event rescued"),
    ("analysis", "after: week0", "after: week1", "names the anchor week1"),
    ("analysis", ", counts_from: next_day", "", "has a rule without a beginning"),
    ("analysis", "    counted: at_encounter\n", "", "does not say when it is judged"),
    ("analysis", "    response: response\n", "", "needs a response with categories"),
    ("analysis", "    response: response\n", "    response: response\n    measure: change\n", "is about several things"),
    ("analysis", "{id: CR, ", "{id: CR, components: [{id: a, title: {en: A, zh: A}, rule: always}], ", "has a rule and components"),
    ("analysis", "grouped_by: allocated", "grouped_by: received", "does not say how that is told"),
    ("analysis", "sets:\n", "received: [{arm: MT}, {arm: BEL+MT}]\nsets:\n", "is not the last"),
    ("analysis", "sets:\n", "received: [{arm: XY}]\nsets:\n", "names the arm XY"),
    ("analysis", "estimands: [primary]", "estimands: [prime]", "names the estimand prime"),
]
# fmt: on


@pytest.mark.parametrize(("part", "old", "new", "words"), MISFITS)
def test_what_does_not_fit_is_refused(part: str, old: str, new: str, words: str) -> None:
    text = PARTS[f"{part}.yaml"]
    assert old in text
    with pytest.raises(StudyInvalid) as caught:
        load(**{part: text.replace(old, new, 1)})
    assert words in str(caught.value)
    assert {problem.file for problem in caught.value.problems} <= {f"{part}.yaml", "schedule.yaml"}


RANDOMISED = """\
method: stratified_blocks
ratio: {BEL+MT: 1, MT: 1}
block_sizes: [4, 6]
factors:
  - {id: site, title: {en: Site, zh: 中心}, by_site: true}
  - id: class
    title: {en: Class, zh: 分型}
    levels:
      - {id: pure_v, title: {en: V, zh: V型}, rule: "latest(biopsy_class, within=ever) in {V}"}
      - {id: other, title: {en: Other, zh: 其他}, rule: "not latest(biopsy_class, within=ever) in {V}"}
"""
MINIMISED = RANDOMISED.replace("stratified_blocks", "minimisation").replace(
    "block_sizes: [4, 6]", "distance: range\nprobability: 0.8"
)


@pytest.mark.parametrize("text", [RANDOMISED, MINIMISED])
def test_other_ways_of_allocation(text: str) -> None:
    assert load(allocation=text).allocation is not None


@pytest.mark.parametrize("secret", ["seed", "random_seed", "sequence"])
@pytest.mark.parametrize("text", [RANDOMISED, MINIMISED, ALLOCATION])
def test_the_secret_of_the_sequence_is_refused(text: str, secret: str) -> None:
    with pytest.raises(StudyInvalid, match="seed_in_definition"):
        load(allocation=f"{text}{secret}: 7\n")


# fmt: off
IMPOSSIBLE = [
    # old, new, words
    (", by_site: true", "", "needs two levels or more"),
    ("[4, 6]", "[4, 5]", "A block of 5 cannot hold the ratio"),
    ("[4, 6]", "[0]", "A block of 0 cannot hold the ratio"),
    ("{BEL+MT: 1, MT: 1}", "{BEL+MT: 0, MT: 0}", "whose parts add up to 0"),
    ("{BEL+MT: 1, MT: 1}", "{BEL+MT: 2, MT: 0}", "gives one of them no part"),
    ("{BEL+MT: 1, MT: 1}", "{BEL+MT: 2}", "fewer than two arms"),
]
UNMINIMISED = [
    # old, new, words
    ("{BEL+MT: 1, MT: 1}", "{BEL+MT: 1}", "fewer than two arms"),
    ("{BEL+MT: 1, MT: 1}", "{BEL+MT: 1, MT: 0}", "gives one of them no part"),
    ("0.8", "0.5", "0.5 would not favour the better arm"),
    ("0.8", "1.01", "1.01 would not favour the better arm"),
    ("by_site: true}", "by_site: true, weight: 2}", "Some factors have a weight"),
    ("by_site: true}", "by_site: true, weight: 0}", "Some factors have a weight"),
    ("id: class", "id: class\n    weight: -1", "Some factors have a weight"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "words"), IMPOSSIBLE)
def test_allocation_that_cannot_work(old: str, new: str, words: str) -> None:
    assert old in RANDOMISED
    with pytest.raises(StudyInvalid, match=words):
        load(allocation=RANDOMISED.replace(old, new))


@pytest.mark.parametrize(("old", "new", "words"), UNMINIMISED)
def test_minimisation_that_cannot_work(old: str, new: str, words: str) -> None:
    assert old in MINIMISED
    with pytest.raises(StudyInvalid, match=words):
        load(allocation=MINIMISED.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.8", "1"),  # no chance left: allowed, and shown by the predictability figures
        ("{BEL+MT: 1, MT: 1}\n", "{BEL+MT: 2, MT: 1}\n"),
        ("probability: 0.8", "probability: 0.8\ndescription: {en: Two to one, zh: 二比一}"),
    ],
)
def test_minimisation_that_can_work(old: str, new: str) -> None:
    assert old in MINIMISED
    assert load(allocation=MINIMISED.replace(old, new)).allocation is not None
