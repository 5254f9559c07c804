"""The one tree of refusals.

An error states a fact, carries its numbers, and is worded where it is shown: `text` is the Chinese sentence
with named places for the parameters, translated at the edge. `code` is stable: it becomes the last part of the
problem type (RFC 9457) and clients may rely on it.
"""

from collections.abc import Iterator
from typing import Any, ClassVar


class BookingError(Exception):
    """A request that cannot be done as asked; raising it undoes the whole transaction."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    text: ClassVar[str] = "这件事没能办成。"

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        """How it travels to another process."""
        return _again, (type(self), self.params)

    def __str__(self) -> str:
        return f"{self.code}: {self.text.format_map(_Lenient(self.params))}"


def _again(error: "type[BookingError]", params: dict[str, Any]) -> "BookingError":
    return error(**params)


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Invalid(BookingError):
    """What was sent cannot be understood or breaks a rule of form."""

    code = "invalid"
    status = 422
    text = "填写的内容有误：{detail}"


class Unauthenticated(BookingError):
    """Nobody is signed in, or the credentials are wrong."""

    code = "unauthenticated"
    status = 401
    text = "请先登录。"


class Denied(BookingError):
    """The one who asks may not."""

    code = "denied"
    status = 403
    text = "您没有办理这件事的权限：需要“{role}”。"


class NotFound(BookingError):
    """There is no such thing, or it belongs to someone else."""

    code = "not_found"
    status = 404
    text = "没有找到{what}。"


class Conflict(BookingError):
    """Well asked, but the state of things does not allow it now."""

    code = "conflict"
    status = 409
    text = "现在办不了：{detail}"


class Busy(BookingError):
    """Too many are asking at once; the same request may be sent again after `retry_after` seconds."""

    code = "busy"
    status = 503
    text = "现在人很多，请 {retry_after} 秒后再试一次。您填的内容还在。"


def all_errors(root: type[BookingError] = BookingError) -> Iterator[type[BookingError]]:
    """Every refusal that the running service knows, for the page that documents them."""
    for child in root.__subclasses__():
        yield child
        yield from all_errors(child)
