{#-
    Weight of an event for a shopper's taste, where a view has view_weight; always above 0.
    kind, rating: columns of int_events.
-#}
{%- macro event_weight(kind, rating) -%}
    case {{ kind }}
        when 'purchase' then {{ var('purchase_weight') }}
        when 'view' then {{ var('view_weight') }}
        else
            case {{ rating }}
                when 5 then {{ var('review_5_weight') }}
                when 4 then {{ var('review_4_weight') }}
                when 3 then {{ var('review_3_weight') }}
                when 2 then {{ var('review_2_weight') }}
                else {{ var('review_1_weight') }}
            end
    end::double precision
{%- endmacro -%}
