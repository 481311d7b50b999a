{#-
    The visitor of an event, as one key. The prefix tells apart a shopper, a session and a guest's
    order of the same id; `alsolike/history/visitors.py` parses it.
    shopper_id, session_id, order_id: columns; the first that is not null is the visitor, so an
    action while signed in belongs to the shopper. Null if all are.
-#}
{%- macro visitor_id(shopper_id, session_id, order_id) -%}
    case
        when {{ shopper_id }} is not null then 'shopper:' || {{ shopper_id }}
        when {{ session_id }} is not null then 'session:' || {{ session_id }}
        else 'order:' || {{ order_id }}
    end
{%- endmacro -%}
