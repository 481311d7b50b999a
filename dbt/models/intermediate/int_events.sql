{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['kind', 'event_id'],
        on_schema_change='fail',
        contract={'enforced': true},
        pre_hook=["{{ give_memory() }}", "{{ remove_departed_events() }}"],
        indexes=[
            {'columns': ['kind', 'event_id'], 'unique': true},
        ]
    )
}}

with events as (

    select * from {{ ref('int_consented_events') }}

),

{% if is_incremental() %}

latest_load as (

    select max(loaded_at) as loaded_at
    from {{ this }}

),

known_visitors as (

    select distinct visitor_id
    from {{ this }}

),

final as (

    select events.*
    from events
    cross join latest_load
    left join known_visitors
        on events.visitor_id = known_visitors.visitor_id
    left join {{ this }} as known
        on
            events.kind = known.kind
            and events.event_id = known.event_id
    where
        -- Unchanged rows stay: rewriting them would only bloat the table.
        known.loaded_at is distinct from events.loaded_at
        and (
            events.loaded_at
            >= latest_load.loaded_at - interval '{{ var("lookback_days") }} days'
            -- A new consent adds events that were loaded long ago.
            or known_visitors.visitor_id is null
        )

)

{% else %}

final as (

    select * from events

)

{% endif %}

select * from final
