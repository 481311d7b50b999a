{#-
    Rows of shoppers whose current consent to personalisation is not granted, or who are gone.
    Compared with the shoppers as the run found them: a withdrawal while it runs is the next run's.
-#}
{% test is_of_consenting_shopper(model, column_name) %}

select checked.{{ column_name }}
from {{ model }} as checked
left join {{ ref('int_consenting_shoppers') }} as consenting
    on checked.{{ column_name }} = consenting.shopper_id
where consenting.shopper_id is null

{% endtest %}
