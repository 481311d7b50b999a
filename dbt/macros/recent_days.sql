{#-
    The days that an incremental run of a table by day computes anew: what is shown on a day may be
    seen and clicked on a little later. A condition; true in a full run.
    served_on: a column of the day; served_at: one of the time, null: there is none. Partitions of
    months that are older are not read.
-#}
{%- macro recent_days(served_on, served_at=none) -%}
    {%- if is_incremental() -%}
        {{ served_on }} >= (
            select coalesce(max(known.served_on), '-infinity') - {{ var('lookback_days') }}
            from {{ this }} as known
        )
        {%- if served_at is not none %}
        and {{ served_at }} >= (
            select (coalesce(max(known.served_on), '-infinity') - {{ var('lookback_days') }})::timestamp
            at time zone 'UTC'
            from {{ this }} as known
        )
        {%- endif -%}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro -%}
