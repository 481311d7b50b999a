"""The marts that serving reads, by hand: dbt would make the same of many more events."""

from typing import Any

import psycopg


def make_marts(connection: psycopg.Connection[Any]) -> None:
    """Make pans popular and knives bought again after ten days; knife-05 has pairs."""
    connection.execute(
        "create table marts.product_popularity as select product_id, "
        "case when product_id like 'pan%' then 5.0 else 1.0 end::double precision "
        "as popularity_recent, 7 as views_recent, 2 as purchases_recent, "
        "row_number() over (order by product_id like 'pan%' desc, product_id)::integer "
        "as rank_recent from raw.products"
    )
    connection.execute(
        "create table marts.rebuyable_products as select product_id, 0.5::double precision "
        "as rebuyer_share, 10.0::double precision as days_between from raw.products "
        "where product_id like 'knife%'"
    )
    connection.execute(
        "create table marts.product_pairs (product_id text, other_product_id text, kind text, "
        "together bigint)"
    )
    connection.execute(
        "insert into marts.product_pairs values ('knife-05', 'knife-06', 'co_viewed', 9), "
        "('knife-05', 'knife-06', 'co_bought', 4), ('knife-05', 'knife-07', 'co_viewed', 3)"
    )
    connection.execute("grant select on all tables in schema marts to alsolike_app")
