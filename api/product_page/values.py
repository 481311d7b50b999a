"""Values of attributes for people."""

from api.languages.translate import gettext as _


def value_in_words(value: object) -> str:
    """Write a value of an attribute: `true` becomes yes, a list its parts with commas."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value_in_words(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_in_words(part)}" for key, part in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
