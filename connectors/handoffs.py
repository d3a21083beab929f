"""`/api/handoffs`: cases for the shop's people, for a helpdesk or a page of the shop's own.

Verifies, reads, hands on, answers; what may be done is decided elsewhere. Every fault is told as `application/
problem+json`: `status error what do`. 400 unreadable, 401 without the token, 404 no such case, 409 not now, 413 too
large.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn, Protocol, TypeVar, get_args

from flask import Blueprint, Response, jsonify, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from bot.desk import (
    MOST_AGENT,
    MOST_KEY,
    MOST_NOTE,
    MOST_PAGE,
    MOST_TEXT,
    PAGE,
    TOLD,
    Case,
    CaseState,
    Refused,
    Replied,
    Why,
    is_storable,
)
from connectors.bearer import has_token

LARGEST = 64 * 1024  # bytes of one request
STATUS: Mapping[Why, int] = {Why.NO_SUCH_CASE: 404, Why.EMPTY: 400}
MOST_ID = 2**63 - 1


class Desk(Protocol):
    """What cases can be asked for, and what can be done with them."""

    def page(self, state: CaseState, after: int = 0, limit: int = PAGE) -> tuple[list[Case], int | None]: ...

    def show(self, number: int) -> dict[str, Any] | Refused: ...

    def claim(self, number: int, agent: str) -> Case | Refused: ...

    def release(self, number: int, agent: str) -> Case | Refused: ...

    def reply(self, number: int, agent: str, text: str, key: str) -> Replied | Refused: ...

    def give_back(self, number: int, agent: str | None = None, note: str = "") -> Case | Refused: ...


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("holds a character that cannot be kept")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("is one line of printable characters")
    return text


Agent = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_AGENT),
    AfterValidator(_storable),
    AfterValidator(_one_line),
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_TEXT), AfterValidator(_storable)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MOST_NOTE), AfterValidator(_storable)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ByAgent(_Body):
    agent: Agent


class ReplyAsked(ByAgent):
    text: Text


class GiveBackAsked(_Body):
    agent: Agent | None = None
    note: Note = ""


class PageAsked(BaseModel):
    """The query of the list, where everything is text."""

    model_config = ConfigDict(extra="forbid")

    state: CaseState = "open"
    after: Annotated[int, Field(ge=0, le=MOST_ID)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_PAGE)] = PAGE


B = TypeVar("B", bound=BaseModel)


class Problem(Exception):
    """An answer that is no success; raised anywhere under the blueprint."""

    def __init__(self, status: int, error: str, what: str, do: str, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.told = {"status": status, "error": error, "what": what, "do": do, **more}


def handoffs_blueprint(token: str | None, get_desk: Callable[[], Desk]) -> Blueprint:
    """Without a token set, nobody is let in."""
    blueprint = Blueprint("handoffs", __name__, url_prefix="/api/handoffs")

    def enter() -> Desk:
        """Asked first by every route, and after the limit on guesses, which is a `before_request`."""
        if not has_token(token):
            raise Problem(
                401, "not_authorised", "the token is missing or wrong", "send Authorization: Bearer API_TOKEN"
            )
        request.max_content_length = LARGEST
        return get_desk()

    @blueprint.get("")
    def list_cases() -> Response:
        desk, asked = enter(), _read(PageAsked, request.args.to_dict())
        cases, following = desk.page(asked.state, asked.after, asked.limit)
        return jsonify(cases=[case.as_json() for case in cases], next=following)

    @blueprint.get("/<int:number>")
    def show(number: int) -> Response:
        return jsonify(_granted(enter().show(_id(number))))

    @blueprint.post("/<int:number>/claim")
    def claim(number: int) -> Response:
        desk, asked = enter(), _body(ByAgent)
        return _case(desk.claim(_id(number), asked.agent))

    @blueprint.post("/<int:number>/release")
    def release(number: int) -> Response:
        desk, asked = enter(), _body(ByAgent)
        return _case(desk.release(_id(number), asked.agent))

    @blueprint.post("/<int:number>/reply")
    def reply(number: int) -> tuple[Response, int]:
        desk, asked, key = enter(), _body(ReplyAsked), _key()
        replied = _granted(desk.reply(_id(number), asked.agent, asked.text, key))
        return jsonify(replied.as_json()), 200 if replied.again else 201

    @blueprint.post("/<int:number>/give_back")
    def give_back(number: int) -> Response:
        desk, asked = enter(), _body(GiveBackAsked)
        return _case(desk.give_back(_id(number), asked.agent, asked.note))

    blueprint.register_error_handler(Problem, _problem)
    blueprint.register_error_handler(RequestEntityTooLarge, _too_large)
    return blueprint


def _id(number: int) -> int:
    return number if number <= MOST_ID else 0


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= MOST_KEY or not key.isprintable():
        do = f"send an Idempotency-Key of 1 to {MOST_KEY} characters, a new one for each reply"
        raise Problem(400, "idempotency_key", "the header Idempotency-Key is missing or cannot be used", do)
    return key


def _body(model: type[B]) -> B:
    value = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(value, dict):
        raise Problem(400, "unreadable", "the body is not a JSON object", f"send {', '.join(model.model_fields)}")
    return _read(model, value)


def _read(model: type[B], value: Mapping[str, Any]) -> B:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [_fault(details["loc"], details["msg"]) for details in error.errors(include_url=False)]
    raise Problem(400, "invalid", "; ".join(faults), f"send {', '.join(_known(model))}")


def _fault(place: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(map(str, place))}: {what[:1].lower()}{what[1:].removeprefix('alue error, ')}"


def _known(model: type[BaseModel]) -> list[str]:
    states = " | ".join(get_args(CaseState))
    return [f"state ({states})" if name == "state" else name for name in model.model_fields]


G = TypeVar("G", Case, Replied, dict[str, Any])


def _granted(outcome: G | Refused) -> G:
    if isinstance(outcome, Refused):
        _refuse(outcome)
    return outcome


def _refuse(refused: Refused) -> NoReturn:
    what, do = TOLD[refused.why]
    more: dict[str, Any] = {"claimed_by": refused.claimed_by} if refused.claimed_by else {}
    more |= {"channel": refused.channel.value} if refused.channel else {}
    raise Problem(STATUS.get(refused.why, 409), refused.why.value, what, do, **more)


def _case(outcome: Case | Refused) -> Response:
    return jsonify(_granted(outcome).as_json())


def _problem(problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    answer = jsonify(problem.told)
    answer.status_code, answer.mimetype = problem.status, "application/problem+json"
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _too_large(_: Exception) -> Response:
    return _problem(Problem(413, "too_large", f"a request has at most {LARGEST} bytes", "send less"))
