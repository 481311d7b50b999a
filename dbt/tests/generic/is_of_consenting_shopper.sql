{#-
    Rows of shoppers whose current consent to personalisation is not granted, or who are gone. Null
    is nobody's: an anonymous session's, whose visitor agreed before the id was given out, or a
    guest's order's. Compared with the shoppers as the run found them: a withdrawal while it runs is
    the next run's.
-#}
{% test is_of_consenting_shopper(model, column_name) %}

select checked.{{ column_name }}
from {{ model }} as checked
left join {{ ref('int_consenting_shoppers') }} as consenting
    on checked.{{ column_name }} = consenting.shopper_id
where checked.{{ column_name }} is not null and consenting.shopper_id is null

{% endtest %}
