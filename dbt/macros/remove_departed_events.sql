{#-
    Delete the events that must not be kept: their shopper withdrew consent or was deleted, the raw
    row is gone, or it is somebody else's now. Runs before, and in the transaction of, each
    incremental run of int_events.
-#}
{%- macro remove_departed_events() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as kept
        where
            not exists (
                select 1
                from {{ ref('int_consented_events') }} as present
                where
                    kept.kind = present.kind
                    and kept.event_id = present.event_id
                    and kept.visitor_id = present.visitor_id
            )
    {%- endif -%}
{%- endmacro -%}
