{#-
    Whether a row about people may be shown: it is of nobody, or of `minimum_group` people or more.
    Where rows of a partition are left out, the smallest of the others is left out with them. So what
    a total from elsewhere leaves over is of that many people too.
    people: a column, the number of different people; partition, key: columns, the rows that add up
    to a total, and what tells them apart.
-#}
{%- macro is_of_enough(people, partition, key) -%}
    (
        {{ people }} = 0
        or (
            {{ people }} >= {{ var('minimum_group') }}
            and (
                count(*) filter (
                    where {{ people }} between 1 and {{ var('minimum_group') }} - 1
                ) over (partition by {{ partition }}) = 0
                or row_number() over (
                    partition by {{ partition }}
                    order by ({{ people }} < {{ var('minimum_group') }}) asc, {{ people }} asc, {{ key }} asc
                ) > 1
            )
        )
    )
{%- endmacro -%}

{#- A number of people; null where there are some, and fewer than `minimum_group`. -#}
{%- macro if_enough(people) -%}
    case when {{ people }} = 0 or {{ people }} >= {{ var('minimum_group') }} then {{ people }} end
{%- endmacro -%}

{#- The first moment, UTC, of the last `analytics_days`. -#}
{%- macro begin_of_window() -%}
    date_trunc(
        'day',
        '{{ run_started_at }}'::timestamptz - interval '{{ var("analytics_days") }} days',
        'UTC'
    )
{%- endmacro -%}
