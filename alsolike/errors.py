"""The errors that alsolike raises on purpose.

Every one is an `AlsolikeError`: the command line prints its message on one line and exits with
code 1, the HTTP API turns it into an RFC 9457 problem. A message says what was wrong, where, and
what to do about it.
"""


class AlsolikeError(Exception):
    """Something expected went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").splitlines()[0])


class SettingError(AlsolikeError):
    """An environment variable has a value that cannot be used."""


class DatabaseUnavailableError(AlsolikeError):
    """The database cannot be reached: check the PG* variables and that the server runs."""


class UnsupportedServerError(AlsolikeError):
    """The database server is too old."""


class SharedSessionError(AlsolikeError):
    """A pooler hands the database session of a command to other clients too."""


class EmbeddedServerError(AlsolikeError):
    """An embedded server (Postgres or S3) could not be started."""


class InputFileError(AlsolikeError):
    """A file cannot be loaded as a whole; nothing of it was loaded."""


class TransformError(AlsolikeError):
    """A dbt run or test failed."""


class EncoderError(AlsolikeError):
    """The encoder could not be loaded, or is not the one that was expected."""


class SnapshotError(AlsolikeError):
    """A snapshot could not be written, or does not match its manifest."""


class UnknownModelError(AlsolikeError):
    """There is no model of that name: `select name from recs.models` lists them."""


class UnknownProductError(AlsolikeError):
    """There is no product of that id."""


class UnknownImpressionError(AlsolikeError):
    """No list had the product with that id."""


class UnknownPurchaseError(AlsolikeError):
    """There is no purchase of that id."""
