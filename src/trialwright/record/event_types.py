"""Every type of event, with the version written today and the parts of its data.

The form of the ledger for as long as trials are kept: a part is never renamed or given another meaning; a type that must
change gets the next version, and `upcast` reads the older ones. Actions that write something else than stands here fail
their tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

STREAMS: Final = ("study", "site", "participant")


class Part(NamedTuple):
    """A part of an event's data.

    `entered`: may hold digests of entered texts; `optional`: left out where empty; `partial`: a day, a month or a year.
    """

    name: str
    says: str
    entered: bool = False
    optional: bool = False
    partial: bool = False


class EventType(NamedTuple):
    """What an event of this type says, in which of `STREAMS` it stands, and what its data hold.

    `series`: the counter it takes the next number of; '' for none.
    """

    streams: tuple[str, ...]
    says: str
    data: tuple[Part, ...] = ()
    series: str = ""
    version: int = 1


_DAY = Part("date", "the day")
_SECRET = (
    Part("secret", "the allocation secret, 64 hexadecimal digits; '' where it is not disclosed"),
    Part("nonce", "the nonce of its commitment, likewise"),
)
_ROLE = (Part("account", "whose"), Part("role", "a role of the delegation table"))
_WHERE = Part("site", "where it holds; '' for the whole study")
_START = Part("start", "from this day on")
_INTERVENTION = Part("intervention", "which")
_TARGET = (
    Part("target", "a visit, or `casebook`"),
    Part(
        "digest",
        "SHA-256 of what stood there: every value by its place and by the hash of the event that states it (in version 1 "
        "by the position of that event)",
    ),
)
_QUERY = Part("number", "the query, among those of the participant")
_CRITERIA = Part(
    "criteria", "by criterion: `verdict`, `reason`, `reading`, and `facts`, the ids of the evidence"
)
_ALERTS = Part("alerts", "what it set off: `alert`, `on` which day, `facts`", optional=True)
_DEVIATIONS = Part(
    "deviations",
    "departures found by the rules, parts as of `deviation_reported`; of a dose also `says` (entered), the sentence as data; of a dose judged anew also `dose`, its number",
    entered=True,
    optional=True,
)
_DOSES = Part(
    "doses",
    "the doses for which something else would have been proposed by the corrected record: `number`, `proposed`, `rule`, `because`, as of `dose_given`",
    optional=True,
)
_QUERIES = Part(
    "queries",
    "what is asked back: `number`, `path`, `text` (entered); mostly `says` (entered), the sentence as data",
    entered=True,
    optional=True,
)
_RECALCULATED = Part(
    "recalculated",
    "calculated items of other forms that follow from it: `id`, `visit`, `form`, `number` and `items`, as of `form_recorded`",
    optional=True,
)
_DEVIATION = (
    Part("number", "the deviation, among those of the participant"),
    _DAY,
    Part("category", "`consent`, `eligibility`, `allocation`, `visit`, `dose`, `procedure` or `other`"),
    Part("severity", "`minor` or `major`; '' where nobody rated it"),
    Part("text", "what happened", entered=True),
    Part("visit", "at which visit, '' for none"),
)
_FORM = (
    Part("id", "the form record: visit/form, or visit/form/number; a log has no visit"),
    Part("visit", "at which visit, '' for a log"),
    Part("form", "which form"),
    Part("number", "which copy of it, from 1"),
    Part(
        "items",
        "what is new: `path`, `item`, `value` (entered, unless calculated), `unit`, `not_done`, `concept`, `kind`, "
        "`date`, `low`, `high` (the reference range applied), `fact`, `part` (decision 0050)",
        entered=True,
    ),
    _RECALCULATED,
    _QUERIES,
    _ALERTS,
)
_ADVERSE_EVENT = (
    Part("number", "the adverse event, among those of the participant"),
    Part("term", "what happened", entered=True),
    Part("infection", "`true` or `false`"),
    Part("hypersensitivity", "`true`, `false`, or '' where nobody said"),
    _START,
    Part("end", "last day; '' while it goes on"),
    Part("grade", "`1` to `5`"),
    Part("seriousness", "the criteria it meets; none: not serious"),
    Part("causality", "by intervention: `related`, `possibly_related`, `not_related`, `unknown`"),
    Part("expected", "`true`, `false`, or '' where nobody said"),
    Part("action", "`none`, `dose_changed`, `held`, `discontinued` or `not_applicable`"),
    Part(
        "outcome",
        "`recovered`, `recovering`, `not_recovered`, `recovered_with_sequelae`, `fatal` or `unknown`",
    ),
    Part("aware", "when the site first knew this, a moment with its offset"),
    _ALERTS,
    _QUERIES,
)
_DOSE = (
    Part("number", "the dose, among those of the participant"),
    _INTERVENTION,
    Part("concept", "what a rule reads it as, '' for none"),
    Part("start", "its day, or the first of a daily dose"),
    Part("end", "the last day; '' while it goes on"),
    Part("ongoing", "whether it is taken every day since"),
    Part("amount", "of one administration, or of a day", entered=True),
    Part("unit", "its unit", entered=True),
    Part("route", "`iv`, `po`, ..., '' where none is defined"),
    Part("visit", "at which visit, '' for none"),
    Part("proposed", "what the definition proposed, '' for nothing"),
    Part("rule", "the rule that proposed it"),
    Part("because", "the ids of the facts behind the proposal"),
    Part("deviation", "why another dose was given", entered=True),
    Part("lot", "lot number", entered=True),
    Part("expiry", "expiry of the lot", entered=True),
    Part("started", "time at which an infusion began", entered=True),
    Part("stopped", "time at which it ended", entered=True),
    Part("reaction", "reaction to it", entered=True),
    Part("prior", "whether it was care before consent, on record only"),
    _RECALCULATED,
    _DEVIATIONS,
    _QUERIES,
)

EVENT_TYPES: Final[Mapping[str, EventType]] = {
    # the study and its sites
    "study_opened": EventType(
        ("study",),
        "The study begins, and its first account with it.",
        (
            _DAY,
            Part("study", "the study's id"),
            Part("rehearsal", "whether everyone in it is synthetic"),
            Part("commitment", "the digest that binds the allocation secret (decision 0048)"),
            *_ROLE,
            _WHERE,
            _START,
        ),
    ),
    "site_opened": EventType(
        ("site",), "A site begins.", (_DAY, Part("time_zone", "in which its days are calendar days"))
    ),
    "role_delegated": EventType(("study", "site"), "An account is given a role.", (*_ROLE, _WHERE, _START)),
    "role_revoked": EventType(
        ("study", "site"), "A role ends.", (*_ROLE, _WHERE, Part("end", "the day on which it ended"))
    ),
    "version_released": EventType(
        ("study",),
        "A version of the definition may be approved by the sites; what it says of roles holds for the study from here on.",
        (Part("version", "its digest"), _DAY),
    ),
    "version_approved": EventType(
        ("site",),
        "A released version of the definition is in force at a site from a day on.",
        (
            Part("version", "its digest"),
            _DAY,
            Part(
                "released",
                "the position of the event that released it, be it the opening of the study; 0 before releases were recorded (version 1)",
            ),
        ),
        version=2,
    ),
    "ranges_set": EventType(
        ("site",),
        "Reference ranges of the site's laboratory.",
        (
            Part(
                "ranges",
                "each with `concept`, `unit`, `low`, `high`, `sex`, `age_from`, `age_to`, `valid_from`",
            ),
        ),
    ),
    "study_unblinded": EventType(
        ("study",),
        "The arms and the secret of a blind study are disclosed.",
        (_DAY, *_SECRET, Part("arms", "by participant")),
    ),
    "study_locked": EventType(
        ("study",),
        "No more data. Database lock is this event's position; an open study that draws discloses its secret.",
        (_DAY, *_SECRET),
    ),
    "unlock_requested": EventType(("study",), "The first of two people asks for the study to be unlocked."),
    "study_unlocked": EventType(("study",), "The second person confirms: the study takes data again."),
    "masked": EventType(
        STREAMS,
        "Texts that should never have been entered are blanked beside the chain.",
        (Part("of", "the position of the event they belong to"), Part("digests", "which texts")),
    ),
    # a participant
    "consented": EventType(
        ("participant",),
        "Consent, which gives the screening number.",
        (
            _DAY,
            Part("version", "the digest of the definition consented to"),
            Part("sex", "`female`, `male`, `other` or `unknown`"),
            Part("birth", "date of birth, complete or not", entered=True),
        ),
        series="screening/SITE",
    ),
    "re_consented": EventType(
        ("participant",),
        "Consent to a newer version.",
        (_DAY, Part("version", "the digest of the definition consented to")),
    ),
    "screened": EventType(
        ("participant",),
        "Eligibility judged for a day, whatever the verdict.",
        (
            _DAY,
            Part("verdict", "`eligible`, `ineligible` or `undetermined`"),
            _CRITERIA,
            Part(
                "facts",
                "of the person's records: `fact`, `kind`, `concept`, `code`, `status`, `route` as they are; `value`, "
                "`unit`, `low`, `high`, `start`, `end` entered",
                entered=True,
            ),
            _QUERIES,
        ),
    ),
    "enrolled": EventType(
        ("participant",),
        "The participant joins; every criterion passed on this day.",
        (_DAY, Part("enrolment_number", "such as E001"), _CRITERIA),
        series="enrolment",
    ),
    "allocated": EventType(
        ("participant",),
        "An arm is given.",
        (
            _DAY,
            Part("number", "counts the allocations of the study"),
            Part("arm", "'' while the study is blind"),
            Part("levels", "the level of each factor, as known then"),
            Part("rule", "the digest of the allocation rule"),
        ),
        series="allocation",
    ),
    "unblinded": EventType(
        ("participant",),
        "One participant's arm is disclosed in an emergency.",
        (
            _DAY,
            Part("arm", "which"),
            Part(
                "alerts",
                "that it was: `alert` emergency_unblinding, `on` which day, `facts` (none), `told`, the accounts that must know",
                optional=True,
            ),
        ),
    ),
    "allocation_seen": EventType(
        ("participant",),
        "Somebody who prepares the doses looked up the arm, which is written nowhere.",
        (_DAY,),
    ),
    "visit_opened": EventType(
        ("participant",),
        "A visit takes place.",
        (
            Part("visit", "its id: the encounter's, unscheduled ones counted"),
            Part("encounter", "which of the schedule"),
            _DAY,
            _DEVIATIONS,
            _QUERIES,
        ),
    ),
    "visit_missed": EventType(
        ("participant",),
        "A visit did not take place; the reason says why.",
        (Part("visit", "its id"), Part("encounter", "which of the schedule")),
    ),
    "form_recorded": EventType(("participant",), "A form is filled in.", _FORM),
    "form_corrected": EventType(
        ("participant",),
        "Items of a form are superseded; the earlier values stay in the ledger.",
        (*_FORM, _DOSES, _DEVIATIONS),
    ),
    "corrected": EventType(
        ("participant",),
        "Something else is superseded: demographics, the day of consent or enrolment, an arm that a person chose, a dose, the day of a visit, or that it was missed; a deviation; a rescue therapy; the end of a course. Or a whole entry is taken back: it counts nowhere any more.",
        (
            Part(
                "target",
                "`demographics`, `consent/NUMBER`, `enrolment`, `allocation`, `dose/NUMBER`, `visit/ID`, `deviation/NUMBER`, `rescue/NUMBER`, `hold/NUMBER`, `stop/NUMBER` (each in the order of recording, from 1), `ae/NUMBER`, `death`, `withdrawal`, `loss` or `completion`",
            ),
            Part(
                "values",
                "the new values by name; of a visit `date`, and `missed`, false where it was not (without a day: nothing is recorded of it any more); of a deviation `severity`, `category`, `date`, `visit`, `text`, or `recorded`, false; of a rescue `date`, `therapy`, `text`; of a consent, the enrolment and an end `date`; of the allocation `arm`; of a dose, visit, hold, stop, rescue, adverse event, and end also `recorded`, false",
                entered=True,
            ),
            _RECALCULATED,
            _DOSES,
            _DEVIATIONS,
            _QUERIES,
        ),
    ),
    "query_raised": EventType(
        ("participant",),
        "A question about a value.",
        (_QUERY, Part("path", "about what: FORM#ITEM"), Part("text", "the question", entered=True)),
    ),
    "query_answered": EventType(
        ("participant",), "The answer to it.", (_QUERY, Part("answer", "what is answered", entered=True))
    ),
    "query_closed": EventType(("participant",), "The answer is accepted.", (_QUERY,)),
    "dose_given": EventType(("participant",), "A dose, with what was proposed and why.", _DOSE),
    "dose_held": EventType(
        ("participant",),
        "An intervention is interrupted, until the next dose of it.",
        (_INTERVENTION, _START),
    ),
    "intervention_discontinued": EventType(
        ("participant",), "An intervention is stopped for good.", (_INTERVENTION, _DAY)
    ),
    "rescue_recorded": EventType(
        ("participant",),
        "Rescue therapy.",
        (
            Part("date", "the day; the month or year where no more is known", partial=True),
            Part("therapy", "`pulse`, `cyclophosphamide`, `rituximab`, `plasma_exchange`, `ivig` or `other`"),
            Part("text", "more about it", entered=True),
        ),
    ),
    "ae_reported": EventType(("participant",), "An adverse event, as first known.", _ADVERSE_EVENT),
    "ae_updated": EventType(
        ("participant",), "A follow-up of it: everything that is known now.", _ADVERSE_EVENT
    ),
    "report_sent": EventType(
        ("participant",),
        "A safety report went out.",
        (
            Part("number", "the adverse event"),
            Part("clock", "by which reporting clock of the study"),
            Part("stage", "`initial` or `follow_up`"),
            Part("at", "when, a moment with its offset"),
        ),
    ),
    "deviation_reported": EventType(("participant",), "A departure from the protocol.", _DEVIATION),
    "signed": EventType(
        ("participant",),
        "A signature; a later change of what was signed shows.",
        (*_TARGET, Part("meaning", "`reviewed`, `approved` or `authored`")),
        version=2,
    ),
    "source_verified": EventType(
        ("participant",), "A monitor compared values with their source.", _TARGET, version=2
    ),
    "consent_withdrawn": EventType(
        ("participant",), "Consent is withdrawn; what was collected stays.", (_DAY, _QUERIES)
    ),
    "lost_to_follow_up": EventType(
        ("participant",), "The participant cannot be reached any more.", (_DAY, _QUERIES)
    ),
    "participant_died": EventType(("participant",), "The participant died.", (_DAY, _QUERIES)),
    "study_completed": EventType(("participant",), "The participant completed the study.", (_DAY,)),
    "casebook_locked": EventType(("participant",), "The participant's data take no more changes."),
    "casebook_unlocked": EventType(("participant",), "They take changes again; the reason says why."),
}
