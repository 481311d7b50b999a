{#-
    Who acted, as one key. The prefix keeps a shopper, a session and a guest's order apart, whatever
    their ids are; `alsolike/history/visitors.py` reads it again.
    shopper_id, session_id, order_id: columns. The first that is not null is who acted: what a
    shopper did while signed in is theirs, whatever the session. Null where all are.
-#}
{%- macro visitor_id(shopper_id, session_id, order_id) -%}
    case
        when {{ shopper_id }} is not null then 'shopper:' || {{ shopper_id }}
        when {{ session_id }} is not null then 'session:' || {{ session_id }}
        else 'order:' || {{ order_id }}
    end
{%- endmacro -%}
