{#-
    Rows of shoppers who do not consent to personalisation or were deleted. Null is allowed: it
    stands for a session, which has an id only after consent, or for a guest's order. The test uses
    the shoppers at the beginning of the run; a withdrawal during it counts in the next run.
-#}
{% test is_of_consenting_shopper(model, column_name) %}

select checked.{{ column_name }}
from {{ model }} as checked
left join {{ ref('int_consenting_shoppers') }} as consenting
    on checked.{{ column_name }} = consenting.shopper_id
where checked.{{ column_name }} is not null and consenting.shopper_id is null

{% endtest %}
