"""Values as JSON between processes and into files, and back with every type checked; msgspec's one place."""

from typing import Any, TypeVar

import msgspec

from pipeline.record import storable

__all__ = ["Raw", "decoded", "encoded"]

Raw = msgspec.Raw  # JSON that travels on as it is

Value = TypeVar("Value")


def encoded(value: object) -> bytes:
    """A frozen value as JSON; half surrogate pairs, which no encoding has, are written out."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_storable(msgspec.to_builtins(value)))


def decoded(data: bytes | Raw, kind: type[Value]) -> Value:
    """The inverse; ValueError for what is no such value."""
    return msgspec.json.decode(data, type=kind)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return {key: _storable(one) for key, one in value.items()} if isinstance(value, dict) else value
