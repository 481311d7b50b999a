{#-
    Share of its weight that an event has left: 0.5 ^ (age / half-life), in (0, 1].
    occurred_at, reference_at: columns, timestamptz; half_life_days: a number above 0.
    An event after the reference counts whole. Ages are capped at 300 half-lives, because power()
    underflows with an error at about 1,000.
-#}
{%- macro half_life_decay(occurred_at, reference_at, half_life_days) -%}
    power(
        0.5::double precision,
        least(
            300,
            greatest(0, extract(epoch from {{ reference_at }} - {{ occurred_at }}))
            / (86400.0 * {{ half_life_days }})
        )::double precision
    )
{%- endmacro -%}
