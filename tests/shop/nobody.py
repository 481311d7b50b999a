"""Ids that stand for a guest, and others that are alike, for the tests of loader and API."""

GUESTS = (
    "Gast", "Gast ", "GAST", "guest@example.com", "Anonymous@shop.example", "none@none.com",
    "no-reply@shop.example", "Invité", "Invite\u0301", "invitado", "Ospite", "anonym", "Anonyme",
    "Guest Checkout", "guest_user", "Guest_Customer", "guestuser", "not-logged-in", "walk-in",
    "WALK-IN", "noaccount", "0", "000", "0000000000", "0" * 32,
    "00000000-0000-0000-0000-000000000000", "-1", "-2", "-7.0", "0.00", "False", "n.a.", "(none)",
    "(direct)", "(not set)", "\u200bguest", "gu\u00adest", "[deleted]", "Kein Kunde", "?", "\u2014",
    ".", "..", "\u0413\u043e\u0441\u0442\u044c",
)  # fmt: skip
SHOPPERS = (
    "1", "10", "0012", "7.0", "s-1", "Gastone", "guest-48213", "guesthouse@shop.example",
    "gast@shop.example", "nadia", "Nan-Li", "anna@none.com", "k0", "2-0", "00000000-0000-0001",
    "unknownhero", "directline",
)  # fmt: skip
