"""Why nobody was signed in."""

from http import HTTPStatus

from alsolike.errors import AlsolikeError


class SignInFailedError(AlsolikeError):
    """Nobody was signed in; the message is for the visitor, in their language.

    Parameters
    ----------
    reason : str
        For the log; it quotes neither codes nor tokens.
    """

    def __init__(self, status: HTTPStatus, message: str, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
