"""The command for shoppers' accounts: invite."""

import click

from alsolike.cli.output import as_json_option, require_schema, show
from alsolike.embedded import embedded_servers
from alsolike.settings import Settings


@click.command()
@click.argument("shopper")
@click.argument("email")
@click.option(
    "--language",
    metavar="TAG",
    help="Of the mail, such as de. Default: the first of ALSOLIKE_PAGE_LANGUAGES, else English.",
)
@as_json_option
@click.pass_obj
def invite(
    settings: Settings, shopper: str, email: str, language: str | None, *, as_json: bool
) -> None:
    """Mail EMAIL a link by which SHOPPER, whom the shop knows, makes their account on the site.

    The link works for two weeks, and only once. See that the address is the shopper's own: whoever
    reads its mail sees what they bought. Without ALSOLIKE_SMTP_HOST the message is a file, and the
    link is printed.
    """
    from api.accounts.invitations import invite as mail_link  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        link = mail_link(settings, shopper.strip(), email, language)
    result = {"shopper_id": shopper.strip()}
    if settings.mail.host:
        show(result, "The link is mailed.", as_json=as_json)
        return
    text = (
        f"There is no mail server: the message is a file in {settings.mail.folder}. Its link:\n"
        f"{link}"
    )
    show({**result, "link": link}, text, as_json=as_json)
