"""What each command may be asked: keys, their types and limits, and how to write them right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from imr_sim.errors import RequestError, RequestErrors

if TYPE_CHECKING:
    from imr_sim.practice import Practice

Month = Annotated[str, Field(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")]
WHERE = "command line"
CENTURY = 1200  # months; longer spans than a century are taken to be slips


def key(meaning: str, write: str, **limits: Any) -> Any:
    """A required field: what it means, how to write it, and its limits."""
    return Field(description=meaning, json_schema_extra={"write": write}, **limits)


SYSTEM = key(
    "the VAMCs, their staff and their ties",
    "Write va, small, or the path of a folder that holds sites.csv.",
    min_length=1,
)
OUT = key(
    "new folder to write to",
    "Write the path of a folder that does not exist yet, or null.",
    min_length=1,
)


class Request(BaseModel):
    """Base of all requests: unknown keys and values of the wrong type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def settled(self) -> Self:
        """The request with the keys filled in that were left to something else it names."""
        return self

    def check(self) -> None:
        """Raise RequestError when the keys of a settled request do not fit each other."""


class HistoryRequest(Request):
    """What histories begin with."""

    system: str = SYSTEM
    parameters: dict[str, Any] = key(
        "parameter set; parameters.<name>=value fixes one parameter in every draw",
        "Write posterior, prior, default, or the path of a Parquet file of draws.",
    )
    practice: str = key(
        "what spreads",
        "Write imr, another name (imr-sim describe practices), or the path of a practice file.",
        min_length=1,
    )
    start: Month | None = key(
        "first month of the history; null: the practice's own",
        "Write year and month, e.g. 2004-01, or null.",
    )

    def of_practice(self) -> Practice:
        """The practice that it names."""
        from imr_sim.practice import load_practice

        return load_practice(self.practice)

    def settled(self) -> Self:
        """The request with its first month, the practice's own unless it names one."""
        return self.model_copy(update={"start": self.start or self.of_practice().start})


class RunRequest(HistoryRequest):
    """Keys that `compare` and `simulate` share."""

    draws: int | None = key(
        "parameter draws used; null: 200 (compare) or 20 (simulate), or all of a smaller set",
        "Write a whole number from 1 to 100000, or null.",
        ge=1,
        le=100_000,
    )
    replicates: int = key(
        "histories for each parameter draw",
        "Write a whole number from 1 to 10000.",
        ge=1,
        le=10_000,
    )
    budget: float | None = key(
        "US$ that each strategy may spend after the policy date",
        "Write US$ as a plain number, e.g. budget=5e6, or null for no limit.",
        ge=0,
        le=1e12,
    )
    seed: int = key(
        "seed of all chance; the same seed gives the same result",
        "Write a whole number from 0 to 9223372036854775807.",
        ge=0,
        lt=2**63,
    )
    threads: int | None = key(
        "cores used, at most; results do not depend on it",
        "Write a whole number of at least 1, or null for all.",
        ge=1,
        le=4096,
    )
    out: str | None = OUT
    figures: bool = key("draw the figures (PNG and SVG)", "Write true or false.")
    quiet: bool = key("no progress on the terminal", "Write true or false.")


class CompareRequest(RunRequest):
    """A comparison of strategies from one policy date on."""

    strategies: list[str] | Literal["default", "all"] = key(
        "strategies to compare",
        "Write default, all, or a list of names and files, e.g. strategies=[training,mandate].",
    )
    reference: str = key(
        "strategy the others are compared with",
        "Write the name of a strategy, e.g. none.",
        min_length=1,
    )
    policy_start: Month = key(
        "first month under the strategies", "Write year and month, e.g. 2021-01."
    )
    luck_draws: int = key(
        "with one replicate, draws that are run a second time to tell luck from parameters",
        "Write a whole number from 0 to 100000.",
        ge=0,
        le=100_000,
    )
    horizon: int = key(
        "months after the policy date", f"Write whole months, 1 to {CENTURY}.", ge=1, le=CENTURY
    )

    def check(self) -> None:
        """Raise RequestError unless a history comes before the policy."""
        before = months_between(str(self.start), self.policy_start)
        if before < 1:
            raise wrong_date(self.policy_start, f"the history begins in {self.start}, not before")
        self.of_practice().check_policy(before, self.policy_start, WHERE)


