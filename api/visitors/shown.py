"""What the pages show of whoever looks at them."""

from msgspec import Struct


class Visitor(Struct):
    """Who looks at the page: a shopper who signed in, an anonymous visitor who agreed, or neither.

    Attributes
    ----------
    session_id : str or None
        Of an anonymous visitor who agreed to personalisation; never beside a shopper.
    is_personalised : bool
        Whether what they do may be used, and kept, for recommending.
    """

    shopper_id: str | None = None
    display_name: str | None = None
    session_id: str | None = None
    is_personalised: bool = False


class DemoShopper(Struct):
    """A shopper to try the shop as."""

    shopper_id: str
    display_name: str
    hint: str
