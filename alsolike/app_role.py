"""The password of the app's role, with which the site logs in."""

import psycopg
from psycopg import sql

from alsolike.database import APP_ROLE, connect
from alsolike.errors import AlsolikeError


class PasswordNotSetError(AlsolikeError):
    """The password of the app's role could not be set."""


def set_app_password(password: str) -> None:
    """Let the app's role log in with a password; only its hash goes to the server.

    Raises
    ------
    PasswordNotSetError
        The user of the connection may not change the role.
    """
    with connect() as connection:
        name, secret = APP_ROLE.encode(), password.encode()
        hashed = connection.pgconn.encrypt_password(secret, name).decode()
        try:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(
                    sql.Identifier(APP_ROLE), sql.Literal(hashed)
                )
            )
        except psycopg.errors.InsufficientPrivilege as error:
            message = (
                f"{connection.info.user} may not set the password of {APP_ROLE}: let an "
                "administrator set it, and leave ALSOLIKE_APP_PASSWORD out here."
            )
            raise PasswordNotSetError(message) from error