class SimulateRequest(RunRequest):
    """Histories under one strategy."""

    strategy: str = key(
        "the strategy", "Write the name of a strategy or the path of a strategy file.", min_length=1
    )
    months: int = key(
        "length of the history, months", f"Write whole months, 1 to {CENTURY}.", ge=1, le=CENTURY
    )
    policy_start: Month | None = key(
        "first month under the strategy",
        "Write year and month, e.g. 2021-01, or null for the first month of the history, or the "
        "first after the practice's own support.",
    )
    events: bool = key("also write the log of events", "Write true or false.")
    study: Literal["interview_study", "national_survey", "facility_census"] | None = key(
        "also do a virtual study of the histories",
        "Write interview_study, national_survey, facility_census, or null.",
    )
    study_date: Month | None = key(
        "month of the study; null: that of the real one, 2012-03, or 2017-04 for the census",
        "Write year and month, e.g. 2012-03, or null.",
    )
    study_size: int | None = key(
        "VAMCs interviewed, respondents surveyed, or facilities counted; null: as in the real one",
        "Write a whole number from 1 to 100000, or null.",
        ge=1,
        le=100_000,
    )

    def settled(self) -> Self:
        """The request with its dates: see `HistoryRequest.settled`."""
        begun = super().settled()
        policy = self.policy_start or later(str(begun.start), self.of_practice().support_end)
        return begun.model_copy(update={"policy_start": policy})

    def check(self) -> None:
        """Raise RequestError unless the policy begins within the history."""
        policy = str(self.policy_start)
        before = months_between(str(self.start), policy)
        if not 0 <= before < self.months:
            why = f"it is not within the {self.months} months from {self.start} on"
            raise wrong_date(policy, why, ", or more months")
        self.of_practice().check_policy(before, policy, WHERE)
        for name in ("study_date", "study_size"):
            if self.study is None and getattr(self, name) is not None:
                raise RequestError(
                    f"{name}={getattr(self, name)}",
                    where=WHERE,
                    why="there is no study",
                    write="Add study=national_survey or another, or leave it out.",
                )


class DescribeRequest(Request):
    """What `describe system` may be asked."""

    system: str = SYSTEM
    out: str | None = OUT


def months_between(first: str, then: str) -> int:
    """Months from one "YYYY-MM" to another."""
    (y0, m0), (y1, m1) = (map(int, month.split("-")) for month in (first, then))
    return 12 * (y1 - y0) + m1 - m0


def later(month: str, n: int) -> str:
    """The month n months after "YYYY-MM"."""
    number = 12 * int(month[:4]) + int(month[5:]) - 1 + n
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def wrong_date(given: str, why: str, also: str = "") -> RequestError:
    """Error of a policy date that does not fit the history."""
    return RequestError(
        f"policy_start={given}",
        where=WHERE,
        why=why,
        write=f"Write another policy_start, or another start{also}.",
    )


R = TypeVar("R", bound=Request)


def fields_of(kind: type[Request]) -> dict[str, FieldInfo]:
    """What may be written of a request, key by key; keys within a key as ``design.points``.

    The first key within a key goes by the name of the outer one: ``design=lhs``.
    """
    fields: dict[str, FieldInfo] = {}
    for name, outer in kind.model_fields.items():
        if not isinstance(outer.annotation, type) or not issubclass(outer.annotation, Request):
            fields[name] = outer
            continue
        for i, (inner, field) in enumerate(outer.annotation.model_fields.items()):
            fields[f"{name}.{inner}" if i else name] = field
    return fields


def check_request(kind: type[R], values: dict[str, Any]) -> R:
    """Build a request from plain values, or raise RequestErrors with one message a key."""
    try:
        return kind.model_validate(values)
    except ValidationError as failure:
        fields = fields_of(kind)
        reasons: dict[str, str] = {}
        for error in failure.errors():
            outer, *inner = map(str, error["loc"])
            name = f"{outer}.{inner[0]}" if inner else outer
            reasons.setdefault(name if name in fields else outer, _reason(error))
        raise RequestErrors(
            [
                RequestError(
                    f"{name}={_given(values, name)}",
                    where=WHERE,
                    why=why,
                    write=how_to_write(fields[name]),
                )
                for name, why in reasons.items()
            ]
        ) from failure


def how_to_write(field: FieldInfo) -> str:
    """Advice that stands with a key."""
    extra = field.json_schema_extra
    return str(extra["write"]) if isinstance(extra, dict) else ""


def _given(values: dict[str, Any], name: str) -> object:
    """The value of a key, within a key too."""
    outer, _, inner = name.partition(".")
    given = values.get(outer)
    return given.get(inner) if inner and isinstance(given, dict) else given


def _reason(error: Any) -> str:
    """Pydantic's reason in the project's words."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind in ("greater_than_equal", "greater_than"):
        return f"it is below {limits.get('ge', limits.get('gt'))}"
    if kind in ("less_than_equal", "less_than"):
        return f"it is too large (above {limits.get('le', limits.get('lt'))})"
    wanted = {
        "int_type": "it is not a whole number",
        "int_from_float": "it is not a whole number",
        "float_type": "it is not a number",
        "finite_number": "it is not a finite number",
        "bool_type": "it is neither true nor false",
        "string_pattern_mismatch": "it is not a month of the calendar",
        "string_type": "it is not a name or path",
        "string_too_short": "it is empty",
        "list_type": "it is not a list",
        "dict_type": "it is not a parameter set",
        "literal_error": "it is none of these",
    }
    return wanted.get(kind, str(error["msg"]))
