{#-
    Delete the events that must not be kept: their shopper withdrew consent or was deleted, or the
    raw row is gone. Runs before, and in the transaction of, each incremental run of int_events.
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
                    and kept.shopper_id = present.shopper_id
            )
    {%- endif -%}
{%- endmacro -%}
