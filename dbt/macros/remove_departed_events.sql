{#-
    Delete the events that must not be kept, because their shopper withdrew consent or was deleted,
    or the raw row is gone or has another owner. Runs before each incremental run of int_events, in
    its transaction.
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
